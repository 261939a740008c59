// All text by key. Reading `locale.language` in `t` makes every text follow a change of language.
import de from "./locales/de.json";
import en from "./locales/en.json";
import { remembered } from "./remembered";

export type MessageKey = keyof typeof en;
export type Params = Record<string, string | number>;
export type Language = "en" | "de";
type Entry = string | { one?: string; other: string };

const LOCALES: Record<Language, Record<MessageKey, Entry>> = { en, de };

class Locale {
  language = $state<Language>("en");
  /** With region, for numbers and dates. */
  tag = $state("en");

  use(tag: string): void {
    this.language = tag.toLowerCase().startsWith("de") ? "de" : "en";
    this.tag = tag.toLowerCase().startsWith(this.language) ? tag : this.language;
    if (typeof document !== "undefined") document.documentElement.lang = this.tag;
  }
}

export const locale = new Locale();

/** `?lang=` wins over what the system says. */
export function detectLanguage(): string {
  return new URLSearchParams(location.search).get("lang") ?? navigator.language;
}

const rulesOf = remembered((tag) => new Intl.PluralRules(tag));
const numbersOf = remembered((tag) => new Intl.NumberFormat(tag));

export function t(key: MessageKey, params: Params = {}): string {
  const entry = LOCALES[locale.language][key];
  return fill(typeof entry === "string" ? entry : plural(entry, Number(params.n ?? 0)), params);
}

function plural(entry: { one?: string; other: string }, n: number): string {
  return rulesOf(locale.tag).select(n) === "one" ? (entry.one ?? entry.other) : entry.other;
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (typeof value === "number") return numbersOf(locale.tag).format(value);
    return value ?? whole;
  });
}
