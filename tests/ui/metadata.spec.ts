// What is said about an upload: fields, words and templates, by keyboard.
import { expect } from "@playwright/test";
import { FOLDER, lastOrder, openMetadata, press, stage } from "./fields";
import { test, advance, checkAccessible, drop, open, shoot } from "./support";

test("every kind of field by keyboard", async ({ page }) => {
  await stage(page);
  await openMetadata(page);
  await press(page, "Tab", "Tab");
  const tags = page.getByRole("combobox", { name: "Tags" });
  await expect(tags).toBeFocused();
  await page.keyboard.type("sp");
  const options = page.getByRole("listbox", { name: "Suggestions: Tags" });
  await expect(options.getByRole("option")).toHaveText([
    "spring",
    "spring 2026",
  ]);
  await press(page, "ArrowDown", "ArrowDown");
  await expect(tags).toHaveAttribute("aria-activedescendant", /-1$/);
  await press(page, "Enter");
  await expect(
    page.getByRole("button", { name: "Remove spring 2026" }),
  ).toBeVisible();
  await page.keyboard.type("sel");
  await expect(options).toBeVisible();
  await press(page, "Escape");
  await expect(options).toBeHidden();
  await expect(page.getByRole("dialog", { name: "New upload" })).toBeVisible();
  await press(page, "Enter", "Tab");
  await expect(
    page.getByRole("button", { name: "Remove sel", exact: true }),
  ).toBeVisible();

  await page.keyboard.type("outdoor,");
  await press(page, "Tab");
  await page.keyboard.type("Models in the orchard");
  await press(page, "Tab");
  await expect(page.getByLabel("Photographer")).toBeFocused();
  await page.keyboard.type("Mira Sonntag");
  await page.getByLabel("Season").selectOption("Summer");
  await page.getByLabel("Shot on").fill("2026-03-31");
  await page.getByRole("combobox", { name: "Channels" }).focus();
  await page.keyboard.type("pri");
  await expect(page.getByRole("option", { name: "Print" })).toBeVisible();
  await press(page, "Enter", "Tab");
  await page.getByLabel("Article number").fill("3,5");
  await page.getByLabel("Product page").fill("https://acme.com/spring");
  await page.getByLabel("Department").fill("Brand");
  const rating = page.getByRole("radiogroup", { name: "Rating" });
  await rating.getByRole("radio", { name: "No rating" }).focus();
  await press(page, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
  await expect(rating.getByRole("radio", { name: "4 stars" })).toBeChecked();

  const section = page.getByRole("button", { name: /^Metadata/ });
  await expect(section).toContainText("2 tags · 1 keyword · 9 fields");
  await section.press("Enter");
  await expect(tags).toBeHidden();
  await press(page, "Control+Enter");
  await expect(page.getByText("2,016 files added")).toBeVisible();
  expect(await lastOrder(page)).toEqual({
    values: {
      tags: ["spring 2026", "sel"],
      keywords: ["outdoor"],
      description: "Models in the orchard",
      fields: {
        meta_text_photographer: ["Mira Sonntag"],
        meta_choice_season: ["Summer"],
        meta_date_shot_on: ["2026-03-31"],
        meta_multi_choice_channels: ["Print"],
        meta_number_article_number: ["3,5"],
        meta_url_product_page: ["https://acme.com/spring"],
        meta_label_department: ["Brand"],
        meta_rating_rating: ["4"],
      },
    },
    files: [],
    sheet: null,
  });
});

test("a choice that there is none of stays, and is said", async ({ page }) => {
  await stage(page);
  await drop(page, ["/a/One.jpg"]);
  await page.getByRole("button", { name: "Values for One.jpg" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Values for One.jpg" });
  const field = dialog.getByRole("combobox", { name: "Channels" });
  await field.focus();
  await page.keyboard.type("Billboard");
  await press(page, "Tab");
  await expect(dialog.getByRole("alert")).toHaveText(
    "“Billboard” is none of the choices.",
  );
  await expect(field).toHaveValue("Billboard");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await checkAccessible(page, "a refused choice");
  await field.fill("print");
  await expect(dialog.getByRole("alert")).toBeHidden();
  await press(page, "Tab");
  await expect(
    dialog.getByRole("button", { name: "Remove Print" }),
  ).toBeVisible();
});

test("one file has values of its own", async ({ page }) => {
  await stage(page);
  await drop(page, ["/a/One.jpg", "/a/Two.jpg"]);
  await page.getByRole("button", { name: "Values for One.jpg" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Values for One.jpg" });
  await dialog.getByRole("combobox", { name: "Keywords" }).fill("close-up");
  await dialog.getByLabel("Product page").fill("acme");
  await dialog.getByRole("button", { name: "Done" }).press("Enter");
  await expect(dialog.getByText("Enter a whole address")).toBeVisible();
  await page.waitForTimeout(200);
  await shoot(page, "file-values");
  await checkAccessible(page, "values of one file");
  await dialog.getByLabel("Product page").fill("https://acme.com");
  await press(page, "Control+Enter");
  await expect(dialog).toBeHidden();
  const button = page.getByRole("button", { name: "Values for One.jpg" });
  await expect(button).toBeFocused();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("button", { name: /^Metadata/ })).toContainText(
    "1 file with its own values",
  );
  // Escape leaves them as they are, and leaves the sheet open.
  await press(page, "Enter");
  await dialog.getByRole("button", { name: "Clear" }).press("Enter");
  await press(page, "Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: /^Upload 2,018/ }).press("Enter");
  await expect(page.getByText("2,018 files added")).toBeVisible();
  expect(await lastOrder(page)).toMatchObject({
    files: [
      {
        path: "/a/One.jpg",
        values: {
          tags: [],
          keywords: ["close-up"],
          fields: { meta_url_product_page: ["https://acme.com"] },
        },
      },
    ],
  });
});

test("a key that follows at once opens the dialog again", async ({ page }) => {
  await stage(page);
  await drop(page, ["/a/One.jpg"]);
  const button = page.getByRole("button", { name: "Values for One.jpg" });
  await button.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Values for One.jpg" });
  await expect(dialog).toBeVisible();
  // Before the browser says that it closed.
  await button.evaluate(async (opener: HTMLElement) => {
    document
      .querySelector<HTMLDialogElement>("dialog[aria-describedby]:modal")!
      .close();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    opener.click();
  });
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(dialog).toBeVisible();
  await press(page, "Escape");
  await expect(dialog).toBeHidden();
});

test("required fields: open, named, and in the way of Upload", async ({
  page,
}) => {
  await stage(page, "&tenant=strict");
  const upload = page.getByRole("button", { name: "Upload 2,016 files" });
  const copyright = page.getByRole("textbox", { name: "Copyright" });
  await expect(copyright).toHaveAttribute("aria-required", "true");
  await expect(upload).toBeDisabled();
  await expect(
    page.getByText("“Copyright” and other fields are required."),
  ).toBeVisible();
  await copyright.fill("Acme GmbH");
  await expect(page.getByText("“Usage rights” is required.")).toBeVisible();
  await page.getByLabel("Usage rights").selectOption("Press");
  await expect(upload).toBeEnabled();
  await copyright.fill(" ");
  await expect(page.getByText("“Copyright” is required.")).toBeVisible();
});

test("what is required may stay empty where the user says so", async ({
  page,
}) => {
  await stage(page, "&tenant=strict");
  const upload = page.getByRole("button", { name: "Upload 2,016 files" });
  const without = page.getByRole("checkbox", {
    name: "Send without what is required",
  });
  await expect(without).toBeVisible();
  await expect(upload).toBeDisabled();
  await checkAccessible(page, "send without what is required");
  await without.press("Space");
  await expect(page.getByText("other fields are required.")).toBeHidden();
  await expect(upload).toBeEnabled();
  await shoot(page, "metadata-without");
  await upload.press("Enter");
  await expect(page.getByText("2,016 files added")).toBeVisible();
  expect(await lastOrder(page)).toMatchObject({ incomplete: true });
  // It was said for one upload.
  await drop(page, [FOLDER]);
  await expect(without).not.toBeChecked();
  await page.getByRole("textbox", { name: "Copyright" }).fill("Acme GmbH");
  await page.getByLabel("Usage rights").selectOption("Press");
  await expect(without).toBeHidden();
  await upload.press("Enter");
  await expect(page.getByText("2,016 files added").last()).toBeVisible();
  expect(await lastOrder(page)).not.toHaveProperty("incomplete");
});

test("a file without its required value is counted, and others may have theirs", async ({
  page,
}) => {
  await stage(page, "&tenant=strict");
  await page.getByRole("textbox", { name: "Copyright" }).fill("Acme GmbH");
  await drop(page, ["/a/One.jpg", "/a/Two.jpg"]);
  await page.getByRole("button", { name: "Remove Spring shoot" }).click();
  await page.getByRole("button", { name: "Values for One.jpg" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Values for One.jpg" });
  await dialog.getByLabel("Usage rights").selectOption("Press");
  await dialog.getByRole("button", { name: "Done" }).press("Enter");
  await expect(
    page.getByText("“Usage rights” is required; 1 file is without it."),
  ).toBeVisible();
});

test("a setting says when the fields are open", async ({ page }) => {
  const set = (value: string) =>
    page.evaluate(
      (chosen) => window.ferryFake.setSetting("metadata_dialog", chosen),
      value,
    );
  const section = page.getByRole("button", { name: /^Metadata/ });
  await stage(page, "&tenant=strict");
  await expect(section).toHaveAttribute("aria-expanded", "true");
  await set("never");
  await expect(section).toHaveAttribute("aria-expanded", "false");
  // Not asking is not allowing.
  await expect(
    page.getByRole("button", { name: "Upload 2,016 files" }),
  ).toBeDisabled();
  await stage(page);
  await expect(section).toHaveAttribute("aria-expanded", "false");
  await set("always");
  await expect(section).toHaveAttribute("aria-expanded", "true");
});

test("a value that doesn't fit is said beside its field", async ({ page }) => {
  await stage(page);
  await openMetadata(page);
  const number = page.getByLabel("Article number");
  await number.fill("twelve");
  await expect(page.getByText("Enter a number.")).toBeVisible();
  await expect(number).toHaveAttribute("aria-invalid", "true");
  await expect(number).toHaveAccessibleDescription("Enter a number.");
  await expect(
    page.getByText("A value above doesn’t fit its field."),
  ).toBeVisible();
  await number.fill("12");
  await expect(page.getByText("Enter a number.")).toBeHidden();
  // Faster than the check that follows typing: Upload asks again before it sends.
  await page.getByLabel("Product page").fill("acme");
  await press(page, "Control+Enter");
  await expect(page.getByText("Enter a whole address")).toBeVisible();
  await expect(page.getByRole("dialog", { name: "New upload" })).toBeVisible();
});

test("templates: taken, kept, deleted and back again", async ({ page }) => {
  await stage(page);
  await openMetadata(page);
  await press(page, "Tab", "Enter");
  await page
    .getByRole("menuitemradio", { name: "Press pictures" })
    .press("Enter");
  await expect(page.getByLabel("Copyright")).toHaveValue("Acme GmbH");
  await expect(page.getByLabel("Usage rights")).toHaveValue("Press");

  const menu = page.getByRole("button", { name: "Templates" });
  await expect(menu).toBeFocused();
  await press(page, "Enter");
  await page
    .getByRole("menuitem", { name: "Save as a template…" })
    .press("Enter");
  await expect(page.getByLabel("Name of the template")).toBeFocused();
  await expect(page.getByRole("button", { name: "Replace" })).toBeVisible();
  await page.keyboard.type("Fair");
  await press(page, "Enter");
  await expect(page.getByText("Template “Fair” saved.")).toBeVisible();
  await expect(menu).toBeFocused();
  await expect(menu).toContainText("Fair");

  await press(page, "Enter");
  await page.getByRole("menuitem", { name: "Delete “Fair”" }).press("Enter");
  await press(page, "Enter");
  await expect(page.getByRole("menuitemradio")).toHaveText([
    "Press pictures",
    "Studio shoot",
  ]);
  await press(page, "Escape");
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await menu.press("Enter");
  await expect(page.getByRole("menuitemradio", { name: "Fair" })).toBeVisible();
});

test("metadata that was refused is corrected without uploading again", async ({
  page,
}) => {
  await open(page, "done");
  const batch = page.getByRole("row", { name: /Spring shoot/ });
  await batch.click({ position: { x: 300, y: 20 } });
  const row = page.getByRole("row", { name: /didn’t take the metadata/ });
  await row.dblclick({ position: { x: 200, y: 20 } });
  const details = page.getByRole("group", { name: /^Details/ });
  await expect(details).toContainText(
    "Usage rights: Your library doesn’t take this value.",
  );
  await page.waitForTimeout(200);
  await shoot(page, "metadata-refused");
  await checkAccessible(page, "refused metadata");
  await details.getByRole("button", { name: "Correct…" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Values for DSC/ });
  await expect(dialog.getByLabel("Copyright")).toHaveValue("Acme GmbH");
  await dialog.getByLabel("Usage rights").selectOption("Press");
  await dialog.getByRole("button", { name: "Send" }).press("Enter");
  await expect(page.getByText(/is on its way\.$/)).toBeVisible();
  await expect(row).toBeHidden();
  await advance(page, 2);
  await expect(details.getByText("Set", { exact: true })).toBeVisible();
});

test("a date of which something is missing is told, since it is no value yet", async ({
  page,
}) => {
  await stage(page);
  await openMetadata(page);
  const date = page.getByLabel("Shot on");
  await date.focus();
  await page.keyboard.type("3");
  await page.getByLabel("Photographer").focus();
  await expect(date).toHaveAccessibleDescription(/Enter a date/);
  await date.fill("2026-03-31");
  await date.blur();
  await expect(date).not.toHaveAttribute("aria-invalid");
});
