// How a strip of cells shows the parts of a file: one cell for each, or for several where there are too many.
import type { PartsView } from "../../ipc";

export type PartState = "stored" | "sending" | "some" | "missing";

export interface PartCell {
  state: PartState;
  /** First and last part that it stands for. */
  from: number;
  to: number;
}

/** More would be too narrow to be told apart. */
export const MOST_CELLS = 96;

export function cellsOf(parts: PartsView): PartCell[] {
  const each = Math.max(1, Math.ceil(parts.count / MOST_CELLS));
  const cells: PartCell[] = [];
  for (let from = 1; from <= parts.count; from += each) {
    const to = Math.min(parts.count, from + each - 1);
    const stored = storedIn(parts, from, to);
    const sending = parts.sending.some((number) => number >= from && number <= to);
    const whole = stored === to - from + 1;
    cells.push({ from, to, state: whole ? "stored" : sending ? "sending" : stored > 0 ? "some" : "missing" });
  }
  return cells;
}

export function storedIn(parts: PartsView, from = 1, to = parts.count): number {
  return parts.stored.reduce(
    (sum, [first, last]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1),
    0,
  );
}
