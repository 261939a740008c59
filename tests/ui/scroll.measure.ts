// How long the frames take while a million rows are scrolled; figures, no verdict: that depends on the machine.
// `npx playwright test -c measure.config.ts`
import { test } from "@playwright/test";
import { open } from "./support";

interface Figures {
  frames: number;
  longest: number;
  over50: number;
  median: number;
  longTasks: number[];
  rows: number;
  megabytes: number;
}

/** Pixels, and with which frames. */
const MANNERS = {
  "by wheel": { by: 120, every: 1 },
  fast: { by: 3000, every: 1 },
  "by the scrollbar, anywhere": { by: 350_000, every: 10 },
};

for (const [manner, step] of Object.entries(MANNERS)) {
  test(manner, async ({ page }) => {
    await open(page, "million");
    await page.locator("[role=row]").nth(5).waitFor();
    await page.waitForTimeout(1500);
    const figures = await page.evaluate(async ({ by, every }) => {
      const list = document.querySelector(".scroll")!;
      const longTasks: number[] = [];
      new PerformanceObserver((seen) =>
        seen.getEntries().forEach((task) => longTasks.push(task.duration)),
      ).observe({ type: "longtask" });
      const frames: number[] = [];
      let rows = 0;
      let before = await new Promise<number>(requestAnimationFrame);
      for (let frame = 0; frame < 300; frame++) {
        if (frame % every === 0) list.scrollTop += by;
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - before);
        before = now;
        rows = Math.max(rows, document.querySelectorAll("[role=row]").length);
      }
      const sorted = [...frames].sort((a, b) => a - b);
      const memory = (performance as { memory?: { usedJSHeapSize: number } })
        .memory;
      return {
        frames: frames.length,
        longest: Math.round(sorted.at(-1)!),
        over50: frames.filter((time) => time > 50).length,
        median: Math.round(sorted[sorted.length >> 1]!),
        longTasks: longTasks.map(Math.round),
        rows,
        megabytes: Math.round((memory?.usedJSHeapSize ?? 0) / 1e6),
      } satisfies Figures;
    }, step);
    console.log(manner, JSON.stringify(figures));
  });
}
