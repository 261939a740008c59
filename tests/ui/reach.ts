// Whether a window holds what is in it: nothing sticks out sideways, every control can be brought into view and clicked.
import { expect, type Page } from "@playwright/test";

export async function fitsTheWindow(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - innerWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

/** Names the controls that the keyboard reaches and that nobody can see or click then. */
export async function allReachable(page: Page): Promise<void> {
  const hidden = await page.evaluate(async () => {
    const modal =
      document.querySelector("dialog:modal, [role=menu]") ?? document.body;
    const all = modal.querySelectorAll<HTMLElement>(
      "button, input, select, textarea, summary, a[href], [tabindex]",
    );
    const frame = () => new Promise(requestAnimationFrame);
    const lost: string[] = [];
    for (const control of all) {
      const off =
        control.matches(":disabled, [tabindex='-1'], .hidden-visually") ||
        control.closest("[inert]") !== null ||
        !control.checkVisibility({ visibilityProperty: true });
      if (off) continue;
      control.focus({ preventScroll: true });
      // A radio or a switch is drawn by its label, a box by what stands beside it.
      const drawn =
        control instanceof HTMLInputElement &&
        (control.type === "radio" || control.type === "checkbox")
          ? (control.closest("label") ?? control)
          : control;
      drawn.scrollIntoView({ block: "nearest", inline: "nearest" });
      await frame();
      if (!control.isConnected) continue;
      const box = drawn.getBoundingClientRect();
      const x = Math.max(0, box.left) + Math.min(box.width, innerWidth) / 2;
      const y = Math.max(0, box.top) + Math.min(box.height, innerHeight) / 2;
      const hit = document.elementFromPoint(x, y);
      const seen =
        box.left >= -1 &&
        box.right <= innerWidth + 1 &&
        hit !== null &&
        (drawn.contains(hit) || hit.contains(drawn));
      if (!seen)
        lost.push(
          `${control.getAttribute("aria-label") ?? control.textContent?.trim().slice(0, 40)} <${control.tagName}> at ${Math.round(box.left)},${Math.round(box.top)} ${Math.round(box.width)}×${Math.round(box.height)}, there is ${hit?.outerHTML.slice(0, 90)}`,
        );
    }
    return lost;
  });
  expect(hidden).toEqual([]);
}
