// Values for a selection of staged files: chosen by mouse and by key, given together, also where they differ.
import { expect, type Page } from "@playwright/test";
import { test, checkAccessible, drop, open, shoot } from "./support";

const FILES = ["One", "Two", "Three", "Four", "Five"].map(
  (name) => `/a/${name}.jpg`,
);

async function stage(page: Page, more = ""): Promise<void> {
  await page.addInitScript(() =>
    localStorage.setItem(
      "ferry.places.1",
      '{"recent":[{"kind":"album","id":"a1","path":"Marketing/Spring/Selects"}],"pinned":[]}',
    ),
  );
  await open(page, "empty", more);
  await drop(page, FILES);
  await file(page, "Five").waitFor();
}

const file = (page: Page, name: string) =>
  page.getByRole("button", { name: `${name}.jpg`, exact: true });

const chosen = async (page: Page) =>
  (await page.locator("[data-pick][aria-pressed=true]").all()).length;

const orders = (page: Page) =>
  page.evaluate(() => {
    const { files } = window.ferryFake.requests.at(-1)!.metadata as {
      files: { path: string; values: { tags: string[]; fields: object } }[];
    };
    return files.map(({ path, values }) => ({ path, ...values }));
  });

test("rows are chosen by click, with Ctrl and with Shift", async ({ page }) => {
  await stage(page);
  const bar = page.getByRole("toolbar", { name: "Selected files" });
  await expect(bar).toBeHidden();
  await file(page, "Two").click();
  await file(page, "Four").click({ modifiers: ["Shift"] });
  expect(await chosen(page)).toBe(3);
  await expect(bar.getByRole("status")).toHaveText(/3 files selected/);
  // The same range, drawn anew from where it began.
  await file(page, "One").click({ modifiers: ["Shift"] });
  expect(await chosen(page)).toBe(2);
  await file(page, "Five").click({ modifiers: ["ControlOrMeta"] });
  expect(await chosen(page)).toBe(3);
  await file(page, "One").click({ modifiers: ["ControlOrMeta"] });
  expect(await chosen(page)).toBe(2);
  await file(page, "Three").click();
  expect(await chosen(page)).toBe(1);
  await page.getByRole("button", { name: "Remove Three.jpg" }).click();
  await expect(bar).toBeHidden();
});

test("rows are chosen by key alone", async ({ page }) => {
  await stage(page);
  await file(page, "One").focus();
  await page.keyboard.press("ArrowDown");
  await expect(file(page, "Two")).toBeFocused();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(file(page, "Four")).toBeFocused();
  expect(await chosen(page)).toBe(3);
  await page.keyboard.press("Space");
  expect(await chosen(page)).toBe(2);
  await page.keyboard.press("ControlOrMeta+a");
  expect(await chosen(page)).toBe(5);
  // One stop for Tab, where the arrow keys were left.
  await expect(page.locator("[data-pick][tabindex='0']")).toHaveCount(1);
  await page.keyboard.press("Escape");
  expect(await chosen(page)).toBe(0);
  await expect(page.getByRole("dialog", { name: "New upload" })).toBeVisible();
});

test("a folder's files are chosen all at once, also those not shown yet", async ({
  page,
}) => {
  await stage(page);
  await drop(page, ["/Users/mira/Pictures/Spring shoot"]);
  await page.getByRole("button", { name: "Look into Spring shoot" }).click();
  await page.getByRole("button", { name: "Selects", exact: true }).click();
  const list = page.getByRole("list", { name: "Files in Selects" });
  await expect(list.getByRole("listitem")).toHaveCount(100);
  await list.locator("[data-pick]").first().focus();
  await page.keyboard.press("ControlOrMeta+a");
  const status = page.getByRole("toolbar").getByRole("status");
  await expect(status).toHaveText(/1,[0-9]{3} files selected/);
});

