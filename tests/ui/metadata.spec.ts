// What is said about an upload: fields, words, templates and sheets, by keyboard and as pictures.
import { expect, type Page } from "@playwright/test";
import { test, advance, checkAccessible, drop, open, shoot } from "./support";

const FOLDER = "/Users/mira/Pictures/Spring shoot";

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

async function stage(page: Page, more = ""): Promise<void> {
  await page.addInitScript(() =>
    localStorage.setItem(
      "ferry.places.1",
      '{"recent":[{"kind":"album","id":"a1","path":"Marketing/Spring/Selects"}],"pinned":[]}',
    ),
  );
  await open(page, "empty", more);
  await drop(page, [FOLDER]);
  await page
    .getByText(/1[.,]980/)
    .first()
    .waitFor();
}

const lastOrder = (page: Page) =>
  page.evaluate(() => window.ferryFake.requests.at(-1)?.metadata);

async function openMetadata(page: Page): Promise<void> {
  const section = page.getByRole("button", { name: /^Meta(data|daten)/ });
  await section.focus();
  if ((await section.getAttribute("aria-expanded")) === "false")
    await press(page, "Enter");
}

async function chooseSheet(page: Page): Promise<void> {
  await openMetadata(page);
  await page.getByRole("button", { name: /CSV/ }).press("Enter");
  await page.getByRole("table").waitFor();
}

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

const VIEWS: Record<string, { more?: string; steps: (page: Page) => unknown }> =
  {
    metadata: {
      steps: async (page) => {
        await openMetadata(page);
        const [tags] = await page.getByRole("combobox").all();
        await tags!.fill("spring,");
        await tags!.press("Enter");
        await tags!.pressSequentially("s");
        await page.getByRole("option").first().waitFor();
        await tags!.press("ArrowDown");
      },
    },
    "metadata-required": {
      more: "&tenant=strict",
      steps: async (page) => {
        await page.getByRole("textbox", { name: "Article number" }).fill("xii");
        await page.getByRole("radio").nth(3).check({ force: true });
        await page.locator("[aria-invalid=true]").waitFor();
      },
    },
    "metadata-failed": {
      more: "&tenant=failing",
      steps: (page) => openMetadata(page),
    },
    "metadata-loading": {
      more: "&tenant=silent",
      steps: (page) => openMetadata(page),
    },
    "metadata-empty": {
      more: "&tenant=empty",
      steps: (page) => openMetadata(page),
    },
    sheet: {
      steps: async (page) => {
        await chooseSheet(page);
        for (const summary of await page.locator("summary").all())
          await summary.press("Enter");
        await page.getByRole("table").scrollIntoViewIfNeeded();
      },
    },
    "sheet-closed": { steps: (page) => chooseSheet(page) },
  };

for (const scheme of ["light", "dark"] as const) {
  for (const lang of ["en", "de"]) {
    test.describe(`${scheme}, ${lang}`, () => {
      test.use({ colorScheme: scheme });
      for (const [name, { more = "", steps }] of Object.entries(VIEWS)) {
        test(name, async ({ page }) => {
          await stage(page, `${more}&lang=${lang}`);
          await steps(page);
          await page.waitForTimeout(250);
          await shoot(page, `${name}-${scheme}-${lang}`);
          await checkAccessible(page, name);
          await page.setViewportSize({ width: 900, height: 640 });
          await page.waitForTimeout(100);
          await shoot(page, `${name}-${scheme}-${lang}-small`);
          const wide = await page.evaluate(
            () => document.documentElement.scrollWidth - innerWidth,
          );
          expect(wide).toBeLessThanOrEqual(0);
        });
      }
    });
  }
}

for (const [what, options] of Object.entries({
  "200 % zoom": {
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  },
  "high contrast": { contrast: "more" as const },
  "forced colours": { forcedColors: "active" as const },
})) {
  test.describe(what, () => {
    test.use(options);
    for (const name of ["metadata", "metadata-required", "sheet"])
      test(name, async ({ page }) => {
        const { more = "", steps } = VIEWS[name]!;
        await stage(page, more);
        await steps(page);
        await page.waitForTimeout(250);
        await shoot(page, `${name}-${what.replace(/\W+/g, "-")}`);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        expect(wide).toBeLessThanOrEqual(0);
        if (what === "high contrast") await checkAccessible(page, name);
      });
  });
}
