// What of the staged files the library has already: looked for in the background, as long as they are staged.
import type { Backend, DuplicateBasis, DuplicatePreview, DuplicateRule, Enqueue, Failure } from "../ipc";
import { toFailure } from "../ipc/failure";
import { partsOf } from "./duplicates";

/** Several changes in a row are one look. */
const PATIENCE_MS = 400;
/** To compare bytes, files have to be read. More than this is not read unasked; before it is sent each file is looked at anyway. */
const READ_UNASKED = 4_000_000_000;

export class Already {
  /** For this upload, if another one than is set. */
  rule = $state<DuplicateRule | null>(null);
  preview = $state.raw<DuplicatePreview | null>(null);
  looking = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** There is much to read: somebody has to want it. */
  offered = $state(false);
  /** Without a rule, somebody wants to know all the same. */
  private wanted = $state<DuplicateBasis | null>(null);
  private request: Enqueue | null = null;
  private basis: DuplicateBasis | null = null;
  private round = 0;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly backend: Backend) {}

  /** Whether there is something to say but that nothing is looked for. */
  readonly isAsked = $derived.by(() => this.looking || this.preview !== null || this.failure !== null);

  /** What is staged now, the rule in force, and how many bytes that is; null as long as it can't be sent anywhere. */
  follow(request: Enqueue | null, set: DuplicateRule, bytes: number): void {
    const basis = partsOf(this.rule ?? set)?.[0] ?? this.wanted;
    if (basis === this.basis && isSame(request, this.request)) return;
    this.stop();
    this.basis = basis;
    this.request = request;
    this.failure = null;
    this.offered = false;
    if (request === null || basis === null) this.preview = null;
    else if (basis === "md5" && bytes > READ_UNASKED && this.wanted !== "md5") {
      this.preview = null;
      this.offered = true;
    } else this.soon(request, basis);
  }

  /** Whatever the rule, or however much there is to read. */
  want(basis: DuplicateBasis): void {
    this.wanted = this.basis = basis;
    this.offered = false;
    if (this.request) this.soon(this.request, basis);
  }

  again(): void {
    if (this.request && this.basis) this.soon(this.request, this.basis);
  }

  reset(): void {
    this.stop();
    this.rule = this.preview = this.failure = null;
    this.request = this.basis = this.wanted = null;
    this.offered = false;
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.round++;
    if (this.looking) void this.backend.stopDuplicatePreview().catch(() => {});
    this.looking = false;
  }

  /** What was found before stays until it is known anew. */
  private soon(request: Enqueue, basis: DuplicateBasis): void {
    this.stop();
    this.looking = true;
    this.failure = null;
    const { round } = this;
    this.timer = setTimeout(() => void this.look(round, request, basis), PATIENCE_MS);
  }

  private async look(round: number, request: Enqueue, basis: DuplicateBasis): Promise<void> {
    try {
      const preview = await this.backend.previewDuplicates(request, basis);
      if (round === this.round) this.preview = preview;
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.looking = false;
    }
  }
}

/** Whether both ask the same. Neither tags nor values are among it; of paths there may be very many. */
function isSame(one: Enqueue | null, other: Enqueue | null): boolean {
  if (one === null || other === null) return one === other;
  const rest = ({ account, destination, take_junk, leave_out, take_anyway, sidecars }: Enqueue) =>
    JSON.stringify([account, destination.id, take_junk, sidecars, leave_out, take_anyway]);
  return one.paths === other.paths && rest(one) === rest(other);
}
