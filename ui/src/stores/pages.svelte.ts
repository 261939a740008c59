// Windows of the queue, fetched as they come into view. A million rows are only ever a few pages.
import { SvelteMap } from "svelte/reactivity";
import type {
  Backend,
  BatchId,
  BatchView,
  JobChange,
  JobId,
  JobOrder,
  JobPage,
  JobQuery,
  JobStateKind,
  JobView,
} from "../ipc";

export const PAGE_SIZE = 100;
const KEPT = 40;
const AT_ONCE = 2;
const REFRESH_MS = 250;
/** A window that takes long to find (a name in a million, sorted) is looked up less often: this share of the time at most. */
const BUSY_SHARE = 4;

/** Jobs of one batch in some states, or what a search finds in all of them. */
export interface PageSource {
  batch: BatchId | null;
  states: readonly JobStateKind[];
  search: string;
  order: JobOrder;
}

/** Rows of a source that stand together. */
export interface Piece {
  source: PageSource;
  offset: number;
  /** 0: all from there on, however many they are. */
  count: number;
}

export interface Wanted {
  source: PageSource;
  number: number;
}

interface Page extends Wanted {
  jobs: JobView[];
  stale: boolean;
}

const sourceKeys = new WeakMap<PageSource, string>();

/** Asked for with every row. */
export function sourceKey(source: PageSource): string {
  let key = sourceKeys.get(source);
  if (key === undefined) {
    const { batch, states, search, order } = source;
    key = `${batch ?? "*"}|${states.join(",")}|${order}|${search}`;
    sourceKeys.set(source, key);
  }
  return key;
}

export function jobQuery({ batch, states, search, order }: PageSource): JobQuery {
  return {
    account: null,
    batch,
    states: [...states],
    search: search || null,
    order,
    after: null,
    offset: 0,
    limit: PAGE_SIZE,
  };
}

export const pageKey = ({ source, number }: Wanted): string => `${sourceKey(source)}|${number}`;

