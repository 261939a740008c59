// Lists of any length stay where they are read, and are drawn only where they are seen.
import { expect } from "@playwright/test";
import { test, advance, open, shoot } from "./support";

test("a million rows: scrolled smoothly, to the pixel, to the very end", async ({
  page,
}) => {
  await open(page, "million");
  const scroll = page.locator(".scroll");
  const rows = page.locator("[role=row]");
  await expect(rows.nth(5)).toBeVisible();
  expect(await rows.count()).toBeLessThan(50);

  const top = () =>
    rows.evaluateAll((all) =>
      Math.min(...all.map((row) => row.getBoundingClientRect().top)),
    );
  await page.keyboard.press("Tab");
  await rows.first().focus();
  await page.keyboard.press("End");
  await expect(rows.last()).toHaveAttribute("aria-rowindex", "1000001");
  await expect(rows.last()).toContainText("Done");
  const box = (await scroll.boundingBox())!;
  const last = (await rows.last().boundingBox())!;
  expect(
    Math.abs(last.y + last.height - (box.y + box.height)),
  ).toBeLessThanOrEqual(1);

  // In the compressed middle a wheel step moves exactly as far as it says, and nothing jumps when it comes to rest.
  await scroll.evaluate(
    (element) => (element.scrollTop = element.scrollHeight / 2),
  );
  await page.waitForTimeout(400);
  const middle = rows.filter({ hasText: "_" }).nth(10);
  const index = Number(await middle.getAttribute("aria-rowindex"));
  expect(index).toBeGreaterThan(400_000);
  const row = page.locator(`[aria-rowindex="${index}"]`);
  const before = (await row.boundingBox())!.y;
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.wheel(0, 120);
  await page.waitForTimeout(500);
  expect(
    Math.abs(before - 120 - (await row.boundingBox())!.y),
  ).toBeLessThanOrEqual(1.5);

  // How long the frames take is measured by `scroll.measure.ts`.
  await scroll.evaluate(async (element) => {
    for (let step = 0; step < 120; step++) {
      element.scrollTop += step % 10 === 0 ? 40_000 : 300;
      await new Promise(requestAnimationFrame);
    }
  });
  expect(await rows.count()).toBeLessThan(60);
  expect(await top()).toBeGreaterThan(-5000);
  await shoot(page, "million-scrolled");
});

test("what is read stays in place while jobs above it finish", async ({
  page,
}) => {
  await open(page, "busy");
  const scroll = page.locator(".scroll");
  await scroll.evaluate((element) => (element.scrollTop = 4000));
  await page.waitForTimeout(300);
  const row = page.getByRole("row", { name: /DSC_/ }).nth(14);
  const name = (await row.textContent())!.match(/DSC_\d+\.\w+/)![0];
  const before = (await page.getByRole("row", { name }).first().boundingBox())!
    .y;
  await advance(page, 12);
  const after = (await page.getByRole("row", { name }).first().boundingBox())!
    .y;
  expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
});
