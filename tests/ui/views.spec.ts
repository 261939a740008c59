// Every view and state: no accessibility violation, in light and dark, wide and small, and a picture to look at.
import { expect, type Page } from "@playwright/test";
import { test, advance, checkAccessible, drop, open, shoot } from "./support";

const FOLDER = [
  "/Users/mira/Pictures/Spring shoot",
  "/Users/mira/Desktop/Key visual – final (2).psd",
];

const VIEWS: Record<
  string,
  { scenario: string; more?: string; steps?: (page: Page) => Promise<unknown> }
> = {
  "signed-out": { scenario: "signed-out" },
  "signin-failed": {
    scenario: "signed-out",
    steps: async (page) => {
      await page.getByLabel("Your Canto address").fill("unknown.example");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page
        .getByRole("alert")
        .getByText("no Canto at this address")
        .waitFor();
    },
  },
  "signin-key": {
    scenario: "signed-out",
    steps: async (page) => {
      await page.getByLabel("Your Canto address").fill("nokey.canto.com");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("App secret").waitFor();
    },
  },
  "signin-browser": {
    scenario: "signed-out",
    steps: async (page) => {
      await page.getByLabel("Your Canto address").fill("acme");
      await page.getByLabel("Your Canto address").press("Enter");
      await page.getByRole("button", { name: "Open again" }).waitFor();
    },
  },
  empty: { scenario: "empty" },
  ten: { scenario: "ten", steps: (page) => advance(page, 4) },
  busy: { scenario: "busy", steps: (page) => advance(page, 100) },
  "busy-details": {
    scenario: "busy",
    steps: async (page) => {
      await advance(page, 30);
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page
        .getByRole("row", { name: /DSC_0413/ })
        .first()
        .dblclick({ position: { x: 200, y: 20 } });
      await page.getByText("On this computer").waitFor();
    },
  },
  "busy-menu": {
    scenario: "busy",
    steps: async (page) => {
      await page
        .getByRole("row", { name: /Sending/ })
        .first()
        .click({ button: "right", position: { x: 300, y: 20 } });
      await page.getByRole("menu").waitFor();
    },
  },
  "busy-search": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("searchbox").fill("0415");
      await page.getByRole("row", { name: /0415/ }).first().waitFor();
    },
  },
  problems: { scenario: "problems", steps: (page) => advance(page, 5) },
  "problems-causes": {
    scenario: "problems",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Problems/ }).click();
      await page.getByText("Copy a request").first().waitFor();
      await page
        .getByRole("row", { name: /couldn’t turn it/ })
        .dblclick({ position: { x: 200, y: 20 } });
      await page.getByText("Attempts", { exact: true }).waitFor();
    },
  },
  offline: { scenario: "offline" },
  "signin-required": { scenario: "signin-required" },
  done: { scenario: "done" },
  settings: {
    scenario: "managed",
    steps: async (page) => {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByRole("radiogroup", { name: "Rows" }).waitFor();
    },
  },
  "busy-compact": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByText("Compact", { exact: true }).click();
      await page.getByRole("button", { name: "Uploads" }).click();
      await advance(page, 30);
    },
  },
  million: { scenario: "million", steps: (page) => advance(page, 3) },
  history: {
    scenario: "done",
    steps: async (page) => {
      await page.getByRole("button", { name: "History" }).click();
      await page.getByText("All in Canto").first().waitFor();
    },
  },
  "history-empty": {
    scenario: "empty",
    steps: (page) => page.getByRole("button", { name: "History" }).click(),
  },
  staging: {
    scenario: "busy",
    steps: async (page) => {
      await drop(page, FOLDER);
      await page
        .getByText("1,980 images")
        .or(page.getByText("1,981 images"))
        .waitFor();
    },
  },
  picker: {
    scenario: "empty",
    steps: async (page) => {
      await drop(page, FOLDER);
      await page.getByRole("button", { name: "Choose a destination" }).click();
      await page.getByRole("treeitem", { name: /Marketing/ }).click();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("treeitem", { name: /Spring/ }).waitFor();
    },
  },
  "picker-new": {
    scenario: "empty",
    steps: async (page) => {
      await drop(page, FOLDER);
      await page.getByRole("button", { name: "Choose a destination" }).click();
      await page.getByRole("treeitem", { name: /Press/ }).click();
      await page.getByRole("button", { name: "New album" }).click();
    },
  },
  "picker-search": {
    scenario: "empty",
    steps: async (page) => {
      await drop(page, FOLDER);
      await page.getByRole("button", { name: "Choose a destination" }).click();
      await page
        .getByRole("searchbox", { name: "Search folders and albums" })
        .fill("film");
      await page.getByRole("tree", { name: "Search results" }).waitFor();
    },
  },
  "confirm-cancel": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: "For all uploads" }).click();
      await page.getByRole("menuitem", { name: "Cancel all" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "sign-out": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Account/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "drop-hover": {
    scenario: "busy",
    steps: (page) =>
      page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(["x"], "picture.jpg"));
        window.dispatchEvent(
          new DragEvent("dragenter", { dataTransfer: data, bubbles: true }),
        );
      }),
  },
};

for (const scheme of ["light", "dark"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });
    for (const [name, { scenario, more, steps }] of Object.entries(VIEWS)) {
      test(name, async ({ page }) => {
        await open(page, scenario, more);
        await steps?.(page);
        await page.waitForTimeout(350);
        await shoot(page, `${name}-${scheme}`);
        await checkAccessible(page, name);
        if (name.endsWith("menu")) return; // a menu closes when the window changes
        await page.setViewportSize({ width: 900, height: 640 });
        await page.waitForTimeout(150);
        await shoot(page, `${name}-${scheme}-small`);
        await fitsTheWindow(page);
      });
    }
  });
}

test.describe("200 % zoom", () => {
  test.use({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  for (const name of [
    "signed-out",
    "busy",
    "staging",
    "picker",
    "problems",
    "history",
  ]) {
    test(name, async ({ page }) => {
      const { scenario, steps } = VIEWS[name]!;
      await open(page, scenario);
      await steps?.(page);
      await page.waitForTimeout(300);
      await shoot(page, `${name}-zoom`);
      await fitsTheWindow(page);
    });
  }
});

test.describe("high contrast", () => {
  test.use({ contrast: "more" });
  for (const name of ["busy", "staging", "signed-out"]) {
    test(name, async ({ page }) => {
      const { scenario, steps } = VIEWS[name]!;
      await open(page, scenario);
      await steps?.(page);
      await page.waitForTimeout(300);
      await shoot(page, `${name}-contrast`);
      await checkAccessible(page, name);
    });
  }
});

async function fitsTheWindow(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - innerWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}
