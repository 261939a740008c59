import { advance } from "../support";
import { at, CARD, silence, stage, type Views } from "./view";

export const queue: Views = {
  empty: { scenario: "empty" },
  ten: { scenario: "ten", steps: (page) => advance(page, 4) },
  busy: { scenario: "busy", steps: (page) => advance(page, 100) },
  million: { scenario: "million", steps: (page) => advance(page, 3) },
  compact: {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByText("Compact", { exact: true }).click();
      await page.getByRole("button", { name: "Uploads" }).click();
      await advance(page, 30);
    },
  },
  loading: {
    scenario: "busy",
    steps: async (page) => {
      await silence(page, "listJobs");
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("row", { name: "Loading…" }).first().waitFor();
    },
  },
  pictures: {
    scenario: "empty",
    steps: async (page) => {
      await stage(page, [CARD]);
      await page.getByRole("button", { name: /^Upload 1,272/ }).click();
      await page.getByRole("button", { name: "Dismiss" }).click();
      await page
        .getByRole("row", { name: /DSC_0414/ })
        .first()
        .waitFor();
    },
  },
  selection: {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Waiting/ }).click();
      const row = page.locator(".row.job");
      await row.nth(1).click(at);
      await row.nth(3).click({ ...at, modifiers: ["Shift"] });
      await page.getByRole("toolbar").waitFor();
    },
  },
  menu: {
    scenario: "busy",
    menu: "Shift+F10",
    steps: async (page) => {
      await page
        .getByRole("row", { name: /Sending/ })
        .first()
        .click({ button: "right", ...at });
      await page.getByRole("menu").waitFor();
    },
  },
  sort: {
    scenario: "busy",
    menu: "Enter",
    steps: (page) => page.getByRole("button", { name: /^Sort/ }).click(),
  },
  search: {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("searchbox").fill("0415");
      await page.getByRole("row", { name: /0415/ }).first().waitFor();
    },
  },
  "search-none": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("searchbox").fill("Contact sheet");
      await page.getByText("No file is called").waitFor();
    },
  },
  "filter-none": {
    scenario: "ten",
    steps: (page) =>
      page.getByRole("button", { name: "Problems", exact: true }).click(),
  },
  details: {
    scenario: "busy",
    steps: async (page) => {
      await advance(page, 30);
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page
        .getByRole("row", { name: /DSC_0413/ })
        .first()
        .dblclick(at);
      await page.getByText("On this computer").waitFor();
    },
  },
  parts: {
    scenario: "ten",
    steps: async (page) => {
      await advance(page, 12);
      await page
        .getByRole("row", { name: /Brand film/ })
        .first()
        .dblclick(at);
      await page.getByText(/parts are with the server/).waitFor();
    },
  },
  problems: { scenario: "problems", steps: (page) => advance(page, 5) },
  causes: {
    scenario: "problems",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Copy a request").first().waitFor();
      const row = page.getByRole("row", { name: /couldn’t turn it/ });
      await row.dblclick(at);
      await page.getByText("Attempts", { exact: true }).waitFor();
    },
  },
  rights: {
    scenario: "rights",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Choose another album…").first().waitFor();
    },
  },
  retarget: {
    scenario: "rights",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Choose another album…").first().click();
      await page.getByRole("treeitem").first().waitFor();
    },
  },
  refused: {
    scenario: "done",
    shows: ".details",
    steps: async (page) => {
      await page.getByRole("row", { name: /Spring shoot/ }).click(at);
      const row = page.getByRole("row", { name: /didn’t take the metadata/ });
      await row.dblclick(at);
      await page.getByRole("button", { name: "Correct…" }).waitFor();
    },
  },
  offline: { scenario: "offline" },
  "signin-required": { scenario: "signin-required" },
  paused: {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: "Pause all" }).click();
      await page.getByRole("button", { name: "Resume all" }).waitFor();
    },
  },
  "all-done": { scenario: "done" },
  "receipt-menu": {
    scenario: "done",
    menu: "Enter",
    steps: (page) =>
      page.getByRole("button", { name: "Receipt for Spring shoot" }).click(),
  },
  "cancel-all": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: "For all uploads" }).click();
      await page.getByRole("menuitem", { name: "Cancel all" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "drop-hover": {
    scenario: "busy",
    steps: (page) =>
      page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["x"], "picture.jpg"));
        window.dispatchEvent(new DragEvent("dragenter", { dataTransfer }));
      }),
  },
  "staged-strip": {
    scenario: "busy",
    steps: async (page) => {
      await stage(page);
      await page.keyboard.press("Escape");
      await page.getByText(/ready and not sent yet/).waitFor();
    },
  },
};
