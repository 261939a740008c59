import { describe, expect, it } from "vitest";
import type { JobStateKind, JobView } from "../../ipc";
import type { Section } from "./layout";
import type { Row } from "./rows";
import { Slots } from "./slots";

const section: Section = { batch: null, expanded: true, segments: [] };
const row = (index: number, state: JobStateKind = "queued"): Row =>
  ({ key: `j${index}`, index, place: { kind: "job", section }, job: { id: index, state } as JobView }) as Row;
const window = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => row(first + at));

const slotsOf = (slots: Slots, ...given: Parameters<Slots["assign"]>) => slots.assign(...given).map(({ slot }) => slot);

describe("slots", () => {
  it("a row keeps its element, and those that are gone serve those that come", () => {
    const slots = new Slots();
    const before = slotsOf(slots, window(0, 9), 99);
    const after = slotsOf(slots, window(3, 12), 99);
    expect(after.slice(0, 7)).toEqual(before.slice(3));
    expect([...after].sort()).toEqual([...before].sort());
    expect(new Set(slotsOf(slots, window(500, 509), 99))).toEqual(new Set(before));
  });

  it("no two rows share one, however many come and go", () => {
    const slots = new Slots();
    for (const [first, last] of [
      [0, 5],
      [3, 20],
      [18, 22],
      [0, 40],
      [39, 41],
    ] as const) {
      const found = slotsOf(slots, window(first, last), first);
      expect(new Set(found).size).toBe(found.length);
    }
  });

  it("the element that has the focus or a bar is for its row alone", () => {
    const slots = new Slots();
    const [active, moving, other] = slotsOf(slots, [row(0), row(1, "uploading"), row(2)], 0);
    const [, focused] = slotsOf(slots, [row(2), row(5)], 99);
    const after = slotsOf(slots, [row(10), row(11), row(12)], 10, 5);
    expect(after).not.toContain(focused);
    expect(after).not.toContain(active);
    expect(after).not.toContain(moving);
    expect(after).toContain(other);
  });

  it("what says the same as before is the same object, and only that", () => {
    const slots = new Slots();
    const rows = window(0, 3);
    const [first, second, third] = slots.assign(rows, 0);
    const done = { ...rows[1]!, job: { ...rows[1]!.job, state: "done" } as JobView };
    const folded = { ...rows[2]!, place: { ...rows[2]!.place, section: { ...section } } };
    const after = slots.assign([{ ...rows[0]! }, done, folded], 0);
    expect(after[0]).toBe(first);
    expect(after[1]).toEqual({ slot: second!.slot, row: done });
    expect(after[2]).toEqual({ slot: third!.slot, row: folded });
    expect(after[2]).not.toBe(third);
  });
});
