// What was dropped or picked and is not sent yet.
import type { AccountId, Backend, Destination, Failure, StagingSummary } from "../ipc";
import { toFailure } from "../ipc/failure";
import { Choices } from "./choices.svelte";
import { Places } from "./places.svelte";

/** Several choices in a row are counted once. */
const PATIENCE_MS = 200;

export class Staging {
  open = $state(false);
  paths = $state.raw<string[]>([]);
  readonly choices = new Choices(() => this.countSoon());
  tags = $state.raw<string[]>([]);
  destination = $state.raw<Destination | null>(null);
  summary = $state.raw<StagingSummary | null>(null);
  counting = $state(false);
  sending = $state(false);
  failure = $state.raw<Failure | null>(null);
  places = $state.raw<Places | null>(null);
  private account: AccountId | null = null;
  private round = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly backend: Backend) {}

  readonly canUpload = $derived(
    !this.counting && !this.sending && this.destination !== null && (this.summary?.files ?? 0) > 0,
  );

  add(paths: string[], account: AccountId): void {
    if (paths.length === 0) return;
    this.use(account);
    this.paths = [...new Set([...this.paths, ...paths])];
    this.open = true;
    void this.count();
  }

  /** A destination belongs to an account: another one brings its own. */
  use(account: AccountId): void {
    if (account === this.account) return;
    this.account = account;
    this.places = new Places(account);
    this.destination = this.places.last;
  }

  remove(path: string): void {
    this.paths = this.paths.filter((other) => other !== path);
    this.choices.forget(path);
    if (this.paths.length === 0) this.discard();
    else void this.count();
  }

  choose(account: AccountId, destination: Destination): void {
    this.use(account);
    this.destination = destination;
    this.places?.use(destination);
  }

  discard(): void {
    this.round++;
    clearTimeout(this.timer);
    this.open = this.counting = false;
    this.choices.clear();
    this.paths = [];
    this.tags = [];
    this.summary = this.failure = null;
  }

  /** The number of files that were handed to the queue, or null if that was refused. */
  async upload(account: AccountId): Promise<number | null> {
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
        ...this.choices.all,
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

  private countSoon(): void {
    this.round++;
    this.counting = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.count(), PATIENCE_MS);
  }

  private async count(): Promise<void> {
    clearTimeout(this.timer);
    const round = ++this.round;
    this.counting = true;
    this.failure = null;
    try {
      const summary = await this.backend.stagePaths(this.paths, this.choices.all);
      if (round === this.round) this.summary = summary;
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.counting = false;
    }
  }
}
