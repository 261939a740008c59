// A local file beside what the library has: what is the same, what differs, what nobody can tell.
import { formatBytes } from "../../format/numbers";
import { formatDigits, formatMinute } from "../../format/time";
import { t, type MessageKey } from "../../i18n";
import type { Decision, LocalFacts } from "../../ipc";
import { spaced } from "./words";

export type Sameness = "same" | "different" | "unknown";

/** One line of the table; without sameness, where there is nothing to compare. */
export interface Compared {
  what: MessageKey;
  here: string;
  there: string;
  sameness: Sameness | null;
  /** A checksum, which is written in other letters. */
  code?: boolean;
}

const NOTHING = "–";

/** Facts are null until they are known; `comparing`: the file is being read. */
export function compared({ job, of }: Decision, facts: LocalFacts | null, comparing: boolean): Compared[] {
  const size = facts?.size ?? job.size;
  const goesTo = spaced(job.place);
  const isIn = spaced(of.place);
  const rows: Compared[] = [
    { what: "compare.name", here: job.name, there: of.name, sameness: sameName(job.name, of.name) },
    {
      what: "compare.size",
      here: formatBytes(size),
      there: of.size === null ? NOTHING : formatBytes(of.size),
      sameness: of.size === null ? "unknown" : sameIf(of.size === size),
    },
    bytes(facts, of.md5, of.size !== null && of.size !== size, comparing),
    {
      what: "compare.date",
      here: facts?.modified ? t("compare.modified", { time: formatMinute(facts.modified) }) : NOTHING,
      there: of.uploaded ? t("compare.uploaded", { time: formatDigits(of.uploaded) }) : NOTHING,
      sameness: null,
    },
    {
      what: "compare.folder",
      here: job.folder,
      there: NOTHING,
      sameness: null,
    },
    {
      what: "compare.place",
      here: goesTo || t("batch.top_place"),
      there: isIn || NOTHING,
      sameness: isIn ? sameIf(goesTo === isIn) : "unknown",
    },
    { what: "compare.owner", here: t("compare.you"), there: of.owner ?? NOTHING, sameness: null },
    {
      what: "compare.versions",
      here: NOTHING,
      there: of.versions === null ? NOTHING : t("compare.version_count", { n: of.versions }),
      sameness: null,
    },
  ];
  return rows;
}

function bytes(facts: LocalFacts | null, theirs: string | null, otherSize: boolean, comparing: boolean): Compared {
  const ours = facts?.md5 ?? null;
  const row = { what: "compare.md5" as const, there: theirs ?? NOTHING, code: true };
  if (ours !== null && theirs !== null) return { ...row, here: ours, sameness: sameIf(ours === theirs) };
  // Files of other sizes can't have the same bytes.
  if (otherSize) return { ...row, here: ours ?? NOTHING, sameness: "different" };
  return { ...row, here: comparing ? t("compare.reading") : (ours ?? NOTHING), sameness: "unknown" };
}

const sameIf = (same: boolean): Sameness => (same ? "same" : "different");

/** Both Unicode forms are one name. */
const sameName = (one: string, other: string): Sameness => sameIf(one.normalize("NFC") === other.normalize("NFC"));
