import { describe, expect, it } from "vitest";
import de from "./locales/de.json";
import en from "./locales/en.json";
import { locale, t } from "./index";

type Entry = string | { one?: string; other: string };
const english = en as Record<string, Entry>;
const german = de as Record<string, Entry>;

const forms = (entry: Entry): string[] => (typeof entry === "string" ? [entry] : Object.values(entry));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
const used = (entry: Entry): string[] => [...new Set(forms(entry).flatMap(placeholders))].sort();

describe("locales", () => {
  it("have the same keys", () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
  });

  it.each(Object.keys(english))("%s has the same placeholders and forms", (key) => {
    expect(used(german[key]!)).toEqual(used(english[key]!));
    expect(typeof german[key]).toBe(typeof english[key]);
    for (const text of [...forms(english[key]!), ...forms(german[key]!)]) expect(text.trim()).not.toBe("");
  });

  it("choose the plural and format numbers by language", () => {
    locale.use("en-GB");
    expect(t("staging.upload", { n: 1 })).toBe("Upload 1 file");
    expect(t("staging.upload", { n: 2016 })).toBe("Upload 2,016 files");
    locale.use("de-DE");
    expect(t("staging.upload", { n: 1 })).toBe("1 Datei hochladen");
    expect(t("staging.upload", { n: 2016 })).toBe("2.016 Dateien hochladen");
    locale.use("fr");
    expect(locale.tag).toBe("en");
  });
});
