// Pasting into the staging list, and what is said about the time it will take.
import { expect } from "@playwright/test";
import { test, advance, drop, open } from "./support";

const FOLDER = "/Users/mira/Pictures/Spring shoot";

test("the time it takes is said once a speed was measured", async ({
  page,
}) => {
  await open(page, "empty");
  await drop(page, [FOLDER]);
  await page
    .getByText(/1[.,]980/)
    .first()
    .waitFor();
  await expect(page.getByText(/about \d+/)).toBeHidden();
  await open(page, "busy");
  await advance(page, 5);
  await drop(page, [FOLDER]);
  await page
    .getByText(/1[.,]980/)
    .first()
    .waitFor();
  await expect(
    page.getByText(/GB · about \d+ mins? at \d+ MB\/s, after what is/),
  ).toBeVisible();
  await open(page, "empty");
  await drop(page, [FOLDER]);
  await expect(
    page.getByText(/GB · about \d+ mins? at \d+ MB\/s\s*$/),
  ).toBeVisible();
});

test("paths are pasted, again and again, into one list", async ({ page }) => {
  await open(page, "empty");
  const paste = (kind: string, text: string, files = 0) =>
    page.evaluate(
      ([kind, text, files]) => {
        const clipboardData = new DataTransfer();
        if (text) clipboardData.setData(kind, text);
        for (let n = 0; n < files; n++)
          clipboardData.items.add(new File(["x"], `${n}.jpg`));
        const target = document.activeElement ?? document.body;
        target.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true }),
        );
      },
      [kind, text, files] as const,
    );
  await paste("text/plain", "just some words");
  await expect(page.getByRole("dialog")).toBeHidden();
  await paste("text/uri-list", "file:///home/mira/K%C3%B6ln.jpg");
  await expect(page.getByRole("dialog", { name: "New upload" })).toContainText(
    "1 file",
  );
  await paste("text/plain", '"C:\\Fotos\\b.nef"\n/Users/mira/c.jpg');
  await expect(page.getByRole("dialog", { name: "New upload" })).toContainText(
    "3 files",
  );
  // In a field a paste is text.
  await page.getByRole("button", { name: "Choose a destination" }).click();
  await expect(page.getByLabel("Search folders and albums")).toBeFocused();
  await paste("text/plain", "/Users/mira/d.jpg");
  await expect(page.getByRole("dialog", { name: "New upload" })).toContainText(
    "3 files",
  );
  await page.keyboard.press("Escape");
  await paste("text/plain", "", 2);
  await expect(
    page.getByText("only the content of copied files"),
  ).toBeVisible();
});
