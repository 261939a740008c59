// Which element shows which row. The element of a row that is scrolled out of view is used for one that comes: new ones for
// each would be garbage by the hundred megabytes.
import { MOVING } from "../../stores/states";
import type { Row } from "./rows";

/** A row and the element that shows it. */
export interface Slotted {
  slot: number;
  row: Row;
}

interface Held {
  shown: Slotted;
  /** It may show another row, once its own is gone. */
  free: boolean;
}

export class Slots {
  private held = new Map<string, Held>();
  private made = 0;

  /**
   * Each row with a slot, in their order: the one it had, that of a row that is gone, or a new one. The element that holds
   * the focus, at this index until now, is not handed on: a key would reach another file. A row that says what it said
   * before is the same object as before, so that nothing of it is drawn anew.
   */
  assign(rows: readonly Row[], active: number, focused: number | null = null): Slotted[] {
    const now = new Map<string, Held>();
    const keys = new Set(rows.map((row) => row.key));
    const left: number[] = [];
    for (const [key, { shown, free }] of this.held) {
      if (free && shown.row.index !== focused && !keys.has(key)) left.push(shown.slot);
    }
    for (const row of rows) {
      const free = canServe(row) && row.index !== active;
      const before = this.held.get(row.key)?.shown;
      const slot = before?.slot ?? (free ? left.pop() : undefined) ?? ++this.made;
      now.set(row.key, { shown: before && saysTheSame(before.row, row) ? before : { slot, row }, free });
    }
    this.held = now;
    return rows.map((row) => now.get(row.key)!.shown);
  }
}

function saysTheSame(one: Row, other: Row): boolean {
  const sameShot = one.shot?.number === other.shot?.number && one.shot?.of === other.shot?.of;
  const samePlace = one.place.kind === other.place.kind && one.place.section === other.place.section;
  return one.index === other.index && one.job === other.job && one.batch === other.batch && sameShot && samePlace;
}

/** Bars glide from value to value, which is right within one file alone; and the row with the keyboard has the focus. */
function canServe({ place, job }: Row): boolean {
  return place.kind === "job" && !(job && MOVING.includes(job.state));
}
