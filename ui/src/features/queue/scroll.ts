// Browsers limit how tall an element can be (WebKit and Chromium at 33 million px, less where pixels are doubled).
// A taller list gets a shorter scrollbar: its ends are true to the pixel, the middle is compressed.

export const TALLEST = 8_000_000;
const EDGE = 1_000_000;

export class ScrollMap {
  /** Height of the element that is scrolled. */
  readonly tall: number;
  private readonly scaled: boolean;

  constructor(
    /** Height of all rows. */
    readonly height: number,
    readonly view: number,
  ) {
    this.scaled = height > TALLEST;
    this.tall = this.scaled ? TALLEST : height;
  }

  /** From the scrollbar's position to the position among the rows. */
  toRows(bar: number): number {
    const end = Math.max(0, this.tall - this.view);
    const top = Math.min(Math.max(0, bar), end);
    if (!this.scaled || top <= EDGE) return top;
    const rowEnd = this.height - this.view;
    if (top >= end - EDGE) return rowEnd - (end - top);
    return EDGE + (top - EDGE) * this.ratio(end, rowEnd);
  }

  toBar(rows: number): number {
    const rowEnd = Math.max(0, this.height - this.view);
    const top = Math.min(Math.max(0, rows), rowEnd);
    if (!this.scaled || top <= EDGE) return top;
    const end = this.tall - this.view;
    if (top >= rowEnd - EDGE) return end - (rowEnd - top);
    return EDGE + (top - EDGE) / this.ratio(end, rowEnd);
  }

  /** A small step is true to the pixel wherever it happens; a large one is a jump with the scrollbar. */
  follow(rows: number, bar: number, before: number): number {
    const step = bar - before;
    if (!this.scaled || Math.abs(step) > this.view * 2) return this.toRows(bar);
    if (bar <= 0 || bar >= this.tall - this.view) return this.toRows(bar);
    return Math.min(Math.max(0, rows + step), this.height - this.view);
  }

  private ratio(end: number, rowEnd: number): number {
    return (rowEnd - 2 * EDGE) / (end - 2 * EDGE);
  }
}
