import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";

export interface Fake {
  advance(ms: number): void;
  drop(paths: string[]): void;
  opened: number[];
  pagesOpened: number;
  openPaths(paths: string[]): void;
  refuse(addresses: string[]): void;
  completeSignIn(): void;
  setSetting(key: string, value: string | null): Promise<void>;
  places: string[];
  requests: { metadata: unknown; duplicates?: string }[];
  /** How often somebody looked what of the staged files is there already. */
  previews: number;
  held: boolean;
  folders: {
    all: { path: string; on: boolean; include: string[]; place: string }[];
  };
  askView(view: "problems" | "history"): void;
  duplicates: { opened: number[] };
  listDecisions(query: unknown): Promise<{ total: number }>;
  queue: {
    totals(): { jobs: Partial<Record<string, number>> };
    batches: { duplicates: string }[];
    setCondition(part: { offline?: boolean; sign_in_required?: boolean }): void;
  };
}

declare global {
  interface Window {
    ferryFake: Fake;
    skew: number;
  }
}

/** Whatever a test does, the page must not complain: no error, nothing that the content policy blocks. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on(
      "console",
      (message) =>
        void (message.type() === "error" && problems.push(message.text())),
    );
    await use(page);
    expect(problems).toEqual([]);
  },
});

/** Now, for the page: pictures of the same view are the same. */
const NOW = Date.UTC(2026, 3, 14, 8, 24);

/** Opens the app on a scenario; time stands still until `advance`, unless `clock` says otherwise. */
export async function open(
  page: Page,
  scenario: string,
  more = "",
): Promise<void> {
  // `advance` moves the page's time along with the simulation's.
  await page.addInitScript((now) => {
    window.skew = 0;
    Date.now = () => now + window.skew;
  }, NOW);
  await page.goto(`/?scenario=${scenario}&clock=manual&delay=0${more}`);
  await begun(page);
}

/** Shown, and what follows the first rows is loaded. */
async function begun(page: Page): Promise<void> {
  await page.locator("main, [role=main]").first().waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector("main.failed") !== null ||
      performance.getEntriesByName("everything is loaded").length > 0,
  );
}

/** A new start of the same window. */
export async function restart(page: Page): Promise<void> {
  await page.reload();
  await begun(page);
}

export async function advance(page: Page, seconds: number): Promise<void> {
  await page.evaluate((steps) => {
    for (let step = 0; step < steps; step++) {
      window.skew += 200;
      window.ferryFake.advance(200);
    }
  }, seconds * 5);
  await page.waitForTimeout(400);
}

export const drop = (page: Page, paths: string[]) =>
  page.evaluate((list) => window.ferryFake.drop(list), paths);

export async function checkAccessible(
  page: Page,
  what: string,
  without: string[] = [],
): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .disableRules(without)
    .withTags([
      "wcag2a",
      "wcag2aa",
      "wcag21a",
      "wcag21aa",
      "wcag22aa",
      "best-practice",
    ])
    .analyze();
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`,
  );
  expect(found, what).toEqual([]);
}

export const shoot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/${name}.png` });
