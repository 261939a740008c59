// The line's speed as it was measured last: how long an upload will take is said before it begins.
const KEY = "ferry.speed";
const WEEK_MS = 7 * 24 * 3600_000;
const WRITE_MS = 2000;
/** Frames, five a second, that the mean goes over: single ones don't move it. */
const FRAMES = 50;
/** What is known from last time counts like a few frames of now. */
const KNOWN_FRAMES = 10;

export class MeasuredSpeed {
  /** Bytes a second; null if nothing was measured for a week. */
  bytes = $state<number | null>(null);
  private writtenAt = 0;
  private frames = 0;

  constructor(now: number) {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY) ?? "null") as { bytes?: unknown; at?: unknown } | null;
      if (typeof stored?.bytes !== "number" || !(stored.bytes > 0)) return;
      if (typeof stored.at !== "number" || now - stored.at >= WEEK_MS) return;
      this.bytes = stored.bytes;
      this.frames = KNOWN_FRAMES;
    } catch {
      // What can't be read is as good as nothing.
    }
  }

  take(speed: number, now: number): void {
    if (!(speed > 0)) return;
    this.frames = Math.min(FRAMES, this.frames + 1);
    this.bytes = (this.bytes ?? 0) + (speed - (this.bytes ?? 0)) / this.frames;
    if (now - this.writtenAt < WRITE_MS) return;
    this.writtenAt = now;
    localStorage.setItem(KEY, JSON.stringify({ bytes: Math.round(this.bytes), at: now }));
  }
}
