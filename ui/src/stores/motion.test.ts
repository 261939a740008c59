import { describe, expect, it } from "vitest";
import type { ProgressFrame } from "../ipc";
import { Motion } from "./motion.svelte";

const frame = (sent: number, resumable: boolean): ProgressFrame => ({
  jobs: [{ job: 7, sent, size: 90_000_000, verifying: false, resumable }],
  running: 1,
  speed: 1,
  seconds_left: 1,
});

describe("a pause", () => {
  it("is said to cost what was sent, where the server keeps nothing of it", () => {
    const motion = new Motion();
    motion.take(frame(1_000, false), 0);
    expect(motion.startsAgain).toBe(false);
    motion.take(frame(50_000_000, false), 1_000);
    expect(motion.startsAgain).toBe(true);
  });

  it("costs nothing in parts", () => {
    const motion = new Motion();
    motion.take(frame(50_000_000, true), 0);
    expect(motion.startsAgain).toBe(false);
  });
});
