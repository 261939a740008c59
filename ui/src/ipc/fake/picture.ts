// Pictures that look like some of a shoot, drawn from a number. As points, as real ones are: a browser takes many times longer
// for drawings.
import { fraction } from "./random";

const SIZE = 128;
/** Of a bitmap without compression: 14 bytes for the file, 40 for the picture. */
const HEAD = 54;

type Colour = readonly [blue: number, green: number, red: number];

export function pictureOf(seed: number): string {
  const part = (n: number) => fraction(seed, n);
  const hue = part(1) * 360;
  const horizon = Math.round(56 + part(2) * 40);
  const sun = { x: 24 + part(3) * 80, y: horizon - 20 };
  const [sky, light, ground] = [colour(hue, 45, 78), colour(hue + 40, 80, 90), colour(hue + 180, 30, 38)];
  const phase = part(4) * 6;
  const hills = (x: number) => horizon + 12 * Math.sin(x / 14 + phase) + 6 * Math.sin(x / 6);

  const bytes = new Uint8Array(HEAD + SIZE * SIZE * 3);
  const head = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  for (const [at, value] of [
    [2, bytes.length],
    [10, HEAD],
    [14, 40],
    [18, SIZE],
    // From the top down.
    [22, -SIZE],
  ] as const)
    head.setInt32(at, value, true);
  head.setInt16(26, 1, true);
  head.setInt16(28, 24, true);
  const tops = Array.from({ length: SIZE }, (_, x) => hills(x));
  for (let y = 0, at = HEAD; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const shines = (x - sun.x) ** 2 + (y - sun.y) ** 2 < 256;
      const [blue, green, red] = y > tops[x]! ? ground : shines ? light : sky;
      bytes[at++] = blue;
      bytes[at++] = green;
      bytes[at++] = red;
    }
  }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
}

function colour(hue: number, saturation: number, lightness: number): Colour {
  const most = lightness / 100;
  const swing = (saturation / 100) * Math.min(most, 1 - most);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (most - swing * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(4), channel(8), channel(0)];
}
