// The queue: selecting, sorting, moving, and what is done with many files at once.
import { expect, type Locator, type Page } from "@playwright/test";
import {
  test,
  advance,
  checkAccessible,
  drop,
  open,
  restart,
  shoot,
} from "./support";

const selected = (page: Page) => page.locator("[role=row][aria-selected=true]");
const bar = (page: Page) =>
  page.getByRole("toolbar", { name: "Selected files" });
const at = { position: { x: 300, y: 20 } };

/** The rows of the batch that waits. */
async function waiting(page: Page) {
  await page.getByRole("button", { name: /^Waiting/ }).click();
  const row = page.locator(".row.job");
  await expect(row.nth(9)).toContainText("DSC_");
  return row;
}

const nameOf = async (row: Locator) =>
  (await row.textContent())!.match(/DSC_\d+(-\d+)?\.\w+/)![0];
const names = async (page: Page, count: number) =>
  (await page.getByRole("row", { name: /DSC_/ }).allTextContents())
    .slice(0, count)
    .map((text) => text.match(/DSC_\d+(-\d+)?\.\w+/)![0]);

test("files are selected by clicks: one, more, and a range", async ({
  page,
}) => {
  await open(page, "busy");
  const row = await waiting(page);
  await row.nth(2).click(at);
  await expect(selected(page)).toHaveCount(1);
  await expect(bar(page)).toBeHidden();
  await row.nth(4).click({ ...at, modifiers: ["Control"] });
  await row.nth(9).click({ ...at, modifiers: ["Shift"] });
  await expect(bar(page)).toContainText("7 files selected");
  // A range that is drawn anew from the same place gives back what it no longer covers.
  await row.nth(6).click({ ...at, modifiers: ["Shift"] });
  await expect(bar(page)).toContainText("4 files selected");
  await row.nth(5).click({ ...at, modifiers: ["Control"] });
  await expect(bar(page)).toContainText("3 files selected");
  await shoot(page, "selection");
  await checkAccessible(page, "selection");
  await page.keyboard.press("Escape");
  await expect(selected(page)).toHaveCount(0);
});

test("files are selected by keys, and everything that is done is done with all of them", async ({
  page,
}) => {
  await open(page, "busy");
  const row = await waiting(page);
  await row.first().focus();
  for (let step = 0; step < 3; step++)
    await page.keyboard.press("Shift+ArrowDown");
  await expect(bar(page)).toContainText("4 files selected");
  await page.keyboard.press("Control+ArrowDown");
  await page.keyboard.press("Control+ArrowDown");
  await page.keyboard.press("Control+Space");
  await expect(bar(page)).toContainText("5 files selected");
  const chosen = await nameOf(selected(page).last());
  await page.keyboard.press("p");
  await expect(page.getByRole("row", { name: chosen })).toContainText("Paused");
  await expect(selected(page).filter({ hasText: "Paused" })).toHaveCount(5);
  await page.keyboard.press("Delete");
  await expect(page.getByText("5 files cancelled.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row", { name: chosen })).toBeVisible();
});

test("a million files are selected without being loaded", async ({ page }) => {
  await open(page, "million");
  const row = page.locator(".row.job");
  await expect(row.first()).toBeVisible();
  await row.first().click(at);
  await page.keyboard.press("Control+a");
  await expect(bar(page)).toContainText("1,000,000 files selected");
  await expect(bar(page).getByRole("button", { name: "Pause" })).toBeVisible();
  await page.keyboard.press("Escape");
  // A range over rows that were never in view.
  await row.nth(9).click(at);
  await page
    .locator(".scroll")
    .evaluate((list) => (list.scrollTop = list.scrollHeight / 2));
  await page.waitForTimeout(400);
  const far = row.nth(8);
  const index = Number(await far.getAttribute("aria-rowindex"));
  const from = Number(
    await selected(page).first().getAttribute("aria-rowindex"),
  );
  await far.click({ ...at, modifiers: ["Shift"] });
  await expect(bar(page)).toContainText(
    `${(index - from + 1).toLocaleString("en-GB")} files selected`,
  );
});

