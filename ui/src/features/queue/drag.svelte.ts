// Files that wait are dragged to another place in the queue. By pointer events: the system's own drag is for files from
// outside, and Windows' webview gives a page either that one or its own.
import type { JobView } from "../../ipc";
import { STATES_OF } from "../../stores/states";
import type { Viewport } from "./viewport.svelte";

/** Further than this it is no click. */
const THRESHOLD = 6;
/** So near to an edge the list scrolls, so far with each frame. */
const EDGE = 36;
const STEP = 10;

export interface DropSpot {
  index: number;
  job: JobView;
  after: boolean;
}

export interface DragLinks {
  viewport: Viewport;
  /** The job of a row, if it is there. */
  jobAt: (index: number) => JobView | undefined;
  allowed: () => boolean;
  begin: (job: JobView) => void;
  drop: (spot: DropSpot) => void;
}

export const waits = (job: JobView): boolean => STATES_OF.waiting.includes(job.state);

export class RowDrag {
  /** Where the pointer is while something is dragged. */
  at = $state.raw<{ x: number; y: number } | null>(null);
  spot = $state.raw<DropSpot | null>(null);
  /** The click that ends a drag is none. */
  justEnded = false;
  private stop: AbortController | null = null;
  private frame = 0;

  constructor(private readonly links: DragLinks) {}

  press(event: PointerEvent, job: JobView): void {
    const plain =
      event.button === 0 && event.pointerType !== "touch" && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    this.justEnded = false;
    if (!plain || !waits(job) || !this.links.allowed()) return;
    this.stop = new AbortController();
    const { signal } = this.stop;
    const { clientX, clientY } = event;
    const move = (moved: PointerEvent) => {
      if (!this.at) {
        if (Math.hypot(moved.clientX - clientX, moved.clientY - clientY) < THRESHOLD) return;
        this.links.begin(job);
        this.scroll();
      }
      this.at = { x: moved.clientX, y: moved.clientY };
      this.spot = this.spotAt(this.at, job);
    };
    const up = () => {
      const { spot } = this;
      this.end();
      if (spot) this.links.drop(spot);
    };
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== "Escape" || !this.at) return;
      pressed.preventDefault();
      pressed.stopPropagation();
      this.end();
    };
    window.addEventListener("pointermove", move, { signal });
    window.addEventListener("pointerup", up, { signal });
    window.addEventListener("pointercancel", () => this.end(), { signal });
    window.addEventListener("blur", () => this.end(), { signal });
    window.addEventListener("keydown", key, { signal, capture: true });
  }

  end(): void {
    this.stop?.abort();
    this.stop = null;
    cancelAnimationFrame(this.frame);
    this.justEnded = this.at !== null;
    this.at = this.spot = null;
  }

  private spotAt({ x, y }: { x: number; y: number }, dragged: JobView): DropSpot | null {
    const row = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-row]");
    const index = Number(row?.dataset.row);
    const job = row && this.links.jobAt(index);
    if (!row || !job || job.batch !== dragged.batch || !waits(job)) return null;
    const { top, height } = row.getBoundingClientRect();
    return { index, job, after: y > top + height / 2 };
  }

  private scroll(): void {
    this.frame = requestAnimationFrame(() => {
      if (this.at) this.links.viewport.nudge(this.at.y, EDGE, STEP);
      this.scroll();
    });
  }
}
