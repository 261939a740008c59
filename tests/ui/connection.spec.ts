// Test my connection: its steps appear one after the other, and end with what to do.
import { expect, type Page } from "@playwright/test";
import { advance, open, shoot, test } from "./support";

async function openTest(page: Page, more = "", scenario = "done") {
  await open(page, scenario, more);
  await page.getByRole("button", { name: "Settings" }).click();
  const form = page.getByRole("form", { name: "Test my connection" });
  await form.scrollIntoViewIfNeeded();
  return { form, steps: page.getByRole("list", { name: "Steps of the test" }) };
}

test("steps appear as they are taken, and the end says what the line is good for", async ({
  page,
}) => {
  const { form, steps } = await openTest(page);
  await form.getByRole("button", { name: "Test now" }).click();
  await expect(steps.getByRole("listitem")).toHaveCount(1);
  await expect(steps.getByRole("listitem").first()).toContainText("Running");
  await expect(form.getByRole("button", { name: "Test now" })).toHaveCount(0);
  await advance(page, 1);
  await expect(steps.getByRole("listitem").first()).toContainText("Fine");
  expect(await steps.getByRole("listitem").count()).toBeLessThan(6);
  await shoot(page, "connection-running");
  await advance(page, 60);
  await expect(page.getByText("Nothing stands in the way to")).toBeVisible();
  await expect(
    page.getByText(/4 connections side by side carry 12 MB\/s: 10 GB would/),
  ).toContainText("Recommended: parts of 8.4 MB, 4 at a time.");
  await expect(steps).toContainText("The storage had 2 parts");
  await expect(steps).toContainText("would leave a file in the library");
  await page.getByRole("button", { name: "Open page for IT" }).click();
  expect(await page.evaluate(() => window.ferryFake.pagesOpened)).toBe(1);
  await page.getByRole("button", { name: "Save page" }).click();
  await expect(page.getByText(/Page saved: .*\.html/).first()).toBeVisible();
  await page.getByRole("button", { name: "Open page for IT" }).focus();
  await shoot(page, "connection-fine");
  await expect(form.getByRole("button", { name: "Test again" })).toBeVisible();
});

test("a storage that is blocked is named, with who can open it", async ({
  page,
}) => {
  const { form, steps } = await openTest(page, "&line=store-blocked");
  await form.getByRole("button", { name: "Test now" }).click();
  await advance(page, 60);
  const store = steps.getByRole("listitem").filter({ hasText: "amazonaws" });
  await expect(store.last()).toContainText("doesn’t answer");
  await expect(store.last()).toContainText("Your IT can fix this");
  await expect(page.getByText("isn’t as Ferry needs it")).toBeVisible();
  await expect(steps).toContainText("Not tried, since something before failed");
});

test("it is stopped at once, by keyboard", async ({ page }) => {
  const { form, steps } = await openTest(page);
  await form.getByRole("button", { name: "Test now" }).press("Enter");
  await advance(page, 2);
  await form.getByRole("button", { name: "Stop" }).press("Enter");
  await expect(page.getByText("The test was stopped.")).toBeVisible();
  await expect(steps.getByRole("listitem").last()).toContainText("Stopped");
});

test("without a sample nothing is sent, and a picture goes to an album alone", async ({
  page,
}) => {
  const { form, steps } = await openTest(page);
  await form.getByRole("button", { name: "Choose an album" }).click();
  const picker = page.getByRole("dialog");
  await picker.getByRole("treeitem").first().waitFor();
  await picker
    .getByRole("treeitem", { name: /^Marketing/ })
    .first()
    .click();
  await picker
    .getByRole("button", { name: /^Choose|^Upload here|^Use/ })
    .last()
    .click();
  await expect(form.getByRole("alert")).toContainText("isn’t an album");
  await form.getByRole("checkbox", { name: "Send a sample" }).uncheck();
  await expect(form.getByRole("button", { name: /album/ })).toHaveCount(0);
  await form.getByRole("button", { name: "Test now" }).click();
  await advance(page, 60);
  await expect(steps).toContainText("Not wanted.");
  await expect(steps).not.toContainText("cut off");
});
