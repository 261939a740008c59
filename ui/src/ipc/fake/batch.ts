// One simulated batch: a byte of state per job, everything else by number or only where it differs.
import type {
  AttemptView,
  BatchState,
  BatchView,
  Destination,
  DuplicateRule,
  Failure,
  JobMetadata,
  JobOrder,
  JobStateKind,
  JobView,
  Totals,
  WaitingFor,
} from "../bindings";
import { fraction, hex } from "./random";
import { nameOf, sizeOf, type Shoot } from "./shoot";

export const STATES: readonly JobStateKind[] = [
  "queued", "checking", "uploading", "finishing", "processing", "done",
  "paused", "waiting", "blocked", "skipped", "cancelled", "failed",
]; // prettier-ignore

export const SETTLED: readonly JobStateKind[] = ["done", "skipped", "cancelled", "failed"];

/** Room for the jobs of a batch in the numbering of jobs. */
const SPAN = 10_000_000;

export interface Extra {
  sent?: number;
  since?: number;
  failure?: Failure;
  waitingFor?: WaitingFor;
  readyAt?: number;
  doneAt?: number;
  attempts?: AttemptView[];
  metadata?: JobMetadata;
}

export class FakeBatch {
  readonly states: Uint8Array;
  readonly extras = new Map<number, Extra>();
  readonly totals: Totals = { jobs: {}, bytes: {} };
  /** Where files go that don't go with the others. */
  readonly elsewhere = new Map<number, Destination>();
  finishedAt: number | null = null;
  leftOut = 0;
  duplicates: DuplicateRule = "off";
  /** Places before this one hold nothing queued. */
  private cursor = 0;
  /** Order of sending, where it isn't that of the numbers. */
  private sequence: Uint32Array | null = null;
  private readonly sorted: Partial<Record<JobOrder, Uint32Array>> = {};

  constructor(
    readonly id: number,
    readonly account: number,
    readonly label: string,
    public destination: Destination,
    readonly shoot: Shoot,
    readonly count: number,
    readonly createdAt: number,
    initial: JobStateKind = "queued",
  ) {
    this.states = new Uint8Array(count).fill(STATES.indexOf(initial));
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += sizeOf(shoot, index);
    this.totals.jobs[initial] = count;
    this.totals.bytes[initial] = bytes;
  }

  static owner(job: number): { batch: number; index: number } {
    return { batch: Math.floor(job / SPAN), index: job % SPAN };
  }

  job(index: number): number {
    return this.id * SPAN + index;
  }

  state(index: number): JobStateKind {
    return STATES[this.states[index]!]!;
  }

  move(index: number, to: JobStateKind, extra?: Extra): void {
    const from = this.state(index);
    const size = sizeOf(this.shoot, index);
    const { jobs, bytes } = this.totals;
    jobs[from] = (jobs[from] ?? 0) - 1;
    bytes[from] = (bytes[from] ?? 0) - size;
    jobs[to] = (jobs[to] ?? 0) + 1;
    bytes[to] = (bytes[to] ?? 0) + size;
    this.states[index] = STATES.indexOf(to);
    if (extra) this.extras.set(index, extra);
    else this.extras.delete(index);
    if (to === "queued") this.cursor = this.sequence ? 0 : Math.min(this.cursor, index);
  }

  /** The job that is at a place of an order. */
  at(order: JobOrder, place: number): number {
    if (order === "queue") return this.sequence?.[place] ?? place;
    if (order === "newest") return this.count - 1 - place;
    return order === "added" ? place : this.sort(order)[place]!;
  }

  /** Puts jobs beside another one. */
  reorder(moved: Set<number>, beside: number, after: boolean): void {
    const next = new Uint32Array(this.count);
    let at = 0;
    const put = () => {
      for (let place = 0; place < this.count; place++) {
        const index = this.at("queue", place);
        if (moved.has(index)) next[at++] = index;
      }
    };
    for (let place = 0; place < this.count; place++) {
      const index = this.at("queue", place);
      if (moved.has(index)) continue;
      if (index === beside && !after) put();
      next[at++] = index;
      if (index === beside && after) put();
    }
    this.sequence = next;
    this.cursor = 0;
  }

  private sort(order: "name" | "size"): Uint32Array {
    const { shoot } = this;
    const names = order === "name" ? Array.from({ length: this.count }, (_, index) => nameOf(shoot, index)) : [];
    const compare =
      order === "name"
        ? (a: number, b: number) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b)
        : (a: number, b: number) => sizeOf(shoot, b) - sizeOf(shoot, a) || a - b;
    return (this.sorted[order] ??= Uint32Array.from({ length: this.count }, (_, index) => index).sort(compare));
  }

  /** Where all files go to one other place, that is the batch's own. */
  settleElsewhere(to: Destination): void {
    if (this.elsewhere.size + (this.totals.jobs.cancelled ?? 0) < this.count) return;
    this.destination = to;
    this.elsewhere.clear();
  }

  phase(): BatchState {
    const open = STATES.some((state) => !SETTLED.includes(state) && (this.totals.jobs[state] ?? 0) > 0);
    return open ? "open" : "finished";
  }

  settle(now: number): boolean {
    const finished = this.phase() === "finished";
    if (finished === (this.finishedAt !== null)) return false;
    this.finishedAt = finished ? now : null;
    return finished;
  }

  nextQueued(): number | null {
    while (this.cursor < this.count && this.state(this.at("queue", this.cursor)) !== "queued") this.cursor++;
    return this.cursor < this.count ? this.at("queue", this.cursor) : null;
  }

  view(): BatchView {
    return {
      id: this.id,
      account: this.account,
      label: this.label,
      destination: this.destination,
      state: this.phase(),
      totals: { jobs: { ...this.totals.jobs }, bytes: { ...this.totals.bytes } },
      created_at: this.createdAt,
      finished_at: this.finishedAt,
      left_out: this.leftOut,
      duplicates: this.duplicates,
      failure: null,
    };
  }

  jobView(index: number): JobView {
    const state = this.state(index);
    const extra = this.extras.get(index) ?? {};
    const { seed } = this.shoot;
    const asset = state === "done" ? { scheme: "image", id: hex(seed + 5, index, 20) } : null;
    return {
      id: this.job(index),
      batch: this.id,
      name: nameOf(this.shoot, index),
      folder: this.shoot.folder,
      place: (this.elsewhere.get(index) ?? this.destination).path,
      size: sizeOf(this.shoot, index),
      state,
      waiting_for: extra.waitingFor ?? null,
      sent: extra.sent ?? 0,
      failure: extra.failure ?? null,
      ready_at: extra.readyAt ?? null,
      asset,
      md5: asset || state === "processing" ? hex(seed + 9, index, 32) : null,
      done_at: asset ? (extra.doneAt ?? this.createdAt + 1000 * Math.floor(60 + fraction(seed, index) * 600)) : null,
      metadata: extra.metadata?.state ?? "none",
    };
  }
}
