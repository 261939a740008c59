import type { Page } from "@playwright/test";
import { advance, drop } from "../support";
import { silence, type Views } from "./view";

async function openSync(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Auto Sync/ }).click();
  await page.getByRole("heading", { name: "Auto Sync", level: 1 }).waitFor();
}

async function openFolders(page: Page): Promise<void> {
  await openSync(page);
  await page.getByRole("article").first().waitFor();
}

const card = (page: Page, name: string) =>
  page.getByRole("article", { name, exact: true }).first();

async function more(page: Page, name: string, item: string): Promise<void> {
  await openFolders(page);
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
  await page.getByRole("dialog").waitFor();
}

async function preview(page: Page, name: string): Promise<void> {
  await openFolders(page);
  await card(page, name).getByRole("button", { name: "Preview…" }).click();
  await page.getByRole("dialog").waitFor();
}

const add = async (page: Page, paths: string[]) => {
  await openSync(page);
  await drop(page, paths);
  await page.getByRole("dialog").waitFor();
};

export const sync: Views = {
  sync: { scenario: "sync", steps: openFolders },
  "sync-empty": { scenario: "empty", few: true, steps: openSync },
  "sync-loading": {
    scenario: "sync-loading",
    few: true,
    steps: openSync,
  },
  "sync-failed": { scenario: "sync-failed", few: true, steps: openSync },
  "sync-one": { scenario: "sync-one", few: true, steps: openFolders },
  "sync-hundred": { scenario: "sync-hundred", few: true, steps: openFolders },
  "sync-off": { scenario: "sync-off", few: true, steps: openFolders },
  "sync-trouble": {
    scenario: "sync",
    few: true,
    steps: openFolders,
    shows: "li:has(.help.bad)",
  },
  "sync-daily": {
    scenario: "sync-one",
    few: true,
    steps: async (page) => {
      await openFolders(page);
      await page.getByLabel("Look for changes").selectOption("daily");
      await page.getByLabel("Time of day").waitFor();
    },
  },
  "sync-add": {
    scenario: "sync-one",
    steps: (page) => add(page, ["/Volumes/Archive/Spring shoot"]),
  },
  "sync-add-accounts": {
    scenario: "accounts",
    few: true,
    steps: (page) => add(page, ["/Volumes/Archive/Spring shoot"]),
  },
  "sync-add-nested": {
    scenario: "sync-one",
    few: true,
    steps: async (page) => {
      await add(page, ["/Users/mira/Pictures", "/Users/mira/Movies"]);
      await page.getByRole("button", { name: "Watch 2 folders" }).click();
      await page.getByText("lie one in the other").waitFor();
      await advance(page, 2);
    },
  },
  "sync-add-picker": {
    scenario: "sync-one",
    few: true,
    steps: async (page) => {
      await add(page, ["/Volumes/Archive/Spring shoot"]);
      await page.getByRole("button", { name: "In a folder of it…" }).click();
      await page.getByRole("treeitem", { name: /Marketing/ }).click();
    },
  },
  "sync-preview": {
    scenario: "sync",
    steps: (page) => preview(page, "Spring shoot"),
  },
  "sync-preview-nothing": {
    scenario: "sync",
    few: true,
    steps: (page) => preview(page, "Selects"),
  },
  "sync-preview-failed": {
    scenario: "sync",
    few: true,
    steps: (page) => preview(page, "DCIM"),
  },
  "sync-preview-looking": {
    scenario: "sync",
    few: true,
    steps: async (page) => {
      await silence(page, "previewSync");
      await preview(page, "Spring shoot");
    },
  },
  "sync-patterns": {
    scenario: "sync",
    few: true,
    steps: async (page) => {
      await more(page, "Packshots", "Patterns…");
      await page.getByLabel("Only these files").fill("*.jpg\n[a");
      await page.getByRole("button", { name: "Use patterns" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  "sync-remove": {
    scenario: "sync",
    few: true,
    steps: (page) => more(page, "Spring shoot", "Remove…"),
  },
};
