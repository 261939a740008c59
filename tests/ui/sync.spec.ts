// Auto Sync: what people do there, by keyboard alone.
import { expect, type Page } from "@playwright/test";
import { test, advance, drop, open } from "./support";

const card = (page: Page, name: string) =>
  page.getByRole("article", { name, exact: true }).first();

async function openSync(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Auto Sync/ }).focus();
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("heading", { name: "Auto Sync", level: 1 }),
  ).toBeVisible();
}

test("a folder is added, switched, looked through, given patterns and removed by keyboard", async ({
  page,
}) => {
  await open(page, "sync-one");
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await openSync(page);
  // The dialog of the system answers with this one, which is watched already.
  await page.getByRole("button", { name: "Add folder…" }).focus();
  await press("Enter");
  const adding = page.getByRole("dialog", { name: "Watch “Spring shoot”" });
  await expect(adding.getByRole("radio")).toBeFocused();
  await adding.getByRole("button", { name: "Watch folder" }).focus();
  await press("Enter");
  await expect(adding.getByRole("alert")).toContainText("watched already");
  await press("Escape");
  await expect(adding).toBeHidden();

  await drop(page, ["/Volumes/Archive/Spring shoot"]);
  await expect(adding).toContainText("gets a number");
  await expect(adding).toContainText("administrators and you see it");
  await adding.getByRole("button", { name: "Watch folder" }).focus();
  await press("Enter");
  await expect(adding).toBeHidden();
  const added = page.getByRole("article").nth(1);
  await expect(added).toContainText("called “Spring shoot (2)” in Canto");
  await expect(added).toContainText("Looking through the folder");
  await advance(page, 2);
  await expect(added).toContainText("Up to date");

  const toggle = added.getByRole("switch", { name: "Watch Spring shoot" });
  await toggle.focus();
  await press("Space");
  await expect(toggle).not.toBeChecked();
  await expect(added).toContainText("Not watched");
  await expect(added.getByRole("button", { name: "Sync now" })).toBeHidden();
  await press("Space");
  await expect(added).toContainText("Looking through the folder");
  await advance(page, 2);
  await expect(added).toContainText("Up to date");
  await added.getByRole("button", { name: "Sync now" }).focus();
  await press("Enter");
  await expect(added).toContainText("Looking through the folder");
  await advance(page, 2);

  const menu = added.getByRole("button", { name: "More for Spring shoot" });
  await menu.focus();
  await press("Enter", "Enter");
  const patterns = page.getByRole("dialog", { name: /^Patterns for/ });
  await expect(patterns.getByLabel("Only these files")).toBeFocused();
  await page.keyboard.type("*.jpg\n[a");
  await patterns.getByRole("button", { name: "Use patterns" }).focus();
  await press("Enter");
  await expect(patterns.getByRole("alert")).toContainText("“[a” is no pattern");
  await patterns.getByLabel("Only these files").fill("*.jpg");
  await patterns.getByRole("button", { name: "Use patterns" }).focus();
  await press("Enter");
  await expect(patterns).toBeHidden();
  await expect(added).toContainText("Only *.jpg");

  await menu.focus();
  await press("Enter", "ArrowDown", "Enter");
  const removing = page.getByRole("dialog", { name: /^Stop watching/ });
  await expect(removing).toContainText("stays there");
  await expect(
    removing.getByRole("button", { name: "Keep watching" }),
  ).toBeFocused();
  await press("Tab", "Enter");
  await expect(page.getByRole("article")).toHaveCount(1);
});

test("a preview counts and names, and sends nothing", async ({ page }) => {
  await open(page, "sync");
  await openSync(page);
  await card(page, "Spring shoot")
    .getByRole("button", { name: "Preview…" })
    .click();
  const dialog = page.getByRole("dialog", { name: /^Preview of/ });
  await expect(dialog).toContainText(/\d+ files would be uploaded, .* GB/);
  await expect(dialog.getByText("Day 1/DSC_0412.NEF")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Close" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(card(page, "Spring shoot")).toContainText(
    "12 files on their way",
  );
});

test("the one switch stops everything, from the foot bar and from the settings", async ({
  page,
}) => {
  await open(page, "sync");
  await openSync(page);
  const one = page
    .getByRole("contentinfo")
    .getByRole("switch", { name: "Sync" });
  await expect(one).toBeChecked();
  await one.focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("Synchronization is off. Nothing")).toBeVisible();
  await expect(card(page, "Selects")).toContainText("Waiting");
  await page.getByRole("button", { name: "Settings" }).click();
  const setting = page.getByRole("radiogroup", {
    name: "Synchronization",
    exact: true,
  });
  await expect(setting.getByLabel("Off")).toBeChecked();
  await setting.getByText("On", { exact: true }).click();
  await expect(one).toBeChecked();
});

test("what is wrong says what helps, and leads there", async ({ page }) => {
  await open(page, "sync");
  await openSync(page);
  await expect(card(page, "archive")).toContainText(
    "raise fs.inotify.max_user_watches",
  );
  await expect(card(page, "Marketing")).toContainText(
    "Changes can’t be noticed here",
  );
  await expect(card(page, "DCIM")).toContainText(
    "Folder not found: SANDISK-04",
  );
  await expect(
    page.getByRole("button", { name: /Auto Sync.*3 watched folders need you/ }),
  ).toBeVisible();
  await card(page, "Packshots")
    .getByRole("button", { name: "Show problems" })
    .click();
  await expect(
    page.getByRole("heading", { name: "Uploads", level: 1 }),
  ).toBeVisible();
});

test("a drop names what becomes of it", async ({ page }) => {
  await open(page, "empty");
  await openSync(page);
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "Photos"));
    window.dispatchEvent(new DragEvent("dragenter", { dataTransfer }));
  });
  await expect(page.getByText("Watch this folder")).toBeVisible();
});

test("the tray leads to a view, and unsent files outlast a closed window", async ({
  page,
}) => {
  await open(page, "problems");
  const held = () => page.evaluate(() => window.ferryFake.held);
  expect(await held()).toBe(false);
  await page.evaluate(() => window.ferryFake.askView("history"));
  await expect(
    page.getByRole("heading", { name: "History", level: 1 }),
  ).toBeVisible();
  await page.evaluate(() => window.ferryFake.askView("problems"));
  await expect(
    page.getByRole("button", { name: /^Problems/ }).first(),
  ).toHaveAttribute("aria-pressed", "true");
  await drop(page, ["/Users/mira/Pictures/Spring shoot"]);
  await expect.poll(held).toBe(true);
  await page.keyboard.press("Escape");
  await expect.poll(held).toBe(false);
});
