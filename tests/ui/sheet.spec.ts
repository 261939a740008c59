// What a CSV or Excel sheet says about each file.
import { expect } from "@playwright/test";
import { chooseSheet, openMetadata, stage } from "./fields";
import { test, drop } from "./support";

test("a sheet: columns, what fits, what almost fits, what doesn't", async ({
  page,
}) => {
  await stage(page);
  await chooseSheet(page);
  await expect(page.getByText("2,000 rows", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Column “File name” goes to")).toHaveValue(
    "file_name",
  );
  await expect(page.getByLabel("Column “Comment” goes to")).toHaveValue(
    "nothing",
  );
  await expect(page.getByText("1,957 rows fit a file")).toBeVisible();
  const without = page.getByText(/files have no row/);
  const before = await without.textContent();

  await page.getByText("18 rows almost fit").press("Enter");
  await expect(page.getByText("upper and lower case").first()).toBeVisible();
  await page.getByRole("switch", { name: "Take them too" }).press("Space");
  await expect(without).not.toHaveText(before!);
  await page.getByText(/rows fit no file/).press("Enter");
  await expect(page.getByText("IMG_1003.jpg")).toBeVisible();
  await page.getByText(/more than once/).press("Enter");
  await expect(page.getByText(/^rows \d+ and \d+/).first()).toBeVisible();
  await page.locator("summary", { hasText: /values don/ }).press("Enter");
  await expect(
    page.getByText("This isn’t one of the choices.").first(),
  ).toBeVisible();

  // What the engine would refuse is in the way, until it is corrected or not used.
  const upload = page.getByRole("button", { name: "Upload 2,016 files" });
  await expect(upload).toBeDisabled();
  await expect(
    page.getByText("Values in the sheet don’t fit their fields."),
  ).toBeVisible();
  for (const name of ["Usage rights", "Shot on"])
    await page.getByLabel(`Column “${name}” goes to`).selectOption("nothing");
  await expect(upload).toBeEnabled();

  // One column has the names; giving them to another takes them from the first.
  await page.getByLabel("Column “Comment” goes to").selectOption("file_name");
  await expect(page.getByLabel("Column “File name” goes to")).toHaveValue(
    "nothing",
  );
  await page.getByLabel("Column “Comment” goes to").selectOption("nothing");
  await expect(
    page.getByText("Choose which column holds the file names."),
  ).toBeVisible();
  await expect(upload).toBeDisabled();
  await page.getByRole("button", { name: "Don’t use this sheet" }).click();
  await expect(
    page.getByRole("button", { name: "Choose CSV or Excel…" }),
  ).toBeFocused();
  await expect(upload).toBeEnabled();
});

test("a sheet that can't be read says so and is in the way", async ({
  page,
}) => {
  await stage(page, "&tenant=failing");
  await openMetadata(page);
  await page.getByRole("button", { name: /CSV/ }).press("Enter");
  await expect(page.getByText("Ferry can’t read this sheet.")).toBeVisible();
  await expect(
    page.getByText("The sheet above can’t be used as it is."),
  ).toBeVisible();
  await page
    .getByRole("button", { name: "Don’t use this sheet" })
    .press("Enter");
  await expect(
    page.getByRole("button", { name: "Upload 2,016 files" }),
  ).toBeEnabled();
});

test("a sheet follows what is staged, and its columns are remembered", async ({
  page,
}) => {
  await stage(page);
  await chooseSheet(page);
  await page.getByLabel("Column “Comment” goes to").selectOption("description");
  await drop(page, ["/a/One.jpg"]);
  await expect(page.getByText(/^\s*6\d files have no row/)).toBeVisible();
  await page.getByRole("button", { name: "Don’t use this sheet" }).click();
  await chooseSheet(page);
  await expect(page.getByLabel("Column “Comment” goes to")).toHaveValue(
    "description",
  );
});

test("a required field may come from a column", async ({ page }) => {
  await stage(page, "&tenant=strict");
  await page.getByRole("textbox", { name: "Copyright" }).fill("Acme GmbH");
  await expect(page.getByText("“Usage rights” is required.")).toBeVisible();
  await chooseSheet(page);
  await expect(page.getByText("“Usage rights” is required.")).toBeHidden();
});
