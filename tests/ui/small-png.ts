// Chromium's screenshots as PNGs with a palette: a third of the size, so that they can be kept in the repository.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS = 32;

/** The same picture in at most 32 colours, which is what a window with a few icons and small pictures has. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = paletteOf(pixels);
  const near = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x]!;
      let index = near.get(colour);
      if (index === undefined)
        near.set(colour, (index = nearest(palette, colour)));
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap(parts));
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", table),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const parts = (colour: number): [number, number, number] => [
  colour >> 16,
  (colour >> 8) & 255,
  colour & 255,
];

/** Eight bits a channel, not interlaced: nothing else comes from Chromium. */
function decode(png: Buffer) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const step = png[25] === 6 ? 4 : 3;
  if (png[24] !== 8 || (png[25] !== 2 && png[25] !== 6) || png[28] !== 0)
    throw new Error("a PNG that Chromium doesn't write");
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(data));
  const line = width * step;
  const pixels = new Uint32Array(width * height);
  let above = Buffer.alloc(line);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)]!;
    const row = raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1));
    for (let x = 0; x < line; x++) {
      const left = x >= step ? row[x - step]! : 0;
      const up = above[x]!;
      const corner = x >= step ? above[x - step]! : 0;
      row[x] = row[x]! + predicted(filter, left, up, corner);
    }
    for (let x = 0; x < width; x++)
      pixels[y * width + x] =
        (row[x * step]! << 16) | (row[x * step + 1]! << 8) | row[x * step + 2]!;
    above = row;
  }
  return { width, height, pixels };
}

function predicted(
  filter: number,
  left: number,
  up: number,
  corner: number,
): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  return a! <= b! && a! <= c! ? left : b! <= c! ? up : corner;
}

/** By halving, again and again, the box of colours that has the most pixels to tell apart. */
function paletteOf(pixels: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of pixels)
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const boxes = [[...counts.keys()].sort((a, b) => a - b)];
  const weight = (box: number[]) =>
    box.reduce((sum, colour) => sum + Math.sqrt(counts.get(colour)!), 0);
  const widest = (box: number[]) => {
    const spans = [0, 1, 2].map((channel) => {
      const values = box.map((colour) => parts(colour)[channel]!);
      const [low, high] = [
        values.reduce((a, b) => Math.min(a, b)),
        values.reduce((a, b) => Math.max(a, b)),
      ];
      return { channel, span: high - low };
    });
    return spans.reduce((a, b) => (b.span > a.span ? b : a));
  };
  const entries = boxes.map((box) => ({
    box,
    ...widest(box),
    weight: weight(box),
  }));
  while (entries.length < COLOURS) {
    const next = entries
      .filter(({ box }) => box.length > 1)
      .reduce<(typeof entries)[number] | null>(
        (best, one) =>
          !best || one.span * one.weight > best.span * best.weight ? one : best,
        null,
      );
    if (!next) break;
    const { channel } = next;
    const sorted = next.box.sort(
      (a, b) => parts(a)[channel]! - parts(b)[channel]! || a - b,
    );
    let half = 0;
    let at = 0;
    while (at < sorted.length - 1 && half < next.weight / 2)
      half += Math.sqrt(counts.get(sorted[at++]!)!);
    at = Math.max(1, at);
    entries.splice(entries.indexOf(next), 1);
    for (const box of [sorted.slice(0, at), sorted.slice(at)])
      entries.push({ box, ...widest(box), weight: weight(box) });
  }
  // Of each box its most frequent colour, so that surfaces keep theirs to the bit.
  return entries.map(({ box }) =>
    box.reduce((a, b) => (counts.get(b)! > counts.get(a)! ? b : a)),
  );
}

function nearest(palette: number[], colour: number): number {
  const [r, g, b] = parts(colour);
  let best = 0;
  let least = Infinity;
  palette.forEach((candidate, index) => {
    const [x, y, z] = parts(candidate);
    const far = 2 * (r - x) ** 2 + 4 * (g - y) ** 2 + 3 * (b - z) ** 2;
    if (far < least) [best, least] = [index, far];
  });
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(data: Buffer): number {
  let sum = ~0;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++)
      sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
