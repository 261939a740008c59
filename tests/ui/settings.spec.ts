// Settings, languages, and what the system asks for.
import { expect } from "@playwright/test";
import { test, advance, drop, open, shoot } from "./support";

test.describe("German", () => {
  test.use({ locale: "de-DE" });
  test("is complete", async ({ page }) => {
    await open(page, "busy");
    await advance(page, 20);
    await expect(
      page.getByRole("button", { name: "Alle anhalten" }),
    ).toBeVisible();
    await expect(page.getByRole("contentinfo")).toContainText(
      /noch 1\.2\d\d Dateien/,
    );
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(
      "de-DE",
    );
    await shoot(page, "busy-german");
    await drop(page, ["/a/Frühling"]);
    await expect(
      page.getByRole("button", { name: "2.016 Dateien hochladen" }),
    ).toBeVisible();
    await shoot(page, "staging-german");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Probleme/ }).click();
    await page.waitForTimeout(300);
    await shoot(page, "problems-german");
    for (const width of [900, 640]) {
      await page.setViewportSize({ width, height: 640 });
      await shoot(page, `german-${width}`);
    }
  });
});

test("reduced motion stands still", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "empty");
  await drop(page, ["/a/One.jpg"]);
  const duration = await page
    .getByRole("dialog")
    .evaluate((sheet) => getComputedStyle(sheet).animationDuration);
  expect(duration).toBe("0s");
});

test("settings are found by a word, changed by keyboard, and locked where an administrator says so", async ({
  page,
}) => {
  await open(page, "managed");
  await page.getByRole("button", { name: "Settings" }).click();
  const language = page.getByRole("radiogroup", { name: "Language" });
  await expect(language).toHaveAccessibleDescription(/Set by Acme IT/);
  for (const radio of await language.getByRole("radio").all())
    await expect(radio).toBeDisabled();
  await page.getByRole("searchbox", { name: "Search settings" }).fill("dark");
  await expect(page.getByRole("radiogroup")).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search settings" }).press("Tab");
  await page.keyboard.press("Tab");
  await expect(
    page.getByRole("radio", { name: "As the system" }),
  ).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("searchbox", { name: "Search settings" }).fill("xyz");
  await expect(page.getByText("No setting fits “xyz”.")).toBeVisible();
});

test("the language changes at once", async ({ page }) => {
  await open(page, "empty");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByText("Deutsch").click();
  await expect(
    page.getByRole("heading", { name: "Einstellungen" }),
  ).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
});

test("limits are typed as people write them, and a mistake stays to be mended", async ({
  page,
}) => {
  await open(page, "busy");
  await page.getByRole("button", { name: "Settings" }).click();
  const limit = page.getByRole("textbox", { name: "Limit for sending" });
  await limit.fill("fast");
  await limit.press("Enter");
  await expect(limit).toHaveAccessibleDescription(/“fast” is no speed/);
  await expect(limit).toHaveValue("fast");
  await limit.fill("2 MB/s");
  await limit.press("Tab");
  await expect(limit).not.toHaveAttribute("aria-invalid");
  await expect(limit).toHaveValue("2 MB/s");

  await page.getByRole("button", { name: "Add a time" }).click();
  const first = page.getByRole("group", { name: "Time 1" });
  await first.getByRole("button", { name: "Saturday" }).click();
  await expect(first.getByRole("button", { name: "Saturday" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await first.getByLabel("What holds then").selectOption("limits");
  await first.getByLabel("From").fill("9.30");
  await first.getByLabel("From").press("Tab");
  await expect(first.getByLabel("From")).toHaveValue("09:30");
  await page.getByRole("button", { name: "Add a time" }).click();
  await page
    .getByRole("radiogroup", { name: "On a metered connection" })
    .getByText("Pause")
    .click();
  await expect(
    page.getByText("Your system doesn’t tell whether this connection is"),
  ).toBeVisible();
  await page
    .getByRole("heading", { name: "On a metered" })
    .scrollIntoViewIfNeeded();
  await shoot(page, "settings-bandwidth");
  await first.getByRole("button", { name: "Remove this time" }).click();
  await expect(page.getByRole("group", { name: /^Time/ })).toHaveCount(1);
});

test("everything is paused for two hours, says until when, and goes on before", async ({
  page,
}) => {
  await open(page, "busy");
  await page.getByRole("button", { name: "For all uploads" }).click();
  await page.getByRole("menuitem", { name: "Pause for 2 hours" }).click();
  await expect(page.getByText(/Everything is paused until/)).toBeVisible();
  await expect(page.getByRole("contentinfo")).toContainText("Paused");
  await shoot(page, "resting");
  await page.getByRole("button", { name: "Go on now" }).click();
  await expect(page.getByText(/Everything is paused/)).toHaveCount(0);
});

test("the way to the library is said, set, and its mistakes stand beneath their fields", async ({
  page,
}) => {
  await open(page, "done");
  await page.getByRole("button", { name: "Settings" }).click();
  const proxy = page.getByRole("radiogroup", { name: "Proxy", exact: true });
  await expect(
    page.getByText("acme.canto.com is reached directly"),
  ).toBeVisible();
  await expect(
    page.getByRole("textbox", { name: "Address of the proxy" }),
  ).toHaveCount(0);
  await proxy.getByText("By hand").click();
  await expect(
    page.getByText("The address of the proxy is missing."),
  ).toBeVisible();
  const address = page.getByRole("textbox", { name: "Address of the proxy" });
  await address.fill("http://jo:word@proxy");
  await address.press("Enter");
  await expect(page.getByRole("alert")).toContainText(
    "is no address of a proxy",
  );
  await expect(address).toHaveAttribute("aria-invalid", "true");
  await shoot(page, "network-wrong");
  await address.fill("http://proxy.acme.example:3128");
  await address.press("Enter");
  await expect(
    page.getByText(
      "acme.canto.com is reached through http://proxy.acme.example:3128: it is set here.",
    ),
  ).toBeVisible();
  const password = page.getByLabel("Password at the proxy");
  await password.fill("word");
  await password.press("Enter");
  await expect(password).toHaveValue("");
  await expect(password).toHaveAccessibleDescription(/A password is kept/);
  await shoot(page, "network-by-hand");
  await page.getByRole("button", { name: "Forget" }).click();
  await expect(password).toHaveAccessibleDescription(/keychain alone/);
  await proxy.getByText("Script").click();
  const script = page.getByRole("textbox", { name: "Address of the script" });
  await script.fill("http://wpad.acme.example/gone.pac");
  await script.press("Enter");
  await expect(
    page.getByText("There is no way to acme.canto.com"),
  ).toBeVisible();
  await expect(page.getByText("can’t be read, so the way")).toBeVisible();
  await shoot(page, "network-script-gone");
  await proxy.getByText("None").click();
  await expect(page.getByText("proxies are switched off here")).toBeVisible();
  await expect(password).toHaveCount(0);
});
