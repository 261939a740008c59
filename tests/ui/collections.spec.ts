// My Collections by the keyboard: a folder, a mark, a plan that somebody agrees to, a file that comes back.
import { expect, type Page } from "@playwright/test";
import { openCollections, tab } from "./catalogue/collections";
import { advance, open, test } from "./support";

const row = (page: Page, name: string) =>
  page.getByRole("article", { name: new RegExp(`^${name}`) });
const toggle = (page: Page, name: string) =>
  page.getByRole("switch", { name: `Sync “${name}” to this computer` });
const fake = <T>(page: Page, look: string) =>
  page.evaluate(
    (name) =>
      (window.ferryFake as unknown as { collections: Record<string, unknown> })
        .collections[name] as T,
    look,
  );

/** Presses Tab until it is there: what can't be reached so is not there for some. */
async function tabTo(page: Page, name: RegExp | string): Promise<void> {
  const target = page.getByRole("button", { name, exact: true }).first();
  for (let step = 0; step < 80; step++) {
    if (await target.evaluate((element) => element === document.activeElement))
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way to ${String(name)} by Tab`);
}

test("first use: the folder is offered, a collection is marked, and its files come", async ({
  page,
}) => {
  await open(page, "collections-new");
  await openCollections(page);
  await expect(page.getByText("212 GB free on “Macintosh HD”")).toBeVisible();
  await tabTo(page, "Use this folder");
  await page.keyboard.press("Enter");
  await toggle(page, "Plane trip").focus();
  await page.keyboard.press("Space");
  await expect(toggle(page, "Plane trip")).toBeChecked();
  await advance(page, 2);
  await expect(row(page, "Plane trip")).toContainText("Downloading");
  await expect(
    page.getByRole("progressbar", { name: "Download of “Plane trip”" }),
  ).toBeVisible();
  await advance(page, 400);
  await expect(row(page, "Plane trip")).toContainText("Up to date");
  await expect(row(page, "Plane trip")).toContainText("86 files");
  // What came is told, newest first.
  await tab(page, /^Recent/);
  await expect(page.locator("[data-tile]").first()).toBeVisible();
});

test("another folder is chosen; one that can't be written says why", async ({
  page,
}) => {
  await open(page, "collections-new");
  await openCollections(page);
  await page.evaluate(() => {
    const { collections } = window.ferryFake as unknown as {
      collections: { picked: string };
    };
    collections.picked = "/System";
  });
  await page.getByRole("button", { name: "Choose another…" }).click();
  await expect(page.getByText("Ferry may not write in /System.")).toBeVisible();
  await expect(page.getByText("Choose another folder.")).toBeVisible();
});

test("switched off, its files stay, and that is said", async ({ page }) => {
  await open(page, "collections");
  await openCollections(page);
  await toggle(page, "Plane trip").focus();
  await page.keyboard.press("Space");
  await expect(toggle(page, "Plane trip")).not.toBeChecked();
  await expect(row(page, "Plane trip")).toContainText(
    "Off. Its files stay as they are",
  );
  await expect(
    page.getByText("“Plane trip” is off. Its files stay where they are."),
  ).toBeVisible();
});

test("a plan that removes much is shown, and agreed to", async ({ page }) => {
  await open(page, "collections");
  await openCollections(page);
  await tabTo(page, "Look at the changes");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", {
    name: "Remove 64 files of “Press kit” from this computer?",
  });
  await expect(dialog).toContainText("restore each for 30 days");
  await expect(dialog.getByText("64 files go to Held files")).toBeVisible();
  await expect(dialog.getByText("is kept under another name")).toBeVisible();
  // Away without an answer: nothing has happened.
  await page.keyboard.press("Escape");
  await expect(row(page, "Press kit")).toContainText(
    "Nothing is removed until you agree",
  );
  await expect(
    page.getByRole("button", { name: "Look at the changes" }),
  ).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, "Remove 64 files");
  await page.keyboard.press("Enter");
  await expect(row(page, "Press kit")).toContainText("Up to date");
  await expect(
    page.getByRole("button", { name: "Held files 67" }),
  ).toBeVisible();
});

test("a held file comes back", async ({ page }) => {
  await open(page, "collections");
  await tab(page, /^Held files/);
  await expect(page.getByText("21 days left")).toHaveCount(3);
  await tabTo(page, /^Restore/);
  await page.keyboard.press("Enter");
  await expect(page.getByText("21 days left")).toHaveCount(2);
  await expect(page.getByText(/is back in “Spring campaign”/)).toBeVisible();
  await expect(page.getByRole("region", { name: "Held files" })).toBeFocused();
});

test("what happened is walked through by arrows, and shown in its folder", async ({
  page,
}) => {
  await open(page, "collections");
  await tab(page, /^Recent/);
  const tile = (index: number) => page.locator(`[data-tile="${index}"]`);
  await tile(0).focus();
  await page.keyboard.press("ArrowRight");
  await expect(tile(1)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  const below = page.locator("[data-tile]:focus");
  expect(Number(await below.getAttribute("data-tile"))).toBeGreaterThan(3);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await expect(tile(0)).toBeFocused();
  await page.keyboard.press("Enter");
  expect(await fake<number[]>(page, "shown")).toHaveLength(1);
});

test("where the library lists none, one is added by its address", async ({
  page,
}) => {
  await open(page, "collections", "&tenant=strict");
  await openCollections(page);
  const field = page.getByLabel("Add a collection by its address");
  await field.fill("two words");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("alert").or(page.locator(".failure")),
  ).toContainText("There is no such collection");
  await expect(field).toBeFocused();
  await field.fill("https://acme.canto.com/mycollections/AUTUMN26");
  await page.keyboard.press("Enter");
  await expect(row(page, "Autumn campaign")).toBeVisible();
  await expect(toggle(page, "Autumn campaign")).toBeChecked();
});

test("the folder moves with its files, and a failure leaves everything where it is", async ({
  page,
}) => {
  await open(page, "collections");
  await openCollections(page);
  await tabTo(page, "More about the Canto Sync Folder");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", {
    name: "Move the Canto Sync Folder?",
  });
  await expect(dialog).toContainText("/Volumes/Studio/Canto Sync Folder");
  await tabTo(page, "Move");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("progressbar", { name: "Moving the Canto Sync Folder" }),
  ).toBeVisible();
  await advance(page, 120);
  await expect(page.getByText("The files are moving")).toBeHidden();
  await expect(
    page.getByTitle("/Volumes/Studio/Canto Sync Folder"),
  ).toBeVisible();
  await page.evaluate(() => {
    const { collections } = window.ferryFake as unknown as {
      collections: { where: object };
    };
    Object.assign(collections.where, {
      move_failure: {
        code: "DiskFull",
        who: "you",
        params: {
          reason: "sync_folder",
          needed: "46000000000",
          free: "12000000",
        },
        details: "",
      },
    });
  });
  await openCollections(page);
  await expect(page.getByText("The folder couldn’t be moved.")).toBeVisible({
    timeout: 15_000,
  });
  await expect(
    page.getByText("46 GB are needed there, 12 MB are free."),
  ).toBeVisible();
});

test("a folder that is away is waited for, and nothing is removed", async ({
  page,
}) => {
  await open(page, "collections-trouble");
  await openCollections(page);
  await expect(page.getByText("“SANDISK-04” isn’t connected")).toBeVisible();
  await expect(page.getByText("Nothing is removed.")).toBeVisible();
  await expect(row(page, "Plane trip")).toContainText(
    "Waits for the Canto Sync Folder",
  );
  await expect(
    page.getByRole("button", { name: "Open Canto Sync Folder" }),
  ).toBeDisabled();
});

test("a thousand collections are there as far as somebody looks", async ({
  page,
}) => {
  await open(page, "collections-many");
  await openCollections(page);
  const rows = page.getByRole("article");
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(200);
  await page
    .getByRole("searchbox", { name: "Search collections" })
    .fill("0999");
  await expect(rows).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search collections" }).fill("");
  for (let step = 0; step < 40 && (await rows.count()) < 1000; step++) {
    await page
      .getByRole("region", { name: "Collections" })
      .evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForTimeout(60);
  }
  await expect(rows).toHaveCount(1000);
});

test("how often, and what becomes of deleted files, is set here", async ({
  page,
}) => {
  await open(page, "collections");
  await openCollections(page);
  await page.getByLabel("Looks for changes").selectOption("every_day");
  await expect(page.getByLabel("Looks for changes")).toHaveValue("every_day");
  await page
    .getByRole("button", { name: "More about the Canto Sync Folder" })
    .click();
  await page
    .getByRole("menuitemradio", { name: "Files you delete here come back" })
    .or(page.getByRole("menuitem", { name: "Files you delete here come back" }))
    .click();
  const settings = await page.evaluate(() =>
    (
      window.ferryFake as unknown as {
        listSettings(): Promise<{ key: string; value: string }[]>;
      }
    ).listSettings(),
  );
  const value = (name: string) =>
    settings.find(({ key }) => key === name)?.value;
  expect([value("collections_when"), value("collections_deleted")]).toEqual([
    "every_day",
    "come_back",
  ]);
});
