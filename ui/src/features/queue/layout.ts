// Which row stands where: batch headers with their jobs below, without an object per row.
import type { BatchView } from "../../ipc";
import { PAGE_SIZE, pageKey, sourceKey, type PageSource, type Piece, type Wanted } from "../../stores/pages.svelte";

/** Jobs of a batch that stand together, such as those being sent. */
export interface Segment {
  source: PageSource;
  jobs: number;
}

export interface Section {
  /** Null for the one section of a search. */
  batch: BatchView | null;
  expanded: boolean;
  /** Empty when closed. */
  segments: Segment[];
}

export type RowPlace =
  { kind: "batch"; section: Section } | { kind: "job"; section: Section; segment: Segment; offset: number };

interface Span {
  start: number;
  length: number;
  section: Section;
  segment: Segment | null;
}

/** The pages that some rows are on, each once. */
export function pagesOf(places: Iterable<RowPlace | null>): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const place of places) {
    if (place?.kind !== "job") continue;
    const page = { source: place.segment.source, number: Math.floor(place.offset / PAGE_SIZE) };
    wanted.set(pageKey(page), page);
  }
  return [...wanted.values()];
}

export class QueueLayout {
  private readonly spans: Span[] = [];
  readonly rows: number;

  constructor(readonly sections: readonly Section[]) {
    let start = 0;
    const add = (length: number, section: Section, segment: Segment | null) => {
      if (length > 0) this.spans.push({ start, length, section, segment });
      start += length;
    };
    for (const section of sections) {
      add(section.batch ? 1 : 0, section, null);
      for (const segment of section.segments) add(segment.jobs, section, segment);
    }
    this.rows = start;
  }

  at(index: number): RowPlace | null {
    if (index < 0 || index >= this.rows) return null;
    const { start, section, segment } = this.spanAt(index);
    return segment ? { kind: "job", section, segment, offset: index - start } : { kind: "batch", section };
  }

  indexOfBatch(batch: number): number | null {
    return this.spans.find((span) => !span.segment && span.section.batch?.id === batch)?.start ?? null;
  }

  indexOfJob(source: string, offset: number): number | null {
    const span = this.spans.find(({ segment }) => segment && sourceKey(segment.source) === source);
    return span && offset < span.length ? span.start + offset : null;
  }

  /** The jobs among some rows. */
  between(first: number, last: number): Piece[] {
    return this.spans.flatMap(({ start, length, segment }) => {
      const from = Math.max(first, start);
      const to = Math.min(last, start + length - 1);
      return segment && from <= to ? [{ source: segment.source, offset: from - start, count: to - from + 1 }] : [];
    });
  }

  private spanAt(index: number): Span {
    let low = 0;
    let high = this.spans.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.spans[middle]!.start <= index) low = middle;
      else high = middle - 1;
    }
    return this.spans[low]!;
  }
}
