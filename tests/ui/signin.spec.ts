// Signing in, again, and out.
import { expect } from "@playwright/test";
import { checkAccessible, test, advance, open } from "./support";

test("signing in: refused, cancelled, and through the browser", async ({
  page,
}) => {
  await open(page, "signed-out");
  const field = page.getByLabel("Your Canto address");
  await expect(field).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(
    page.getByText("Type the address you open Canto with"),
  ).toBeVisible();
  await page.keyboard.type("unknown.example");
  await expect(
    page.getByText("your browser opens unknown.example"),
  ).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("There is no unknown.example.")).toBeVisible();
  await field.fill("acme.canto.com");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Sign in at acme.canto.com")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(field).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Open again" }).click();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await expect(page.getByText("Connected to acme.canto.com.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Uploads" })).toBeVisible();
});

// Without the proxy's settings nobody behind one would ever get to the window that has them.
test("the network is set before the first sign-in", async ({ page }) => {
  await open(page, "signed-out");
  await page.getByLabel("Your Canto address").fill("acme.canto.com");
  await page.getByRole("button", { name: "Network and proxy" }).click();
  await expect(
    page.getByRole("heading", { name: "Network and proxy" }),
  ).toBeVisible();
  await expect(
    page.getByRole("button", { name: "Back to sign-in" }),
  ).toBeFocused();
  await page
    .getByRole("radiogroup", { name: "Proxy", exact: true })
    .getByText("By hand")
    .click();
  await expect(
    page.getByRole("textbox", { name: "Address of the proxy" }),
  ).toBeVisible();
  await expect(
    page.getByRole("textbox", { name: "Address of the library" }),
  ).toHaveValue("acme.canto.com");
  await expect(page.getByRole("searchbox")).toHaveCount(0);
  await checkAccessible(page, "network before the sign-in");
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Your Canto address")).toHaveValue(
    "acme.canto.com",
  );
});

test("signing in again goes on with the queue", async ({ page }) => {
  await open(page, "signin-required");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expect(
    page.getByRole("heading", { name: "Sign in to acme.canto.com again" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Open again" }).waitFor();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await advance(page, 2);
  await expect(
    page.getByRole("treegrid").getByText("Sending").first(),
  ).toBeVisible();
});

test("signing out leads to the first screen", async ({ page }) => {
  await open(page, "empty");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out…" }).click();
  await page.getByRole("button", { name: "Sign out, keep the list" }).click();
  await expect(page.getByLabel("Your Canto address")).toBeVisible();
  // There is nothing to go back to.
  await expect(page.getByRole("button", { name: "Back" })).toBeHidden();
});

/** What is typed, and what is said of it once typing rests; nothing was sent. */
const mistakes: [string, string, string][] = [
  ["jo@acme.com", "This is an e-mail address", "Das ist eine E-Mail-Adresse"],
  ["/home/jo/a.jpg", "This is a file or folder", "Das ist eine Datei"],
  ["my company", "This can’t be an address", "Das kann keine Adresse sein"],
  ["http://acme.canto.com", "only connects encrypted", "nur verschlüsselt"],
  ["www.canto.com", "one of Canto’s own pages", "eine Seite von Canto selbst"],
  [
    "acme.cantoo.com",
    "Did you mean acme.canto.com?",
    "Meinen Sie acme.canto.com?",
  ],
  [
    "unknown.example",
    "There is no unknown.example",
    "unknown.example gibt es nicht",
  ],
  [
    "closed.example",
    "takes no connections",
    "nimmt aber keine Verbindungen an",
  ],
  ["silent.example", "doesn’t answer", "antwortet nicht"],
  [
    "untrusted.example",
    "doesn’t trust the certificate",
    "vertraut dem Zertifikat",
  ],
  ["hotel.example", "isn’t a Canto", "ist aber kein Canto"],
  [
    "moved.example",
    "only leads on to www.example.com",
    "leitet nur zu www.example.com weiter",
  ],
];

for (const language of ["en", "de"]) {
  test(`a wrong address is explained when typing rests (${language})`, async ({
    page,
  }) => {
    await open(page, "signed-out");
    await page.evaluate(
      (value) => window.ferryFake.setSetting("language", value),
      language,
    );
    const field = page.locator("#tenant");
    for (const [typed, english, german] of mistakes) {
      await field.fill(typed);
      await expect(page.getByRole("alert")).toContainText(
        language === "de" ? german : english,
      );
      await expect(field).toHaveAttribute("aria-invalid", "true");
    }
    // While it is typed on, nothing of before is said.
    await field.fill("acme.can");
    await expect(page.locator("#signin-message")).toHaveText("");
    await field.fill("acme.canto.com");
    await expect(page.locator("#signin-look")).toContainText("acme.canto.com");
    await expect(page.locator("#signin-look svg")).toBeVisible();
    await expect(field).toHaveAttribute("aria-invalid", "false");
    await checkAccessible(page, "sign-in");
  });
}

test("the address that was meant is one key away", async ({ page }) => {
  await open(page, "signed-out");
  await page.getByLabel("Your Canto address").fill("acme.cantoo.com");
  await page.getByRole("button", { name: "Use acme.canto.com" }).press("Enter");
  await expect(page.getByLabel("Your Canto address")).toHaveValue(
    "acme.canto.com",
  );
  await expect(page.getByText("Found acme.canto.com.")).toBeVisible();
});

test("who has to give a key is asked before the browser opens, and nobody else", async ({
  page,
}) => {
  await open(page, "signed-out");
  const field = page.getByLabel("Your Canto address");
  await field.fill("nokey.canto.com");
  await expect(page.getByText("they are asked for only once")).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("needs an app ID once");
  await field.fill("managed.canto.com");
  await expect(page.getByText("Acme IT has set up the key")).toBeVisible();
  await expect(page.getByLabel("App ID")).toBeHidden();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(
    page.getByRole("heading", { name: "Go on in your browser" }),
  ).toBeFocused();
});

test("an Upload Link is explained and opens in the browser", async ({
  page,
}) => {
  await open(page, "signed-out");
  await page
    .getByLabel("Your Canto address")
    .fill("https://acme.canto.com/uploadlink/a1");
  await expect(
    page.getByText("Canto lets only the browser upload there"),
  ).toBeVisible();
  await page.getByRole("button", { name: "Open in browser" }).click();
  expect(await page.evaluate(() => window.ferryFake.places)).toEqual([
    "https://acme.canto.com/uploadlink/a1",
  ]);
});

test("who may not upload hears which privilege is missing, and who grants it", async ({
  page,
}) => {
  await open(page, "consumer");
  const said = page
    .getByRole("status")
    .filter({ hasText: "may not upload to acme.canto.com" });
  await expect(said).toContainText("a Canto administrator can grant it");
  await checkAccessible(page, "sign-in");
});
