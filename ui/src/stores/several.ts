// One form for the values of several files: what they have in common, and what a change of it means for each.
import type { MetadataValues } from "../ipc";

/** A part of the form: a list of words, the description, or a field by its id. */
export type Part = "tags" | "keywords" | "description" | `field:${string}`;

export interface Shared {
  /** What all of them have. */
  values: MetadataValues;
  /** Parts in which they differ. */
  mixed: ReadonlySet<Part>;
  /** Words that only some have. */
  others: { tags: string[]; keywords: string[] };
}

const LISTS = ["tags", "keywords"] as const;
const same = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

export function sharedOf(all: readonly MetadataValues[]): Shared {
  const [first, ...rest] = all;
  const mixed = new Set<Part>();
  const others: Shared["others"] = { tags: [], keywords: [] };
  const values: MetadataValues = { tags: [], keywords: [], description: null, fields: {} };
  if (!first) return { values, mixed, others };
  for (const list of LISTS) {
    values[list] = first[list].filter((word) => rest.every((other) => other[list].includes(word)));
    const words = new Set(all.flatMap((one) => one[list]));
    others[list] = [...words].filter((word) => !values[list].includes(word));
    if (others[list].length > 0) mixed.add(list);
  }
  if (rest.every(({ description }) => description === first.description)) values.description = first.description;
  else mixed.add("description");
  for (const id of new Set(all.flatMap(({ fields }) => Object.keys(fields)))) {
    const list = first.fields[id];
    if (!rest.every(({ fields }) => same(fields[id], list))) mixed.add(`field:${id}`);
    else if (list) values.fields[id] = list;
  }
  return { values, mixed, others };
}

/** Parts in which two forms differ: those that were changed. */
export function changed(before: MetadataValues, after: MetadataValues): Part[] {
  const parts: Part[] = LISTS.filter((list) => !same(before[list], after[list]));
  if (before.description !== after.description) parts.push("description");
  for (const id of new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]))
    if (!same(before.fields[id], after.fields[id])) parts.push(`field:${id}`);
  return parts;
}

/** One file's values once the form of several went from `before` to `after`; what nobody touched stays its own. */
export function applied(
  own: MetadataValues,
  before: MetadataValues,
  after: MetadataValues,
  touched: ReadonlySet<Part>,
): MetadataValues {
  const words = (list: "tags" | "keywords"): string[] => {
    const kept = own[list].filter((word) => !before[list].includes(word) || after[list].includes(word));
    return [...new Set([...kept, ...after[list]])];
  };
  const fields = Object.entries(own.fields).filter(([id]) => !touched.has(`field:${id}`));
  const given = Object.entries(after.fields).filter(([id]) => touched.has(`field:${id}`));
  return {
    tags: words("tags"),
    keywords: words("keywords"),
    description: touched.has("description") ? after.description : own.description,
    fields: Object.fromEntries([...fields, ...given]),
  };
}
