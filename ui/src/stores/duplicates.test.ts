import { describe, expect, it, vi } from "vitest";
import type { Backend, Decision, DecisionPage, DuplicatePreview, Enqueue, Failure } from "../ipc";
import { Already } from "./already.svelte";
import { Decisions } from "./decisions.svelte";
import { Deciding } from "./deciding.svelte";
import { duplicateOf, fateOf, isDuplicate, needsDecision, partsOf, ruleOf } from "./duplicates";

const failure = (code: Failure["code"], params: Record<string, string> = {}): Failure => ({
  code,
  who: "you",
  params: { basis: "filename", certainty: "certain", scheme: "image", asset: "a", name: "a.jpg", ...params },
  details: "",
});

function decision(id: number, batch = 1): Decision {
  const of = duplicateOf(failure("DecisionNeeded", { size: "5", md5: "m" }))!;
  return { job: { id, batch, size: 5 } as Decision["job"], of, no_version: null };
}

/** Jobs of a batch that wait; what is decided leaves the list. */
function backendOf(ids: number[], more: Partial<Backend> = {}) {
  const waiting = [...ids];
  const page = (): DecisionPage["kinds"] =>
    waiting.length
      ? [
          {
            batch: 1,
            basis: "filename",
            certainty: "certain",
            several: false,
            same_picture: false,
            count: waiting.length,
            first: waiting[0]!,
          },
        ]
      : [];
  const backend = {
    listDecisions: vi.fn(async ({ from, offset }: { from: number | null; offset: number }) => {
      const found = from === null ? offset : waiting.findIndex((id) => id >= from);
      const at = found < 0 ? Math.max(0, waiting.length - 1) : found;
      return {
        decisions: waiting.slice(at, at + 1).map((id) => decision(id)),
        offset: at,
        total: waiting.length,
        kinds: page(),
      };
    }),
    decideDuplicates: vi.fn(async (_answer: string, reach: { for: string; selection?: { jobs: number[] } }) => {
      const gone = reach.for === "these" ? reach.selection!.jobs : [...waiting];
      for (const id of gone) waiting.splice(waiting.indexOf(id), 1);
      return { changed: gone.length, unchanged: 0 };
    }),
    localFacts: vi.fn(async (_job: number, hash: boolean) => ({ size: 5, modified: 1, md5: hash ? "m" : null })),
    ...more,
  };
  return { backend: backend as unknown as Backend, spies: backend, waiting };
}

describe("what is kept with a job", () => {
  it("comes back from its failure", () => {
    const of = duplicateOf(failure("DuplicateFound", { size: "12", versions: "2", several: "yes", place: "A / B" }));
    expect(of).toMatchObject({ basis: "filename", size: 12, versions: 2, several: true, place: "A / B", md5: null });
    expect(duplicateOf(failure("DiskFull"))).toBeNull();
    expect(duplicateOf(null)).toBeNull();
    expect(duplicateOf({ ...failure("DuplicateFound"), params: {} })).toBeNull();
  });

  it("tells what waits from what was left out", () => {
    expect(needsDecision({ state: "blocked", failure: failure("DecisionNeeded") })).toBe(true);
    expect(needsDecision({ state: "blocked", failure: failure("NoPermission") })).toBe(false);
    expect(isDuplicate({ state: "skipped", failure: failure("DuplicateFound") })).toBe(true);
    expect(isDuplicate({ state: "blocked", failure: failure("DecisionNeeded") })).toBe(false);
  });
});

describe("rules", () => {
  it("are a basis and an action, and versions go by name alone", () => {
    expect(partsOf("off")).toBeNull();
    expect(partsOf("md5:skip")).toEqual(["md5", "skip"]);
    expect(ruleOf("filename", "version")).toBe("filename:version");
    expect(ruleOf("md5", "version")).toBe("md5:ask");
  });

  it("ask where a version is not sure enough", () => {
    const of = duplicateOf(failure("DuplicateFound"));
    const file = { path: "a.jpg", of, takes_version: false };
    expect(fateOf("filename:version", file)).toBe("ask");
    expect(fateOf("filename:version", { ...file, takes_version: true })).toBe("version");
    expect(fateOf("filename:version", { ...file, of: null })).toBe("version");
    expect(fateOf("md5:skip", file)).toBe("skip");
  });
});

