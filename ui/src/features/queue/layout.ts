// Which row stands where: batch headers with their jobs below, without an object per row.
import type { BatchView } from "../../ipc";

export interface Section {
  /** Null for the one section of a search. */
  batch: BatchView | null;
  /** Rows below the header; 0 when closed. */
  jobs: number;
  expanded: boolean;
}

export type RowPlace = { kind: "batch"; section: Section } | { kind: "job"; section: Section; offset: number };

export class QueueLayout {
  /** Index of the first row of each section. */
  private readonly starts: number[] = [];
  readonly rows: number;

  constructor(readonly sections: readonly Section[]) {
    let row = 0;
    for (const section of sections) {
      this.starts.push(row);
      row += header(section) + section.jobs;
    }
    this.rows = row;
  }

  at(index: number): RowPlace | null {
    if (index < 0 || index >= this.rows) return null;
    const number = this.sectionOf(index);
    const section = this.sections[number]!;
    const inside = index - this.starts[number]!;
    if (section.batch && inside === 0) return { kind: "batch", section };
    return { kind: "job", section, offset: inside - header(section) };
  }

  indexOfBatch(batch: number): number | null {
    const number = this.sections.findIndex((section) => section.batch?.id === batch);
    return number < 0 ? null : this.starts[number]!;
  }

  indexOfJob(batch: number | null, offset: number): number | null {
    const number = this.sections.findIndex((section) => (section.batch?.id ?? null) === batch);
    const section = this.sections[number];
    if (!section || offset >= section.jobs) return null;
    return this.starts[number]! + header(section) + offset;
  }

  private sectionOf(index: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const header = (section: Section): number => (section.batch ? 1 : 0);
