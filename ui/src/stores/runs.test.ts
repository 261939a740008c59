import { expect, it } from "vitest";
import { countIn, holds, joined, runsOf, without } from "./runs";

it("makes runs of ids in any order", () => {
  expect(runsOf([5, 1, 2, 3, 9, 8])).toEqual([
    [1, 3],
    [5, 5],
    [8, 9],
  ]);
  expect(countIn(runsOf([5, 1, 2, 3, 9, 8]))).toBe(6);
  expect(runsOf([])).toEqual([]);
});

it("joins what touches or overlaps", () => {
  expect(
    joined([
      [10, 20],
      [1, 3],
      [4, 6],
      [15, 30],
      [12, 13],
    ]),
  ).toEqual([
    [1, 6],
    [10, 30],
  ]);
});

it("takes some away", () => {
  const runs: [number, number][] = [
    [1, 10],
    [20, 30],
  ];
  expect(without(runs, [[5, 5]])).toEqual([
    [1, 4],
    [6, 10],
    [20, 30],
  ]);
  expect(
    without(runs, [
      [0, 2],
      [9, 21],
      [29, 40],
    ]),
  ).toEqual([
    [3, 8],
    [22, 28],
  ]);
  expect(without(runs, [[0, 100]])).toEqual([]);
  expect(without(runs, [])).toEqual(runs);
});

it("knows what it holds", () => {
  const runs = runsOf([1, 2, 3, 7, 1_000_000]);
  expect([0, 1, 3, 4, 7, 8, 1_000_000].map((job) => holds(runs, job))).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
    true,
  ]);
});
