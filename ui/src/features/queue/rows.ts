// From what is in view to what is drawn and what has to be fetched.
import type { BatchView, JobView } from "../../ipc";
import { type JobPages, type Wanted } from "../../stores/pages.svelte";
import type { Active, QueueView } from "../../stores/queue.svelte";
import { pagesOf, type RowPlace } from "./layout";
import { shotAt, type ShotPlace } from "./shots";
import type { Viewport } from "./viewport.svelte";

export interface Row {
  key: string;
  index: number;
  place: RowPlace;
  batch: BatchView | null;
  /** Null until its page has come. */
  job: JobView | null;
  /** Among the files of its picture, where they stand together. */
  shot: ShotPlace | null;
}

/** The rows in view, and the one that has the keyboard wherever it is: it must not lose the focus by scrolling. */
export function collectRows({ layout }: QueueView, pages: JobPages, view: Viewport, active: number): Row[] {
  const indices: number[] = [];
  for (let index = view.first; index <= view.last; index++) indices.push(index);
  if (active < view.first) indices.unshift(active);
  if (active > view.last && active < layout.rows) indices.push(active);

  // Neighbours are looked at several times.
  const seen = new Map<number, JobView | null>();
  const jobAt = (index: number): JobView | null => {
    let job = seen.get(index);
    if (job === undefined) {
      const place = layout.at(index);
      job = place?.kind === "job" ? (pages.job(place.segment.source, place.offset) ?? null) : null;
      seen.set(index, job);
    }
    return job;
  };
  const rows: Row[] = [];
  const taken = new Set<string>();
  for (const index of indices) {
    const place = layout.at(index);
    if (!place) continue;
    const job = jobAt(index);
    let key = place.kind === "batch" ? `b${place.section.batch!.id}` : job ? `j${job.id}` : `p${index}`;
    // Pages of two moments may both hold a job that moved between them.
    if (taken.has(key)) key = `p${index}`;
    taken.add(key);
    rows.push({ key, index, place, batch: place.section.batch, job, shot: job && shotAt(index, jobAt) });
  }
  return rows;
}

export function pagesFor({ searchSource }: QueueView, pages: JobPages, rows: Row[]): Wanted[] {
  if (searchSource.search && pages.length(searchSource) === null) return [{ source: searchSource, number: 0 }];
  return pagesOf(rows.map(({ place }) => place));
}

export function activeOf({ index, place, batch, job }: Row): Active {
  return { kind: place.kind, index, batch: batch?.id ?? null, job: job?.id ?? null };
}

/** Where the active row is now: its job or batch if that is in view, else the same place. */
export function findActive(rows: Row[], active: Active): Row | undefined {
  const same = rows.find((row) => {
    if (active.kind === "batch") return row.place.kind === "batch" && row.batch?.id === active.batch;
    return active.job !== null && row.job?.id === active.job;
  });
  return same ?? rows.find((row) => row.index === active.index);
}

/** Where a row that is no longer in view has gone. */
export function locateRow({ layout }: QueueView, pages: JobPages, key: string): number | null {
  const id = Number(key.slice(1));
  if (key.startsWith("b")) return layout.indexOfBatch(id);
  const found = key.startsWith("j") ? pages.locate(id) : null;
  return found && layout.indexOfJob(found.source, found.offset);
}

/** The row that something happened in; not what is below it. */
export function rowOf(rows: readonly Row[], { target }: Event): Row | undefined {
  const index = (target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset["row"];
  return index === undefined ? undefined : rows.find((row) => row.index === Number(index));
}

export const onButton = ({ target }: Event): boolean => (target as HTMLElement).closest("button") !== null;
