// Every view and state in every look: no accessibility violation, nothing out of reach, and a picture of it.
// `KEEP=1 npx playwright test looks` takes only the pictures that are kept, `screens/LOOK/VIEW.png`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, type Page } from "@playwright/test";
import { VIEWS, type View } from "./catalogue";
import { allReachable, fitsTheWindow } from "./reach";
import { smallPng } from "./small-png";
import { checkAccessible, open, test } from "./support";

const KEEP = process.env.KEEP !== undefined;

interface Look {
  width: number;
  height: number;
  colorScheme: "light" | "dark";
  forcedColors: "active" | "none";
  language: "en" | "de";
  /** What axe looks at; nothing where it saw the same before. */
  axe: "all" | "no colours" | "nothing";
}

const PLAIN: Look = {
  width: 1120,
  height: 720,
  colorScheme: "light",
  forcedColors: "none",
  language: "en",
  axe: "all",
};

/** What shows every text and colour: of these a picture is made in a test as well. */
const FEW = ["light-en", "dark-de"];

const LOOKS: Record<string, Look> = {
  "light-en": PLAIN,
  "dark-de": { ...PLAIN, colorScheme: "dark", language: "de" },
  // To axe it is the plain look: it reads colours that the system has replaced by its own.
  "forced-colours": { ...PLAIN, forcedColors: "active", axe: "nothing" },
  "small-de": {
    ...PLAIN,
    width: 900,
    height: 600,
    language: "de",
    axe: "nothing",
  },
  // What the usual window, 1280 × 800, has room for at 200 %.
  "zoom-200": { ...PLAIN, width: 640, height: 400, axe: "no colours" },
};

test.use({ timezoneId: "Europe/Berlin" });
// More than half of the time of all browser tests: shared between the workers.
test.describe.configure({ mode: "parallel" });

for (const [name, view] of Object.entries(VIEWS)) {
  test(name, async ({ page }) => {
    test.setTimeout(120_000);
    await begin(page, view);
    for (const [look, how] of Object.entries(LOOKS)) {
      if (view.few && !FEW.includes(look)) continue;
      await test.step(look, async () => {
        if (how !== PLAIN) await wear(page, how, view);
        if (KEEP || FEW.includes(look)) await keep(page, `${look}/${name}`);
        if (KEEP) return;
        await fitsTheWindow(page);
        const without = how.axe === "no colours" ? ["color-contrast"] : [];
        if (how.axe !== "nothing")
          await checkAccessible(page, `${name}, ${look}`, without);
      });
    }
    if (KEEP) return;
    await test.step("every control", () => allReachable(page));
    await page.emulateMedia({ reducedMotion: "reduce" });
    await test.step("reduced motion", () => standsStill(page));
  });
}

// What a system with more contrast changes are colours alone.
test.describe("more contrast", () => {
  test.use({ contrast: "more" });
  for (const name of [
    "signed-out",
    "busy",
    "staging",
    "metadata-required",
    "sheet",
    "settings",
  ])
    for (const colorScheme of ["light", "dark"] as const)
      test(`${name}, ${colorScheme}`, async ({ page }) => {
        test.skip(KEEP, "no pictures of it are kept");
        const view = VIEWS[name]!;
        await begin(page, view);
        await page.emulateMedia({ colorScheme, contrast: "more" });
        await atRest(page);
        await checkAccessible(page, `${name}, ${colorScheme}`);
      });
});

async function begin(page: Page, { scenario, more, steps, shows }: View) {
  await page.emulateMedia({ ...PLAIN, reducedMotion: "no-preference" });
  await open(page, scenario, more);
  await steps?.(page);
  await show(page, shows);
  await atRest(page);
}

async function show(page: Page, selector?: string): Promise<void> {
  if (!selector) return;
  await page
    .locator(selector)
    .first()
    .evaluate((element) => element.scrollIntoView({ block: "center" }));
}

/** Other colours, another size, another language while the view stands: with the colours the page asks for its language again. */
async function wear(
  page: Page,
  { language, ...look }: Look,
  { menu, shows }: View,
): Promise<void> {
  if (menu) await page.keyboard.press("Escape");
  await page.evaluate((lang) => {
    const address = new URL(location.href);
    address.searchParams.set("lang", lang);
    history.replaceState(null, "", address);
  }, language);
  await page.setViewportSize(look);
  const other = look.colorScheme === "dark" ? "light" : "dark";
  const theme = (scheme: string) =>
    expect(page.locator("html")).toHaveAttribute("data-theme", scheme);
  await page.emulateMedia({ colorScheme: other });
  await theme(other);
  await page.emulateMedia(look);
  await theme(look.colorScheme);
  if (menu) {
    await page.keyboard.press(menu);
    await page.getByRole("menu").waitFor();
  }
  await show(page, shows);
  await atRest(page);
}

/** Two frames later whatever moves has come to its end, but for what moves for ever. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    const ending = document
      .getAnimations()
      .filter(({ effect }) =>
        Number.isFinite(effect?.getComputedTiming().endTime),
      );
    await Promise.allSettled(ending.map(({ finished }) => finished));
    await frame();
  });
}

async function standsStill(page: Page): Promise<void> {
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().duration !== 0)
      .map((one) => (one as CSSAnimation).animationName),
  );
  expect(moving).toEqual([]);
}

async function keep(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({
    animations: "disabled",
    caret: "hide",
    scale: "css",
  });
  const file = `${KEEP ? "screens" : "test-results/looks"}/${name}.png`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, KEEP ? smallPng(picture) : picture);
}
