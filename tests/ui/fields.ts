// What tests of metadata begin with: something staged for an album, and the form open.
import type { Page } from "@playwright/test";
import { drop, open } from "./support";

export const FOLDER = "/Users/mira/Pictures/Spring shoot";

export const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

export async function stage(page: Page, more = ""): Promise<void> {
  await page.addInitScript(() =>
    localStorage.setItem(
      "ferry.places.1",
      '{"recent":[{"kind":"album","id":"a1","path":"Marketing/Spring/Selects"}],"pinned":[]}',
    ),
  );
  await open(page, "empty", more);
  await drop(page, [FOLDER]);
  await page
    .getByText(/1[.,]980/)
    .first()
    .waitFor();
}

export const lastOrder = (page: Page) =>
  page.evaluate(() => window.ferryFake.requests.at(-1)?.metadata);

export async function openMetadata(page: Page): Promise<void> {
  const section = page.getByRole("button", { name: /^Meta(data|daten)/ });
  await section.focus();
  if ((await section.getAttribute("aria-expanded")) === "false")
    await press(page, "Enter");
}

export async function chooseSheet(page: Page): Promise<void> {
  await openMetadata(page);
  await page.getByRole("button", { name: /CSV/ }).press("Enter");
  await page.getByRole("table").waitFor();
}
