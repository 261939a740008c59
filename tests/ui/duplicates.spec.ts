// Files that Canto has already: decided about by keyboard, looked for while they are staged, and the rule for them.
import { expect, type Page } from "@playwright/test";
import { stage } from "./catalogue/view";
import { advance, checkAccessible, open, test } from "./support";

const dialog = (page: Page) => page.getByRole("dialog", { name: /Canto/ });
const DISK = /^There is no space left/;
const problems = (page: Page) =>
  page.getByRole("button", { name: /^Problems/ });

async function decideByNotice(page: Page, scenario = "duplicates") {
  await open(page, scenario);
  const button = page.getByRole("button", { name: "Decide…", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByText(/^1 of/)).toBeVisible();
}

const waiting = (page: Page) =>
  page.evaluate(async () => {
    const all = { batch: null, from: null, offset: 0, limit: 1 };
    return (await window.ferryFake.listDecisions(all)).total;
  });

test("one file after the other is decided by keyboard, and the queue goes on", async ({
  page,
}) => {
  await decideByNotice(page);
  await expect(
    dialog(page).getByRole("heading", { name: "Canto has this file already" }),
  ).toBeFocused();
  const cell = (row: string) =>
    dialog(page).getByRole("row", { name: new RegExp(`^${row}`) });
  await expect(cell("Name")).toContainText("Same");
  await expect(cell("Size")).toContainText("Different");
  // Of another size, so nothing is read to compare it.
  await expect(cell("Content")).toContainText("Different");
  await expect(cell("Owner")).toContainText("Mara Lindqvist");
  await page.keyboard.press("n");
  await expect(dialog(page).getByText("1 of 40")).toBeVisible();
  await expect(cell("Name")).toContainText("DSC_0473");
  await page.keyboard.press("d");
  await expect(dialog(page).getByText("1 of 39")).toBeVisible();
  // Walking decides nothing.
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await expect(dialog(page).getByText("3 of 39")).toBeVisible();
  await page.keyboard.press("PageUp");
  await expect(dialog(page).getByText("2 of 39")).toBeVisible();
  const before = await page.evaluate(
    () => window.ferryFake.queue.totals().jobs.done,
  );
  await advance(page, 20);
  expect(
    await page.evaluate(() => window.ferryFake.queue.totals().jobs.done),
  ).toBeGreaterThan(before!);
  await expect(dialog(page)).toBeVisible();
  await checkAccessible(page, "the dialog");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  expect(await waiting(page)).toBe(39);
});

test("all of a kind are decided at once, then all of a batch, and the last one closes it with a sentence", async ({
  page,
}) => {
  await decideByNotice(page);
  await page.keyboard.press("2");
  await expect(
    dialog(page).getByRole("radio", { name: "All 24 found this way" }),
  ).toBeChecked();
  await page.keyboard.press("v");
  // One has another ending, and still waits.
  await expect(
    dialog(page).getByText("1 file can’t become a new version"),
  ).toBeVisible();
  await expect(dialog(page).getByText("1 of 18")).toBeVisible();
  await expect(
    dialog(page).getByRole("radio", { name: "This file" }),
  ).toBeChecked();
  const version = dialog(page).getByRole("button", {
    name: "Add as new version",
  });
  await expect(version).toBeDisabled();
  await expect(version).toHaveAccessibleDescription(/its ending differs/);
  await page.keyboard.press("v");
  await expect(dialog(page).getByText("1 of 18")).toBeVisible();
  await page.keyboard.press("3");
  await page.keyboard.press("d");
  // The batch remembers it; the next one has a rule of its own.
  await expect(dialog(page).getByText("1 of 5")).toBeVisible();
  expect(
    await page.evaluate(() => window.ferryFake.queue.batches[0]!.duplicates),
  ).toBe("filename:skip");
  await expect(
    dialog(page).getByText("only files that are compared by name can"),
  ).toBeVisible();
  await page.keyboard.press("3");
  await page.keyboard.press("n");
  await expect(dialog(page)).toBeHidden();
  await expect(
    page.getByText(
      "All decided: 23 files become new versions, 5 files become new assets and 13 files are not imported.",
    ),
  ).toBeVisible();
  expect(await waiting(page)).toBe(0);
});

test("the same in German, and with the mouse", async ({ page }) => {
  await open(page, "duplicates", "&lang=de");
  await page
    .getByRole("button", { name: "Entscheiden …", exact: true })
    .click();
  const german = page.getByRole("dialog", {
    name: "Canto hat diese Datei schon",
  });
  await german
    .getByRole("radio", { name: "Alle 36 von „Spring shoot“ und spätere" })
    .check();
  await german.getByRole("button", { name: "Nicht importieren" }).click();
  await expect(german.getByText("1 von 5")).toBeVisible();
  await german.getByRole("button", { name: "Später entscheiden" }).click();
  await expect(german).toBeHidden();
});

test("the dialog is reached from row, menu, batch and problems", async ({
  page,
}) => {
  await open(page, "duplicates");
  await page.getByRole("button", { name: "Dismiss" }).click();
  const row = page.getByRole("row", { name: /Your decision/ });
  // By key, on a row.
  await row.nth(2).click({ position: { x: 120, y: 20 } });
  await page.keyboard.press("d");
  await expect(dialog(page).getByText("3 of 41")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Decide…" }).press("Enter");
  await expect(dialog(page).getByText("3 of 41")).toBeVisible();
  await page.keyboard.press("Escape");
  // Of a batch only its own.
  await page.getByRole("button", { name: "5 to decide" }).click();
  await expect(dialog(page).getByText("1 of 5")).toBeVisible();
  await page.keyboard.press("Escape");
  await problems(page).click();
  const group = page
    .getByRole("list", { name: "Problems by cause" })
    .getByRole("listitem");
  await expect(group).toHaveCount(1);
  await expect(group).toContainText("41 files");
  await group.getByRole("button", { name: "Decide…" }).press("Enter");
  await expect(dialog(page).getByText("1 of 41")).toBeVisible();
});

test("an asset without a picture shows its kind, and what is read says so", async ({
  page,
}) => {
  await open(page, "duplicates");
  await page.evaluate(() => {
    const fake = window.ferryFake as unknown as {
      localFacts: (job: number, hash: boolean) => Promise<unknown>;
    };
    fake.localFacts = (_job, hash) =>
      hash
        ? new Promise(() => {})
        : Promise.resolve({ size: null, modified: null, md5: null });
  });
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("searchbox").fill("DSC_0473");
  // What was searched for is there, and nothing else.
  await expect(page.getByRole("row", { name: /Your decision/ })).toHaveCount(1);
  await page
    .getByRole("row", { name: /^DSC_0473.*Your decision/ })
    .click({ position: { x: 120, y: 20 } });
  await page.keyboard.press("d");
  const there = dialog(page).getByRole("figure", { name: "In Canto" });
  await expect(there.locator("img")).toHaveCount(0);
  await expect(there.locator(".box svg")).toBeVisible();
  await expect(dialog(page).getByRole("row", { name: /^Date/ })).toContainText(
    "–",
  );
});

test("what the engine refuses is said in the dialog, and can be tried again", async ({
  page,
}) => {
  await decideByNotice(page);
  await page.evaluate(() => {
    const fake = window.ferryFake as unknown as Record<string, unknown>;
    const decide = fake.decideDuplicates;
    fake.decideDuplicates = () => {
      fake.decideDuplicates = decide;
      return Promise.reject({
        code: "DiskFull",
        who: "you",
        params: {},
        details: "",
      });
    };
  });
  await page.keyboard.press("d");
  await expect(dialog(page).getByText(DISK)).toBeVisible();
  await expect(dialog(page).getByText("1 of 41")).toBeVisible();
  await page.keyboard.press("d");
  await expect(dialog(page).getByText("1 of 40")).toBeVisible();
  await expect(dialog(page).getByText(DISK)).toBeHidden();
});

test("ten thousand wait, and each step is quick", async ({ page }) => {
  await decideByNotice(page, "duplicates-many");
  await expect(dialog(page).getByText("1 of 10,000")).toBeVisible();
  await expect(
    dialog(page).getByRole("radio", { name: "All 8,750 found this way" }),
  ).toBeVisible();
  const took = await page.evaluate(async () => {
    const begun = performance.now();
    for (let step = 0; step < 10; step++) {
      document.activeElement!.dispatchEvent(
        new KeyboardEvent("keydown", { key: "PageDown", bubbles: true }),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return performance.now() - begun;
  });
  await expect(dialog(page).getByText("11 of 10,000")).toBeVisible();
  expect(took).toBeLessThan(5_000);
  await page.keyboard.press("2");
  await page.keyboard.press("d");
  await expect(dialog(page).getByText("of 1,250")).toBeVisible();
  await page.keyboard.press("3");
  await page.keyboard.press("d");
  await expect(
    page.getByText("All decided: 10,000 files are not imported."),
  ).toBeVisible();
});

test("what was left out names its asset, and is uploaded all the same if somebody wants it", async ({
  page,
}) => {
  await open(page, "duplicates");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("button", { name: "History" }).click();
  await page
    .getByRole("button", { name: "6 already there: Open day" })
    .press("Enter");
  const list = page.getByRole("list", {
    name: "Files of Open day that were already there",
  });
  await expect(list.getByRole("listitem")).toHaveCount(6);
  await expect(list.getByRole("listitem").nth(4)).toContainText(
    "Probably the same content",
  );
  await list
    .getByRole("button", { name: /^Show in Canto/ })
    .first()
    .press("Enter");
  expect(
    await page.evaluate(() => window.ferryFake.duplicates.opened.length),
  ).toBe(1);
  await page.getByRole("button", { name: "Uploads" }).click();
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await page
    .getByRole("row", { name: /Already there/ })
    .first()
    .click({ button: "right", position: { x: 120, y: 20 } });
  await page
    .getByRole("menuitem", { name: "Upload all the same" })
    .press("Enter");
  await expect(
    page.getByRole("row", { name: /Open day/ }).getByText("5 already there"),
  ).toBeVisible();
});

const setRule = (page: Page, rule: string) =>
  page.evaluate(
    (value) => window.ferryFake.setSetting("duplicates_upload", value),
    rule,
  );

test("staged files are looked for while they can be uploaded already", async ({
  page,
}) => {
  await open(page, "empty");
  await setRule(page, "filename:version");
  await page.evaluate(() => {
    const fake = window.ferryFake as unknown as Record<
      string,
      (...all: unknown[]) => Promise<unknown>
    >;
    const look = fake.previewDuplicates!.bind(fake);
    fake.previewDuplicates = async (...all) => {
      await new Promise((resolve) =>
        Object.assign(window, { lookNow: resolve }),
      );
      return look(...all);
    };
  });
  await stage(page);
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByText("Looking in Canto…")).toBeVisible();
  const upload = sheet.getByRole("button", { name: /^Upload 2,017/ });
  await expect(upload).toBeEnabled();
  const below = sheet.getByRole("heading", { name: /^Left out/ });
  const before = (await below.boundingBox())!.y;
  await page.waitForFunction(() => "lookNow" in window);
  await page.evaluate(() =>
    (window as unknown as { lookNow: () => void }).lookNow(),
  );
  await expect(
    sheet.getByText("25 for certain · 10 probably · 1 twice in this upload"),
  ).toBeVisible();
  // Nothing has moved.
  expect((await below.boundingBox())!.y).toBe(before);
  await sheet
    .getByRole("button", { name: "Show", exact: true })
    .first()
    .press("Enter");
  const list = sheet.getByRole("list", { name: "Already there" });
  await expect(list.getByRole("listitem").first()).toContainText(
    "you are asked",
  );
  await expect(list.getByRole("listitem").first()).toContainText(
    "Probably In Canto: Press",
  );
  await expect(list.getByRole("listitem").nth(1)).toContainText(
    "becomes a new version",
  );
});

test("the rule is changed for one upload, by keyboard", async ({ page }) => {
  await open(page, "empty");
  await stage(page);
  const sheet = page.getByRole("dialog");
  await expect(
    sheet.getByText("Not compared with what is in Canto."),
  ).toBeVisible();
  expect(await page.evaluate(() => window.ferryFake.previews)).toBe(0);
  await sheet
    .getByRole("button", { name: "Change the rule for this upload" })
    .press("Enter");
  await page
    .getByRole("menuitemradio", { name: "Same name: don’t import" })
    .press("Enter");
  await expect(
    sheet.getByText("A file whose name is in Canto already is not imported."),
  ).toBeVisible();
  await expect(sheet.getByText(/25 for certain/)).toBeVisible();
  // Another action needs no other look.
  await sheet
    .getByRole("button", { name: "Change the rule for this upload" })
    .press("Enter");
  await page
    .getByRole("menuitemradio", { name: "Same name: ask" })
    .press("Enter");
  await page.waitForTimeout(600);
  expect(await page.evaluate(() => window.ferryFake.previews)).toBe(1);
  await sheet.getByRole("button", { name: /^Upload/ }).press("Enter");
  await expect(sheet).toBeHidden();
  const { duplicates } = (await page.evaluate(
    () => window.ferryFake.requests[0]!,
  )) as { duplicates?: string };
  expect(duplicates).toBe("filename:ask");
  // The next upload has the rule that is set.
  await stage(page);
  await expect(
    sheet.getByText("Not compared with what is in Canto."),
  ).toBeVisible();
});

test("without a rule somebody can look all the same, and a failure can be tried again", async ({
  page,
}) => {
  await open(page, "empty");
  await stage(page);
  const sheet = page.getByRole("dialog");
  await page.evaluate(() => {
    const fake = window.ferryFake as unknown as Record<string, unknown>;
    const look = fake.previewDuplicates;
    fake.previewDuplicates = () => {
      fake.previewDuplicates = look;
      return Promise.reject({
        code: "NetworkTimeout",
        who: "nobody",
        params: {},
        details: "",
      });
    };
  });
  await sheet.getByRole("button", { name: "Check now" }).press("Enter");
  await expect(
    sheet.getByText(/^Ferry could not look: Canto took too long/),
  ).toBeVisible();
  await sheet.getByRole("button", { name: "Try again" }).press("Enter");
  await expect(sheet.getByText(/25 for certain/)).toBeVisible();
  await checkAccessible(page, "the sheet");
});

test("much is not read unasked", async ({ page }) => {
  await open(page, "empty");
  await setRule(page, "md5:skip");
  await stage(page);
  const sheet = page.getByRole("dialog");
  await expect(
    sheet.getByText("Checking now means reading 76 GB."),
  ).toBeVisible();
  expect(await page.evaluate(() => window.ferryFake.previews)).toBe(0);
  await sheet.getByRole("button", { name: "Check now" }).press("Enter");
  await expect(sheet.getByText(/for certain/)).toBeVisible();
});

test("who may not change the rule sees which one is in force, and why", async ({
  page,
}) => {
  await open(page, "duplicates-others");
  await stage(page);
  const sheet = page.getByRole("dialog");
  await expect(
    sheet.getByText("A file whose name is in Canto already is not imported."),
  ).toBeVisible();
  await expect(
    sheet.getByText("Set by an administrator of the library."),
  ).toBeVisible();
  await expect(
    sheet.getByRole("button", { name: "Change the rule for this upload" }),
  ).toHaveCount(0);
  await sheet.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  const toggle = page.getByRole("switch", { name: "Check uploads" });
  await expect(toggle).toBeDisabled();
  await expect(toggle).toBeChecked();
  await expect(toggle).toHaveAccessibleDescription(
    /Only an administrator of the library/,
  );
});

test("a rule that the computer's administrator has set names them", async ({
  page,
}) => {
  await open(page, "duplicates-locked");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("searchbox").fill("md5");
  const toggles = page.getByRole("main").getByRole("switch");
  await expect(toggles).toHaveCount(2);
  await expect(
    page.getByText("Set by Acme IT for everyone on this computer"),
  ).toHaveCount(2);
  for (const toggle of await toggles.all()) await expect(toggle).toBeDisabled();
});

test("an administrator sets the rule by keyboard", async ({ page }) => {
  await open(page, "empty");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("searchbox").fill("duplicates");
  const toggle = page.getByRole("switch", { name: "Check uploads" });
  await toggle.focus();
  await page.keyboard.press("Space");
  await expect(toggle).toBeChecked();
  const rule = page.getByText(
    /^If a file’s name is in Canto already, you decide/,
  );
  await expect(rule).toBeVisible();
  const action = page.getByRole("radiogroup", {
    name: "Check uploads If it is there already",
  });
  await action.getByRole("radio", { name: "Ask" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(
    page.getByText(
      "A file whose name is in Canto already becomes a new version of it.",
    ),
  ).toBeVisible();
  // The same content is no new version: then somebody is asked.
  const basis = page.getByRole("radiogroup", { name: "Check uploads Compare" });
  await basis.getByRole("radio", { name: "File name" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(
    page.getByText(/^If a file’s content is in Canto already, you decide/),
  ).toBeVisible();
  await expect(action.getByRole("radio")).toHaveCount(3);
  await toggle.press("Space");
  await expect(toggle).not.toBeChecked();
  await toggle.press("Space");
  await expect(
    page.getByText(/^If a file’s content is in Canto already, you decide/),
  ).toBeVisible();
  await checkAccessible(page, "settings");
});
