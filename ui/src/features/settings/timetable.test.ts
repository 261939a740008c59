import { describe, expect, it } from "vitest";
import { newRule, rulesOf, textOfRules } from "./timetable";

describe("the timetable", () => {
  it("is the same after it was taken apart and put together", () => {
    for (const text of [
      "",
      "mon,tue,wed,thu,fri 08:00-18:00 up 500 KB/s down 2 MB/s",
      "sat,sun 00:00-24:00 full; mon 22:00-06:00 rest; wed 12:00-13:00 down 1.5 MB/s",
    ])
      expect(textOfRules(rulesOf(text))).toBe(text);
    expect(textOfRules(rulesOf("daily 22:00-06:00 rest"))).toBe("mon,tue,wed,thu,fri,sat,sun 22:00-06:00 rest");
  });

  it("takes hours as people type them", () => {
    const typed = { ...newRule(), from: "8", to: "17.30" };
    expect(textOfRules([typed])).toBe("mon,tue,wed,thu,fri 08:00-17:30 rest");
    expect(textOfRules([{ ...typed, from: "0", to: "0:00" }])).toContain("00:00-24:00");
  });

  it("leaves what is wrong for the engine to say", () => {
    expect(textOfRules([{ ...newRule(), days: newRule().days.map(() => false) }])).toBe("none 08:00-18:00 rest");
    expect(textOfRules([{ ...newRule(), from: "" }])).toContain(" ?-18:00 ");
    expect(textOfRules([{ ...newRule(), what: "limits", up: "fast" }])).toContain("up fast");
  });
});
