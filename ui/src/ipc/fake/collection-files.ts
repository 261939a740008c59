// What is in the simulated collections.
import type { ActivityView, CollectionState, CollectionView, Failure, HeldView } from "../bindings";
import { failureOf } from "./queue";
import { fraction, textSeed } from "./random";

export interface Seed {
  name: string;
  assets: number;
  state: CollectionState;
  /** Of these, so many are here. */
  files?: number;
  marked?: boolean;
  removals?: number;
  unverified?: number;
  failure?: Failure;
}

const NAMES = [
  "Hafen bei Dämmerung.jpg",
  "Key visual – final (2).psd",
  "Lookbook spring 2026.pdf",
  "Portrait Dr. Weiß.tif",
  "Brand film master v3.mov",
  "Hero wide.jpg",
  "Packshot vase green.png",
  "Interview room tone.wav",
  "Team at the pier.jpg",
  "Press photo 04.jpg",
];
const MB = 1_000_000;

export const COLLECTIONS: Seed[] = [
  { name: "Spring campaign", assets: 512, state: "running", files: 148, marked: true },
  { name: "Press kit", assets: 320, state: "confirm_removals", removals: 64 },
  { name: "Plane trip", assets: 86, state: "up_to_date", marked: true },
  { name: "Trade fair screens", assets: 41, state: "up_to_date", unverified: 3 },
  {
    name: "Agency hand-over",
    assets: 128,
    files: 90,
    state: "stopped",
    failure: failureOf(
      "NoPermission",
      "admin",
      { reason: "collection", collection: "C1004" },
      "403 from /mycollections",
    ),
  },
  { name: "Product range 2026", assets: 1240, state: "waiting", files: 0 },
  { name: "Shop windows", assets: 64, files: 64, state: "off" },
  { name: "Moodboards", assets: 233, state: "off" },
  { name: "Archive, portraits of the founders and their families, 1926 – 1958", assets: 2208, state: "off" },
  { name: "Social media", assets: 77, state: "off" },
];

export function many(count: number): Seed[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `Collection ${String(index + 1).padStart(4, "0")}`,
    assets: 10 + Math.floor(fraction(7, index) * 400),
    state: index % 9 === 0 ? ("up_to_date" as const) : ("off" as const),
  }));
}

const within = (seed: number, index: number) => Math.floor(fraction(seed * 31, index) * NAMES.length);

export function fileName(seed: number, index: number): string {
  const name = NAMES[within(seed, index)]!;
  return index < NAMES.length ? name : name.replace(/(\.\w+)$/, ` ${index}$1`);
}

export function fileSize(seed: number, index: number): number {
  const film = /\.mov$/.test(NAMES[within(seed, index)]!);
  return Math.round((film ? 240 + fraction(seed, index) * 900 : 2 + fraction(seed, index) * 38) * MB);
}

const KINDS: ActivityView["kind"][] = ["downloaded", "downloaded", "replaced", "downloaded", "renamed", "moved_aside"];

export function activityOf(one: CollectionView, index: number, at: number, id: number): ActivityView {
  const seed = one.id ?? textSeed(one.name);
  return {
    id,
    mirror: one.id ?? 0,
    account: one.account,
    collection: one.name,
    kind: KINDS[(index + seed) % KINDS.length]!,
    asset: { scheme: "image", id: `a${index}` },
    path: fileName(seed, index),
    size: fileSize(seed, index),
    at,
  };
}

export function heldFiles(one: CollectionView, at: number, count: number): HeldView[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    mirror: one.id!,
    collection: one.name,
    asset: { scheme: "image", id: `h${index}` },
    path: fileName(77, index),
    size: fileSize(77, index),
    held_at: at + index * 3_600_000,
    days_left: 21,
  }));
}
