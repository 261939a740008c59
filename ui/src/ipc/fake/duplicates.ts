// Files that the simulated library has already: what is found, who waits for a decision, what becomes of it.
import type {
  Certainty,
  ControlResult,
  Decision,
  DecisionKind,
  DecisionPage,
  DecisionQuery,
  DuplicateAnswer,
  DuplicateBasis,
  DuplicateOf,
  DuplicatePreview,
  DuplicateReach,
  DuplicateRule,
  Enqueue,
  ErrorCode,
  Failure,
  JobId,
  JobView,
  LocalFacts,
  NoVersion,
} from "../bindings";
import type { FakeBatch } from "./batch";
import { failureOf, type FakeQueue } from "./queue";
import { fraction, hex, textSeed } from "./random";
import { filesOf } from "./staging";

const OWNERS = ["Mara Lindqvist", "Jo Example", "Dr. Anselm Weiß"];
const PLACES = ["Marketing / Spring / Selects", "Archive / 2025 / Spring", "Press", ""];
const MOST_NAMED = 100;

export interface Finding {
  basis: DuplicateBasis;
  certainty: Certainty;
  several?: boolean;
  /** Its metadata alone differ. */
  picture?: boolean;
  /** The ending of the asset, where it is another one. */
  ending?: string;
}

/** What a file of this name and size is a duplicate of. */
function found(name: string, size: number, seed: number, finding: Finding): DuplicateOf {
  const same = (finding.basis === "md5" && !finding.picture) || fraction(seed, 5) < 0.4;
  const day = String(1 + Math.floor(fraction(seed, 6) * 28)).padStart(2, "0");
  const id = hex(seed, 7, 20);
  return {
    basis: finding.basis,
    certainty: finding.certainty,
    asset: { scheme: "image", id },
    name: finding.ending ? name.replace(/\.[^.]+$/, finding.ending) : name,
    place: PLACES[Math.floor(fraction(seed, 8) * PLACES.length)]!,
    size: same ? size : Math.round(size * (0.6 + fraction(seed, 9))),
    md5: finding.basis === "md5" && finding.certainty === "probably" ? null : hex(seed, 10, 32),
    owner: OWNERS[Math.floor(fraction(seed, 11) * OWNERS.length)]!,
    uploaded: `202603${day}141530000`,
    url: `https://acme.canto.com/v/library/image/${id}`,
    versions: 1 + Math.floor(fraction(seed, 12) * 3),
    several: finding.several ?? false,
    same_picture: finding.picture ?? false,
    job: null,
  };
}

/** As the engine keeps it with a job. */
function kept(of: DuplicateOf, code: ErrorCode): Failure {
  const { basis, certainty, asset, name, place, size, md5, owner, uploaded, url, versions, several } = of;
  const params: Record<string, string> = { basis, certainty, scheme: asset.scheme, asset: asset.id, name };
  const more = {
    place,
    size,
    md5,
    owner,
    uploaded,
    url,
    versions,
    several: several ? "yes" : null,
    picture: of.same_picture ? "yes" : null,
  };
  for (const [key, value] of Object.entries(more)) if (value !== null && value !== "") params[key] = String(value);
  if (of.same_picture) params.reason = "picture";
  else if (certainty === "probably") params.reason = "probably";
  return failureOf(code, code === "DecisionNeeded" ? "you" : "nobody", params);
}

/** For scenarios: a file waits for a decision, or was left out. */
export function double(batch: FakeBatch, index: number, state: "blocked" | "skipped", finding: Finding): void {
  const { name, size, id } = batch.jobView(index);
  const of = found(name, size, id, finding);
  batch.move(index, state, { failure: kept(of, state === "blocked" ? "DecisionNeeded" : "DuplicateFound") });
}

export function ofJob({ failure }: Pick<JobView, "failure">): DuplicateOf | null {
  if (failure?.code !== "DecisionNeeded" && failure?.code !== "DuplicateFound") return null;
  const { params } = failure;
  return {
    basis: params.basis as DuplicateBasis,
    certainty: params.certainty as Certainty,
    asset: { scheme: params.scheme!, id: params.asset! },
    name: params.name!,
    place: params.place ?? "",
    size: params.size ? Number(params.size) : null,
    md5: params.md5 ?? null,
    owner: params.owner ?? null,
    uploaded: params.uploaded ?? null,
    url: params.url ?? null,
    versions: params.versions ? Number(params.versions) : null,
    several: params.several !== undefined,
    same_picture: params.picture !== undefined,
    job: null,
  };
}

const ending = (name: string): string => /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? "";

function noVersion(name: string, of: DuplicateOf): NoVersion | null {
  if (of.basis === "md5") return "by_content";
  if (ending(name) !== ending(of.name)) return "ending";
  return of.versions === null ? "history" : null;
}

/** What somebody remembers for a batch. */
const REMEMBERED: Partial<Record<DuplicateRule, Partial<Record<DuplicateAnswer, DuplicateRule>>>> = {
  "filename:ask": { version: "filename:version", upload: "filename:new", skip: "filename:skip" },
  "filename:version": { upload: "filename:new", skip: "filename:skip" },
  "md5:ask": { upload: "md5:new", skip: "md5:skip" },
};

