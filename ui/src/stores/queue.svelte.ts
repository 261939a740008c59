// What the queue shows: filter, search, open batches, the active row and its details.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { pagesOf, QueueLayout, type Section, type Segment } from "../features/queue/layout";
import type { BatchId, BatchView, JobId, JobOrder } from "../ipc";
import { countAll, countOf, type EngineState } from "./engine.svelte";
import type { JobPages, PageSource, Piece } from "./pages.svelte";
import { MOVING, SEGMENTS, STATES_OF, type Filter } from "./states";

const DAY = 86_400_000;
const ORDER = "ferry.queue.order";
export const ORDERS = ["queue", "newest", "name", "size"] as const satisfies readonly JobOrder[];
export type QueueOrder = (typeof ORDERS)[number];

/** The row that has the keyboard: where it is, and which job, which is followed when it moves. */
export interface Active {
  kind: "batch" | "job";
  index: number;
  batch: BatchId | null;
  job: JobId | null;
}

export class QueueView {
  filter = $state<Filter>("all");
  search = $state("");
  active = $state.raw<Active | null>(null);
  details = $state<JobId | null>(null);
  order = $state<QueueOrder>(ORDERS.find((order) => order === remembered()) ?? "queue");
  private readonly opened = new SvelteMap<BatchId, boolean>();
  /** Finished while someone looked; kept in view as long as the session lasts. */
  private readonly seen = new SvelteSet<BatchId>();

  constructor(
    private readonly engine: EngineState,
    private readonly pages: JobPages,
    private readonly now: () => number,
  ) {}

  readonly searchSource = $derived<PageSource>({
    batch: null,
    states: STATES_OF[this.filter],
    search: this.search.trim(),
    order: this.order,
  });

  /** Open ones, what finished within a day, and what has problems; the rest is history. */
  readonly batches = $derived.by(() => this.engine.order.filter((batch) => this.belongs(batch)));
  /** While nothing moves, the batch that will be next. */
  private readonly front = $derived.by(() => {
    const waiting = this.batches.filter((batch) => batch.state !== "finished");
    return waiting.some((batch) => countOf(batch.totals, MOVING) > 0) ? undefined : waiting.at(-1)?.id;
  });

  readonly layout = $derived(new QueueLayout(this.search.trim() ? this.searchSections() : this.batchSections()));

  /** Fetches what so many rows from the first one on show. */
  fetchAhead(rows: number): Promise<void> {
    const indices = Array.from({ length: Math.min(rows, this.layout.rows) }, (_, index) => index);
    return this.pages.fetchAhead(pagesOf(indices.map((index) => this.layout.at(index))));
  }

  isOpen(batch: BatchView): boolean {
    return this.opened.get(batch.id) ?? this.opensByItself(batch);
  }

  toggle(batch: BatchView, open = !this.isOpen(batch)): void {
    this.opened.set(batch.id, open);
  }

  show(filter: Filter): void {
    this.filter = filter;
    this.search = "";
    this.details = null;
    this.active = null;
  }

  sort(order: QueueOrder): void {
    this.order = order;
    localStorage.setItem(ORDER, order);
  }

  /** The rows of a batch that the filter shows, also while it is closed; of all if there is no batch. */
  pieces(batch: BatchView | null): Piece[] {
    if (!batch && this.search.trim()) return [{ source: this.searchSource, offset: 0, count: 0 }];
    const batches = batch ? [batch] : this.batches;
    return batches.flatMap((one) =>
      this.segmentsOf(one).map(({ source, jobs }) => ({ source, offset: 0, count: jobs })),
    );
  }

  /** What has been opened stays open, also when the batch rests or finishes. */
  keepOpen(batches: BatchView[]): void {
    for (const batch of batches) {
      if (batch.state === "finished") this.seen.add(batch.id);
      if (!this.opened.has(batch.id) && countOf(batch.totals, MOVING) > 0) this.opened.set(batch.id, true);
    }
  }

  /** Rows stand in the order in which they are sent, so that it can be changed by moving them. */
  get movable(): boolean {
    return this.order === "queue" && !this.search.trim();
  }

  toggleDetails(job: JobId): void {
    this.details = this.details === job ? null : job;
  }

  private opensByItself(batch: BatchView): boolean {
    if (this.filter !== "all" || this.batches.length === 1) return true;
    if (batch.state === "finished") return false;
    return batch.id === this.front || countOf(batch.totals, MOVING) > 0;
  }

  private belongs(batch: BatchView): boolean {
    if (batch.state !== "finished" || this.seen.has(batch.id)) return true;
    if (countOf(batch.totals, STATES_OF.problems) > 0) return true;
    return this.now() - (batch.finished_at ?? 0) < DAY;
  }

  private batchSections(): Section[] {
    const filter = STATES_OF[this.filter];
    return this.batches.flatMap((batch) => {
      const matching = filter.length === 0 ? countAll(batch.totals) : countOf(batch.totals, filter);
      // A batch without files may still be looking for them, or have failed as a whole.
      if (matching === 0 && (filter.length > 0 || (batch.state === "finished" && !batch.failure))) return [];
      const expanded = this.isOpen(batch);
      return [{ batch, expanded, segments: expanded ? this.segmentsOf(batch) : [] }];
    });
  }

  private segmentsOf(batch: BatchView): Segment[] {
    return SEGMENTS[this.filter].map((states) => {
      const source = { batch: batch.id, states, search: "", order: this.order };
      return { source, jobs: this.pages.length(source) ?? countOf(batch.totals, states) };
    });
  }

  private searchSections(): Section[] {
    const source = this.searchSource;
    return [{ batch: null, expanded: true, segments: [{ source, jobs: this.pages.length(source) ?? 0 }] }];
  }
}

/** Without a window (in tests) there is nothing to remember. */
const remembered = (): string | null => (typeof localStorage === "undefined" ? null : localStorage.getItem(ORDER));
