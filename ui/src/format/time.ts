import { locale } from "../i18n";

function unit(value: number, name: "second" | "minute" | "hour" | "day"): string {
  return new Intl.NumberFormat(locale.tag, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}

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

function pair(first: string, rest: number, name: "minute" | "hour"): string {
  return rest === 0 ? first : `${first} ${unit(rest, name)}`;
}

export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(locale.tag, { timeStyle: "short" }).format(ms);
}

export function formatDay(ms: number): string {
  return new Intl.DateTimeFormat(locale.tag, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(ms);
}

export function formatExact(ms: number): string {
  return new Intl.DateTimeFormat(locale.tag, { dateStyle: "medium", timeStyle: "medium" }).format(ms);
}
