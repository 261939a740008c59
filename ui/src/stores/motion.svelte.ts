// What moves right now: bytes and speed per running job, the line's speed over two minutes, time left.
import { SvelteMap } from "svelte/reactivity";
import { SteadyTimeLeft } from "../format/steady";
import type { JobId, ProgressFrame } from "../ipc";
import { holds, type Run } from "./runs";

/** Samples of the plot, one a second. */
export const PLOT_SECONDS = 120;

export class JobMotion {
  sent = $state(0);
  /** Bytes a second, smoothed. */
  speed = $state(0);
  /** What the server has of an earlier run is being compared with the file. */
  verifying = $state(false);
  /** A pause costs nothing that was sent. */
  resumable = $state(false);
  /** When the speed was last taken, and what had been sent by then. */
  at = 0;
  from = 0;
}

/** Less than this is sent again without a word, bytes. */
const SOON_SENT = 4_000_000;

/** What was sent of this file would be lost by a pause: Canto's forms keep nothing of it. */
export function startsAgain(motion: JobMotion | undefined): boolean {
  return motion !== undefined && !motion.resumable && motion.sent >= SOON_SENT;
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

  /** Some file under way would be sent from its beginning after a pause. */
  readonly startsAgain = $derived([...this.jobs.values()].some(startsAgain));

  take(frame: ProgressFrame, now: number): void {
    const seen = new Set<JobId>();
    for (const { job, sent, verifying, resumable } of frame.jobs) {
      seen.add(job);
      this.moveJob(job, sent, verifying, now).resumable = resumable;
    }
    for (const job of this.jobs.keys()) if (!seen.has(job)) this.jobs.delete(job);
    this.speed = frame.speed;
    this.running = frame.running;
    this.timeLeft = this.steady.update(now, frame.running > 0 ? frame.seconds_left : null);
    this.tick(now);
  }

  /** What has been sent of some files that are under way, bytes. */
  sentOf(runs: readonly Run[]): number {
    let sum = 0;
    for (const [job, { sent }] of this.jobs) if (holds(runs, job)) sum += sent;
    return sum;
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

  private moveJob(job: JobId, sent: number, verifying: boolean, now: number): JobMotion {
    let motion = this.jobs.get(job);
    if (!motion || verifying || motion.verifying) {
      // What is there already was not sent now: it makes no speed.
      motion ??= new JobMotion();
      motion.at = now;
      motion.speed = 0;
      motion.verifying = verifying;
      motion.sent = motion.from = sent;
      this.jobs.set(job, motion);
      return motion;
    }
    motion.sent = sent;
    const seconds = (now - motion.at) / 1000;
    if (seconds < 0.1) return motion;
    const speed = Math.max(0, sent - motion.from) / seconds;
    motion.speed = motion.speed === 0 ? speed : motion.speed * 0.8 + speed * 0.2;
    motion.from = sent;
    motion.at = now;
    return motion;
  }
}