export class JobPages {
  private readonly pages = new SvelteMap<string, Page>();
  /** Rows of a source, as its last page said; so the list and its rows are of one moment. */
  private readonly lengths = new SvelteMap<string, number>();
  private readonly loading = new Set<string>();
  private wanted: Wanted[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private refreshing = false;
  /** The last look at what is in view, milliseconds. */
  private took = 0;

  constructor(private readonly backend: Backend) {}

  job(source: PageSource, offset: number): JobView | undefined {
    const page = this.pages.get(pageKey({ source, number: Math.floor(offset / PAGE_SIZE) }));
    return page?.jobs[offset % PAGE_SIZE];
  }

  /** Where a job stands, if its page is known. */
  locate(job: JobId): { source: string; offset: number } | null {
    for (const { source, number, jobs } of this.pages.values()) {
      const index = jobs.findIndex(({ id }) => id === job);
      if (index >= 0) return { source: sourceKey(source), offset: number * PAGE_SIZE + index };
    }
    return null;
  }

  /** The rows of a piece, if all of them are there. */
  slice({ source, offset, count }: Piece): JobView[] | null {
    if (count === 0 || count > KEPT * PAGE_SIZE) return null;
    const jobs: JobView[] = [];
    for (let at = offset; at < offset + count; at++) {
      const job = this.job(source, at);
      if (!job) return null;
      jobs.push(job);
    }
    return jobs;
  }

  /** What is there of some jobs, each once. */
  loaded(wanted: (job: JobId) => boolean): JobView[] {
    const found = new Map<JobId, JobView>();
    for (const { jobs } of this.pages.values()) for (const job of jobs) if (wanted(job.id)) found.set(job.id, job);
    return [...found.values()];
  }

  /** Null until a page has come, and after changes out of view. */
  length(source: PageSource): number | null {
    return this.lengths.get(sourceKey(source)) ?? null;
  }

  /** Says which pages are in view; what no longer is won't be fetched. */
  want(wanted: Wanted[]): void {
    this.wanted = wanted;
    this.pump();
    if (wanted.some((one) => this.pages.get(pageKey(one))?.stale)) this.refreshSoon();
  }

  /** Has pages at hand before they are shown. One that does not come is asked for again once it is in view. */
  async fetchAhead(wanted: Wanted[]): Promise<void> {
    this.wanted = wanted;
    await Promise.all(wanted.map((one) => this.load(pageKey(one), one)));
  }

  /** Rows in view show their new state at once; the pages are fetched again soon, once for many changes. */
  changed(changes: JobChange[], batches: BatchView[]): void {
    const ids = new Set(batches.map((batch) => batch.id));
    const states = new Map(changes.map((change) => [change.job, change.state]));
    const inView = new Set(this.wanted.map(pageKey));
    const touched = ({ batch }: PageSource) => batch === null || ids.has(batch);
    for (const [key, page] of this.pages) {
      if (!touched(page.source)) continue;
      page.stale = true;
      if (inView.has(key) && page.jobs.some((job) => states.has(job.id))) {
        this.pages.set(key, { ...page, jobs: page.jobs.map((job) => withState(job, states.get(job.id))) });
      }
    }
    const kept = new Set(this.wanted.map(({ source }) => sourceKey(source)));
    for (const key of this.lengths.keys()) {
      if (!kept.has(key) && (key.startsWith("*") || ids.has(Number.parseInt(key)))) this.lengths.delete(key);
    }
    this.refreshSoon();
  }

  /** What is in view, without waiting for company. */
  async refreshNow(): Promise<void> {
    for (const wanted of this.wanted) {
      const page = this.pages.get(pageKey(wanted));
      if (page) page.stale = true;
    }
    await this.refresh();
  }

  private refreshSoon(): void {
    if (this.timer !== null || this.refreshing) return;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        void this.refresh();
      },
      Math.max(REFRESH_MS, this.took * BUSY_SHARE),
    );
  }

  /** All pages in view at once, so that a job that moved from one to another is never in both or in neither. */
  private async refresh(): Promise<void> {
    const stale = this.wanted.filter((wanted) => this.pages.get(pageKey(wanted))?.stale !== false);
    if (stale.length === 0) return;
    this.refreshing = true;
    for (const wanted of stale) {
      const page = this.pages.get(pageKey(wanted));
      // A change that comes while the answer is on its way makes it stale again.
      if (page) page.stale = false;
    }
    const started = Date.now();
    const answers = await Promise.allSettled(stale.map((wanted) => this.fetch(wanted)));
    this.took = Date.now() - started;
    answers.forEach((answer, index) => {
      if (answer.status === "fulfilled") this.keep(stale[index]!, answer.value);
    });
    this.refreshing = false;
    if (this.wanted.some((wanted) => this.pages.get(pageKey(wanted))?.stale)) this.refreshSoon();
  }

  /** Pages that aren't there at all. */
  private pump(): void {
    for (const wanted of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      const key = pageKey(wanted);
      if (!this.loading.has(key) && !this.pages.has(key)) void this.load(key, wanted);
    }
  }

  private async load(key: string, wanted: Wanted): Promise<void> {
    this.loading.add(key);
    try {
      this.keep(wanted, await this.fetch(wanted));
      this.loading.delete(key);
      this.pump();
    } catch {
      // The rows stay placeholders; the next change or scroll asks again.
      this.loading.delete(key);
    }
  }

  private fetch({ source, number }: Wanted): Promise<JobPage> {
    return this.backend.listJobs({ ...jobQuery(source), offset: number * PAGE_SIZE });
  }

  private keep(wanted: Wanted, { jobs, total }: JobPage): void {
    const key = pageKey(wanted);
    const before = this.pages.get(key);
    this.pages.delete(key);
    this.pages.set(key, { ...wanted, jobs, stale: before?.stale ?? false });
    this.lengths.set(sourceKey(wanted.source), total ?? this.searched(wanted, jobs.length));
    const inView = new Set(this.wanted.map(pageKey));
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT) break;
      if (!inView.has(old)) this.pages.delete(old);
    }
  }

  /** A search isn't counted: a full page means that there may be another row. */
  private searched({ source, number }: Wanted, jobs: number): number {
    const end = number * PAGE_SIZE + jobs;
    return jobs < PAGE_SIZE ? end : Math.max(this.length(source) ?? 0, end + 1);
  }
}

function withState(job: JobView, state: JobStateKind | undefined): JobView {
  if (state === undefined || state === job.state) return job;
  return { ...job, state, waiting_for: null, failure: null, ready_at: null };
}
