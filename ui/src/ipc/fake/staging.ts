// What dropped paths would send, made up from their names.
import type { StagedKind, StagingSummary } from "../bindings";
import { failureOf } from "./queue";
import { fraction, textSeed } from "./random";

const MB = 1024 * 1024;

export const isFolder = (path: string): boolean => !/\.[a-z0-9]{2,5}$/i.test(path);

export function kindOf(path: string): string {
  if (/\.(nef|jpe?g|png|tiff?|psd|webp|gif|heic|cr3|arw)$/i.test(path)) return "image";
  if (/\.(mov|mp4|mxf|avi)$/i.test(path)) return "video";
  if (/\.(wav|mp3|aiff?|flac)$/i.test(path)) return "audio";
  if (/\.(pdf|docx?|pptx?|txt|indd)$/i.test(path)) return "document";
  return "other";
}

export function stage(paths: string[], takeJunk: boolean): StagingSummary {
  const kinds = new Map<string, StagedKind>();
  const add = (kind: string, files: number, bytes: number) => {
    const found = kinds.get(kind) ?? { kind, files: 0, bytes: 0 };
    kinds.set(kind, { kind, files: found.files + files, bytes: found.bytes + bytes });
  };
  const summary: StagingSummary = {
    files: 0,
    folders: 0,
    bytes: 0,
    kinds: [],
    left_out: 0,
    problems: [],
    problem_count: 0,
  };
  for (const path of paths) {
    const seed = textSeed(path);
    if (!isFolder(path)) {
      if (/^\.|\.DS_Store$|Thumbs\.db$/.test(path) && !takeJunk) summary.left_out++;
      else add(kindOf(path), 1, Math.round((4 + fraction(seed, 1) * 30) * MB));
      continue;
    }
    summary.folders += 4;
    add("image", 1980, Math.round(1980 * 27.4 * MB));
    add("video", 24, Math.round(24 * 1400 * MB));
    add("document", 12, 12 * 2 * MB);
    if (takeJunk) add("other", 14, 84_000);
    else summary.left_out += 14;
    summary.problems.push(
      { path: `${path}/Selects/DSC_0999.NEF`, failure: failureOf("SourceUnreadable", "you") },
      { path: `${path}/Film/master_v3_uncompressed.mov`, failure: failureOf("TooLarge", "canto") },
      { path: `${path}/current`, failure: failureOf("SourceNotAFile", "you") },
    );
  }
  summary.kinds = [...kinds.values()];
  summary.files = summary.kinds.reduce((sum, kind) => sum + kind.files, 0);
  summary.bytes = summary.kinds.reduce((sum, kind) => sum + kind.bytes, 0);
  summary.problem_count = summary.problems.length;
  return summary;
}
