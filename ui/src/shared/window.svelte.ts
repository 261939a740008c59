// Of a long list in which all rows are of one height, the few that are in view: only those are in the page.

const OVERSCAN = 8;

export class RowWindow {
  /** How far the list's beginning is above the scroller's upper edge. */
  private above = $state(0);
  private view = $state(400);
  private scroller: HTMLElement | null = null;
  private list: HTMLElement | null = null;

  constructor(
    private readonly rows: () => number,
    private readonly height: number,
  ) {}

  readonly first = $derived.by(() => Math.max(0, Math.floor(this.above / this.height) - OVERSCAN));
  readonly last = $derived.by(() =>
    Math.min(this.rows() - 1, Math.floor((this.above + this.view) / this.height) + OVERSCAN),
  );

  /** The rows to draw; `kept`, which has the focus, stays although it is out of view. */
  indices(kept: number): number[] {
    const all = Array.from({ length: Math.max(0, this.last - this.first + 1) }, (_, n) => this.first + n);
    if (kept < this.first && kept >= 0) return [kept, ...all];
    return kept > this.last && kept < this.rows() ? [...all, kept] : all;
  }

  /** Rows that one stroke of *Page down* passes. */
  get page(): number {
    return Math.max(1, Math.floor(this.view / this.height) - 1);
  }

  /** Scrolls no further than needed. */
  reveal(index: number): void {
    if (!this.scroller) return;
    this.measure();
    const top = index * this.height;
    const past = top + this.height - (this.above + this.view);
    if (top < this.above) this.scroller.scrollTop -= this.above - top;
    else if (past > 0) this.scroller.scrollTop += past;
    this.measure();
  }

  /** For `use:` on the list, whose parent scrolls. */
  attach = (list: HTMLElement): { destroy: () => void } => {
    const scroller = list.parentElement!;
    this.list = list;
    this.scroller = scroller;
    const measure = () => this.measure();
    const watch = new ResizeObserver(measure);
    watch.observe(scroller);
    watch.observe(list);
    scroller.addEventListener("scroll", measure, { passive: true });
    measure();
    return {
      destroy: () => {
        watch.disconnect();
        scroller.removeEventListener("scroll", measure);
      },
    };
  };

  private measure(): void {
    if (!this.scroller || !this.list) return;
    this.above = this.scroller.getBoundingClientRect().top - this.list.getBoundingClientRect().top;
    this.view = this.scroller.clientHeight;
  }
}