describe("deciding", () => {
  it("goes on with the next one, and ends after the last", async () => {
    const { backend } = backendOf([3, 5, 8]);
    const deciding = new Deciding(backend, null, () => {});
    await deciding.begin(5);
    expect([deciding.current?.job.id, deciding.offset, deciding.total]).toEqual([5, 1, 3]);
    await deciding.decide("skip");
    expect(deciding.current?.job.id).toBe(8);
    await deciding.decide("upload");
    // After the last comes the last that is left.
    expect([deciding.current?.job.id, deciding.offset]).toEqual([3, 0]);
    deciding.scope = "batch";
    await deciding.decide("upload");
    expect(deciding.finished).toBe(true);
    expect(deciding.tally).toEqual({ upload: 2, version: 0, skip: 1 });
  });

  it("stays where it is when something is refused", async () => {
    const refused = () => Promise.reject(failure("DiskFull"));
    const { backend } = backendOf([3, 5], { decideDuplicates: refused });
    const deciding = new Deciding(backend, null, () => {});
    await deciding.begin(null);
    deciding.scope = "kind";
    await deciding.decide("skip");
    expect(deciding.failure?.code).toBe("DiskFull");
    expect([deciding.current?.job.id, deciding.scope, deciding.busy]).toEqual([3, "kind", false]);
  });

  it("reads a file only where it may be the same", async () => {
    const { backend, spies } = backendOf([3]);
    const same = new Deciding(backend, null, () => {});
    await same.begin(null);
    await vi.waitFor(() => expect(same.facts?.md5).toBe("m"));
    expect(vi.mocked(spies.localFacts).mock.calls).toEqual([
      [3, false],
      [3, true],
    ]);
    const other = vi.fn(async () => ({ size: 6, modified: 1, md5: null }));
    const differs = new Deciding(backendOf([3], { localFacts: other }).backend, null, () => {});
    await differs.begin(null);
    await vi.waitFor(() => expect(differs.facts?.size).toBe(6));
    expect(other).toHaveBeenCalledTimes(1);
  });

  it("follows what others decide", async () => {
    const { backend, waiting } = backendOf([3, 5]);
    const deciding = new Deciding(backend, null, () => {});
    await deciding.begin(null);
    waiting.shift();
    await deciding.follow();
    expect([deciding.current?.job.id, deciding.total]).toEqual([5, 1]);
    waiting.shift();
    await deciding.follow();
    expect(deciding.finished).toBe(true);
  });
});

describe("what waits", () => {
  it("is counted by batch, and said once", async () => {
    const { backend, spies } = backendOf([3, 5]);
    const said: number[] = [];
    const decisions = new Decisions(backend, (count) => said.push(count));
    await decisions.load();
    await decisions.load();
    expect([decisions.total, decisions.ofBatch(1), decisions.ofBatch(2)]).toEqual([2, 2, 0]);
    expect(decisions.likeThis(decision(3))).toBe(2);
    expect(said).toEqual([2]);
    // Where nothing is blocked, nothing is asked.
    decisions.changed(0, null);
    expect(decisions.total).toBe(0);
    expect(spies.listDecisions).toHaveBeenCalledTimes(2);
  });
});

describe("looking ahead", () => {
  const request = (paths: string[], id = "a1"): Enqueue =>
    ({ account: 1, paths, destination: { kind: "album", id, path: "" }, leave_out: [], take_anyway: [] }) as never;
  const nothing: DuplicatePreview = { certain: 0, probably: 0, twins: 0, files: [] };

  it("asks once for the same, again for other files, and keeps the last answer meanwhile", async () => {
    vi.useFakeTimers();
    const previewDuplicates = vi.fn(async () => nothing);
    const already = new Already({ previewDuplicates, stopDuplicatePreview: async () => {} } as never);
    const paths = ["/a"];
    already.follow(request(paths), "filename:skip", 5);
    already.follow(request(paths), "filename:skip", 5);
    await vi.runAllTimersAsync();
    expect(previewDuplicates).toHaveBeenCalledTimes(1);
    expect([already.looking, already.preview]).toEqual([false, nothing]);
    already.follow(request(["/a", "/b"]), "filename:ask", 9);
    expect([already.looking, already.preview]).toEqual([true, nothing]);
    await vi.runAllTimersAsync();
    expect(previewDuplicates).toHaveBeenCalledTimes(2);
    // Without a rule there is nothing to say.
    already.follow(request(paths), "off", 5);
    expect(already.preview).toBeNull();
    vi.useRealTimers();
  });

  it("reads much only if somebody wants it, and stops when nobody does any more", async () => {
    vi.useFakeTimers();
    const previewDuplicates = vi.fn(() => new Promise<DuplicatePreview>(() => {}));
    const stopDuplicatePreview = vi.fn(async () => {});
    const already = new Already({ previewDuplicates, stopDuplicatePreview } as never);
    already.follow(request(["/a"]), "md5:skip", 50_000_000_000);
    await vi.runAllTimersAsync();
    expect([already.offered, already.looking]).toEqual([true, false]);
    expect(previewDuplicates).not.toHaveBeenCalled();
    already.want("md5");
    await vi.runAllTimersAsync();
    expect(previewDuplicates).toHaveBeenCalledTimes(1);
    already.reset();
    expect(stopDuplicatePreview).toHaveBeenCalledTimes(1);
    expect(already.looking).toBe(false);
    vi.useRealTimers();
  });
});
