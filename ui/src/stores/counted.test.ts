import { describe, expect, it } from "vitest";
import type { StagingSummary } from "../ipc";
import { Counted } from "./counted";

const paths = ["/a.jpg", "/Shoot", "/gone.jpg", "/b.jpg"];
const counted = new Counted(paths, {
  items: [{ path: "/Shoot", files: 12, bytes: 900 }],
  loose: { given: [0, 3], bytes: [10, 0] },
} as unknown as StagingSummary);

describe("what was counted", () => {
  it("is found by path, wherever it stands by now", () => {
    expect(counted.of("/a.jpg", 0)).toEqual({ folder: false, files: 1, bytes: 10 });
    expect(counted.of("/b.jpg", 2)).toEqual({ folder: false, files: 1, bytes: 0 });
    expect(counted.of("/Shoot", 1)).toEqual({ folder: true, files: 12, bytes: 900 });
    expect(counted.of("/gone.jpg", 2)).toBeNull();
    expect(counted.of("/new.jpg", 4)).toBeNull();
  });

  it("knows the files among the paths of now", () => {
    expect(counted.loose(paths)).toEqual(["/a.jpg", "/b.jpg"]);
    expect(counted.loose(["/Shoot", "/b.jpg", "/new.jpg"])).toEqual(["/b.jpg"]);
  });
});
