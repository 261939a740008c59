import { describe, expect, it } from "vitest";
import type { BatchView } from "../../ipc";
import { commandOf, movedIndex } from "./keys";
import { QueueLayout, type Section } from "./layout";
import { ScrollMap, TALLEST } from "./scroll";

const section = (id: number, ...jobs: number[]): Section => ({
  batch: { id } as BatchView,
  expanded: jobs.length > 0,
  segments: jobs.map((count, index) => ({
    source: { batch: id, states: [], search: String(index), order: "queue" as const },
    jobs: count,
  })),
});

describe("layout", () => {
  const layout = new QueueLayout([section(3, 2, 0, 1_000_000), section(2), section(1, 1)]);

  it("counts headers and jobs", () => {
    expect(layout.rows).toBe(1_000_006);
  });

  it("finds any row", () => {
    expect(layout.at(0)).toMatchObject({ kind: "batch", section: { batch: { id: 3 } } });
    expect(layout.at(2)).toMatchObject({ kind: "job", offset: 1, segment: { jobs: 2 } });
    expect(layout.at(3)).toMatchObject({ kind: "job", offset: 0, segment: { jobs: 1_000_000 } });
    expect(layout.at(1_000_002)).toMatchObject({ kind: "job", offset: 999_999 });
    expect(layout.at(1_000_003)).toMatchObject({ kind: "batch", section: { batch: { id: 2 } } });
    expect(layout.at(1_000_005)).toMatchObject({ kind: "job", section: { batch: { id: 1 } } });
    expect(layout.at(1_000_006)).toBeNull();
    expect(layout.indexOfBatch(1)).toBe(1_000_004);
  });
});

describe("scroll map", () => {
  it("leaves lists alone that browsers can show", () => {
    const map = new ScrollMap(44_000, 600);
    expect(map.tall).toBe(44_000);
    expect(map.toRows(1234)).toBe(1234);
  });

  const map = new ScrollMap(44_000_000, 600);

  it("reaches both ends of a million rows to the pixel", () => {
    expect(map.tall).toBe(TALLEST);
    expect(map.toRows(0)).toBe(0);
    expect(map.toRows(777)).toBe(777);
    expect(map.toRows(TALLEST - 600)).toBe(44_000_000 - 600);
    expect(map.toRows(TALLEST - 650)).toBe(44_000_000 - 650);
  });

  it("goes there and back", () => {
    for (const rows of [0, 999_999, 1_000_001, 20_000_000, 43_500_000, 43_999_400]) {
      expect(map.toRows(map.toBar(rows))).toBeCloseTo(rows, 3);
    }
  });

  it("follows small steps to the pixel and jumps with the scrollbar", () => {
    const bar = map.toBar(20_000_000);
    expect(map.follow(20_000_000, bar + 100, bar)).toBe(20_000_100);
    expect(map.follow(20_000_000, bar + 50_000, bar)).toBeCloseTo(map.toRows(bar + 50_000), 3);
  });
});

describe("keys", () => {
  const key = (name: string, held: Partial<KeyboardEvent> = {}) =>
    commandOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

  it("have meanings", () => {
    expect(key("Delete")).toBe("cancel");
    expect(key("P")).toBe("pause");
    expect(key("F10", { shiftKey: true })).toBe("menu");
    expect(key("p", { ctrlKey: true })).toBeNull();
  });

  it("move within the list", () => {
    expect(movedIndex(0, "up", 10, 5)).toBe(0);
    expect(movedIndex(3, "pageDown", 10, 5)).toBe(8);
    expect(movedIndex(3, "last", 10, 5)).toBe(9);
  });
});
