import { describe, expect, it } from "vitest";
import type { Decision } from "../../ipc";
import { locale } from "../../i18n";
import { commandOf } from "./answers";
import { compared, type Sameness } from "./compare";

const decision = (job: object, of: object): Decision =>
  ({
    job: { name: "a.jpg", size: 5, folder: "/x", place: "A/B", ...job },
    of: { name: "a.jpg", size: 5, md5: "m", place: "A / B", owner: null, uploaded: null, versions: null, ...of },
  }) as never;

describe("both sides", () => {
  locale.use("en-GB");
  const of = (one: Decision, md5: string | null = null, comparing = false) => {
    const rows = compared(one, { size: 5, modified: null, md5 }, comparing);
    return (what: string) => rows.find((row) => row.what === `compare.${what}`)!;
  };
  const sameness = (one: Decision, md5?: string): (Sameness | null)[] =>
    ["name", "size", "md5", "place"].map((what) => of(one, md5 ?? null)(what).sameness);

  it("are the same, differ, or nobody can tell", () => {
    expect(sameness(decision({}, {}), "m")).toEqual(["same", "same", "same", "same"]);
    expect(sameness(decision({}, {}), "n")).toEqual(["same", "same", "different", "same"]);
    expect(sameness(decision({}, {}))).toEqual(["same", "same", "unknown", "same"]);
    const other = { name: "b.jpg", size: 6, place: "C" };
    expect(sameness(decision({}, other))).toEqual(["different", "different", "different", "different"]);
    const silent = { size: null, md5: null, place: "" };
    expect(sameness(decision({}, silent), "m")).toEqual(["same", "unknown", "unknown", "unknown"]);
  });

  it("have the same name in both Unicode forms", () => {
    expect(sameness(decision({ name: "Bäume.jpg" }, { name: "Ba\u0308ume.jpg" }))[0]).toBe("same");
  });

  it("say that the file is read, and the tenant's time as it is", () => {
    const one = decision({}, { uploaded: "20260314150926535" });
    expect(of(one, null, true)("md5").here).toBe("Reading the file…");
    expect(of(one)("date").there).toBe("Uploaded 14 Mar 2026, 15:09");
  });
});

describe("keys", () => {
  const press = (key: string, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

  it("decide, walk, and choose for what it counts", () => {
    expect(press("v")).toEqual({ answer: "version" });
    expect(press("N")).toEqual({ answer: "upload" });
    expect(press("d")).toEqual({ answer: "skip" });
    expect(press("2")).toEqual({ scope: "kind" });
    expect(press("PageDown")).toBe("next");
    expect(press("x")).toBeNull();
    // The system's own.
    expect(press("v", { ctrlKey: true })).toBeNull();
  });
});
