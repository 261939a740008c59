// Windows of the queue, fetched as they come into view. A million rows are only ever a few pages.
import { SvelteMap } from "svelte/reactivity";
import type { Backend, BatchId, BatchView, JobChange, JobStateKind, JobView } from "../ipc";

export const PAGE_SIZE = 100;
const KEPT = 40;
const AT_ONCE = 2;
const REFRESH_MS = 250;

/** The rows of one batch, or of a search over all of them. */
export interface PageSource {
  batch: BatchId | null;
  states: readonly JobStateKind[];
  search: string;
}

interface Page {
  source: PageSource;
  number: number;
  jobs: JobView[];
  stale: boolean;
}

export interface Wanted {
  source: PageSource;
  number: number;
}

export function sourceKey({ batch, states, search }: PageSource): string {
  return `${batch ?? "*"}|${states.join(",")}|${search}`;
}

const pageKey = ({ source, number }: Wanted): string => `${sourceKey(source)}|${number}`;

export class JobPages {
  private readonly pages = new SvelteMap<string, Page>();
  /** Rows of searches, as far as they are known. */
  private readonly lengths = new SvelteMap<string, number>();
  private readonly loading = new Set<string>();
  private wanted: Wanted[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly backend: Backend) {}

  job(source: PageSource, offset: number): JobView | undefined {
    return this.page(source, offset)?.jobs[offset % PAGE_SIZE];
  }

  /** Whether the answer for this offset has come, even if it has fewer rows than expected. */
  loaded(source: PageSource, offset: number): boolean {
    return this.page(source, offset) !== undefined;
  }

  /** How many rows a search has so far; null until its first answer. */
  length(source: PageSource): number | null {
    return this.lengths.get(sourceKey(source)) ?? null;
  }

  /** Says which pages are in view; what no longer is won't be fetched. */
  want(wanted: Wanted[]): void {
    this.wanted = wanted;
    this.pump();
  }

  /** Rows in view show their new state at once; the pages are fetched again soon, once for many changes. */
  changed(changes: JobChange[], batches: BatchView[]): void {
    const ids = new Set(batches.map((batch) => batch.id));
    const states = new Map(changes.map((change) => [change.job, change.state]));
    const inView = new Set(this.wanted.map(pageKey));
    for (const [key, page] of this.pages) {
      if (page.source.batch !== null && !ids.has(page.source.batch)) continue;
      const touched = inView.has(key) && page.jobs.some((job) => states.has(job.id));
      if (touched)
        this.pages.set(key, { ...page, stale: true, jobs: page.jobs.map((job) => withState(job, states.get(job.id))) });
      else page.stale = true;
    }
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.pump();
    }, REFRESH_MS);
  }

  private page(source: PageSource, offset: number): Page | undefined {
    return this.pages.get(pageKey({ source, number: Math.floor(offset / PAGE_SIZE) }));
  }

  private pump(): void {
    for (const wanted of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      const key = pageKey(wanted);
      const page = this.pages.get(key);
      if (this.loading.has(key) || (page && !page.stale)) continue;
      void this.load(key, wanted);
    }
  }

  private async load(key: string, { source, number }: Wanted): Promise<void> {
    this.loading.add(key);
    try {
      const { jobs } = await this.backend.listJobs({
        account: null,
        batch: source.batch,
        states: [...source.states],
        search: source.search || null,
        order: "added",
        after: null,
        offset: number * PAGE_SIZE,
        limit: PAGE_SIZE,
      });
      this.keep(key, { source, number, jobs, stale: false });
    } catch {
      // The row stays a placeholder; the next change or scroll asks again.
    } finally {
      this.loading.delete(key);
    }
    this.pump();
  }

  private keep(key: string, page: Page): void {
    this.pages.delete(key);
    this.pages.set(key, page);
    if (page.source.search) {
      const end = page.number * PAGE_SIZE + page.jobs.length;
      // A full page means that there may be another.
      const known = page.jobs.length === PAGE_SIZE ? end + 1 : end;
      const before = this.length(page.source) ?? 0;
      this.lengths.set(sourceKey(page.source), page.jobs.length === PAGE_SIZE ? Math.max(before, known) : known);
    }
    const inView = new Set(this.wanted.map(pageKey));
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT) break;
      if (!inView.has(old)) this.pages.delete(old);
    }
  }
}

function withState(job: JobView, state: JobStateKind | undefined): JobView {
  if (state === undefined || state === job.state) return job;
  return { ...job, state, waiting_for: null, failure: null, ready_at: null };
}
