// Choosing where files go: recent and pinned places, long levels, and a library that doesn't answer.
import { expect, type Page } from "@playwright/test";
import { test, checkAccessible, drop, open, restart, shoot } from "./support";

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

async function openPicker(page: Page, more = ""): Promise<void> {
  await open(page, "empty", more);
  await drop(page, ["/a/One.jpg"]);
  await page.getByRole("button", { name: "Choose a destination" }).click();
}

test("recent and pinned places, by keyboard", async ({ page }) => {
  await openPicker(page);
  await press(page, "ArrowDown");
  await page.keyboard.type("inb");
  await expect(page.getByRole("treeitem", { name: /Inbox/ })).toBeFocused();
  await press(page, "Control+d");
  await expect(page.getByRole("button", { name: "Unpin" })).toBeVisible();
  await press(page, "Enter", "Enter");
  const pinned = page.getByRole("list", { name: "Pinned" });
  await expect(
    pinned.getByRole("button", { name: "Inbox", exact: true }),
  ).toBeVisible();

  await press(page, "ArrowDown", "ArrowDown");
  await page.keyboard.type("press");
  await press(page, "ArrowRight", "ArrowDown", "Enter", "Enter");
  const recent = page.getByRole("list", { name: "Recent" });
  await press(page, "ArrowDown", "ArrowDown");
  await expect(
    recent.getByRole("button", { name: "Logos and marks Press" }),
  ).toBeFocused();
  await press(page, "ArrowRight", "Enter");
  await expect(recent).toBeHidden();
  await expect(
    pinned.getByRole("button", { name: "Keep at hand: Press / Logos" }),
  ).toBeFocused();
  await shoot(page, "picker-pinned");
  await checkAccessible(page, "pinned places");
  await press(page, "Enter", "ArrowUp", "Enter");
  await expect(
    page.getByRole("button", { name: "Change destination: Inbox" }),
  ).toBeFocused();

  await restart(page);
  await drop(page, ["/a/Two.jpg"]);
  await page
    .getByRole("button", { name: "Change destination: Inbox" })
    .press("Enter");
  await expect(pinned.getByRole("listitem")).toHaveCount(1);
  await expect(recent.getByRole("listitem")).toHaveCount(1);
});

test("a level of 50,000 albums draws what is in view", async ({ page }) => {
  await openPicker(page, "&tenant=huge");
  await page.getByRole("treeitem", { name: /Jobs/ }).click();
  await press(page, "ArrowRight");
  const jobs = page.getByRole("treeitem", { name: /^Job \d/ });
  const drawn = page.getByRole("treeitem");
  await expect(jobs.first()).toBeVisible();
  expect(await drawn.count()).toBeLessThan(50);

  await press(page, "End");
  await press(page, "Home");
  await page.keyboard.type("job 31415");
  const found = page.getByRole("treeitem", { name: /Job 31415/ });
  await expect(found).toBeFocused();
  await expect(found).toBeInViewport();
  await expect(found).toHaveAttribute("aria-posinset", "31415");
  await expect(found).toHaveAttribute("aria-setsize", "50000");
  expect(await drawn.count()).toBeLessThan(50);

  // What has the focus stays in the page while others are looked at.
  const scroller = page.getByRole("tree").locator("..");
  await scroller.evaluate((element) => (element.scrollTop = 0));
  await expect(page.getByRole("treeitem", { name: /Archive/ })).toBeVisible();
  await expect(found).toBeFocused();
  await press(page, "PageDown");
  const next = page.locator("[role=treeitem]:focus");
  await expect(next).toBeInViewport();
  expect(Number(await next.getAttribute("aria-posinset"))).toBeGreaterThan(
    31_416,
  );
  expect(await drawn.count()).toBeLessThan(50);
  await shoot(page, "picker-huge");
  await checkAccessible(page, "a long level");
});

test("an empty library, one that fails, one that doesn't answer", async ({
  page,
}) => {
  await openPicker(page, "&tenant=empty");
  await expect(page.getByText("This folder is empty.")).toBeVisible();
  await openPicker(page, "&tenant=failing");
  await expect(page.getByText("Canto took too long to answer")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await shoot(page, "picker-failed");
  await openPicker(page, "&tenant=silent");
  await expect(page.getByRole("dialog").getByText("Loading…")).toBeVisible();
});
