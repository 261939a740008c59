// How a row of the staging list is selected: by mouse as in a file manager, by key on its name.
import type { Picked } from "../../stores/picked.svelte";

/** The rows of a list that can be selected. */
export interface PickList {
  /** Those that are shown, in their order. */
  paths: readonly string[];
  /** The one that Tab reaches; the arrow keys go on from there. */
  stop: string | undefined;
  /** Also those that are not shown yet. */
  all: () => Promise<readonly string[]>;
}

export function pickList(picked: Picked, paths: readonly string[], all: PickList["all"]): PickList {
  const { current } = picked;
  return { paths, stop: current !== null && paths.includes(current) ? current : paths[0], all };
}

interface Keys {
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** `list`: the rows that a range may hold, in their order. A click by key has no count. */
export function pickByClick(picked: Picked, list: readonly string[], path: string, event: MouseEvent): void {
  if (event.shiftKey) picked.extend(list, path);
  else if (isMore(event) || event.detail === 0 || (picked.paths.size === 1 && picked.has(path))) picked.toggle(path);
  else picked.only(path);
}

/** True if the key was for the list: arrows go from name to name, with Shift they draw a range. */
export function pickByKey(picked: Picked, list: readonly string[], path: string, event: KeyboardEvent): boolean {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = list[list.indexOf(path) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next === undefined) return true;
    if (event.shiftKey) {
      if (picked.paths.size === 0) picked.only(path);
      picked.extend(list, next);
    }
    focusName(event.currentTarget, next);
    return true;
  }
  if (event.key === "Escape" && picked.paths.size > 0) {
    picked.clear();
    return true;
  }
  return false;
}

const isMore = ({ ctrlKey, metaKey }: Keys): boolean => ctrlKey || metaKey;

function focusName(from: EventTarget | null, path: string): void {
  const names = from instanceof Element ? from.closest("ul")?.querySelectorAll<HTMLElement>("[data-pick]") : null;
  [...(names ?? [])].find((name) => name.dataset.pick === path)?.focus();
}
