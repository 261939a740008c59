// Files of one picture that stand below each other in the list: RAW, JPEG and sidecar are one thing to whoever took it.
import { shotName } from "../../format/paths";
import type { JobView } from "../../ipc";

/** A picture has few files; no more are counted. */
const MOST = 12;

export interface ShotPlace {
  /** From one. */
  number: number;
  of: number;
}

/** Where a row stands among the rows of its picture; null if it stands alone. `jobAt`: what is known of any row. */
export function shotAt(index: number, jobAt: (index: number) => JobView | null): ShotPlace | null {
  const key = keyOf(jobAt(index));
  if (key === null) return null;
  const run = (step: number) => {
    let count = 0;
    while (count < MOST && keyOf(jobAt(index + step * (count + 1))) === key) count++;
    return count;
  };
  const before = run(-1);
  const of = before + 1 + run(1);
  return of > 1 ? { number: before + 1, of } : null;
}

const keys = new WeakMap<JobView, string | null>();

/** The same for files of one name in one folder of one batch. */
function keyOf(job: JobView | null): string | null {
  if (!job) return null;
  let key = keys.get(job);
  if (key === undefined) {
    const shot = shotName(job.name);
    key = shot ? `${job.batch}\n${job.folder}\n${shot}` : null;
    keys.set(job, key);
  }
  return key;
}
