import { expect, it } from "vitest";
import { movedTile } from "./grid";

it("moves over tiles and stays within them", () => {
  const to = (from: number, key: string) => movedTile(from, key, 4, 10, 2);
  expect([to(0, "ArrowLeft"), to(0, "ArrowRight"), to(9, "ArrowRight")]).toEqual([0, 1, 9]);
  expect([to(1, "ArrowUp"), to(1, "ArrowDown"), to(5, "ArrowUp")]).toEqual([1, 5, 1]);
  // The last row is shorter: its last tile is the nearest, and from there is no further.
  expect([to(7, "ArrowDown"), to(9, "ArrowDown"), to(5, "ArrowDown")]).toEqual([9, 9, 9]);
  expect([to(1, "PageDown"), to(9, "PageUp"), to(3, "PageUp")]).toEqual([9, 1, 3]);
  expect([to(5, "Home"), to(5, "End"), to(5, "a"), movedTile(0, "End", 4, 0, 2)]).toEqual([0, 9, null, null]);
});
