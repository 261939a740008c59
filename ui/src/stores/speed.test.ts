import { beforeEach, expect, it } from "vitest";
import { MeasuredSpeed } from "./speed.svelte";

const stored = new Map<string, string>();
const DAY = 24 * 3600_000;

beforeEach(() => {
  stored.clear();
  globalThis.localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  } as Storage;
});

it("is unknown until something moves", () => {
  const speed = new MeasuredSpeed(0);
  speed.take(0, 1);
  expect(speed.bytes).toBeNull();
});

it("follows the line slowly", () => {
  const speed = new MeasuredSpeed(0);
  for (let frame = 0; frame < 20; frame++) speed.take(50_000_000, frame);
  speed.take(500_000, 21);
  expect(speed.bytes).toBeGreaterThan(45_000_000);
  for (let frame = 0; frame < 400; frame++) speed.take(500_000, 22 + frame);
  expect(speed.bytes).toBeLessThan(1_000_000);
});

it("is known after a restart, for a week", () => {
  new MeasuredSpeed(0).take(7_000_000, DAY);
  expect(new MeasuredSpeed(2 * DAY).bytes).toBe(7_000_000);
  expect(new MeasuredSpeed(9 * DAY).bytes).toBeNull();
});

it("takes nothing from what it can't read", () => {
  for (const text of ["{", "7", '{"bytes":"fast","at":1}', '{"bytes":-1,"at":1}']) {
    stored.set("ferry.speed", text);
    expect(new MeasuredSpeed(2).bytes).toBeNull();
  }
});
