// What is in a dropped folder: a shoot with RAW and JPEG of each picture, films, papers, and what systems leave behind.
// A folder with "card" in its name has sidecars too.
import type { Failure, ShotPart } from "../bindings";
import { failureOf } from "./queue";
import { fraction, textSeed } from "./random";

const MB = 1024 * 1024;

export interface FakeFile {
  path: string;
  folder: boolean;
  size: number;
  junk: boolean;
  failure: Failure | null;
  part: ShotPart;
}

const trees = new Map<string, FakeFile[]>();

/** The path itself first, folders before what is in them. */
export function treeOf(root: string): FakeFile[] {
  let tree = trees.get(root);
  if (!tree) trees.set(root, (tree = /\.[a-z0-9]{2,5}$/i.test(root) ? [loose(root)] : plant(root)));
  return tree;
}

function plant(root: string): FakeFile[] {
  const tree: FakeFile[] = [];
  const seed = textSeed(root);
  const add = (path: string, megabytes: number, more: Partial<FakeFile> = {}) =>
    tree.push({
      path: path ? `${root}/${path}` : root,
      folder: megabytes === 0,
      size: Math.round(megabytes * MB * (0.8 + 0.4 * fraction(seed, tree.length))),
      junk: false,
      failure: null,
      part: "alone",
      ...more,
    });
  const sidecars = /card/i.test(root);
  add("", 0);
  add(".DS_Store", 0.006, { junk: true, folder: false });
  add("current", 0.001, { failure: failureOf("SourceNotAFile", "you") });
  for (const folder of ["Film", "Papers", "Selects"]) {
    add(folder, 0);
    add(`${folder}/.DS_Store`, 0.006, { junk: true });
  }
  for (let n = 1; n <= 24; n++) add(`Film/A001_C${String(n).padStart(3, "0")}.mov`, 1400);
  add("Film/master_v3_uncompressed.mov", 5400, { failure: failureOf("TooLarge", "canto") });
  for (let n = 1; n <= 12; n++) add(`Papers/Model release ${n}.pdf`, 2);
  for (let n = 1; n <= 10; n++) add(`Selects/._DSC_${412 + n}.NEF`, 0.004, { junk: true });
  for (let n = 0; n < (sidecars ? 412 : 990); n++) {
    const name = `Selects/DSC_${String(412 + n).padStart(4, "0")}`;
    add(`${name}.jpg`, 9, { part: "first" });
    add(`${name}.NEF`, 28, { part: "further" });
    if (sidecars) add(`${name}.xmp`, 0.008, { part: "further" });
  }
  add("Selects/DSC_9999.NEF", 28, { failure: failureOf("SourceUnreadable", "you") });
  return tree;
}

function loose(path: string): FakeFile {
  const size = Math.round((4 + fraction(textSeed(path), 1) * 30) * MB);
  return { path, folder: false, size, junk: /(^|\/)\.|Thumbs\.db$/.test(path), failure: null, part: "alone" };
}
