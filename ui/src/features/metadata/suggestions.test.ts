import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Suggestions } from "./suggestions.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const WORDS = ["spring", "summer", "selects"];
const fitting = async (text: string) => WORDS.filter((word) => word.startsWith(text));
const free = (taken: string[] = []) =>
  new Suggestions(
    fitting,
    () => taken,
    () => false,
  );
const strict = () =>
  new Suggestions(
    fitting,
    () => [],
    () => true,
  );

it("goes round through the options and the text itself", async () => {
  const found = free();
  found.typed("s");
  await vi.advanceTimersByTimeAsync(200);
  expect(found.chosen).toBeNull();
  const seen: (string | null)[] = [];
  for (let step = 0; step < 5; step++) {
    await found.move(1, "s");
    seen.push(found.chosen);
  }
  expect(seen).toEqual(["spring", "summer", "selects", null, "spring"]);
  await found.move(-1, "s");
  await found.move(-1, "s");
  expect(found.chosen).toBe("selects");
});

it("offers nothing that is there already", async () => {
  const found = free(["spring"]);
  await found.move(1, "");
  expect(found.options).toEqual(["summer", "selects"]);
});

it("takes the first that fits where only choices count, and has no place beside them", async () => {
  const found = strict();
  found.typed("su");
  await vi.advanceTimersByTimeAsync(1);
  expect(found.chosen).toBe("summer");
  await found.move(1, "su");
  expect(found.chosen).toBe("summer");
});

it("forgets an answer that comes too late", async () => {
  let answer: (words: string[]) => void = () => {};
  const found = new Suggestions(
    () => new Promise((resolve) => (answer = resolve)),
    () => [],
    () => false,
  );
  found.typed("s");
  await vi.advanceTimersByTimeAsync(200);
  found.close();
  answer(WORDS);
  await vi.advanceTimersByTimeAsync(1);
  expect(found.shown).toBe(false);
  expect(found.options).toEqual([]);
});

it("knows what an Enter means that comes before the list", async () => {
  const found = strict();
  found.typed("su");
  expect(found.chosen).toBeNull();
  expect(await found.first("su")).toBe("summer");
  expect(await found.first("x")).toBeNull();
});