test("the menu of several files says what can be done with them", async ({
  page,
}) => {
  await open(page, "busy");
  const row = await waiting(page);
  await row.nth(1).click(at);
  await row.nth(3).click({ ...at, modifiers: ["Shift"] });
  await row.nth(2).click({ ...at, button: "right" });
  const menu = page.getByRole("menu", { name: "Actions for 3 selected files" });
  await expect(menu.getByRole("menuitem")).toContainText([
    "Pause",
    "Move to the top",
    "Clear selection",
    "Cancel",
  ]);
  await page.keyboard.press("Escape");
  // A row that isn't among them is meant alone.
  await row.nth(6).click({ ...at, button: "right" });
  await expect(
    page.getByRole("menu", { name: /^Actions for DSC_/ }),
  ).toBeVisible();
  await expect(selected(page)).toHaveCount(1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menu")).toBeVisible();
});

test("a cancel asks only where much would be lost", async ({ page }) => {
  await open(page, "ten");
  await advance(page, 12);
  const film = page.getByRole("row", { name: /Brand film/ });
  await expect(film.first()).toContainText("Sending");
  await film.first().click(at);
  await page.keyboard.press("Delete");
  const question = page.getByRole("dialog", { name: "Cancel this file?" });
  await expect(question).toContainText("Much of it has been sent already.");
  await question.getByRole("button", { name: "Keep uploading" }).click();
  await expect(film.first()).toContainText("Sending");
});

test("sorted by name, size or age, and so again after a new start", async ({
  page,
}) => {
  await open(page, "busy");
  await waiting(page);
  await page.getByRole("button", { name: /^Sort/ }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("button", { name: "Sort: By name" }),
  ).toBeVisible();
  await page.waitForTimeout(300);
  const sorted = await names(page, 12);
  expect(sorted).toEqual([...sorted].sort());
  await restart(page);
  await expect(
    page.getByRole("button", { name: "Sort: By name" }),
  ).toBeVisible();
});

test("waiting files are dragged to another place, and sent in that order", async ({
  page,
}) => {
  await open(page, "busy");
  await page.getByRole("button", { name: /^Waiting/ }).click();
  const row = page.getByRole("row", { name: /DSC_/ });
  await expect(row.first()).toBeVisible();
  const before = await names(page, 10);
  await row.nth(7).hover(at);
  await page.mouse.down();
  const target = (await row.nth(2).boundingBox())!;
  await page.mouse.move(target.x + 300, target.y + 30, { steps: 4 });
  await page.mouse.move(target.x + 300, target.y + 6, { steps: 4 });
  await expect(page.getByText("Move 1 file")).toBeVisible();
  await shoot(page, "dragging");
  await page.mouse.up();
  const after = [...before];
  after.splice(2, 0, ...after.splice(7, 1));
  await expect.poll(() => names(page, 10)).toEqual(after);
  // By keys: back down two places.
  await page.getByRole("row", { name: before[7] }).focus();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByText(`Moved after ${before[2]}.`)).toBeAttached();
  after.splice(3, 0, ...after.splice(2, 1));
  await expect.poll(() => names(page, 10)).toEqual(after);
  await expect(page.getByRole("row", { name: before[7] })).toBeFocused();
  // Over three others, one of which is a film.
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await expect
    .poll(async () => (await names(page, 10)).indexOf(before[7]!))
    .toBe(1);
});

test("the details of a file in parts show which of them have arrived", async ({
  page,
}) => {
  await open(page, "ten");
  await advance(page, 12);
  await page
    .getByRole("row", { name: /Brand film/ })
    .first()
    .dblclick(at);
  const details = page.getByRole("group", { name: /^Details of/ });
  await expect(
    details.getByText(/\d+ of \d+ parts are with the server/),
  ).toBeVisible();
  await expect(details.getByText("3 on the way")).toBeVisible();
  const cells = details.locator(".strip span");
  expect(await cells.count()).toBeGreaterThan(20);
  expect(await cells.count()).toBeLessThanOrEqual(96);
  await shoot(page, "parts");
  await checkAccessible(page, "parts");
});

test("the files of one picture hang together", async ({ page }) => {
  await open(page, "empty");
  await drop(page, ["/Volumes/Card 1"]);
  await page.getByRole("button", { name: "Choose a destination" }).click();
  await page.getByRole("treeitem", { name: /Inbox/ }).dblclick();
  await page.getByRole("button", { name: "Upload 1,272 files" }).click();
  const part = (name: string, number: number) =>
    page.getByRole("row", {
      name: new RegExp(`${name} file ${number} of 3 of one picture`),
    });
  await expect(part("DSC_0414.NEF", 1)).toHaveClass(/shot first/);
  await expect(part("DSC_0414.jpg", 2)).toHaveClass(/shot/);
  await expect(part("DSC_0414.xmp", 3)).toHaveClass(/shot last/);
  // By size the films of another order come between them: what stands apart hangs together no more.
  await page.getByRole("button", { name: /^Sort/ }).click();
  await page.getByRole("menuitemradio", { name: "Largest first" }).click();
  await expect(page.getByRole("row", { name: /\.NEF/ }).nth(5)).toBeVisible();
  await expect(page.getByText("of one picture")).toHaveCount(0);
});

test("a file is found in the history, with its asset and its receipt", async ({
  page,
}) => {
  await open(page, "done");
  await page.getByRole("button", { name: "History" }).click();
  await page.keyboard.press("Control+f");
  await expect(
    page.getByRole("searchbox", { name: "Search sent files" }),
  ).toBeFocused();
  await page.keyboard.type("0413");
  const found = page.getByRole("region", { name: "Files of finished uploads" });
  await expect(found.getByRole("listitem").first()).toContainText("DSC_0413");
  await found
    .getByRole("button", { name: /^Receipt that lists DSC_0413/ })
    .first()
    .click();
  await shoot(page, "history-search-menu");
  await page.getByRole("menuitem", { name: /^Open receipt/ }).click();
  expect(await page.evaluate(() => window.ferryFake.opened)).toHaveLength(1);
  await shoot(page, "history-search");
  await checkAccessible(page, "history-search");
  await page.keyboard.press("Control+f");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("nothing like it");
  await expect(
    page.getByText("No finished upload holds a file called"),
  ).toBeVisible();
});
