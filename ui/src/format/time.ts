import { locale, remembered } from "../i18n";

type Unit = "second" | "minute" | "hour" | "day";

const unitsOf = (name: Unit) =>
  remembered((tag) => new Intl.NumberFormat(tag, { style: "unit", unit: name, unitDisplay: "short" }));
const UNITS = { second: unitsOf("second"), minute: unitsOf("minute"), hour: unitsOf("hour"), day: unitsOf("day") };

const unit = (value: number, name: Unit): string => UNITS[name](locale.tag).format(value);

const timesOf = remembered((tag) => new Intl.DateTimeFormat(tag, { timeStyle: "short" }));
const daysOf = remembered(
  (tag) => new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
);
const momentsOf = remembered((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "medium" }));

const shortOf = remembered(
  (tag) =>
    new Intl.NumberFormat(tag, {
      style: "unit",
      unit: "second",
      unitDisplay: "narrow",
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }),
);

/** A length of time in one or two units: `40 sec`, `13 min`, `2 hr 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return unit(whole, "second");
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(unit(hours, "hour"), minutes % 60, "minute");
  return pair(unit(Math.floor(hours / 24), "day"), hours % 24, "hour");
}

/** A short time as it was measured: `0.4 sec`. */
export const formatSeconds = (ms: number): string => shortOf(locale.tag).format(ms / 1000);

function pair(first: string, rest: number, name: "minute" | "hour"): string {
  return rest === 0 ? first : `${first} ${unit(rest, name)}`;
}

export const formatTime = (ms: number): string => timesOf(locale.tag).format(ms);

const soonOf = remembered(
  (tag) => new Intl.DateTimeFormat(tag, { weekday: "short", hour: "2-digit", minute: "2-digit" }),
);

/** A moment of the coming days: the hour, and the day if it is another one than today. */
export function formatSoon(ms: number, now = Date.now()): string {
  const sameDay = new Date(ms).toDateString() === new Date(now).toDateString();
  return sameDay ? formatTime(ms) : soonOf(locale.tag).format(ms);
}

const digitsOf = remembered(
  (tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }),
);

/** The tenant's own digits, yyyyMMddHHmmss…, in its own time zone: said as they are. Empty for what is none. */
export function formatDigits(digits: string): string {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)/.exec(digits)?.slice(1).map(Number);
  if (!parts) return "";
  const [year, month, day, hour, minute] = parts as [number, number, number, number, number];
  return digitsOf(locale.tag).format(Date.UTC(year, month - 1, day, hour, minute));
}

const minutesOf = remembered((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }));

export const formatMinute = (ms: number): string => minutesOf(locale.tag).format(ms);

export const formatDay = (ms: number): string => daysOf(locale.tag).format(ms);

export const formatExact = (ms: number): string => momentsOf(locale.tag).format(ms);
