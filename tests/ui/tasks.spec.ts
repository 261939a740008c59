// What people come to do, by keyboard alone where it matters.
import { expect } from "@playwright/test";
import { test, advance, open, shoot } from "./support";

test("the whole task by keyboard: pick, choose a destination, upload, pause, resume, cancel", async ({
  page,
}) => {
  await open(page, "empty");
  const press = (...keys: string[]) =>
    keys.reduce(
      (done, key) => done.then(() => page.keyboard.press(key)),
      Promise.resolve(),
    );

  await page.getByRole("button", { name: "Add folders…" }).focus();
  await press("Enter");
  const sheet = page.getByRole("dialog", { name: "New upload" });
  await expect(
    sheet.getByRole("heading", { name: "New upload" }),
  ).toBeFocused();
  await expect(page.getByText("1,980 images")).toBeVisible();
  const upload = page.getByRole("button", { name: "Upload 2,016 files" });
  await expect(upload).toBeDisabled();

  await press("Tab", "Tab");
  await expect(
    page.getByRole("button", { name: "Choose a destination" }),
  ).toBeFocused();
  await press("Enter");
  await expect(
    page.getByRole("searchbox", { name: "Search folders and albums" }),
  ).toBeFocused();
  await press("ArrowDown");
  await page.keyboard.type("mark");
  await expect(page.getByRole("treeitem", { name: /Marketing/ })).toBeFocused();
  await press("ArrowRight", "ArrowRight", "ArrowRight");
  await expect(page.getByRole("treeitem", { name: /^Spring/ })).toBeFocused();
  await press("ArrowRight");
  await page.keyboard.type("sel");
  await expect(page.getByRole("treeitem", { name: /Selects/ })).toBeFocused();
  await expect(
    page.getByText("Files go straight into this album."),
  ).toBeVisible();
  await press("Enter");
  await expect(
    page.getByRole("button", {
      name: "Change destination: Marketing / Spring / Selects",
    }),
  ).toBeFocused();

  await press("Tab");
  await expect(page.getByRole("button", { name: /^Metadata/ })).toBeFocused();
  await press("Enter", "Tab", "Tab");
  await expect(page.getByRole("combobox", { name: "Tags" })).toBeFocused();
  await page.keyboard.type("spring, 2026");
  await press("Enter");
  await expect(
    page.getByRole("button", { name: "Remove spring", exact: true }),
  ).toBeVisible();
  await press("Control+Enter");
  await expect(sheet).toBeHidden();
  await expect(page.getByText("2,016 files added to the queue.")).toBeVisible();
  await shoot(page, "just-added");

  await advance(page, 2);
  const grid = page.getByRole("treegrid");
  const rows = grid.getByRole("row");
  await rows.first().focus();
  await press("ArrowDown", "ArrowDown");
  const focused = page.locator("[role=row]:focus");
  await expect(focused).toContainText("DSC_");
  const name = (await focused.textContent())!.match(/DSC_\d+\.\w+/)![0];
  await press("p");
  const row = grid.getByRole("row", { name });
  await expect(row).toContainText("Paused");
  await row.focus();
  await press("p");
  await advance(page, 1);
  await expect(row).not.toContainText("Paused");
  await row.focus();
  await press(" ");
  await expect(
    page.getByRole("group", { name: `Details of ${name}` }),
  ).toBeVisible();
  await press(" ");
  await press("Delete");
  await expect(row).toBeHidden();

  await press("Home");
  await expect(page.locator("[role=row]:focus")).toContainText("Spring shoot");
  await press("Delete");
  const dialog = page.getByRole("dialog", { name: "Cancel “Spring shoot”?" });
  await expect(
    dialog.getByRole("button", { name: "Keep uploading" }),
  ).toBeFocused();
  await press("Tab", "Enter");
  await advance(page, 10);
  await expect(page.locator("[role=row]").first()).toContainText("done");
});

test("offline and back", async ({ page }) => {
  await open(page, "busy");
  await page.evaluate(() =>
    window.ferryFake.queue.setCondition({ offline: true }),
  );
  await expect(
    page.getByText("Ferry goes on by itself as soon as it is back"),
  ).toBeVisible();
  await page.evaluate(() =>
    window.ferryFake.queue.setCondition({ offline: false }),
  );
  await advance(page, 2);
  await expect(
    page.getByText("Ferry goes on by itself as soon as it is back"),
  ).toBeHidden();
});

test("pause all, resume all, move to the top, retry a cause", async ({
  page,
}) => {
  await open(page, "problems");
  await page.getByRole("button", { name: "Pause all" }).click();
  await expect(page.getByRole("button", { name: "Resume all" })).toBeVisible();
  await page.getByRole("button", { name: "Resume all" }).click();
  await page.getByRole("button", { name: /^Problems/ }).click();
  await page.getByRole("button", { name: "Try these again" }).first().click();
  await expect(
    page.getByRole("button", { name: /^Problems 4$/ }),
  ).toBeVisible();
  await page.getByRole("button", { name: /^Waiting/ }).click();
  const row = page.getByRole("row", { name: /DSC_/ }).nth(20);
  const name = (await row.textContent())!.match(/DSC_\d+\.\w+/)![0];
  await row.click({ button: "right", position: { x: 300, y: 20 } });
  await page.getByRole("menuitem", { name: "Move to the top" }).click();
  await page.getByRole("button", { name: /^Sending/ }).click();
  await advance(page, 60);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("searchbox").fill(name);
  await expect(page.getByRole("row", { name })).not.toContainText("Waiting");
});

test("what is done links to its asset and has a receipt", async ({ page }) => {
  await open(page, "done");
  await page
    .getByRole("row", { name: /Spring shoot/ })
    .click({ position: { x: 300, y: 20 } });
  await expect(
    page.getByRole("button", { name: "Open in Canto" }).first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Receipt for Spring shoot" }).click();
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  await expect(
    page.getByText("Receipt saved: /Users/mira/Documents/Ferry receipt 3.csv"),
  ).toBeVisible();
});
