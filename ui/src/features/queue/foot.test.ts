import { expect, it } from "vitest";
import { lineSpeed } from "./foot";

it("says a speed only while something is left to send", () => {
  expect(lineSpeed(12, false, 41_000_000)).toMatch(/^41\sMB\/s$/);
  expect(lineSpeed(12, false, 0)).toBe("–");
  expect(lineSpeed(12, true, 41_000_000)).toBeNull();
  expect(lineSpeed(0, false, 41_000_000)).toBeNull();
});
