// What was dropped or picked and is not sent yet.
import type { AccountId, Backend, Destination, Failure, StagingSummary } from "../ipc";
import { toFailure } from "../ipc/failure";
import { Choices } from "./choices.svelte";
import { Metadata } from "./metadata.svelte";
import { Places } from "./places.svelte";
import { Sheet } from "./sheet.svelte";

export type Need = "destination" | "required" | "values" | "sheet" | "sheet_values";

/** Several choices in a row are counted once. */
const PATIENCE_MS = 200;

export class Staging {
  open = $state(false);
  paths = $state.raw<string[]>([]);
  readonly choices = new Choices(() => this.countSoon());
  destination = $state.raw<Destination | null>(null);
  summary = $state.raw<StagingSummary | null>(null);
  counting = $state(false);
  sending = $state(false);
  failure = $state.raw<Failure | null>(null);
  places = $state.raw<Places | null>(null);
  private account: AccountId | null = null;
  private round = 0;
  private timer?: ReturnType<typeof setTimeout>;
  readonly metadata: Metadata;
  readonly sheet: Sheet;

  constructor(private readonly backend: Backend) {
    this.metadata = new Metadata(backend);
    this.sheet = new Sheet(backend);
  }

  /** Required fields that neither the form nor a sheet's column fills. */
  readonly missing = $derived.by(() => this.metadata.missing.filter(({ id }) => !this.sheet.fields.has(id)));
  /** What still stands against the upload, the first thing to do first. */
  readonly need = $derived.by<Need | null>(() => {
    if (this.destination === null) return "destination";
    if (this.missing.length > 0) return "required";
    if (this.metadata.wrong.length > 0) return "values";
    return this.sheet.need;
  });
  readonly canUpload = $derived.by(
    () =>
      !this.counting &&
      !this.sending &&
      !this.sheet.reading &&
      this.need === null &&
      this.destination !== null &&
      (this.summary?.files ?? 0) > 0,
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
    this.metadata.use(account);
    this.sheet.remove();
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
    this.metadata.reset();
    this.sheet.remove();
    this.summary = this.failure = null;
  }

  /** The number of files that were handed to the queue, or null if that was refused. */
  async upload(account: AccountId): Promise<number | null> {
    if (!this.canUpload || !this.destination) return null;
    const files = this.summary?.files ?? 0;
    this.sending = true;
    this.failure = null;
    try {
      if (!(await this.metadata.check())) return null;
      await this.backend.enqueueFiles({
        account,
        paths: this.paths,
        destination: this.destination,
        tags: [],
        include: [],
        exclude: [],
        priority: 0,
        ...this.choices.all,
        metadata: { ...this.metadata.order(this.paths), sheet: this.sheet.choice },
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
