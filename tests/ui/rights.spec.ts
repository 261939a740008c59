// Missing rights in the window: what is missing where, who can give it, and what can be done about it, by keyboard.
import { expect, type Page } from "@playwright/test";
import { advance, checkAccessible, open, test } from "./support";

async function problems(page: Page, language = "en"): Promise<void> {
  await open(page, "rights");
  await page.evaluate(
    (value) => window.ferryFake.setSetting("language", value),
    language,
  );
  await page.getByRole("button", { name: /^Proble/ }).click();
}

const cause = (page: Page, text: string) =>
  page
    .getByRole("list", { name: /by cause|nach Ursache/ })
    .getByRole("listitem")
    .filter({ hasText: text });

test("each cause says what is missing where, and who can give it", async ({
  page,
}) => {
  await problems(page);
  const press = cause(
    page,
    "“Marketing / Press” doesn’t accept uploads from you.",
  );
  await expect(press).toContainText("41 files");
  await expect(press).toContainText(
    "Your Canto administrator can fix this. Ask your Canto administrator and try again, or choose another album.",
  );
  const view = cause(
    page,
    "doesn’t let you see what arrived in “Products / 2026 / Packshots”",
  );
  await expect(view).toContainText("8 files");
  // What is there may become an asset where it is: it goes nowhere else.
  await expect(
    view.getByRole("button", { name: "Choose another album…" }),
  ).toBeHidden();
  await expect(
    cause(page, "You may not create albums in “Events / Open day 2026”."),
  ).toContainText("6 files");
  await checkAccessible(page, "causes");
});

test("the same in German", async ({ page }) => {
  await problems(page, "de");
  const press = cause(
    page,
    "„Marketing / Press“ nimmt von Ihnen keine Uploads an.",
  );
  await expect(press).toContainText("41 Dateien");
  await expect(
    press.getByRole("button", { name: "Anderes Album wählen …" }),
  ).toBeVisible();
  await checkAccessible(page, "Ursachen");
});

test("a request names who, which right, where, and which library", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await problems(page);
  await cause(page, "Marketing / Press")
    .getByRole("button", { name: "Copy a request" })
    .press("Enter");
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toBe(
    "Please give Mira Sonntag (mira.sonntag@acme.example) the right “Access to this album or folder” for " +
      "“Marketing / Press” in acme.canto.com. Without it, Ferry can’t upload 41 files: “Marketing / Press” doesn’t " +
      "accept uploads from you. An administrator can give you access to it. (Code: NoPermission)",
  );
});

test("all files of a cause go to another album, by keyboard", async ({
  page,
}) => {
  await problems(page);
  const button = cause(page, "Marketing / Press").getByRole("button", {
    name: "Choose another album…",
  });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", {
    name: "Choose another place for 41 files",
  });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("searchbox", { name: "Search" })).toBeFocused();
  // Given up: the button has the focus again, and nothing has changed.
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Selects");
  await dialog
    .getByRole("treeitem", { name: /Selects/ })
    .first()
    .waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^41 files now go to .*Selects/)).toBeVisible();
  await expect(cause(page, "Marketing / Press")).toBeHidden();
  // The whole batch goes there, and it goes on.
  await page.getByRole("button", { name: /^All/ }).click();
  await expect(
    page.getByRole("row", { name: /Press kit.*Selects/ }),
  ).toBeVisible();
  await advance(page, 2);
  await expect(
    page.getByRole("treegrid").getByText("Sending").first(),
  ).toBeVisible();
});

test("the files of a cause are shown", async ({ page }) => {
  await problems(page);
  await cause(page, "Open day 2026")
    .getByRole("button", { name: "Show files" })
    .press("Enter");
  await expect(page.getByRole("toolbar")).toContainText("6 files");
});
