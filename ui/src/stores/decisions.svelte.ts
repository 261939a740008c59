// How many files wait for a decision, of which kinds; kept true while jobs change.
import type { Backend, BatchId, Decision, DecisionKind, JobChange, JobId } from "../ipc";
import { Deciding } from "./deciding.svelte";

const SOON_MS = 400;

/** All, those of a batch, or beginning with one file. */
export interface Wanted {
  batch?: BatchId;
  job?: JobId;
}

export class Decisions {
  kinds = $state.raw<DecisionKind[]>([]);
  /** The dialog, while it is open. */
  deciding = $state.raw<Deciding | null>(null);
  readonly total = $derived(this.kinds.reduce((sum, { count }) => sum + count, 0));
  private readonly byBatch = $derived.by(() => {
    const counts = new Map<BatchId, number>();
    for (const { batch, count } of this.kinds) counts.set(batch, (counts.get(batch) ?? 0) + count);
    return counts;
  });
  private blocked = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private round = 0;

  /** `onfirst` hears when files begin to wait. */
  constructor(
    private readonly backend: Backend,
    private readonly onfirst: (count: number) => void,
  ) {}

  ofBatch(batch: BatchId): number {
    return this.byBatch.get(batch) ?? 0;
  }

  /** Those that one decision about this one can count for. */
  likeThis({ job, of }: Decision): number {
    const kind = (one: DecisionKind) =>
      one.batch === job.batch &&
      one.basis === of.basis &&
      one.certainty === of.certainty &&
      one.several === of.several &&
      one.same_picture === of.same_picture;
    return this.kinds.find(kind)?.count ?? 1;
  }

  /** So many jobs are blocked, for whatever reason. `changes`: as the event has them, which names none where there are many. */
  changed(blocked: number, changes: readonly JobChange[] | null): void {
    const same = blocked === this.blocked;
    const met = changes !== null && (changes.length === 0 || changes.some(({ state }) => state === "blocked"));
    this.blocked = blocked;
    if (blocked === 0) {
      this.round++;
      this.take([]);
    } else if (!same || met)
      this.timer ??= setTimeout(() => {
        this.timer = null;
        void this.load();
      }, SOON_MS);
  }

  open({ batch, job }: Wanted = {}): void {
    const deciding = new Deciding(this.backend, batch ?? null, (kinds) => this.keep(kinds, batch));
    this.deciding = deciding;
    void deciding.begin(job ?? null);
  }

  close(): void {
    this.deciding = null;
  }

  async load(): Promise<void> {
    const round = ++this.round;
    const query = { batch: null, from: null, offset: 0, limit: 1 };
    const page = await this.backend.listDecisions(query).catch(() => null);
    if (page && round === this.round) this.take(page.kinds);
    void this.deciding?.follow();
  }

  /** What the dialog has heard. */
  private keep(kinds: DecisionKind[], batch?: BatchId): void {
    this.round++;
    const others = batch === undefined ? [] : this.kinds.filter((kind) => kind.batch !== batch);
    this.take([...others, ...kinds]);
  }

  private take(kinds: DecisionKind[]): void {
    const before = this.total;
    this.kinds = kinds;
    if (before === 0 && this.total > 0 && !this.deciding) this.onfirst(this.total);
  }
}
