// What a view or state of the window is: where it begins, and what somebody does to see it.
import type { Page } from "@playwright/test";
import { drop } from "../support";

export interface View {
  scenario: string;
  /** More of the address, as `&tenant=strict`. */
  more?: string;
  steps?: (page: Page) => Promise<unknown>;
  /** Opens its menu again, which closes when the window changes and keeps the language it was opened in. */
  menu?: "Enter" | "Shift+F10";
  /** One light and one dark look are enough: others would show nothing that a view beside it does not. */
  few?: boolean;
  /** Where it is, for pictures that could only show a part. */
  shows?: string;
}

export type Views = Record<string, View>;

export const SHOOT = "/Users/mira/Pictures/Spring shoot";
export const CARD = "/Volumes/Card 1";
export const LOOSE = "/Users/mira/Desktop/Key visual – final (2).psd";

/** A place on a row beside its buttons. */
export const at = { position: { x: 120, y: 20 } };

/** With a destination, so that nothing but what a view is about is in the way of sending. */
export async function stage(
  page: Page,
  paths = [SHOOT, LOOSE],
): Promise<unknown> {
  await page.evaluate(() =>
    localStorage.setItem(
      "ferry.places.1",
      '{"recent":[{"kind":"album","id":"a1","path":"Marketing/Spring/Selects"}],"pinned":[]}',
    ),
  );
  await drop(page, paths);
  return page.getByRole("button", { name: /^Upload [\d,]+ file/ }).waitFor();
}

/** One of the fake's answers never comes. */
export const silence = (page: Page, method: string) =>
  page.evaluate((name) => {
    Object.assign(window.ferryFake, { [name]: () => new Promise(() => {}) });
  }, method);
