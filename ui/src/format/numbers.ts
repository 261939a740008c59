import { locale, remembered } from "../i18n";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;
const formats = new Map<string, Intl.NumberFormat>();

function formatter(unit: string | undefined, digits: number): Intl.NumberFormat {
  const key = `${locale.tag}|${unit}|${digits}`;
  let format = formats.get(key);
  if (!format) {
    const options: Intl.NumberFormatOptions = { minimumFractionDigits: 0, maximumFractionDigits: digits };
    if (unit === "percent") options.style = "percent";
    else if (unit) Object.assign(options, { style: "unit", unit, unitDisplay: "short" });
    format = new Intl.NumberFormat(locale.tag, options);
    formats.set(key, format);
  }
  return format;
}

export function formatCount(count: number): string {
  return formatter(undefined, 0).format(count);
}

export function formatPercent(part: number, whole: number): string {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  // 100 % only when nothing is missing.
  return formatter("percent", 0).format(share < 1 ? Math.min(0.99, share) : 1);
}

/** Thousands, as storage and network makers count. */
export function formatBytes(bytes: number): string {
  const [value, unit] = scale(bytes);
  if (unit === "byte") return `${formatCount(value)} B`;
  return formatter(unit, digitsFor(value, unit)).format(value);
}

export function formatSpeed(bytesPerSecond: number): string {
  const [value, unit] = scale(bytesPerSecond);
  if (unit === "byte") return formatter("kilobyte-per-second", 0).format(bytesPerSecond / 1000);
  return formatter(`${unit}-per-second`, digitsFor(value, unit)).format(value);
}

function scale(bytes: number): [number, (typeof UNITS)[number]] {
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step++;
  }
  return [value, UNITS[step]!];
}

function digitsFor(value: number, unit: string): number {
  return unit === "byte" || unit === "kilobyte" || value >= 9.95 ? 0 : 1;
}

const listsOf = remembered((tag) => new Intl.ListFormat(tag, { type: "conjunction" }));

/** `3, 7 and 12`. */
export function formatList(parts: string[]): string {
  return listsOf(locale.tag).format(parts);
}
