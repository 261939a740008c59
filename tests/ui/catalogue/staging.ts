import type { Page } from "@playwright/test";
import { drop } from "../support";
import { CARD, LOOSE, SHOOT, silence, stage, type Views } from "./view";

async function openPicker(page: Page): Promise<void> {
  await drop(page, [SHOOT, LOOSE]);
  await page.getByRole("button", { name: "Choose a destination" }).click();
}

export const staging: Views = {
  staging: { scenario: "busy", steps: (page) => stage(page) },
  "staging-counting": {
    scenario: "busy",
    steps: async (page) => {
      await silence(page, "stagePaths");
      await drop(page, [SHOOT]);
      await page.getByRole("dialog").waitFor();
    },
  },
  "staging-nothing": {
    scenario: "empty",
    steps: async (page) => {
      await drop(page, ["/Users/mira/Desktop/.hidden.jpg"]);
      await page.getByRole("button", { name: "Take them anyway" }).waitFor();
    },
  },
  "staging-folder": {
    scenario: "empty",
    shows: ".files li",
    steps: async (page) => {
      await stage(page);
      await page
        .getByRole("button", { name: "Look into Spring shoot" })
        .click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: "Selects" })
        .last()
        .click();
      await page.getByRole("list", { name: "Files in Selects" }).waitFor();
    },
  },
  "staging-choices": {
    scenario: "empty",
    shows: "[aria-label='Left out'], [aria-label='Ausgelassen']",
    steps: async (page) => {
      await stage(page);
      await page
        .getByRole("button", { name: "Look into Spring shoot" })
        .click();
      const files = page.getByRole("list", { name: "Files in Spring shoot" });
      await files.getByRole("checkbox", { name: "Upload Film" }).uncheck();
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await page.getByRole("list", { name: "Left out" }).waitFor();
    },
  },
  "staging-sidecars": {
    scenario: "empty",
    steps: async (page) => {
      await stage(page, [CARD]);
      await page.getByRole("checkbox", { name: /sidecar files/ }).uncheck();
      await page.getByText("412 pictures in 824 files").waitFor();
    },
  },
  "staging-rename": {
    scenario: "empty",
    shows: ".item input",
    steps: async (page) => {
      await drop(page, [SHOOT, LOOSE]);
      await page
        .getByRole("button", { name: "Rename Spring shoot in the library" })
        .click();
    },
  },
  picker: {
    scenario: "empty",
    steps: async (page) => {
      await openPicker(page);
      await page.getByRole("treeitem", { name: /Marketing/ }).click();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("treeitem", { name: /Spring/ }).waitFor();
    },
  },
  "picker-new": {
    scenario: "empty",
    steps: async (page) => {
      await openPicker(page);
      await page.getByRole("treeitem", { name: /Press/ }).click();
      await page.getByRole("button", { name: "New album" }).click();
    },
  },
  "picker-search": {
    scenario: "empty",
    steps: async (page) => {
      await openPicker(page);
      await page
        .getByRole("searchbox", { name: "Search folders and albums" })
        .fill("film");
      await page.getByRole("tree", { name: "Search results" }).waitFor();
    },
  },
  "picker-recent": {
    scenario: "empty",
    steps: async (page) => {
      await stage(page);
      await page.getByRole("button", { name: /^Change destination/ }).click();
      await page.getByRole("list", { name: "Recent" }).waitFor();
    },
  },
  "picker-empty": {
    scenario: "empty",
    more: "&tenant=empty",
    steps: async (page) => {
      await openPicker(page);
      await page.getByText("This folder is empty.").waitFor();
    },
  },
  "picker-failed": {
    scenario: "empty",
    more: "&tenant=failing",
    steps: async (page) => {
      await openPicker(page);
      await page.getByText("Canto took too long to answer").waitFor();
    },
  },
  "picker-loading": {
    scenario: "empty",
    more: "&tenant=silent",
    steps: openPicker,
  },
};
