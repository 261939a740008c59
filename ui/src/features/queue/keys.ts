// What a key means on a row.
export type RowCommand =
  | "details"
  | "pause"
  | "cancel"
  | "retry"
  | "top"
  | "open"
  | "decide"
  | "menu"
  | "expand"
  | "collapse"
  | "select"
  | "selectAll"
  | "clear"
  | "earlier"
  | "later";
export type RowMove = "up" | "down" | "pageUp" | "pageDown" | "first" | "last";

const COMMANDS: Record<string, RowCommand> = {
  Enter: "details",
  " ": "details",
  p: "pause",
  Delete: "cancel",
  Backspace: "cancel",
  r: "retry",
  t: "top",
  o: "open",
  d: "decide",
  ContextMenu: "menu",
  ArrowRight: "expand",
  ArrowLeft: "collapse",
  Escape: "clear",
};

const MOVES: Record<string, RowMove> = {
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Home: "first",
  End: "last",
};

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export function commandOf(event: Keys): RowCommand | null {
  if (event.key === "F10" && event.shiftKey) return "menu";
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && !ctrl) return event.key === "ArrowUp" ? "earlier" : event.key === "ArrowDown" ? "later" : null;
  if (ctrl) return event.key === " " ? "select" : event.key.toLowerCase() === "a" ? "selectAll" : null;
  return COMMANDS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/** With Shift the selection grows; with Ctrl it stays as it is. */
export function moveOf(event: Keys): RowMove | null {
  if (event.altKey) return null;
  return MOVES[event.key] ?? null;
}

export function movedIndex(index: number, move: RowMove, rows: number, page: number): number {
  const target = {
    up: index - 1,
    down: index + 1,
    pageUp: index - page,
    pageDown: index + page,
    first: 0,
    last: rows - 1,
  };
  return Math.min(rows - 1, Math.max(0, target[move]));
}
