// From what is in view to what is drawn and what has to be fetched.
import type { BatchView, JobView } from "../../ipc";
import { PAGE_SIZE, sourceKey, type JobPages, type Wanted } from "../../stores/pages.svelte";
import type { QueueView } from "../../stores/queue.svelte";
import type { RowPlace } from "./layout";
import type { Viewport } from "./viewport.svelte";

export interface Row {
  key: string;
  index: number;
  place: RowPlace;
  batch: BatchView | null;
  /** Null until its page has come. */
  job: JobView | null;
}

export function rowOfActive({ active, layout }: QueueView): number | null {
  if (!active) return null;
  return active.kind === "batch" ? layout.indexOfBatch(active.batch) : layout.indexOfJob(active.batch, active.offset);
}

/** The rows in view, and the one that has the keyboard wherever it is: it must not lose the focus by scrolling. */
export function collectRows(queue: QueueView, pages: JobPages, view: Viewport, active: number | null): Row[] {
  const indices: number[] = [];
  for (let index = view.first; index <= view.last; index++) indices.push(index);
  if (active !== null && active < view.first) indices.unshift(active);
  if (active !== null && active > view.last && active < queue.layout.rows) indices.push(active);

  const rows: Row[] = [];
  const taken = new Set<string>();
  for (const index of indices) {
    const place = queue.layout.at(index);
    if (!place) continue;
    if (place.kind === "batch") {
      rows.push({ key: `b${place.section.batch!.id}`, index, place, batch: place.section.batch, job: null });
      continue;
    }
    const job = pages.job(queue.sourceOf(place.section), place.offset) ?? null;
    let key = job ? `j${job.id}` : `p${index}`;
    // Pages of two moments may both hold a job that moved between them.
    if (taken.has(key)) key = `p${index}`;
    taken.add(key);
    rows.push({ key, index, place, batch: null, job });
  }
  return rows;
}

export function pagesFor(queue: QueueView, pages: JobPages, rows: Row[]): Wanted[] {
  if (queue.searchSource.search && pages.length(queue.searchSource) === null)
    return [{ source: queue.searchSource, number: 0 }];
  const wanted = new Map<string, Wanted>();
  for (const { place } of rows) {
    if (place.kind !== "job") continue;
    const source = queue.sourceOf(place.section);
    const number = Math.floor(place.offset / PAGE_SIZE);
    wanted.set(`${sourceKey(source)}|${number}`, { source, number });
  }
  return [...wanted.values()];
}
