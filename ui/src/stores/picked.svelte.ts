// Which of the staged files are selected, to be given values together. Rows are named by their paths.
import { within } from "../format/paths";

export class Picked {
  /** The row that a Tab comes back to. */
  current = $state<string | null>(null);
  paths = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a range begins, and what was selected besides it. */
  private anchor: string | null = null;
  private base: ReadonlySet<string> = new Set();

  has(path: string): boolean {
    return this.paths.has(path);
  }

  only(path: string): void {
    this.take([path], path);
  }

  toggle(path: string): void {
    const others = [...this.paths].filter((other) => other !== path);
    this.take(others.length === this.paths.size ? [...others, path] : others, path);
  }

  /** From where the last one was chosen to this row, in the order of the list; a range drawn from there before goes. */
  extend(list: readonly string[], path: string): void {
    const to = list.indexOf(path);
    const from = this.anchor === null ? -1 : list.indexOf(this.anchor);
    // A range doesn't go from one list to another.
    if (from < 0 || to < 0) return this.toggle(path);
    const range = list.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.paths = new Set([...this.base, ...range]);
  }

  add(paths: readonly string[]): void {
    this.take([...this.paths, ...paths], this.anchor);
  }

  clear(): void {
    this.take([], null);
  }

  /** What isn't staged any more isn't selected. */
  keepWithin(staged: readonly string[]): void {
    const kept = [...this.paths].filter(within(staged));
    if (kept.length < this.paths.size) this.take(kept, this.anchor);
  }

  private take(paths: readonly string[], anchor: string | null): void {
    this.paths = this.base = new Set(paths);
    this.anchor = anchor;
  }
}
