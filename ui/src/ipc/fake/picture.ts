// Pictures that look like some of a shoot, drawn from a number.
import { fraction } from "./random";

export function pictureOf(seed: number): string {
  const part = (n: number) => fraction(seed, n);
  const hue = Math.round(part(1) * 360);
  const horizon = Math.round(14 + part(2) * 10);
  const x = Math.round(6 + part(3) * 20);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">` +
    `<rect width="32" height="32" fill="hsl(${hue} 45% 78%)"/>` +
    `<circle cx="${x}" cy="${horizon - 5}" r="4" fill="hsl(${(hue + 40) % 360} 80% 90%)"/>` +
    `<path d="M0 ${horizon}L9 ${horizon - 5}L18 ${horizon + 2}L26 ${horizon - 3}L32 ${horizon}V32H0Z" ` +
    `fill="hsl(${(hue + 180) % 360} 30% 38%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