export class FakeDuplicates {
  /** Assets that were opened in the browser, for tests. */
  readonly opened: JobId[] = [];

  constructor(private readonly queue: FakeQueue) {}

  list({ batch, from, offset, limit }: DecisionQuery): DecisionPage {
    const all = this.waiting().filter((one) => batch === null || one.batch.id === batch);
    const at = from === null ? offset : all.findIndex((one) => one.batch.job(one.index) >= from);
    const start = at < 0 ? Math.max(0, all.length - 1) : at;
    const kinds = new Map<string, DecisionKind>();
    for (const one of all) {
      const key = kindOf(one);
      const kind = kinds.get(key);
      if (kind) kind.count++;
      else kinds.set(key, this.kind(one));
    }
    const decisions = all.slice(start, start + Math.min(limit || 100, 100)).map((one): Decision => {
      const job = one.batch.jobView(one.index);
      const of = ofJob(job)!;
      return { job, of, no_version: noVersion(job.name, of) };
    });
    return { decisions, offset: start, total: all.length, kinds: [...kinds.values()] };
  }

  decide(answer: DuplicateAnswer, reach: DuplicateReach): ControlResult {
    const result = { changed: 0, unchanged: 0 };
    for (const one of this.reached(reach)) {
      const job = one.batch.jobView(one.index);
      const of = ofJob(job)!;
      if (answer === "version" && noVersion(job.name, of) !== null) {
        result.unchanged++;
        continue;
      }
      result.changed++;
      if (answer === "skip") this.queue.move(one.batch, one.index, "skipped", { failure: kept(of, "DuplicateFound") });
      else this.queue.move(one.batch, one.index, "queued");
    }
    if (reach.for === "batch") {
      const batch = this.queue.batches.find(({ id }) => id === reach.batch);
      if (!batch) throw failureOf("BatchMissing", "you");
      batch.duplicates = REMEMBERED[batch.duplicates]?.[answer] ?? batch.duplicates;
    }
    this.queue.flush();
    return result;
  }

  facts(job: JobView, hash: boolean): LocalFacts {
    const of = ofJob(job);
    // Of the same bytes, or of a size that lets them be.
    const same = !of?.same_picture && (of?.basis === "md5" || fraction(job.id, 13) < 0.5);
    const sum = of?.basis === "md5" || hash ? (same ? (of?.md5 ?? null) : hex(job.id, 14, 32)) : null;
    return { size: job.size, modified: Date.UTC(2026, 3, 12, 16, job.id % 60), md5: sum };
  }

  preview(request: Enqueue, basis: DuplicateBasis | null, set: DuplicateRule): DuplicatePreview {
    const rule = request.duplicates ?? set;
    const by = basis ?? (rule === "off" ? null : (rule.split(":")[0] as DuplicateBasis));
    const preview: DuplicatePreview = { certain: 0, probably: 0, twins: 0, files: [] };
    if (!by) return preview;
    for (const { path, size } of filesOf(request.paths, request)) {
      const seed = textSeed(path);
      const chance = fraction(seed, 3);
      if (chance > 0.02) continue;
      const certainty = chance < 0.014 ? "certain" : "probably";
      const twin = chance > 0.019;
      if (twin) preview.twins++;
      else preview[certainty]++;
      if (preview.files.length >= MOST_NAMED) continue;
      const name = path.split("/").pop()!;
      const of = twin ? null : found(name, size, seed, { basis: by, certainty });
      const takes_version = of !== null && certainty === "certain" && noVersion(name, of) === null;
      preview.files.push({ path, of, takes_version });
    }
    return preview;
  }

  private *reached(reach: DuplicateReach) {
    if (reach.for === "these") {
      const { selection } = reach;
      const jobs = selection.of === "jobs" ? new Set(selection.jobs) : null;
      yield* this.waiting().filter(({ batch, index }) => jobs === null || jobs.has(batch.job(index)));
    } else if (reach.for === "batch") yield* this.waiting().filter(({ batch }) => batch.id === reach.batch);
    else {
      const all = this.waiting();
      const like = all.find(({ batch, index }) => batch.job(index) === reach.job);
      if (!like) throw failureOf("JobMissing", "you");
      yield* all.filter((one) => kindOf(one) === kindOf(like));
    }
  }

  private waiting(): Waiting[] {
    return this.queue.batches.flatMap((batch) => {
      const all: Waiting[] = [];
      if (!batch.totals.jobs.blocked) return all;
      for (const [index, { failure }] of batch.extras) {
        if (failure?.code === "DecisionNeeded") all.push({ batch, index, params: failure.params });
      }
      return all.sort((a, b) => a.index - b.index);
    });
  }

  private kind({ batch, index, params }: Waiting): DecisionKind {
    const { basis, certainty, several, same_picture } = ofJob({ failure: failureOf("DecisionNeeded", "you", params) })!;
    return { batch: batch.id, basis, certainty, several, same_picture, count: 1, first: batch.job(index) };
  }
}

interface Waiting {
  batch: FakeBatch;
  index: number;
  params: Record<string, string>;
}

const kindOf = ({ batch, params }: Waiting): string =>
  [batch.id, params.basis, params.certainty, params.several, params.picture].join(" ");
