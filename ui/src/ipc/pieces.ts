// Many paths cross between page and shell in pieces: a message that names a hundred thousand is megabytes of text, and while it
// is written or read, nothing moves.

/** Paths of one message, as in the shell's `pieces.rs`. */
export const PIECE = 1000;

/** The last one of a message has nothing more to come. */
export interface Piece {
  paths: string[];
  more: boolean;
}

/** Gathers the pieces of a message. */
export function whole(listener: (paths: string[]) => void): (piece: Piece) => void {
  let gathered: string[] = [];
  return ({ paths, more }) => {
    gathered.push(...paths);
    if (more) return;
    const all = gathered;
    gathered = [];
    listener(all);
  };
}

const known = new WeakMap<readonly string[], Promise<number>>();

/**
 * The number of the list that these paths are for the shell, which is given them once: an array is never changed here. Null
 * where they are so few that they can go along with a call.
 *
 * @param send Adds to a list, or begins one.
 */
export async function handOver(
  paths: readonly string[],
  send: (list: number | null, paths: readonly string[]) => Promise<number>,
): Promise<number | null> {
  if (paths.length <= PIECE) return null;
  let list = known.get(paths);
  if (!list) {
    list = sendAll(paths, send);
    known.set(paths, list);
    // Another call tries again.
    list.catch(() => known.delete(paths));
  }
  return list;
}

async function sendAll(paths: readonly string[], send: Parameters<typeof handOver>[1]): Promise<number> {
  let list = await send(null, paths.slice(0, PIECE));
  for (let at = PIECE; at < paths.length; at += PIECE) list = await send(list, paths.slice(at, at + PIECE));
  return list;
}
