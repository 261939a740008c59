// What was dropped or picked and is not sent yet.
import type { AccountView, Backend, Destination, Failure, StagingSummary } from "../ipc";
import { toFailure } from "../ipc/failure";

const remembered = (account: number): string => `ferry.destination.${account}`;

export class Staging {
  open = $state(false);
  paths = $state.raw<string[]>([]);
  takeJunk = $state(false);
  tags = $state.raw<string[]>([]);
  destination = $state.raw<Destination | null>(null);
  summary = $state.raw<StagingSummary | null>(null);
  counting = $state(false);
  sending = $state(false);
  failure = $state.raw<Failure | null>(null);
  private round = 0;

  constructor(private readonly backend: Backend) {}

  readonly canUpload = $derived(
    !this.counting && !this.sending && this.destination !== null && (this.summary?.files ?? 0) > 0,
  );

  add(paths: string[], account: AccountView): void {
    if (paths.length === 0) return;
    if (this.paths.length === 0) this.destination = recall(account.id);
    this.paths = [...new Set([...this.paths, ...paths])];
    this.open = true;
    void this.count();
  }

  remove(path: string): void {
    this.paths = this.paths.filter((other) => other !== path);
    if (this.paths.length === 0) this.discard();
    else void this.count();
  }

  setTakeJunk(take: boolean): void {
    this.takeJunk = take;
    void this.count();
  }

  choose(account: number, destination: Destination): void {
    this.destination = destination;
    localStorage.setItem(remembered(account), JSON.stringify(destination));
  }

  discard(): void {
    this.round++;
    this.open = this.counting = this.takeJunk = false;
    this.paths = [];
    this.tags = [];
    this.summary = this.failure = null;
  }

  /** The number of files that were handed to the queue, or null if that was refused. */
  async upload(account: number): Promise<number | null> {
    if (!this.canUpload || !this.destination) return null;
    const files = this.summary?.files ?? 0;
    this.sending = true;
    this.failure = null;
    try {
      await this.backend.enqueueFiles({
        account,
        paths: this.paths,
        destination: this.destination,
        tags: this.tags,
        include: [],
        exclude: [],
        priority: 0,
        take_junk: this.takeJunk,
      });
      this.discard();
      return files;
    } catch (reason) {
      this.failure = toFailure(reason);
      return null;
    } finally {
      this.sending = false;
    }
  }

  private async count(): Promise<void> {
    const round = ++this.round;
    this.counting = true;
    this.failure = null;
    try {
      const summary = await this.backend.stagePaths(this.paths, this.takeJunk);
      if (round === this.round) this.summary = summary;
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.counting = false;
    }
  }
}

export function recall(account: number): Destination | null {
  try {
    const stored = JSON.parse(localStorage.getItem(remembered(account)) ?? "null") as Destination | null;
    return stored && typeof stored.id === "string" && typeof stored.path === "string" ? stored : null;
  } catch {
    return null;
  }
}
