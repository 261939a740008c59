// What a key means on a row.
export type RowCommand = "details" | "pause" | "cancel" | "retry" | "top" | "open" | "menu" | "expand" | "collapse";
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
  ContextMenu: "menu",
  ArrowRight: "expand",
  ArrowLeft: "collapse",
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
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return COMMANDS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

export function moveOf(event: Keys): RowMove | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
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
