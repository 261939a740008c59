// Watched folders: loaded with the window, kept true by events, and what is asked of them.
import type { Backend, Destination, EngineEvent, Failure, SyncPreview, WatchedChange, WatchedFolder } from "../ipc";
import { toFailure } from "../ipc/failure";

/** Events of files come by the hundred; more often than this the folders are not asked for. */
const CALM_MS = 500;

export class WatchedFolders {
  all = $state.raw<WatchedFolder[]>([]);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** Folders that somebody is about to add. */
  adding = $state.raw<string[]>([]);
  private asking = false;
  private again = false;

  constructor(private readonly backend: Backend) {}

  /** Folders that nothing is uploaded from until somebody has done something. */
  readonly troubled = $derived.by(
    () =>
      this.all.filter(
        ({ on, failure, problems }) => on && (problems > 0 || (isHeld(failure) && failure?.who !== "nobody")),
      ).length,
  );

  async load(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      this.all = await this.backend.listWatched();
      this.loaded = true;
      this.failure = null;
    } catch (reason) {
      this.failure = toFailure(reason);
    }
    setTimeout(() => {
      this.asking = false;
      if (!this.again) return;
      this.again = false;
      void this.load();
    }, CALM_MS);
  }

  hear(event: EngineEvent): void {
    const ofFolder = event.event === "jobs_changed" && event.batches.some((batch) => batch.watched != null);
    if (ofFolder || event.event === "folder_changed" || event.event === "sync_switched") void this.load();
  }

  /** Rejects with a `Failure`. */
  async watch(account: number, path: string, destination: Destination): Promise<void> {
    await this.backend.watchFolder({ account, path, destination, include: [], exclude: [] });
    await this.load();
  }

  /** Rejects with a `Failure`. */
  async change(folder: number, change: WatchedChange): Promise<void> {
    await this.backend.changeWatched(folder, change);
    await this.load();
  }

  preview(folder: number): Promise<SyncPreview> {
    return this.backend.previewSync(folder);
  }
}

/** Watching that does not work is no trouble: the folder is looked through instead. */
export const isHeld = (failure: Failure | null): boolean => failure !== null && failure.code !== "WatchLimit";
