// Moving files that wait within the order in which they are sent.
import type { JobView, QueueSpot } from "../../ipc";
import { holds, type Run } from "../../stores/runs";
import { waits } from "./drag.svelte";

/** How far to look for a row that is not moved itself. */
const FARTHEST = 1000;

/** One place earlier or later than a row: beside the next one that stays. */
export function spotBeside(
  jobAt: (index: number) => JobView | undefined,
  index: number,
  moved: readonly Run[],
  later: boolean,
): QueueSpot | null {
  const from = jobAt(index);
  if (!from || !waits(from)) return null;
  for (let step = 1; step < FARTHEST; step++) {
    const job = jobAt(later ? index + step : index - step);
    if (!job || job.batch !== from.batch || !waits(job)) return null;
    if (!holds(moved, job.id)) return { job: job.id, after: later };
  }
  return null;
}
