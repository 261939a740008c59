import { beforeEach, describe, expect, it } from "vitest";
import { locale } from "../i18n";
import { formatBytes, formatPercent, formatSpeed } from "./numbers";
import { kindOfName, leafOf, mayShowPicture, shotName, splitName, within } from "./paths";
import { roundStep, SteadyTimeLeft } from "./steady";
import { formatDuration } from "./time";

beforeEach(() => locale.use("en"));

describe("numbers", () => {
  it("count in thousands", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(999_400)).toBe("999 kB");
    expect(formatBytes(999_600)).toBe("1 MB");
    expect(formatBytes(38_400_000_000)).toBe("38 GB");
    expect(formatSpeed(12_300_000)).toBe("12 MB/s");
  });

  it("say 100 % only when nothing is missing", () => {
    expect(formatPercent(999_999, 1_000_000)).toBe("99%");
    expect(formatPercent(1, 1)).toBe("100%");
    expect(formatPercent(0, 0)).toBe("0%");
  });

  it("follow the language", () => {
    locale.use("de");
    expect(formatBytes(1_540_000)).toBe("1,5 MB");
  });
});

describe("time", () => {
  it("has one or two units", () => {
    expect(formatDuration(40)).toBe("40 sec");
    expect(formatDuration(780)).toBe("13 min");
    expect(formatDuration(7_800)).toBe("2 hr 10 min");
    expect(formatDuration(90_000)).toBe("1 day 1 hr");
  });

  it("left is shown in round steps", () => {
    expect(roundStep(43)).toBe(45);
    expect(roundStep(95)).toBe(120);
    expect(roundStep(5_000)).toBe(4_800);
  });

  it("left doesn't jump when the speed wobbles, and believes a real change", () => {
    const steady = new SteadyTimeLeft();
    const shown: number[] = [];
    for (let step = 0; step < 50; step++) {
      const wobble = step % 2 === 0 ? 1.3 : 0.75;
      shown.push(steady.update(step * 200, (780 - step * 0.2) * wobble)!);
    }
    expect(Math.max(...shown.slice(5)) - Math.min(...shown.slice(5))).toBeLessThanOrEqual(240);
    let after = 0;
    for (let step = 50; step < 80; step++) after = steady.update(step * 200, 60)!;
    expect(after).toBeLessThanOrEqual(120);
    expect(steady.update(20_000, null)).toBeNull();
  });
});

describe("paths", () => {
  it("keep the ending of a long name", () => {
    expect(splitName("DSC_0412.NEF")).toEqual(["DSC_0412.NEF", ""]);
    expect(splitName("A very long name of a picture_0412.NEF").join("")).toBe("A very long name of a picture_0412.NEF");
    expect(splitName("A very long name of a picture_0412.NEF")[1]).toBe("_0412.NEF");
    expect(splitName("⛴️ Crossing the river 🎬🎬🎬🎬🎬.mp4")[1]).toBe("🎬🎬🎬🎬🎬.mp4");
  });

  it("know leaves and kinds", () => {
    expect(leafOf("C:\\Users\\mira\\Bilder\\")).toBe("Bilder");
    expect(leafOf("/a/b.txt")).toBe("b.txt");
    expect(kindOfName("X.CR3")).toBe("raw");
    expect(kindOfName("Key visual.PSD")).toBe("design");
    expect(kindOfName("notes")).toBe("other");
  });
});

describe("within", () => {
  it("knows paths and what is below them", () => {
    const inside = within(["/card/DCIM", "/a.jpg", "D:\\Shoot\\", "E:\\"]);
    for (const path of ["/card/DCIM", "/card/DCIM/1/x.jpg", "/a.jpg", "D:\\Shoot\\x.jpg", "E:\\x.jpg"]) {
      expect(inside(path), path).toBe(true);
    }
    for (const path of ["/card/DCIM2/x.jpg", "/card", "/a.jpg.xmp", "D:\\Shoots\\x.jpg", "a.jpg", ""]) {
      expect(inside(path), path).toBe(false);
    }
    expect(within(["/"])("/anything")).toBe(true);
  });

  it("is quick with as many of both as there are files on a card", () => {
    const paths = Array.from({ length: 100_000 }, (_, at) => `/card/IMG_${at}.jpg`);
    expect(paths.filter(within(paths)).length).toBe(paths.length);
  });
});

describe("shotName", () => {
  it("is the same for the files of one picture, and none for what is no picture", () => {
    for (const name of ["DSC_1.NEF", "dsc_1.jpg", "DSC_1.xmp", "DSC_1.NEF.xmp"]) expect(shotName(name)).toBe("dsc_1");
    expect(shotName("DSC_1.v2.jpg")).toBe("dsc_1.v2");
    expect(shotName("DSC_1.mov")).toBeNull();
  });
});

it("asks for small pictures only where there may be one", () => {
  for (const name of ["a.jpg", "A.CR3", "b.NEF", "c.psd", "d.PSB", "e.mov", "f.mp4"])
    expect(mayShowPicture(name)).toBe(true);
  for (const name of ["a.mxf", "b.ai", "c.pdf", "d.wav", "e.xmp", "psd"]) expect(mayShowPicture(name)).toBe(false);
});
