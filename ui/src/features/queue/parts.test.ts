import { describe, expect, test } from "vitest";
import { cellsOf, MOST_CELLS, storedIn } from "./parts";

describe("the strip of parts", () => {
  test("has a cell for each part of a short file", () => {
    const parts = {
      count: 5,
      size: 8,
      stored: [
        [1, 2],
        [4, 4],
      ] as [number, number][],
      sending: [3],
    };
    expect(cellsOf(parts).map((cell) => cell.state)).toEqual(["stored", "stored", "sending", "stored", "missing"]);
    expect(storedIn(parts)).toBe(3);
  });

  test("puts parts of a long file together, and loses none", () => {
    const parts = { count: 10_000, size: 8, stored: [[1, 150]] as [number, number][], sending: [151, 9_999] };
    const cells = cellsOf(parts);
    expect(cells.length).toBeLessThanOrEqual(MOST_CELLS);
    expect(cells[0]).toEqual({ from: 1, to: 105, state: "stored" });
    expect(cells[1]?.state).toBe("sending");
    expect(cells[2]?.state).toBe("missing");
    expect(cells.at(-1)).toEqual({ from: 9_976, to: 10_000, state: "sending" });
    expect(cells.reduce((sum, cell) => sum + cell.to - cell.from + 1, 0)).toBe(10_000);
  });

  test("says that some of several are there", () => {
    const parts = { count: 200, size: 8, stored: [[2, 2]] as [number, number][], sending: [] };
    expect(cellsOf(parts)[0]?.state).toBe("some");
  });
});
