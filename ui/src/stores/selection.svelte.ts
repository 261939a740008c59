// The selected files. Rows that are not loaded are named by the engine: it is asked for their ids, never for the rows.
import type { Backend, JobId, JobView } from "../ipc";
import type { QueueLayout } from "../features/queue/layout";
import { jobQuery, type JobPages, type Piece } from "./pages.svelte";
import { countIn, holds, joined, runsOf, without, type Run } from "./runs";

/** Where a range begins: the row, and its job, which is followed when it moves. */
interface Anchor {
  index: number;
  job: JobId | null;
}

export class Selection {
  runs = $state.raw<readonly Run[]>([]);
  readonly count = $derived(countIn(this.runs));
  /** What was selected besides the range that is being drawn. */
  private base: readonly Run[] = [];
  private anchor: Anchor | null = null;
  private asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly pages: JobPages,
    private readonly layout: () => QueueLayout,
  ) {}

  has(job: JobId): boolean {
    return holds(this.runs, job);
  }

  /** Just these files, wherever their rows are. */
  choose(jobs: readonly JobId[]): void {
    this.take(runsOf(jobs), null);
  }

  /** More than one, and this is among them: what is done with it is done with all. */
  covers(job: JobId): boolean {
    return this.count > 1 && this.has(job);
  }

  clear(): void {
    this.take([], null);
  }

  only(index: number, job: JobId | null): void {
    this.take(job === null ? [] : [[job, job]], { index, job });
  }

  toggle(index: number, job: JobId): void {
    const one: Run[] = [[job, job]];
    this.take(this.has(job) ? without(this.runs, one) : joined([...this.runs, ...one]), { index, job });
  }

  /** From where the last click was (else from `start`) to this row; a range that was drawn from there before is replaced. */
  async extend(index: number, start = index): Promise<void> {
    this.anchor ??= { index: start, job: null };
    const from = this.anchorIndex() ?? index;
    const { base } = this;
    const pieces = this.layout().between(Math.min(from, index), Math.max(from, index));
    const found = await this.resolve(pieces);
    if (found) this.runs = joined([...base, ...found]);
  }

  /** All rows of some pieces, besides what is selected if `more`. */
  async add(pieces: Piece[], more = false): Promise<void> {
    const before = more ? this.runs : [];
    const found = await this.resolve(pieces);
    if (found) this.take(joined([...before, ...found]), this.anchor);
  }

  /** The selected rows that are loaded, or null if others are selected as well. */
  known(): JobView[] | null {
    if (this.count === 0) return [];
    const rows = this.pages.loaded((job) => this.has(job));
    return rows.length === this.count ? rows : null;
  }

  private take(runs: readonly Run[], anchor: Anchor | null): void {
    this.asked++;
    this.runs = this.base = runs;
    this.anchor = anchor;
  }

  private anchorIndex(): number | null {
    if (!this.anchor) return null;
    const found = this.anchor.job === null ? null : this.pages.locate(this.anchor.job);
    return (found && this.layout().indexOfJob(found.source, found.offset)) ?? this.anchor.index;
  }

  /** Null if something else was selected meanwhile. */
  private async resolve(pieces: Piece[]): Promise<Run[] | null> {
    const turn = ++this.asked;
    const parts = pieces.map((piece) => {
      const loaded = this.pages.slice(piece);
      if (loaded) return runsOf(loaded.map(({ id }) => id));
      return this.backend.selectJobs({ ...jobQuery(piece.source), offset: piece.offset, limit: piece.count });
    });
    const found = await Promise.all(parts).catch(() => null);
    return turn === this.asked ? found && found.flat() : null;
  }
}
