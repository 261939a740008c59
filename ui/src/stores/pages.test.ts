import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeBackend } from "../ipc/fake";
import { JobPages, type PageSource } from "./pages.svelte";
import { EngineState } from "./engine.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function start(scenario: "million" | "busy") {
  const fake = new FakeBackend({ scenario, now: 1_772_000_000_000 });
  const engine = new EngineState(fake);
  const pages = new JobPages(fake);
  engine.onChanges((changes, batches) => pages.changed(changes, batches));
  await engine.start();
  return { fake, engine, pages, list: vi.spyOn(fake, "listJobs") };
}

const waiting: PageSource = { batch: 1, states: ["queued", "waiting", "paused"], search: "", order: "queue" };

it("fetches only what is in view", async () => {
  const { pages, list } = await start("million");
  pages.want([{ source: waiting, number: 4000 }]);
  await vi.advanceTimersByTimeAsync(0);
  expect(list).toHaveBeenCalledTimes(1);
  expect(pages.job(waiting, 400_050)?.state).toBe("queued");
  expect(pages.job(waiting, 0)).toBeUndefined();
  expect(pages.length(waiting)).toBe(879_993);
});

it("forgets what was long ago in view", async () => {
  const { pages } = await start("million");
  for (let number = 0; number < 60; number++) {
    pages.want([{ source: waiting, number }]);
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(pages.job(waiting, 0)).toBeUndefined();
  expect(pages.job(waiting, 5900)).toBeDefined();
});

it("asks once for many changes", async () => {
  const { fake, pages, list } = await start("busy");
  const source = { ...waiting, batch: 3 };
  pages.want([{ source, number: 0 }]);
  await vi.advanceTimersByTimeAsync(0);
  list.mockClear();
  for (let step = 0; step < 20; step++) fake.advance(200);
  await vi.advanceTimersByTimeAsync(300);
  expect(list).toHaveBeenCalledTimes(1);
});

it("keeps totals and batches true", async () => {
  const { fake, engine } = await start("busy");
  const before = engine.totals.jobs.done!;
  for (let step = 0; step < 100; step++) fake.advance(200);
  expect(engine.totals.jobs.done).toBeGreaterThan(before);
  const sum = engine.order.reduce((all, batch) => all + (batch.totals.jobs.done ?? 0), 0);
  expect(sum).toBe(engine.totals.jobs.done);
});
