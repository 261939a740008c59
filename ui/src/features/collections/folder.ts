// What there is to say of the sync folder.
import type { Failure, SyncFolderOffer } from "../../ipc";

/** A disk that is filled to the brim works badly; the engine leaves about as much. */
const SPARE = 200_000_000;

/** Nothing of ours fits there. */
export function lacksRoom({ free, needed }: SyncFolderOffer): boolean {
  return free !== null && free < (needed ?? 0) + SPARE;
}

/** Of the folder as a whole, so it is said once and not in each row. */
export function isOfFolder(failure: Failure | null): boolean {
  return failure !== null && (failure.code === "SyncFolderMissing" || failure.code === "VolumeAway");
}
