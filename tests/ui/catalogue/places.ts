import type { Page } from "@playwright/test";
import { advance } from "../support";
import type { Views } from "./view";

async function openHistory(page: Page): Promise<void> {
  await page.getByRole("button", { name: "History" }).click();
  await page.getByText("All in Canto").first().waitFor();
}

async function findSent(page: Page, text: string): Promise<void> {
  await openHistory(page);
  await page.getByRole("searchbox", { name: "Search sent files" }).fill(text);
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radiogroup", { name: "Rows" }).waitFor();
}

export const places: Views = {
  history: { scenario: "done", steps: openHistory },
  "history-empty": {
    scenario: "empty",
    steps: (page) => page.getByRole("button", { name: "History" }).click(),
  },
  "history-search": {
    scenario: "done",
    steps: async (page) => {
      await findSent(page, "0413");
      await page.getByText("DSC_0413.NEF").first().waitFor();
    },
  },
  "history-none": {
    scenario: "done",
    steps: async (page) => {
      await findSent(page, "nothing like it");
      await page.getByText("No finished upload holds").waitFor();
    },
  },
  receipts: {
    scenario: "done",
    menu: "Enter",
    steps: async (page) => {
      await openHistory(page);
      await page
        .getByRole("button", { name: /^Receipt/ })
        .first()
        .click();
      await page.getByRole("menu").waitFor();
    },
  },
  settings: { scenario: "done", steps: openSettings },
  "settings-locked": { scenario: "managed", steps: openSettings },
  "settings-network": {
    scenario: "done",
    steps: async (page) => {
      await openSettings(page);
      await page
        .getByRole("radiogroup", { name: "Proxy", exact: true })
        .getByText("Script")
        .click();
      const script = page.getByRole("textbox", {
        name: "Address of the script",
      });
      await script.fill("http://wpad.acme.example/gone.pac");
      await script.press("Enter");
      await page.getByText("There is no way to").waitFor();
      await script.scrollIntoViewIfNeeded();
    },
  },
  "settings-none": {
    scenario: "done",
    steps: async (page) => {
      await openSettings(page);
      await page
        .getByRole("searchbox", { name: "Search settings" })
        .fill("xyz");
      await advance(page, 1);
    },
  },
};
