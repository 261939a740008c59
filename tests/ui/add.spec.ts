// How files get in, and where they go.
import { expect } from "@playwright/test";
import { test, drop, open } from "./support";

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

test("an address that is dropped on the dock icon is no file", async ({
  page,
}) => {
  await open(page, "empty");
  await page.evaluate(() =>
    window.ferryFake.refuse(["https://acme.canto.com/v/library"]),
  );
  await expect(
    page.getByText("“https://acme.canto.com/v/library” is no file."),
  ).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
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
