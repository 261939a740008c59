// What dropped paths would send, made up from their names.
import type { LeftOutReason, StagedEntry, StagedPage, StagedQuery, StagingChoices, StagingSummary } from "../bindings";
import { treeOf, type FakeFile } from "./card";

const MOST_LEFT_OUT = 40;

export const isFolder = (path: string): boolean => !/\.[a-z0-9]{2,5}$/i.test(path);

export function kindOf(path: string): string {
  if (/\.(nef|jpe?g|png|tiff?|psd|webp|gif|heic|cr3|arw)$/i.test(path)) return "image";
  if (/\.(mov|mp4|mxf|avi)$/i.test(path)) return "video";
  if (/\.(wav|mp3|aiff?|flac)$/i.test(path)) return "audio";
  if (/\.(pdf|docx?|pptx?|txt|indd)$/i.test(path)) return "document";
  return /\.xmp$/i.test(path) ? "sidecar" : "other";
}

export function stage(paths: string[], choices: StagingChoices): StagingSummary {
  const summary: StagingSummary = {
    files: 0,
    folders: 0,
    bytes: 0,
    kinds: [],
    pictures: 0,
    picture_files: 0,
    items: [],
    loose: { given: [], bytes: [] },
    left_out: 0,
    left_out_reasons: {},
    left_out_items: [],
    problems: [],
    problem_count: 0,
  };
  for (const [at, path] of paths.entries()) {
    const folder = isFolder(path);
    const item = { path, files: 0, bytes: 0 };
    if (folder) summary.items.push(item);
    for (const file of folder ? treeOf(path) : [treeOf(path)[0]!]) {
      const reason = leaves(file, choices);
      if (reason) leaveOut(summary, file, reason);
      else if (file.folder) summary.folders++;
      else if (file.failure) summary.problems.push({ path: file.path, failure: file.failure });
      else {
        item.files++;
        item.bytes += file.size;
        count(summary, file);
      }
    }
    if (folder) continue;
    summary.loose.given.push(at);
    summary.loose.bytes.push(item.bytes);
  }
  summary.problem_count = summary.problems.length;
  return summary;
}

/** What would be sent. */
export function filesOf(paths: string[], choices: StagingChoices): FakeFile[] {
  const all = paths.flatMap((path) => (isFolder(path) ? treeOf(path) : [treeOf(path)[0]!]));
  return all.filter((file) => !file.folder && !file.failure && leaves(file, choices) === null);
}

export function listStaged({ root, folder, choices, offset, limit }: StagedQuery): StagedPage {
  const inside = treeOf(root).filter((file) => file.path !== root && parent(file.path) === folder);
  const entries = inside
    .map((file): StagedEntry => {
      const left_out = leaves(file, choices);
      const { path, folder, size, failure, part } = file;
      return { path, name: path.split("/").pop()!, folder, size, left_out, failure, part: left_out ? "alone" : part };
    })
    .sort((a, b) => Number(b.folder) - Number(a.folder));
  return { entries: entries.slice(offset, offset + limit), total: entries.length };
}

const parent = (path: string): string => path.slice(0, path.lastIndexOf("/"));

function leaves(file: FakeFile, choices: StagingChoices): LeftOutReason | null {
  const within = (list: string[]) => list.some((path) => file.path === path || file.path.startsWith(`${path}/`));
  if (within(choices.leave_out)) return "chosen";
  if (within(choices.take_anyway)) return null;
  if (file.junk && !choices.take_junk) return "junk";
  return kindOf(file.path) === "sidecar" && choices.sidecars === "leave_out" ? "sidecar" : null;
}

function leaveOut(summary: StagingSummary, { path, folder }: FakeFile, reason: LeftOutReason): void {
  // What is in a folder that stays behind is not looked at.
  if (summary.left_out_items.some((item) => item.folder && path.startsWith(`${item.path}/`))) return;
  summary.left_out++;
  const of = (summary.left_out_reasons[reason] ?? 0) + 1;
  summary.left_out_reasons[reason] = of;
  if (of <= MOST_LEFT_OUT) summary.left_out_items.push({ path, folder, reason });
}

function count(summary: StagingSummary, { path, size, part }: FakeFile): void {
  const name = kindOf(path);
  summary.files++;
  summary.bytes += size;
  summary.pictures += Number(part === "first" || (part === "alone" && name === "image"));
  summary.picture_files += Number(part !== "alone" || name === "image");
  const kind = summary.kinds.find((other) => other.kind === name);
  if (kind) {
    kind.files++;
    kind.bytes += size;
  } else summary.kinds.push({ kind: name, files: 1, bytes: size });
}
