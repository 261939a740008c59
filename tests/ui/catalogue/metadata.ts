import type { Page } from "@playwright/test";
import { drop } from "../support";
import { stage, type Views } from "./view";

async function openForm(page: Page): Promise<void> {
  await stage(page);
  const section = page.getByRole("button", { name: /^Metadata/ });
  if ((await section.getAttribute("aria-expanded")) === "false")
    await section.press("Enter");
}

async function chooseSheet(page: Page): Promise<void> {
  await openForm(page);
  await page.getByRole("button", { name: /CSV/ }).press("Enter");
  await page.getByRole("table").waitFor();
}

export const metadata: Views = {
  metadata: {
    scenario: "empty",
    steps: async (page) => {
      await openForm(page);
      const tags = page.getByRole("combobox", { name: "Tags" });
      await tags.fill("spring,");
      await tags.press("Enter");
      await tags.pressSequentially("s");
      await page.getByRole("option").first().waitFor();
      await tags.press("ArrowDown");
    },
  },
  "metadata-required": {
    scenario: "empty",
    shows: "[aria-invalid=true]",
    more: "&tenant=strict",
    steps: async (page) => {
      await openForm(page);
      await page.getByRole("textbox", { name: "Article number" }).fill("xii");
      await page.getByRole("radio").nth(3).check({ force: true });
      await page.locator("[aria-invalid=true]").waitFor();
    },
  },
  "metadata-failed": {
    scenario: "empty",
    more: "&tenant=failing",
    steps: openForm,
  },
  "metadata-loading": {
    scenario: "empty",
    more: "&tenant=silent",
    steps: openForm,
  },
  "metadata-empty": {
    scenario: "empty",
    more: "&tenant=empty",
    steps: openForm,
  },
  "metadata-file": {
    scenario: "empty",
    steps: async (page) => {
      await stage(page);
      await drop(page, ["/a/One.jpg"]);
      await page
        .getByRole("button", { name: "Values for One.jpg" })
        .press("Enter");
      await page.getByLabel("Product page").fill("acme");
      await page.getByRole("button", { name: "Done" }).press("Enter");
      await page.getByText("Enter a whole address").waitFor();
    },
  },
  templates: {
    scenario: "empty",
    menu: "Enter",
    steps: async (page) => {
      await openForm(page);
      await page.getByRole("button", { name: "Templates" }).press("Enter");
      await page.getByRole("menu").waitFor();
    },
  },
  "template-save": {
    scenario: "empty",
    steps: async (page) => {
      await openForm(page);
      await page.getByLabel("Photographer").fill("Mira Sonntag");
      await page.getByRole("button", { name: "Templates" }).press("Enter");
      await page
        .getByRole("menuitem", { name: "Save as a template…" })
        .press("Enter");
      await page.getByLabel("Name of the template").fill("Fair");
    },
  },
  sheet: { scenario: "empty", shows: "table", steps: chooseSheet },
  "sheet-findings": {
    scenario: "empty",
    shows: "details[open] li",
    steps: async (page) => {
      await chooseSheet(page);
      for (const summary of await page.locator("summary").all())
        await summary.press("Enter");
      await page.getByRole("table").scrollIntoViewIfNeeded();
    },
  },
  "sheet-failed": {
    scenario: "empty",
    more: "&tenant=failing",
    steps: async (page) => {
      await openForm(page);
      await page.getByRole("button", { name: /CSV/ }).press("Enter");
      await page.getByText("Ferry can’t read this sheet.").waitFor();
    },
  },
};
