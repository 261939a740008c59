// Runs of ids: which files are selected, in room that doesn't grow with their number.
import type { JobId } from "../ipc";

/** First and last id, both included. */
export type Run = [first: JobId, last: JobId];

/** In order, and none touches the next. */
export function runsOf(jobs: readonly JobId[]): Run[] {
  return joined(jobs.map((job) => [job, job]));
}

export function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const [first, last] of [...runs].sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

export function without(runs: readonly Run[], taken: readonly Run[]): Run[] {
  const result: Run[] = [];
  let at = 0;
  for (const [first, last] of runs) {
    let from = first;
    while (at < taken.length && taken[at]![1] < from) at++;
    for (let next = at; next < taken.length && taken[next]![0] <= last; next++) {
      const [start, end] = taken[next]!;
      if (start > from) result.push([from, start - 1]);
      from = Math.max(from, end + 1);
    }
    if (from <= last) result.push([from, last]);
  }
  return result;
}

export function holds(runs: readonly Run[], job: JobId): boolean {
  let low = 0;
  let high = runs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = runs[middle]!;
    if (job < first) high = middle - 1;
    else if (job > last) low = middle + 1;
    else return true;
  }
  return false;
}

export function countIn(runs: readonly Run[]): number {
  return runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
