/** A hash of two integers as a fraction in [0, 1): the same input, the same world. */
export function fraction(seed: number, index: number): number {
  let h = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}

export function hex(seed: number, index: number, length: number): string {
  let text = "";
  for (let part = 0; text.length < length; part++) {
    text += Math.floor(fraction(seed + part * 7919, index) * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  }
  return text.slice(0, length);
}

export function textSeed(text: string): number {
  let h = 2166136261;
  for (const char of text) h = Math.imul(h ^ char.codePointAt(0)!, 16777619) >>> 0;
  return h;
}
