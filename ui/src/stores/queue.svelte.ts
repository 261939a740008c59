// What the queue shows: filter, search, open batches, the active row and its details.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { QueueLayout, type Section } from "../features/queue/layout";
import type { BatchId, BatchView, JobId } from "../ipc";
import { countAll, countOf, type EngineState } from "./engine.svelte";
import type { JobPages, PageSource } from "./pages.svelte";
import { STATES_OF, type Filter } from "./states";

const DAY = 86_400_000;

/** The row that has the keyboard. A job is followed by its id, also when it moves in the list. */
export type Active =
  { kind: "batch"; batch: BatchId } | { kind: "job"; batch: BatchId | null; offset: number; job: JobId | null };

export class QueueView {
  filter = $state<Filter>("all");
  search = $state("");
  active = $state.raw<Active | null>(null);
  details = $state<JobId | null>(null);
  private readonly opened = new SvelteMap<BatchId, boolean>();
  /** Finished before this session began; kept in view as long as it lasts. */
  private readonly seen = new SvelteSet<BatchId>();

  constructor(
    private readonly engine: EngineState,
    private readonly pages: JobPages,
    private readonly now: () => number,
  ) {}

  readonly states = $derived(STATES_OF[this.filter]);
  readonly searchSource = $derived<PageSource>({ batch: null, states: this.states, search: this.search.trim() });

  /** Open ones, what finished within a day, and what has problems; the rest is history. */
  readonly batches = $derived.by(() => this.engine.order.filter((batch) => this.belongs(batch)));

  readonly layout = $derived(new QueueLayout(this.search.trim() ? this.searchSections() : this.batchSections()));

  isOpen(batch: BatchView): boolean {
    return (
      this.opened.get(batch.id) ?? (batch.state !== "finished" || this.filter !== "all" || this.batches.length === 1)
    );
  }

  toggle(batch: BatchView, open = !this.isOpen(batch)): void {
    this.opened.set(batch.id, open);
  }

  /** A batch that finishes while someone looks stays as it is. */
  keepAsShown(batch: BatchView): void {
    this.seen.add(batch.id);
    if (!this.opened.has(batch.id)) this.opened.set(batch.id, true);
  }

  sourceOf(section: Section): PageSource {
    return section.batch ? { batch: section.batch.id, states: this.states, search: "" } : this.searchSource;
  }

  toggleDetails(job: JobId): void {
    this.details = this.details === job ? null : job;
  }

  private belongs(batch: BatchView): boolean {
    if (batch.state !== "finished" || this.seen.has(batch.id)) return true;
    if (countOf(batch.totals, STATES_OF.problems) > 0) return true;
    return this.now() - (batch.finished_at ?? 0) < DAY;
  }

  private batchSections(): Section[] {
    return this.batches.flatMap((batch) => {
      const matching = this.states.length === 0 ? countAll(batch.totals) : countOf(batch.totals, this.states);
      if (matching === 0 && (this.filter !== "all" || batch.state !== "scanning")) {
        if (this.filter !== "all" || !batch.failure) return [];
      }
      const expanded = this.isOpen(batch);
      return [{ batch, expanded, jobs: expanded ? matching : 0 }];
    });
  }

  private searchSections(): Section[] {
    const jobs = this.pages.length(this.searchSource) ?? 0;
    return [{ batch: null, expanded: true, jobs }];
  }
}
