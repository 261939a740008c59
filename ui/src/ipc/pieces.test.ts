import { describe, expect, it } from "vitest";
import { handOver, PIECE, whole } from "./pieces";

const paths = (count: number) => Array.from({ length: count }, (_, at) => `/shoot/${at}.jpg`);

describe("many paths", () => {
  it("are gathered until the last piece has come", () => {
    const heard: string[][] = [];
    const take = whole((all) => heard.push(all));
    take({ paths: ["a"], more: true });
    expect(heard).toEqual([]);
    take({ paths: ["b"], more: false });
    take({ paths: ["c"], more: false });
    expect(heard).toEqual([["a", "b"], ["c"]]);
  });

  it("are handed over in pieces, once", async () => {
    const kept: string[] = [];
    let calls = 0;
    const send = async (_: number | null, piece: readonly string[]) => {
      kept.push(...piece);
      expect(piece.length).toBeLessThanOrEqual(PIECE);
      calls++;
      return 7;
    };
    const many = paths(2 * PIECE + 1);
    expect(await Promise.all([handOver(many, send), handOver(many, send)])).toEqual([7, 7]);
    expect(kept).toEqual(many);
    expect(calls).toBe(3);
    expect(await handOver(paths(PIECE), send)).toBeNull();
  });

  it("are handed over again after a failure", async () => {
    const many = paths(PIECE + 1);
    await expect(handOver(many, () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    expect(await handOver(many, async () => 3)).toBe(3);
  });
});
