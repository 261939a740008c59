// Moving over tiles by keys.

/** Where a key leads; null where it is none of these. */
export function movedTile(from: number, key: string, columns: number, total: number, page: number): number | null {
  if (total === 0) return null;
  const within = (to: number) => Math.min(total - 1, Math.max(0, to));
  // In the same column, as far as there is one.
  const below = (rows: number): number => {
    const to = from + rows * columns;
    if (to < 0) return from % columns;
    const last = total - 1;
    if (to <= last) return to;
    return Math.floor(from / columns) === Math.floor(last / columns) ? from : last;
  };
  switch (key) {
    case "ArrowRight":
      return within(from + 1);
    case "ArrowLeft":
      return within(from - 1);
    case "ArrowDown":
      return below(1);
    case "ArrowUp":
      return from < columns ? from : below(-1);
    case "PageDown":
      return below(page);
    case "PageUp":
      return below(-page);
    case "Home":
      return 0;
    case "End":
      return total - 1;
    default:
      return null;
  }
}
