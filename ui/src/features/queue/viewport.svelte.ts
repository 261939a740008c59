// The part of the list that is in view, and the scrollbar that moves it.
import { ScrollMap } from "./scroll";

const OVERSCAN = 6;
const SETTLE_MS = 160;

export class Viewport {
  view = $state(600);
  /** Index of the row that has its details below it. */
  detailsAt = $state<number | null>(null);
  detailsHeight = $state(0);
  private bar = $state(0);
  private rowsTop = $state(0);
  private element: HTMLElement | null = null;
  private held: { key: string; index: number; top: number; rowsTop: number } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `row`: height of one, in pixels, as `--row` in tokens.css. */
  constructor(
    private readonly rows: () => number,
    private readonly height: () => number,
  ) {}

  get row(): number {
    return this.height();
  }

  private readonly extra = $derived(this.detailsAt === null ? 0 : this.detailsHeight);
  private readonly map = $derived.by(() => new ScrollMap(this.rows() * this.row + this.extra, this.view));
  readonly tall = $derived(this.map.tall);
  readonly first = $derived(Math.max(0, this.indexAt(this.rowsTop) - OVERSCAN));
  readonly last = $derived.by(() => Math.min(this.rows() - 1, this.indexAt(this.rowsTop + this.view) + OVERSCAN));
  /** What separates a row's place among all rows from its place in the element; 0 unless the list is compressed. */
  private readonly shift = $derived(this.bar - this.rowsTop);

  get pageRows(): number {
    return Math.max(1, Math.floor(this.view / this.row) - 1);
  }

  place(index: number): number {
    return this.top(index) + this.shift;
  }

  /** Scrolls no further than needed. */
  reveal(index: number): void {
    const top = this.top(index);
    const bottom = top + this.row;
    if (top >= this.rowsTop && bottom <= this.rowsTop + this.view) return;
    this.scrollRows(top < this.rowsTop ? top : bottom - this.view);
  }

  /** Scrolls on while something is held near an edge. */
  nudge(y: number, edge: number, step: number): void {
    if (!this.element) return;
    const { top, bottom } = this.element.getBoundingClientRect();
    if (y < top + edge) this.scrollRows(this.rowsTop - step);
    else if (y > bottom - edge) this.scrollRows(this.rowsTop + step);
  }

  /** Keeps the first row in view where it is when others above it come or go. */
  hold(rows: { key: string; index: number }[], locate: (key: string) => number | null): void {
    const { held } = this;
    if (held && held.rowsTop === this.rowsTop && this.rowsTop > 0) {
      const index = rows.find((row) => row.key === held.key)?.index ?? locate(held.key);
      if (index !== null && index !== held.index) this.scrollRows(this.rowsTop + this.top(index) - held.top);
    }
    const first = rows.find((row) => this.top(row.index) >= this.rowsTop);
    this.held = first ? { ...first, top: this.top(first.index), rowsTop: this.rowsTop } : null;
  }

  attach = (element: HTMLElement): { destroy: () => void } => {
    this.element = element;
    const watch = new ResizeObserver(() => (this.view = element.clientHeight));
    watch.observe(element);
    this.view = element.clientHeight;
    const onScroll = () => this.scrolled(element.scrollTop);
    element.addEventListener("scroll", onScroll, { passive: true });
    return {
      destroy: () => {
        watch.disconnect();
        clearTimeout(this.timer);
        element.removeEventListener("scroll", onScroll);
      },
    };
  };

  private top(index: number): number {
    return index * this.row + (this.detailsAt !== null && index > this.detailsAt ? this.extra : 0);
  }

  private indexAt(y: number): number {
    if (this.detailsAt === null) return Math.floor(y / this.row);
    const below = (this.detailsAt + 1) * this.row;
    if (y < below) return Math.floor(y / this.row);
    return Math.floor(Math.max(below, y - this.extra) / this.row);
  }

  private scrollRows(top: number): void {
    if (!this.element) return;
    this.rowsTop = Math.min(Math.max(0, top), Math.max(0, this.map.height - this.view));
    this.setBar(this.map.toBar(this.rowsTop));
  }

  private scrolled(bar: number): void {
    if (bar === this.bar) return;
    this.rowsTop = this.map.follow(this.rowsTop, bar, this.bar);
    this.bar = bar;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), SETTLE_MS);
  }

  /** After small steps in a compressed list the scrollbar stands a little off: put it right, unseen. */
  private settle(): void {
    const right = this.map.toBar(this.rowsTop);
    if (Math.abs(right - this.bar) > 1) this.setBar(right);
  }

  private setBar(bar: number): void {
    if (!this.element) return;
    this.element.scrollTop = bar;
    this.bar = this.element.scrollTop;
  }
}
