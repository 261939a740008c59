// Files as a photographer's card holds them: name and size by number, so that a million cost nothing.
import { fraction } from "./random";

export interface Shoot {
  seed: number;
  /** Local folder. */
  folder: string;
  kind: "shoot" | "packshots" | "mixed" | "card";
  /** Given names, for batches that were dropped in the browser. */
  names?: string[];
}

const MB = 1024 * 1024;
const MIXED = [
  "Brand film master v3.mov",
  "Spring lookbook 2026.pdf",
  "Key visual – final (2).psd",
  "Interview Dr. Weiß.wav",
];

export function nameOf(shoot: Shoot, index: number): string {
  if (shoot.names) return shoot.names[index % shoot.names.length]!;
  if (shoot.kind === "packshots") {
    const article = 100_000 + Math.floor(fraction(shoot.seed, Math.floor(index / 4)) * 899_999);
    return `${article}_${["front", "back", "detail", "packshot"][index % 4]}.tif`;
  }
  if (shoot.kind === "mixed" && index % 5 === 2) return MIXED[Math.floor(index / 5) % MIXED.length]!;
  if (shoot.kind === "card") {
    return `DSC_${String(412 + Math.floor(index / 3)).padStart(4, "0")}.${["NEF", "jpg", "xmp"][index % 3]}`;
  }
  const number = String((412 + index) % 10_000).padStart(4, "0");
  const roll = Math.floor((412 + index) / 10_000);
  const ending = fraction(shoot.seed, index) < 0.72 ? "NEF" : fraction(shoot.seed + 1, index) < 0.85 ? "jpg" : "mov";
  return roll === 0 ? `DSC_${number}.${ending}` : `DSC_${number}-${roll}.${ending}`;
}

export function sizeOf(shoot: Shoot, index: number): number {
  const spread = fraction(shoot.seed + 2, index);
  const ending = nameOf(shoot, index).split(".").pop()!.toLowerCase();
  switch (ending) {
    case "nef":
      return Math.round((24 + spread * 14) * MB);
    case "xmp":
      return Math.round((4 + spread * 8) * 1024);
    case "mov":
      return Math.round((380 + spread * 5200) * MB);
    case "tif":
      return Math.round((48 + spread * 40) * MB);
    case "psd":
      return Math.round((220 + spread * 300) * MB);
    case "wav":
      return Math.round((60 + spread * 30) * MB);
    default:
      return Math.round((1.5 + spread * 9) * MB);
  }
}
