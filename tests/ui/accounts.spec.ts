// Two libraries, and two users of one of them: told apart, switched, signed in again; and a sign-in without a keychain.
import { expect } from "@playwright/test";
import { advance, checkAccessible, open, test } from "./support";

test("accounts are told apart and switched", async ({ page }) => {
  await open(page, "accounts");
  await page.getByRole("button", { name: /^Account/ }).click();
  const items = page.getByRole("menuitemradio");
  await expect(items).toHaveText([
    "acme.canto.com · Mira Sonntag",
    "zeta.canto.de · Sign-in needed",
    "acme.canto.com · Jo Example",
  ]);
  await items.nth(2).click();
  await expect(
    page.getByText("Jo Example may not upload to acme.canto.com."),
  ).toBeVisible();
  // Each batch says whose it is.
  await expect(
    page.getByRole("row", { name: /Spring shoot.*Mira Sonntag/ }),
  ).toBeVisible();
  await expect(
    page.getByRole("row", { name: /Open day.*Jo Example/ }),
  ).toBeVisible();
  await expect(
    page.getByRole("row", { name: /Packshots.*zeta\.canto\.de/ }),
  ).toBeVisible();
  await checkAccessible(page, "accounts");
});

test("signing in again is about the account that needs it", async ({
  page,
}) => {
  await open(page, "accounts");
  await expect(page.getByText(/zeta\.canto\.de/).first()).toBeVisible();
  await page.getByRole("button", { name: "Sign in again" }).first().click();
  await expect(
    page.getByRole("heading", { name: "Sign in to zeta.canto.de again" }),
  ).toBeVisible();
});

test("signing out asks what becomes of what waits, of this account alone", async ({
  page,
}) => {
  await open(page, "accounts");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out…" }).click();
  const dialog = page.getByRole("dialog", {
    name: "Sign out of acme.canto.com?",
  });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog
    .getByRole("button", { name: "Sign out, clear the list" })
    .click();
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(
    page.getByRole("menuitemradio", {
      name: "acme.canto.com · Mira Sonntag · Signed out",
    }),
  ).toBeVisible();
  await page.keyboard.press("Escape");
  await advance(page, 1);
  await expect(
    page.getByRole("row", { name: /Packshots.*zeta/ }),
  ).toContainText("0 of 24");
});

test("without a keychain: a file with a passphrase", async ({ page }) => {
  await open(page, "no-keychain");
  await page.getByLabel("Your Canto address").fill("acme");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("heading", { name: "Where should sign-ins be kept?" }),
  ).toBeVisible();
  await checkAccessible(page, "no keychain");
  const first = page.getByLabel("Passphrase");
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("Type a passphrase.");
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Tab");
  await page.keyboard.type("another");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText(
    "The two passphrases differ.",
  );
  await page.getByLabel("Once more").fill("correct horse");
  await page.keyboard.press("Enter");
  // On it goes to the browser, without a second click.
  await page.getByRole("button", { name: "Open again" }).waitFor();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await expect(page.getByText("Connected to acme.canto.com.")).toBeVisible();
});

test("without a keychain: signing in every time", async ({ page }) => {
  await open(page, "no-keychain");
  await page.getByLabel("Your Canto address").fill("acme");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign in every time" }).press("Enter");
  await page.getByRole("button", { name: "Open again" }).waitFor();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await expect(page.getByText("Connected to acme.canto.com.")).toBeVisible();
  await page.getByRole("button", { name: "Settings" }).click();
  await expect(page.getByLabel("Sign in every time")).toBeChecked();
});

test("a passphrase is asked for at the start, and waited for", async ({
  page,
}) => {
  await open(page, "locked");
  await page.getByLabel("Passphrase").fill("wrong");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("doesn’t open");
  await page.getByLabel("Passphrase").fill("correct horse");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Uploads" })).toBeVisible();
});
