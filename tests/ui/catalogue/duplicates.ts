import type { Page } from "@playwright/test";
import { at, silence, stage, type Views } from "./view";

/** Its choices are seen without a scroll. */
async function settings(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("searchbox").fill("dupli");
  await page.getByRole("heading", { name: "Duplicates" }).waitFor();
}

async function withRule(page: Page, rule: string): Promise<void> {
  await page.evaluate(
    (value) => window.ferryFake.setSetting("duplicates_upload", value),
    rule,
  );
  await stage(page);
}

/** The notice that files wait goes by itself after a while. */
const undisturbed = (page: Page) =>
  page.getByRole("button", { name: "Dismiss" }).click();

const found = (page: Page) => page.getByText(/\d+ for certain/).waitFor();

async function decide(page: Page): Promise<void> {
  await undisturbed(page);
  await page.getByRole("button", { name: /^Problems/ }).click();
  await page
    .getByRole("button", { name: "Decide…", exact: true })
    .last()
    .click();
  await page.getByRole("dialog").getByText("Uploaded").waitFor();
}

/** On a row of the queue by its key. */
async function decideAbout(page: Page, name: string): Promise<void> {
  await undisturbed(page);
  await page.getByRole("searchbox").fill(name);
  const row = page.getByRole("row", {
    name: new RegExp(`${name}.*Your decision`),
  });
  await row.first().click(at);
  await page.keyboard.press("d");
  await page.getByRole("dialog").getByText("Uploaded").waitFor();
}

export const duplicates: Views = {
  "duplicates-queue": { scenario: "duplicates", steps: undisturbed },
  "duplicates-problems": {
    scenario: "duplicates",
    steps: async (page) => {
      await undisturbed(page);
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Canto has these files already").waitFor();
    },
  },
  "duplicates-details": {
    scenario: "duplicates",
    shows: ".details",
    steps: async (page) => {
      await undisturbed(page);
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page
        .getByRole("row", { name: /Already there/ })
        .nth(2)
        .dblclick(at);
      await page.getByText("Already in Canto").waitFor();
    },
  },
  decide: { scenario: "duplicates", steps: decide },
  "decide-many": { scenario: "duplicates-many", steps: decide },
  "decide-ending": {
    scenario: "duplicates",
    steps: (page) => decideAbout(page, "DSC_0473"),
  },
  "decide-probably": {
    scenario: "duplicates",
    steps: (page) => decideAbout(page, "DSC_0497"),
  },
  "decide-several": {
    scenario: "duplicates",
    steps: (page) => decideAbout(page, "DSC_0505"),
  },
  "decide-content": {
    scenario: "duplicates",
    steps: (page) => decideAbout(page, "292901"),
  },
  "decide-picture": {
    scenario: "duplicates",
    steps: (page) => decideAbout(page, "221086"),
  },
  "decide-loading": {
    scenario: "duplicates",
    steps: async (page) => {
      await undisturbed(page);
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Canto has these files already").waitFor();
      await silence(page, "listDecisions");
      await page
        .getByRole("button", { name: "Decide…", exact: true })
        .last()
        .click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "decide-failed": {
    scenario: "duplicates",
    steps: async (page) => {
      await undisturbed(page);
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.evaluate(() => {
        const failure = {
          code: "DiskFull",
          who: "you",
          params: {},
          details: "",
        };
        Object.assign(window.ferryFake, {
          listDecisions: () => Promise.reject(failure),
        });
      });
      await page
        .getByRole("button", { name: "Decide…", exact: true })
        .last()
        .click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: "Try again" })
        .waitFor();
    },
  },
  "staging-duplicates": {
    scenario: "empty",
    shows: "[aria-label='Already there'], [aria-label='Schon vorhanden']",
    steps: async (page) => {
      await withRule(page, "filename:version");
      await found(page);
      await page
        .getByRole("button", { name: "Show", exact: true })
        .first()
        .click();
      await page.getByRole("list", { name: "Already there" }).waitFor();
    },
  },
  "staging-duplicates-looking": {
    scenario: "empty",
    steps: async (page) => {
      await silence(page, "previewDuplicates");
      await withRule(page, "filename:skip");
      await page.getByText("Looking in Canto…").waitFor();
    },
  },
  "staging-duplicates-offer": {
    scenario: "empty",
    steps: async (page) => {
      await withRule(page, "md5:skip");
      await page.getByRole("button", { name: "Check now" }).waitFor();
    },
  },
  "staging-duplicates-failed": {
    scenario: "empty",
    more: "&tenant=failing",
    steps: async (page) => {
      await withRule(page, "filename:skip");
      await page.getByText("Ferry could not look").waitFor();
    },
  },
  "staging-duplicates-none": {
    scenario: "empty",
    more: "&tenant=empty",
    steps: async (page) => {
      await withRule(page, "filename:skip");
      await page.getByText("None of these files was found").waitFor();
    },
  },
  "staging-duplicates-others": {
    scenario: "duplicates-others",
    steps: async (page) => {
      await stage(page);
      await found(page);
    },
  },
  "settings-duplicates": {
    scenario: "empty",
    steps: async (page) => {
      await page.evaluate(() =>
        window.ferryFake.setSetting("duplicates_upload", "filename:version"),
      );
      await settings(page);
    },
  },
  "settings-duplicates-locked": {
    scenario: "duplicates-locked",
    steps: settings,
  },
  "settings-duplicates-others": {
    scenario: "duplicates-others",
    steps: settings,
  },
  "history-duplicates": {
    scenario: "duplicates",
    steps: async (page) => {
      await undisturbed(page);
      await page.getByRole("button", { name: "History" }).click();
      await page.getByRole("button", { name: /already there/ }).click();
      await page
        .getByRole("list", { name: /that were already there/ })
        .waitFor();
    },
  },
};
