import type { Page } from "@playwright/test";
import { advance } from "../support";
import type { Views } from "./view";

export async function openCollections(page: Page): Promise<void> {
  await page
    .getByRole("navigation")
    .getByRole("button", { name: /^Collections/ })
    .click();
  await page.getByRole("heading", { name: "Collections", level: 1 }).waitFor();
}

export async function tab(page: Page, name: RegExp): Promise<void> {
  await openCollections(page);
  await page
    .getByRole("group", { name: "Views of collections" })
    .getByRole("button", { name })
    .click();
}

async function begin(page: Page): Promise<void> {
  await openCollections(page);
  await page.getByRole("button", { name: "Use this folder" }).click();
  await page.getByRole("region", { name: "Collections" }).waitFor();
}

async function more(page: Page, item: string): Promise<void> {
  await openCollections(page);
  await page
    .getByRole("button", { name: "More about the Canto Sync Folder" })
    .click();
  await page.getByRole("menuitem", { name: item }).click();
}

export const collections: Views = {
  collections: { scenario: "collections", steps: openCollections },
  "collections-first": {
    scenario: "collections-new",
    steps: async (page) => {
      await openCollections(page);
      await page.getByRole("button", { name: "Use this folder" }).waitFor();
    },
  },
  "collections-none": {
    scenario: "collections-new",
    more: "&tenant=empty",
    few: true,
    steps: async (page) => {
      await begin(page);
      await page.getByText("No collections yet").waitFor();
    },
  },
  "collections-loading": {
    scenario: "collections-new",
    more: "&tenant=silent",
    few: true,
    steps: async (page) => {
      await begin(page);
      await page.getByText("Asking the library").waitFor();
    },
  },
  "collections-address": {
    scenario: "collections-new",
    more: "&tenant=strict",
    few: true,
    steps: async (page) => {
      await begin(page);
      const field = page.getByLabel("Add a collection by its address");
      await field.fill("https://acme.canto.com/mycollections/gone");
      await field.press("Enter");
      await page.getByText("There is no such collection").waitFor();
    },
  },
  "collections-failing": {
    scenario: "collections",
    more: "&tenant=failing",
    few: true,
    steps: async (page) => {
      await openCollections(page);
      await page.getByRole("button", { name: "Try again" }).first().waitFor();
    },
  },
  "collections-many": {
    scenario: "collections-many",
    few: true,
    steps: async (page) => {
      await openCollections(page);
      await page.getByRole("heading", { name: "Collection 0001" }).waitFor();
    },
  },
  "collections-trouble": {
    scenario: "collections-trouble",
    few: true,
    steps: openCollections,
  },
  "collections-moving": {
    scenario: "collections-moving",
    steps: openCollections,
  },
  "collections-move": {
    scenario: "collections",
    few: true,
    steps: async (page) => {
      await more(page, "Move the Canto Sync Folder…");
      await page.getByRole("dialog").getByText("would be copied").waitFor();
    },
  },
  "collections-confirm": {
    scenario: "collections",
    steps: async (page) => {
      await openCollections(page);
      await page.getByRole("button", { name: "Look at the changes" }).click();
      await page.getByRole("button", { name: "Remove 64 files" }).waitFor();
    },
  },
  "collections-plan": {
    scenario: "collections",
    few: true,
    steps: async (page) => {
      await openCollections(page);
      await page
        .getByRole("button", { name: "More about “Product range 2026”" })
        .click();
      await page
        .getByRole("menuitem", { name: "Show what would change…" })
        .click();
      await page.getByText("files are downloaded").waitFor();
    },
  },
  "collections-recent": {
    scenario: "collections",
    steps: async (page) => {
      await tab(page, /^Recent/);
      await page.locator("[data-tile] img.shown").nth(8).waitFor();
    },
  },
  "collections-recent-none": {
    scenario: "collections-new",
    few: true,
    steps: async (page) => {
      await begin(page);
      await tab(page, /^Recent/);
      await page.getByText("Nothing has happened yet").waitFor();
    },
  },
  "collections-held": {
    scenario: "collections",
    few: true,
    steps: async (page) => {
      await tab(page, /^Held files/);
      await page
        .getByRole("button", { name: /^Restore/ })
        .first()
        .waitFor();
    },
  },
  "collections-held-none": {
    scenario: "collections-many",
    few: true,
    steps: async (page) => {
      await tab(page, /^Held files/);
      await page.getByText("No held files").waitFor();
      await advance(page, 0);
    },
  },
};
