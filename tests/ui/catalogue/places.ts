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

async function testConnection(page: Page, ticks: number): Promise<void> {
  await openSettings(page);
  const start = page.getByRole("button", { name: "Test now" });
  await start.click();
  await advance(page, ticks);
  await page.getByRole("list", { name: "Steps of the test" }).waitFor();
}

async function testToItsEnd(page: Page, shown: RegExp): Promise<void> {
  await testConnection(page, 60);
  await page.getByText(shown).first().waitFor();
  await page
    .getByRole("button", { name: "Save page" })
    .scrollIntoViewIfNeeded();
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
  "connection-running": {
    scenario: "busy",
    steps: async (page) => {
      await testConnection(page, 2);
      await page.getByRole("button", { name: "Stop" }).waitFor();
    },
    shows: ".steps",
  },
  "connection-fine": {
    scenario: "done",
    steps: (page) => testToItsEnd(page, /Nothing stands in the way/),
    shows: ".result",
  },
  "connection-store-blocked": {
    scenario: "done",
    more: "&line=store-blocked",
    steps: (page) => testToItsEnd(page, /doesn’t answer/),
    shows: ".result",
  },
  "connection-proxy-login": {
    scenario: "done",
    more: "&line=proxy-login",
    steps: (page) => testToItsEnd(page, /wants a name and a password/),
    shows: ".result",
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
