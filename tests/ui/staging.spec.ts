// Choices before sending: what is left out and taken anyway, single files, renamed folders, sidecars.
import { expect } from "@playwright/test";
import { test, checkAccessible, drop, open, shoot } from "./support";

const CARD = "/Volumes/Card 1";
const SHOOT = "/Users/mira/Pictures/Spring shoot";

for (const scheme of ["light", "dark"] as const) {
  test(`files are left out, taken anyway and renamed, ${scheme}`, async ({
    page,
  }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, "empty");
    await drop(page, [SHOOT, "/Users/mira/Desktop/Key visual.psd"]);
    const sheet = page.getByRole("dialog", { name: "New upload" });
    await expect(
      page.getByRole("button", { name: "Upload 2,017 files" }),
    ).toBeVisible();
    await expect(sheet.getByText("991 pictures in 1,981 files")).toBeVisible();

    await sheet.getByRole("button", { name: "Look into Spring shoot" }).click();
    const files = sheet.getByRole("list", { name: "Files in Spring shoot" });
    await files.getByRole("checkbox", { name: "Upload Film" }).uncheck();
    await expect(
      page.getByRole("button", { name: "Upload 1,993 files" }),
    ).toBeVisible();
    await files.getByRole("checkbox", { name: "Upload .DS_Store" }).check();
    await expect(
      page.getByRole("button", { name: "Upload 1,994 files" }),
    ).toBeVisible();
    await files.getByRole("button", { name: "Selects" }).click();
    const selects = sheet.getByRole("list", { name: "Files in Selects" });
    await expect(selects.getByRole("checkbox").first()).toBeVisible();
    await expect(selects.getByRole("listitem")).toHaveCount(100);
    await sheet.getByRole("button", { name: /Show [\d,]+ more/ }).click();
    await expect(selects.getByRole("listitem")).toHaveCount(200);
    await selects
      .getByRole("checkbox", { name: "Upload DSC_0412.NEF" })
      .uncheck();
    await expect(
      page.getByRole("button", { name: "Upload 1,993 files" }),
    ).toBeVisible();

    await sheet
      .getByRole("navigation", { name: "Folder" })
      .getByRole("button", { name: "Spring shoot" })
      .click();
    await expect(files.getByRole("listitem")).toHaveCount(5);

    await sheet
      .getByRole("button", { name: "Rename Spring shoot in the library" })
      .click();
    await page.keyboard.type("Spring 2026");
    await page.keyboard.press("Enter");
    await expect(
      sheet.getByText("Spring shoot on this computer"),
    ).toBeVisible();
    await expect(
      sheet.getByRole("button", { name: "Rename Spring shoot in the library" }),
    ).toBeFocused();

    await sheet.getByRole("button", { name: "Show", exact: true }).click();
    await checkAccessible(page, `choices, ${scheme}`);
    await shoot(page, `staging-choices-${scheme}`);
    const out = sheet.getByRole("list", { name: "Left out" });
    await out.getByRole("button", { name: "Take Film" }).click();
    await expect(
      page.getByRole("button", { name: "Upload 2,017 files" }),
    ).toBeVisible();
  });
}

test("a picture with its sidecar is one picture, and the sidecar can stay behind", async ({
  page,
}) => {
  test.slow();
  await open(page, "empty");
  await drop(page, [CARD]);
  await expect(page.getByText("412 pictures in 1,236 files")).toBeVisible();
  await expect(
    page.getByText("412 sidecar files", { exact: false }).first(),
  ).toBeVisible();
  const sidecars = page.getByRole("checkbox", {
    name: "Send the 412 sidecar files (.xmp) as assets of their own",
  });
  await sidecars.uncheck();
  await expect(page.getByText("412 pictures in 824 files")).toBeVisible();
  await expect(sidecars).not.toBeChecked();
  await page.getByRole("button", { name: "Look into Card 1" }).click();
  await page.getByRole("button", { name: "Selects" }).click();
  await expect(page.getByText("Sidecar file").first()).toBeVisible();
  await page.getByRole("checkbox", { name: "Upload DSC_0412.xmp" }).check();
  await expect(page.getByText("412 pictures in 825 files")).toBeVisible();
  await checkAccessible(page, "sidecars");
  await shoot(page, "staging-sidecars");
});

test("what can't be sent can be left out", async ({ page }) => {
  await open(page, "empty");
  await drop(page, [SHOOT]);
  await page
    .getByRole("button", { name: "Leave out master_v3_uncompressed.mov" })
    .click();
  await expect(
    page.getByText("1 by your choice", { exact: false }),
  ).toBeVisible();
  await expect(
    page.getByRole("button", { name: "Leave out master_v3_uncompressed.mov" }),
  ).toBeHidden();
});

test("pictures show what they are, in the queue and before sending, and nothing moves", async ({
  page,
}) => {
  await open(page, "busy");
  const row = page.getByRole("row", { name: /DSC_\d+\.(NEF|jpg)/ }).first();
  const before = await row.boundingBox();
  await expect(row.locator("img.shown")).toBeVisible();
  expect(await row.boundingBox()).toEqual(before);
  await shoot(page, "thumbnails-queue");
  await drop(page, [SHOOT]);
  await page.getByRole("button", { name: "Look into Spring shoot" }).click();
  await page.getByRole("button", { name: "Selects" }).click();
  const files = page.getByRole("list", { name: "Files in Selects" });
  await expect(files.locator("img.shown").nth(5)).toBeAttached();
  // Further down they come when they are in view.
  const further = files
    .getByRole("listitem")
    .filter({ hasText: /DSC_0420\.NEF|DSC_0421\.NEF/ });
  await further.first().scrollIntoViewIfNeeded();
  await expect(further.locator("img.shown").first()).toBeVisible();
  await shoot(page, "thumbnails-staging");
});