for (const scheme of ["light", "dark"] as const) {
  test(`values are given together, and differ where they differed, ${scheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await stage(page);
    await page
      .getByRole("button", { name: "Values for One.jpg" })
      .press("Enter");
    const one = page.getByRole("dialog", { name: "Values for One.jpg" });
    await one.getByRole("combobox", { name: "Tags" }).fill("cover,shared");
    await one.getByLabel("Photographer").fill("Mira");
    await one.getByLabel("Season").selectOption("Summer");
    await one.getByRole("button", { name: "Done" }).press("Enter");

    await file(page, "One").click();
    await file(page, "Three").click({ modifiers: ["Shift"] });
    const give = page.getByRole("button", { name: "Give values…" });
    await give.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Values for 3 files" });
    const photographer = dialog.getByLabel("Photographer");
    await expect(photographer).toHaveValue("");
    await expect(photographer).toHaveAttribute("placeholder", "Several values");
    await expect(dialog.getByLabel("Season")).toHaveText(/^Several values/);
    const tags = dialog.getByRole("combobox", { name: "Tags" });
    await expect(tags).toHaveAccessibleDescription(
      "Some of the files also have: cover, shared",
    );
    await page.waitForTimeout(200);
    await shoot(page, `several-values-${scheme}`);
    await checkAccessible(page, `several values, ${scheme}`);

    await tags.fill("fair");
    await dialog.getByLabel("Season").selectOption("Winter");
    await expect(dialog.getByLabel("Season")).not.toHaveText(/Several values/);
    await dialog.getByLabel("Product page").fill("acme");
    await dialog.getByRole("button", { name: "Done" }).press("Enter");
    await expect(dialog.getByText("Enter a whole address")).toBeVisible();
    await dialog.getByLabel("Product page").fill("");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(dialog).toBeHidden();
    await expect(page.getByText("Values of 3 files noted.")).toBeVisible();
    await expect(give).toBeFocused();
    await checkAccessible(page, `selected files, ${scheme}`);
    await shoot(page, `several-selected-${scheme}`);

    await page.getByRole("button", { name: "Upload 5 files" }).press("Enter");
    await expect(page.getByText("5 files added")).toBeVisible();
    const season = { meta_choice_season: ["Winter"] };
    expect(await orders(page)).toMatchObject([
      {
        path: FILES[0],
        tags: ["cover", "shared", "fair"],
        fields: { ...season, meta_text_photographer: ["Mira"] },
      },
      { path: FILES[1], tags: ["fair"], fields: season },
      { path: FILES[2], tags: ["fair"], fields: season },
    ]);
  });
}

test("cleared is cleared for all of them", async ({ page }) => {
  await stage(page);
  await file(page, "One").click();
  await page.getByRole("button", { name: "Give values…" }).click();
  await page.getByRole("combobox", { name: "Keywords" }).last().fill("studio");
  await page.getByRole("button", { name: "Done" }).click();
  await file(page, "Two").click({ modifiers: ["ControlOrMeta"] });
  await page.getByRole("button", { name: "Give values…" }).click();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Upload 5 files" }).click();
  await expect(page.getByText("5 files added")).toBeVisible();
  expect(await orders(page)).toEqual([]);
});

test("what is required is given to some files at once", async ({ page }) => {
  await stage(page, "&tenant=strict&lang=en");
  const upload = page.getByRole("button", { name: "Upload 5 files" });
  await expect(upload).toBeDisabled();
  await file(page, "One").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.getByRole("button", { name: "Give values…" }).click();
  const dialog = page.getByRole("dialog", { name: "Values for 5 files" });
  await dialog.getByLabel("Copyright").fill("Acme GmbH");
  await dialog.getByLabel("Usage rights").selectOption("Press");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(upload).toBeEnabled();
});

for (const [what, options] of Object.entries({
  "200 % zoom": {
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  },
  "forced colours": { forcedColors: "active" as const },
})) {
  test.describe(what, () => {
    test.use(options);
    test("a selection fits", async ({ page }) => {
      await stage(page);
      await file(page, "One").click();
      await file(page, "Three").click({ modifiers: ["Shift"] });
      await shoot(page, `several-${what.replace(/\W+/g, "-")}`);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(wide).toBeLessThanOrEqual(0);
    });
  });
}
