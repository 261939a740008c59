import type { IconName } from "./icons";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Shown beside the label, such as `Del`. */
  key?: string;
  danger?: boolean;
  checked?: boolean;
  /** A line above. */
  apart?: boolean;
  run: () => void;
}

/** Where a menu opens: below a rectangle, or at a point. */
export interface Anchor {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function anchorOf(element: Element): Anchor {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { left, right, top, bottom };
}

export function pointAnchor(x: number, y: number): Anchor {
  return { left: x, right: x, top: y, bottom: y };
}
