// A sheet of 2,000 rows about the files of a shoot, with the mistakes that such sheets have.
import type { ColumnTarget, FieldView, NearKind, SheetPreview, SheetQuery } from "../bindings";
import type { FakeMetadata } from "./metadata";
import { treeOf } from "./card";
import { fraction } from "./random";
import { isFolder } from "./staging";

const ROWS = 2000;
const HEADER = ["File name", "Photographer", "Shot on", "Usage rights", "Rating", "Keywords", "Comment"];
const SAMPLES = 100;

const leaf = (path: string): string => path.split(/[\\/]/).pop() ?? path;

function namesIn(path: string): string[] {
  const sent = treeOf(path).filter(({ folder, junk, failure }) => !folder && !junk && !failure);
  return sent.map((file) => leaf(file.path));
}

/** The row's file name, as someone typed it. */
function typedName(names: string[], row: number): string {
  const name = names[row] ?? `DSC_${9000 + row}.jpg`;
  if (row % 173 === 5) return name.toLowerCase();
  if (row % 467 === 77) return name.replace(/\.\w+$/, "");
  if (row % 691 === 21) return name.replace("DSC_0", "DSC_");
  if (row % 83 === 3) return `IMG_${1000 + row}.jpg`;
  if (row % 719 === 13) return names[row - 1] ?? name;
  return name;
}

function rowOf(names: string[], row: number): string[] {
  const pick = (list: string[], salt: number) => list[Math.floor(fraction(salt, row) * list.length)]!;
  return [
    typedName(names, row),
    pick(["Mira Sonntag", "Jonas Weiß", "Ayşe Demir"], 1),
    row % 811 === 9 ? "31.02.2026" : `2026-03-${String(1 + (row % 28)).padStart(2, "0")}`,
    row % 617 === 4 ? "Everything" : pick(["Press", "Internal only", "Advertising"], 2),
    String(1 + Math.floor(fraction(3, row) * 5)),
    pick(["outdoor, people", "studio, product", "close-up"], 4),
    row % 9 === 0 ? "Colour to be checked with the agency before the campaign begins" : "",
  ];
}

function guessColumns(header: string[], fields: FieldView[]): ColumnTarget[] {
  return header.map((title) => {
    const field = fields.find(({ name }) => name.toLowerCase() === title.toLowerCase());
    if (field) return { to: "field", id: field.id };
    if (/file ?name/i.test(title)) return { to: "file_name" };
    return /keyword/i.test(title) ? { to: "keywords" } : { to: "nothing" };
  });
}

const FOLDS: [NearKind, (name: string) => string][] = [
  ["case", (name) => name.toLowerCase()],
  ["extension", (name) => name.toLowerCase().replace(/\.\w+$/, "")],
  [
    "zeros",
    (name) =>
      name
        .toLowerCase()
        .replace(/\.\w+$/, "")
        .replace(/0+(?=\d)/g, ""),
  ],
];

export class FakeSheets {
  /** By destination. */
  private readonly remembered = new Map<string, ColumnTarget[]>();

  constructor(private readonly metadata: FakeMetadata) {}

  read(query: SheetQuery, empty: boolean): SheetPreview {
    const key = query.destination?.id ?? "";
    const columns = query.columns ?? this.remembered.get(key) ?? guessColumns(HEADER, this.metadata.form.fields);
    if (query.columns) this.remembered.set(key, columns);
    return preview(query, columns, this.metadata, empty ? 0 : ROWS);
  }
}

function preview(query: SheetQuery, columns: ColumnTarget[], metadata: FakeMetadata, count: number): SheetPreview {
  const about = namesIn(query.paths.find(isFolder) ?? "/Users/mira/Pictures/Spring shoot");
  const rows = Array.from({ length: count }, (_, row) => rowOf(about, row));
  const files = query.paths.flatMap(namesIn);
  const exact = new Set(files);
  const folded = FOLDS.map(([, fold]) => new Map(files.map((name) => [fold(name), name])));
  const nameAt = columns.findIndex(({ to }) => to === "file_name");
  const found: SheetPreview = {
    header: HEADER, sample: rows.slice(0, 3), rows: rows.length, columns, matched: 0, near: [], near_count: 0,
    unmatched: [], unmatched_count: 0, doubled: [], doubled_count: 0, files_without_row: 0, refusals: [], refusal_count: 0,
  }; // prettier-ignore
  const named = new Map<string, number[]>();
  rows.forEach((cells, index) => {
    const row = index + 2;
    const name = cells[nameAt] ?? "";
    const at = FOLDS.findIndex(([, fold], n) => folded[n]!.has(fold(name)));
    if (exact.has(name)) {
      found.matched++;
      named.set(name, [...(named.get(name) ?? []), row]);
    } else if (nameAt >= 0 && at >= 0) {
      const [kind, fold] = FOLDS[at]!;
      found.near.push({ row, name, file: folded[at]!.get(fold(name))!, kind });
    } else if (nameAt >= 0) found.unmatched.push({ row, name });
    if (!exact.has(name)) return;
    columns.forEach((target, column) => {
      if (target.to === "field") found.refusals.push(...metadata.refuse(target.id, cells[column] ?? "", row));
    });
  });
  for (const [name, list] of named) if (list.length > 1) found.doubled.push({ rows: list, name });
  const taken = new Set([...named.keys(), ...(query.take_near ? found.near.map(({ file }) => file) : [])]);
  found.files_without_row = files.filter((name) => !taken.has(name)).length;
  return cut(found);
}

function cut(preview: SheetPreview): SheetPreview {
  const { near, unmatched, doubled, refusals } = preview;
  const counts = {
    near_count: near.length,
    unmatched_count: unmatched.length,
    doubled_count: doubled.length,
    refusal_count: refusals.length,
  };
  const samples = {
    near: near.slice(0, SAMPLES),
    unmatched: unmatched.slice(0, SAMPLES),
    doubled: doubled.slice(0, SAMPLES),
    refusals: refusals.slice(0, SAMPLES),
  };
  return { ...preview, ...counts, ...samples };
}
