// Upload Links and Workspaces, where the library lets programs use them.
import { expect } from "@playwright/test";
import { advance, checkAccessible, drop, open, test } from "./support";

test("an Upload Link says what it is, asks for what it needs, and takes files without a choice of place", async ({
  page,
}) => {
  await open(page, "signed-out", "&tenant=strict");
  const field = page.getByLabel("Your Canto address");
  await field.fill("https://studio.canto.com/uploadlink/agency");
  await expect(
    page.getByText("Upload Link “Agency deliveries” of Acme"),
  ).toBeVisible();
  await expect(page.getByText("Made by Mara Lindqvist")).toBeVisible();
  await expect(page.getByText("Somebody looks at the files")).toBeVisible();
  // Nobody signs in: neither the library's key nor a browser.
  await expect(page.getByText("Your administrator’s key")).toBeHidden();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeHidden();
  await checkAccessible(page, "an Upload Link");
  await page.getByLabel("Your e-mail address").fill("jo@agency.example");
  const password = page.getByLabel("Password of the Upload Link");
  await password.fill("guessed");
  await password.press("Enter");
  await expect(page.getByRole("alert")).toContainText(
    "isn’t the password of “Agency deliveries”",
  );
  await password.fill("hush-hush");
  await password.press("Enter");
  await expect(page.getByText("Connected to Agency deliveries.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Account/ })).toContainText(
    "Agency deliveries",
  );

  await drop(page, ["/Users/mira/Pictures/Spring shoot"]);
  const sheet = page.getByRole("complementary").or(page.getByRole("dialog"));
  await expect(
    sheet.getByText("Everything goes to this Upload Link").first(),
  ).toBeVisible();
  await expect(
    page.getByRole("button", { name: "Choose a destination" }),
  ).toBeHidden();
  await page.getByLabel("Copyright").fill("Acme");
  await page.getByLabel("Usage rights").selectOption("Press");
  await page.getByRole("button", { name: /^Upload [\d,]+ file/ }).click();
  await expect
    .poll(() =>
      page.evaluate(() => window.ferryFake.requests.at(-1)?.destination),
    )
    .toEqual({ kind: "album", id: "link-2", path: "Agency deliveries" });
});

test("a link that is over, or gone, is explained before anything is asked", async ({
  page,
}) => {
  await open(page, "signed-out");
  const field = page.getByLabel("Your Canto address");
  await field.fill("studio.canto.com/uploadlink/over");
  await expect(
    page.getByText("The time for “Spring open call” is over."),
  ).toBeVisible();
  await expect(page.getByText("Ask whoever made it")).toBeVisible();
  await expect(page.getByRole("button", { name: "Connect" })).toBeHidden();
  await expect(
    page.getByRole("button", { name: "Open in browser" }),
  ).toBeVisible();
  await field.fill("studio.canto.com/uploadlink/nothing");
  await expect(page.getByRole("alert")).toContainText("no longer exists");
});

test("a Workspace is an account of its own beside the others", async ({
  page,
}) => {
  await open(page, "empty");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Add another account…" }).click();
  await page
    .getByLabel("Your Canto address")
    .fill("https://studio.canto.com/v/brand");
  await expect(page.getByText("Workspace “Brand team” of Acme")).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Open again" }).waitFor();
  await page.evaluate(() => window.ferryFake.completeSignIn());
  await expect(page.getByText("Connected to Brand team.")).toBeVisible();
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(
    page.getByRole("menuitemradio", { name: /Brand team · Workspace/ }),
  ).toBeChecked();
  await expect(
    page.getByRole("menuitemradio", { name: "acme.canto.com" }),
  ).toBeVisible();
});

test("files of a link that was closed wait, and go on when it lets in again", async ({
  page,
}) => {
  await open(page, "place-closed");
  await expect(
    page.getByText("“Press photos” has been closed.").first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(
    page.getByRole("heading", { name: "Connect to “Press photos” again" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByText("Connected to Press photos.")).toBeVisible();
  await expect(page.getByText("Ask whoever made it")).toBeHidden();
  await advance(page, 3);
  await expect(
    page.getByRole("treegrid").getByText("has been closed"),
  ).toHaveCount(0);
});
