// One course through the files that wait for a decision: one is shown, and whatever was decided, the next one comes.
import type {
  Backend,
  BatchId,
  Decision,
  DecisionKind,
  DuplicateAnswer,
  DuplicateReach,
  Failure,
  JobId,
  LocalFacts,
} from "../ipc";
import { toFailure } from "../ipc/failure";

/** For which files a decision counts. */
export type Scope = "one" | "kind" | "batch";

export type Tally = Record<DuplicateAnswer, number>;

export class Deciding {
  current = $state.raw<Decision | null>(null);
  /** Its place among those that wait, counted from zero. */
  offset = $state(0);
  total = $state(0);
  facts = $state.raw<LocalFacts | null>(null);
  /** Its bytes are being read, to compare them. */
  comparing = $state(false);
  /** Something is asked of the engine. */
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  scope = $state<Scope>("one");
  /** None is left. */
  finished = $state(false);
  /** Of the last decision, files that could not become a version. */
  left = $state(0);
  readonly tally: Tally = { upload: 0, version: 0, skip: 0 };
  private round = 0;

  constructor(
    private readonly backend: Backend,
    private readonly batch: BatchId | null,
    private readonly onkinds: (kinds: DecisionKind[]) => void,
  ) {}

  readonly hasNext = $derived.by(() => this.offset + 1 < this.total);
  readonly hasPrevious = $derived.by(() => this.offset > 0);

  begin = (job: JobId | null) => this.show(job, 0);
  next = () => this.step(1);
  previous = () => this.step(-1);

  /** Others may have decided meanwhile, and more may have come. */
  async follow(): Promise<void> {
    if (!this.busy && this.current) await this.show(this.current.job.id, this.offset);
  }

  again = () => this.show(this.current?.job.id ?? null, this.offset);

  async decide(answer: DuplicateAnswer): Promise<void> {
    const { current } = this;
    if (!current || this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      const result = await this.backend.decideDuplicates(answer, reachOf(this.scope, current));
      this.tally[answer] += result.changed;
      this.left = result.unchanged;
      this.scope = "one";
      await this.show(current.job.id, this.offset);
    } catch (reason) {
      this.failure = toFailure(reason);
    } finally {
      this.busy = false;
    }
  }

  private async step(by: number): Promise<void> {
    const to = this.offset + by;
    if (this.busy || to < 0 || to >= this.total) return;
    this.left = 0;
    await this.show(null, to);
  }

  /** This one, or the next one that still waits; or the one at this place. */
  private async show(from: JobId | null, offset: number): Promise<void> {
    const round = ++this.round;
    try {
      const page = await this.backend.listDecisions({ batch: this.batch, from, offset, limit: 1 });
      if (round !== this.round) return;
      this.failure = null;
      this.total = page.total;
      this.offset = page.offset;
      this.onkinds(page.kinds);
      this.take(page.decisions[0] ?? null);
      this.finished = page.total === 0;
      // Others left the list at its end.
      if (!this.current && page.total > 0) await this.show(null, page.total - 1);
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    }
  }

  private take(decision: Decision | null): void {
    const same = decision?.job.id === this.current?.job.id;
    this.current = decision;
    if (same) return;
    this.facts = null;
    this.comparing = false;
    if (decision) void this.look(decision);
  }

  /** First what is quickly known. Bytes are read only where they may be the same. */
  private async look({ job, of }: Decision): Promise<void> {
    const isShown = () => this.current?.job.id === job.id;
    const facts = await this.backend.localFacts(job.id, false).catch(() => null);
    if (!isShown()) return;
    this.facts = facts ?? { size: null, modified: null, md5: null };
    if (!facts || facts.md5 !== null || of.md5 === null || facts.size === null || facts.size !== of.size) return;
    this.comparing = true;
    const read = await this.backend.localFacts(job.id, true).catch(() => null);
    if (!isShown()) return;
    this.comparing = false;
    if (read) this.facts = read;
  }
}

function reachOf(scope: Scope, { job }: Decision): DuplicateReach {
  if (scope === "kind") return { for: "kind", job: job.id };
  if (scope === "batch") return { for: "batch", batch: job.batch };
  return { for: "these", selection: { of: "jobs", jobs: [job.id] } };
}
