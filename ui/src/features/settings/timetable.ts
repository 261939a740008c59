// The timetable as its editor has it, and as it is kept: `mon,tue 08:00-18:00 up 500 KB/s; daily 22:00-06:00 rest`.
import { locale, remembered } from "../../i18n";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const daysOf = remembered((tag) => new Intl.DateTimeFormat(tag, { weekday: "short", timeZone: "UTC" }));
const longDaysOf = remembered((tag) => new Intl.DateTimeFormat(tag, { weekday: "long", timeZone: "UTC" }));
// 1 January 2024 was a Monday.
const dayAt = (at: number): number => Date.UTC(2024, 0, 1 + at);

export interface Rule {
  /** Monday first. */
  days: boolean[];
  from: string;
  to: string;
  what: "rest" | "full" | "limits";
  up: string;
  down: string;
}

export const shortDay = (at: number): string => daysOf(locale.tag).format(dayAt(at));
export const longDay = (at: number): string => longDaysOf(locale.tag).format(dayAt(at));

/** Working hours are what most people want less traffic in. */
export const newRule = (): Rule => ({
  days: DAYS.map((_, at) => at < 5),
  from: "08:00",
  to: "18:00",
  what: "rest",
  up: "",
  down: "",
});

/** Of what the engine keeps: it is well-formed. */
export function rulesOf(text: string): Rule[] {
  return text
    .split(";")
    .map((rule) => rule.trim())
    .filter(Boolean)
    .map((rule) => {
      const [days = "", hours = "", ...rest] = rule.split(/\s+/);
      const [from = "", to = ""] = hours.split("-");
      const said = rest.join(" ");
      const limit = (word: string): string => new RegExp(`${word} ([\\d.]+ \\wB/s)`).exec(said)?.[1] ?? "";
      return {
        days: DAYS.map((day) => days === "daily" || days.split(",").includes(day)),
        from,
        to: to === "24:00" ? "00:00" : to,
        what: said === "rest" || said === "full" ? said : "limits",
        up: limit("up"),
        down: limit("down"),
      };
    });
}

/** As the engine takes it; what is missing is left for it to say. */
export function textOfRules(rules: readonly Rule[]): string {
  return rules.map(textOfRule).join("; ");
}

function textOfRule({ days, from, to, what, up, down }: Rule): string {
  const on = DAYS.filter((_, at) => days[at]).join(",") || "none";
  const end = hour(to) === "00:00" && hour(from) === "00:00" ? "24:00" : to;
  const limits = [up.trim() && `up ${up.trim()}`, down.trim() && `down ${down.trim()}`].filter(Boolean).join(" ");
  return `${on} ${hour(from)}-${hour(end)} ${what === "limits" ? limits : what}`.trim();
}

/** `8` and `8:00` are 08:00. */
function hour(text: string): string {
  const [, hours, minutes] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text.trim()) ?? [];
  return hours === undefined
    ? text.trim().replaceAll(/\s+/g, "") || "?"
    : `${hours.padStart(2, "0")}:${minutes ?? "00"}`;
}
