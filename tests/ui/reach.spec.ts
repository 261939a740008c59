// The checks of `reach.ts` find what they are for.
import { expect } from "@playwright/test";
import { allReachable, fitsTheWindow } from "./reach";
import { open, test } from "./support";

test("a control that is covered or beside the window is named", async ({
  page,
}) => {
  await open(page, "empty");
  await allReachable(page);
  await fitsTheWindow(page);
  await page.evaluate(() => {
    const cover = document.createElement("div");
    cover.className = "cover-of-a-test";
    document.body.append(cover);
    Object.assign(cover.style, {
      position: "fixed",
      inset: "0 0 50% 0",
      zIndex: "99",
    });
  });
  await expect(allReachable(page)).rejects.toThrow(/Search by file name/);
  await page.evaluate(() => {
    const wide = document.createElement("button");
    wide.textContent = "Far away";
    document.querySelector(".cover-of-a-test")!.replaceWith(wide);
    Object.assign(wide.style, { position: "absolute", left: "200vw" });
    document.body.style.overflow = "visible";
  });
  await expect(fitsTheWindow(page)).rejects.toThrow();
});
