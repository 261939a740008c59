/** Time left that counts down and doesn't jump: a new estimate is believed slowly, and shown in round steps. */
export class SteadyTimeLeft {
  private end: number | null = null;

  /** The seconds to show, or null if there is no telling. */
  update(now: number, secondsLeft: number | null): number | null {
    if (secondsLeft === null) {
      this.end = null;
      return null;
    }
    const estimate = now + secondsLeft * 1000;
    if (this.end === null) this.end = estimate;
    const left = Math.max(1000, this.end - now);
    const wrong = Math.abs(estimate - this.end) / left;
    // Far off means that something has happened (a pause, a new batch): believe it soon.
    this.end += (estimate - this.end) * (wrong > 0.5 ? 0.3 : 0.04);
    return roundStep((this.end - now) / 1000);
  }
}

/** 5-second steps below a minute, then minutes, then steps that grow. */
export function roundStep(seconds: number): number {
  const step = seconds < 60 ? 5 : seconds < 3600 ? 60 : seconds < 36_000 ? 600 : 3600;
  return Math.max(0, Math.round(seconds / step) * step);
}
