// What was dropped or picked and is not sent yet.
import type {
  AccountId,
  Backend,
  Destination,
  DuplicateRule,
  Enqueue,
  Failure,
  MissingField,
  StagingSummary,
} from "../ipc";
import { toFailure } from "../ipc/failure";
import { Already } from "./already.svelte";
import { Choices } from "./choices.svelte";
import { Counted } from "./counted";
import { Metadata } from "./metadata.svelte";
import { Picked } from "./picked.svelte";
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
  counted = $state.raw<Counted | null>(null);
  readonly summary = $derived<StagingSummary | null>(this.counted?.summary ?? null);
  counting = $state(false);
  sending = $state(false);
  failure = $state.raw<Failure | null>(null);
  places = $state.raw<Places | null>(null);
  /** Required fields that files would be left without, as the engine says. */
  missing = $state.raw<MissingField[]>([]);
  /** Said by the user: they may stay empty. */
  incomplete = $state(false);
  private account: AccountId | null = null;
  private round = 0;
  private lookRound = 0;
  private lookTimer?: ReturnType<typeof setTimeout>;
  private timer?: ReturnType<typeof setTimeout>;
  readonly metadata: Metadata;
  /** Files that are given values together. */
  readonly picked = new Picked();
  readonly sheet: Sheet;
  /** Files that the library has already. */
  readonly already: Already;

  constructor(private readonly backend: Backend) {
    this.already = new Already(backend);
    this.metadata = new Metadata(backend);
    this.sheet = new Sheet(backend);
  }

  /** What still stands against the upload, the first thing to do first. */
  readonly need = $derived.by<Need | null>(() => {
    if (this.destination === null) return "destination";
    if (this.missing.length > 0 && !this.incomplete) return "required";
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
    const all = new Set(this.paths);
    for (const path of paths) all.add(path);
    this.paths = [...all];
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
    this.picked.keepWithin(this.paths);
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
    this.picked.clear();
    this.paths = [];
    this.metadata.reset();
    this.already.reset();
    this.sheet.remove();
    this.counted = this.failure = null;
    this.missing = [];
    this.incomplete = false;
  }

  /** Asks what is missing, soon; several changes in a row are one question. */
  lookForMissing(): void {
    const round = ++this.lookRound;
    clearTimeout(this.lookTimer);
    const isRequired = this.metadata.form.fields.some(({ required }) => required);
    if (!isRequired || this.paths.length === 0 || this.account === null) this.missing = [];
    else this.lookTimer = setTimeout(() => void this.look(round), PATIENCE_MS);
  }

  /** Looks for what is there already, once there is something to send, and somewhere to send it. */
  lookForDuplicates(set: DuplicateRule): void {
    const { account, destination, summary } = this;
    const ready = account !== null && destination !== null && summary !== null && summary.files > 0;
    if (this.counting) return;
    this.already.follow(ready ? this.request(account, destination) : null, set, summary?.bytes ?? 0);
  }

  /** The number of files that were handed to the queue, or null if that was refused. */
  async upload(account: AccountId): Promise<number | null> {
    if (!this.canUpload || !this.destination) return null;
    const files = this.summary?.files ?? 0;
    this.sending = true;
    this.failure = null;
    try {
      if (!(await this.metadata.check())) return null;
      await this.backend.enqueueFiles(this.request(account, this.destination));
      this.discard();
      return files;
    } catch (reason) {
      this.failure = toFailure(reason);
      return null;
    } finally {
      this.sending = false;
    }
  }

  private request(account: AccountId, destination: Destination): Enqueue {
    const order = { ...this.metadata.order(this.paths), sheet: this.sheet.choice };
    return {
      account,
      paths: this.paths,
      destination,
      tags: [],
      include: [],
      exclude: [],
      priority: 0,
      ...this.choices.all,
      ...(this.already.rule === null ? {} : { duplicates: this.already.rule }),
      metadata: this.incomplete && this.missing.length > 0 ? { ...order, incomplete: true } : order,
    };
  }

  private async look(round: number): Promise<void> {
    const { account } = this;
    if (account === null) return;
    // Where it would go plays no part in it.
    const request = this.request(account, this.destination ?? { kind: "library", id: "", path: "" });
    // Values that don't fit are said where they stand.
    const missing = await this.backend.missingMetadata(request).catch(() => []);
    if (round === this.lookRound) this.missing = missing;
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
      const { paths } = this;
      const summary = await this.backend.stagePaths(paths, this.choices.all);
      if (round === this.round) this.counted = new Counted(paths, summary);
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.counting = false;
    }
  }
}
