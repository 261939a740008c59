// What people come to do, by keyboard alone where it matters.
import { expect } from "@playwright/test";
import { test, advance, drop, open, shoot } from "./support";

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

test("the place chosen last is offered again", async ({ page }) => {
  await open(page, "empty");
  await drop(page, ["/a/One.jpg"]);
  await page.getByRole("button", { name: "Choose a destination" }).click();
  await page.getByRole("treeitem", { name: /Inbox/ }).dblclick();
  await page.getByRole("button", { name: "Upload 1 file" }).click();
  await drop(page, ["/a/Two.jpg"]);
  await expect(
    page.getByRole("button", { name: "Change destination: Inbox" }),
  ).toBeVisible();
});

test("a new album is made in place and chosen", async ({ page }) => {
  await open(page, "empty");
  await drop(page, ["/a/One.jpg"]);
  await page.getByRole("button", { name: "Choose a destination" }).click();
  await page.getByRole("treeitem", { name: /Press/ }).click();
  await page.getByRole("button", { name: "New album" }).click();
  await page.keyboard.type("Interviews");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("treeitem", { name: /Interviews/, selected: true }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Upload here" }).click();
  await expect(
    page.getByRole("button", {
      name: "Change destination: Press / Interviews",
    }),
  ).toBeVisible();
});

test("a staged list survives closing the sheet, and grows by drops and opened paths", async ({
  page,
}) => {
  await open(page, "empty");
  await drop(page, ["/a/One.jpg"]);
  await page.keyboard.press("Escape");
  await expect(
    page.getByText("1 file is ready and not sent yet."),
  ).toBeVisible();
  await page.evaluate(() => window.ferryFake.openPaths(["/a/Two.jpg"]));
  await expect(page.getByRole("dialog", { name: "New upload" })).toContainText(
    "2 files",
  );
  await page.getByRole("button", { name: "Remove Two.jpg" }).click();
  await expect(page.getByRole("dialog", { name: "New upload" })).toContainText(
    "1 file",
  );
});

test("junk is left out unless wanted", async ({ page }) => {
  await open(page, "empty");
  await drop(page, ["/a/Shoot"]);
  await expect(page.getByText("14 system files")).toBeVisible();
  await page.getByRole("button", { name: "Take them anyway" }).click();
  await expect(page.getByText("2,030 files").first()).toBeVisible();
});

test("files dropped on the page are staged", async ({ page }) => {
  await open(page, "empty");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "picture.jpg"));
    window.dispatchEvent(new DragEvent("dragenter", { dataTransfer: data }));
  });
  await expect(page.getByText("Add to a new upload")).toBeVisible();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "picture.jpg"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
  });
  await expect(page.getByText("Add to a new upload")).toBeHidden();
  await expect(
    page.getByRole("button", { name: "Remove picture.jpg" }),
  ).toBeVisible();
});

test("signing in: refused, cancelled, and through the browser", async ({
  page,
}) => {
  await open(page, "signed-out");
  const field = page.getByLabel("Your Canto address");
  await expect(field).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(
    page.getByText("Type the address you open Canto with"),
  ).toBeVisible();
  await page.keyboard.type("unknown.example");
  await expect(
    page.getByText("your browser opens unknown.example"),
  ).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(
    page.getByText("There is no Canto at this address"),
  ).toBeVisible();
  await field.fill("acme.canto.com");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Sign in at acme.canto.com")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(field).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Open again" }).click();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await expect(page.getByText("Connected to acme.canto.com.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Uploads" })).toBeVisible();
});

test("signing in again goes on with the queue", async ({ page }) => {
  await open(page, "signin-required");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expect(
    page.getByRole("heading", { name: "Sign in to acme.canto.com again" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Open again" }).waitFor();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await advance(page, 2);
  await expect(
    page.getByRole("treegrid").getByText("Sending").first(),
  ).toBeVisible();
});

test("signing out leads to the first screen", async ({ page }) => {
  await open(page, "empty");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out…" }).click();
  await page.getByRole("button", { name: "Sign out, keep the list" }).click();
  await expect(page.getByLabel("Your Canto address")).toBeVisible();
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

test.describe("German", () => {
  test.use({ locale: "de-DE" });
  test("is complete", async ({ page }) => {
    await open(page, "busy");
    await advance(page, 20);
    await expect(
      page.getByRole("button", { name: "Alle anhalten" }),
    ).toBeVisible();
    await expect(page.getByRole("contentinfo")).toContainText(
      /noch 1\.2\d\d Dateien/,
    );
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(
      "de-DE",
    );
    await shoot(page, "busy-german");
    await drop(page, ["/a/Frühling"]);
    await expect(
      page.getByRole("button", { name: "2.016 Dateien hochladen" }),
    ).toBeVisible();
    await shoot(page, "staging-german");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Probleme/ }).click();
    await page.waitForTimeout(300);
    await shoot(page, "problems-german");
    for (const width of [900, 640]) {
      await page.setViewportSize({ width, height: 640 });
      await shoot(page, `german-${width}`);
    }
  });
});

test("reduced motion stands still", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "empty");
  await drop(page, ["/a/One.jpg"]);
  const duration = await page
    .getByRole("dialog")
    .evaluate((sheet) => getComputedStyle(sheet).animationDuration);
  expect(duration).toBe("0s");
});

test("settings are found by a word, changed by keyboard, and locked where an administrator says so", async ({
  page,
}) => {
  await open(page, "managed");
  await page.getByRole("button", { name: "Settings" }).click();
  const language = page.getByRole("radiogroup", { name: "Language" });
  await expect(language).toHaveAccessibleDescription(/Set by Acme IT/);
  for (const radio of await language.getByRole("radio").all())
    await expect(radio).toBeDisabled();
  await page.getByRole("searchbox", { name: "Search settings" }).fill("dark");
  await expect(page.getByRole("radiogroup")).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search settings" }).press("Tab");
  await page.keyboard.press("Tab");
  await expect(
    page.getByRole("radio", { name: "As the system" }),
  ).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("searchbox", { name: "Search settings" }).fill("xyz");
  await expect(page.getByText("No setting fits “xyz”.")).toBeVisible();
});

test("the language changes at once", async ({ page }) => {
  await open(page, "empty");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByText("Deutsch").click();
  await expect(
    page.getByRole("heading", { name: "Einstellungen" }),
  ).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
});
