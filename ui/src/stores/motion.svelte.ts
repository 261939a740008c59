// What moves right now: bytes and speed per running job, the line's speed over two minutes, time left.
import { SvelteMap } from "svelte/reactivity";
import { SteadyTimeLeft } from "../format/steady";
import type { JobId, ProgressFrame } from "../ipc";

/** Samples of the plot, one a second. */
export const PLOT_SECONDS = 120;

export class JobMotion {
  sent = $state(0);
  /** Bytes a second, smoothed. */
  speed = $state(0);
  /** What the server has of an earlier run is being compared with the file. */
  verifying = $state(false);
  /** When the speed was last taken, and what had been sent by then. */
  at = 0;
  from = 0;
}

export class Motion {
  readonly jobs = new SvelteMap<JobId, JobMotion>();
  speed = $state(0);
  running = $state(0);
  /** Seconds, steady and round; null if there is no telling. */
  timeLeft = $state<number | null>(null);
  /** Bytes a second, oldest first. */
  plot = $state.raw<number[]>([]);

  private readonly steady = new SteadyTimeLeft();
  private second = 0;

  take(frame: ProgressFrame, now: number): void {
    const seen = new Set<JobId>();
    for (const { job, sent, verifying } of frame.jobs) {
      seen.add(job);
      this.moveJob(job, sent, verifying, now);
    }
    for (const job of this.jobs.keys()) if (!seen.has(job)) this.jobs.delete(job);
    this.speed = frame.speed;
    this.running = frame.running;
    this.timeLeft = this.steady.update(now, frame.running > 0 ? frame.seconds_left : null);
    this.tick(now);
  }

  /** Also called once a second while no frames come, so that the plot moves on. */
  tick(now: number): void {
    const second = Math.floor(now / 1000);
    const steps = this.second === 0 ? 1 : Math.min(PLOT_SECONDS, second - this.second);
    if (steps <= 0) return;
    this.second = second;
    if (this.speed === 0 && this.plot.every((value) => value === 0)) {
      if (this.plot.length > 0) this.plot = [];
      return;
    }
    const added = Array<number>(steps).fill(this.speed);
    this.plot = [...this.plot, ...added].slice(-PLOT_SECONDS);
  }

  private moveJob(job: JobId, sent: number, verifying: boolean, now: number): void {
    let motion = this.jobs.get(job);
    if (!motion || verifying || motion.verifying) {
      // What is there already was not sent now: it makes no speed.
      motion ??= new JobMotion();
      motion.at = now;
      motion.speed = 0;
      motion.verifying = verifying;
      motion.sent = motion.from = sent;
      this.jobs.set(job, motion);
      return;
    }
    motion.sent = sent;
    const seconds = (now - motion.at) / 1000;
    if (seconds < 0.1) return;
    const speed = Math.max(0, sent - motion.from) / seconds;
    motion.speed = motion.speed === 0 ? speed : motion.speed * 0.8 + speed * 0.2;
    motion.from = sent;
    motion.at = now;
  }
}
