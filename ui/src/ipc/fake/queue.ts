// The simulated engine: jobs start, send, are verified and processed as time is passed in.
import type {
  Condition,
  Destination,
  EngineEvent,
  Failure,
  JobAction,
  JobChange,
  JobSelection,
  JobStateKind,
  MetadataValues,
  ProgressFrame,
  QueueSpot,
  Totals,
} from "../bindings";
import { FakeBatch, SETTLED, STATES, type Extra } from "./batch";
import { fraction } from "./random";
import { sizeOf } from "./shoot";

const PERMITS = 6;
const SENDING: readonly JobStateKind[] = ["checking", "uploading", "finishing"];
const RUNNING: readonly JobStateKind[] = [...SENDING, "processing"];
const MOVABLE: readonly JobStateKind[] = ["queued", "waiting", "paused"];
const TARGETABLE: readonly JobStateKind[] = ["queued", "waiting", "paused", "blocked", "failed"];
const RETRIED: readonly JobStateKind[] = ["failed", "blocked", "cancelled", "skipped", "waiting"];
const DURATION: Partial<Record<JobStateKind, number>> = { checking: 600, finishing: 900, processing: 2500 };

interface Running {
  batch: FakeBatch;
  index: number;
}

export class FakeQueue {
  readonly batches: FakeBatch[] = [];
  readonly condition: Condition = { offline: false, sign_in_required: false, paused: false, rest: null, failure: null };
  /** Bytes a second of the whole line. */
  line = 52_000_000;
  private running: Running[] = [];
  private readonly first: Running[] = [];
  private changes = new Map<number, JobChange>();
  private speed = 0;

  constructor(
    private readonly now: () => number,
    private readonly emit: (event: EngineEvent) => void,
  ) {}

  add(batch: FakeBatch): void {
    this.batches.push(batch);
    this.changes.set(batch.job(0), { job: batch.job(0), batch: batch.id, state: batch.state(0) });
  }

  /** For scenarios: a job that is already under way. */
  start(batch: FakeBatch, index: number, state: JobStateKind, share = 0): void {
    batch.move(index, state, { sent: Math.round(sizeOf(batch.shoot, index) * share), since: this.now() });
    this.running.push({ batch, index });
  }

  totals(): Totals {
    const sum: Totals = { jobs: {}, bytes: {} };
    for (const { totals } of this.batches) {
      for (const state of STATES) {
        if (!totals.jobs[state]) continue;
        sum.jobs[state] = (sum.jobs[state] ?? 0) + totals.jobs[state];
        sum.bytes[state] = (sum.bytes[state] ?? 0) + (totals.bytes[state] ?? 0);
      }
    }
    return sum;
  }

  frame(): ProgressFrame {
    const moving = this.running.filter(({ batch, index }) => batch.state(index) === "uploading");
    const totals = this.totals();
    const left = (["queued", "checking", "uploading"] as const).reduce(
      (sum, state) => sum + (totals.bytes[state] ?? 0),
      0,
    );
    const sent = moving.reduce((sum, { batch, index }) => sum + (batch.extras.get(index)?.sent ?? 0), 0);
    return {
      jobs: moving.map(({ batch, index }) => ({
        job: batch.job(index),
        sent: batch.extras.get(index)?.sent ?? 0,
        size: sizeOf(batch.shoot, index),
        verifying: false,
        resumable: false,
      })),
      running: this.running.length,
      speed: Math.round(this.speed),
      seconds_left: this.speed > 0 ? Math.round((left - sent) / this.speed) : null,
    };
  }

  advance(ms: number): void {
    const held = this.condition.offline || this.condition.sign_in_required || this.condition.paused;
    if (!held) {
      this.fill();
      this.send(ms);
      this.wake();
      this.apply();
    } else {
      this.speed = 0;
    }
    this.flush();
    this.emit({ event: "progress", frame: this.frame() });
  }

  /** Other values for jobs that are done: set at the next step, and taken this time. */
  correct(selection: JobSelection, values: MetadataValues): number {
    let count = 0;
    for (const { batch, index } of this.selected(selection)) {
      const extra = batch.extras.get(index);
      if (!extra?.metadata || extra.metadata.state === "applied") continue;
      this.move(batch, index, batch.state(index), { ...extra, metadata: { values, state: "waiting", failure: null } });
      count++;
    }
    this.flush();
    return count;
  }

  setCondition(part: Partial<Condition>): void {
    Object.assign(this.condition, part);
    if (part.offline) this.hold("waiting", { waitingFor: "network" });
    if (part.sign_in_required) this.hold("waiting", { waitingFor: "sign_in" });
    this.emit({ event: "condition_changed", condition: { ...this.condition } });
    this.flush();
  }

  control(action: JobAction, selection: JobSelection): { changed: number; unchanged: number } {
    if (selection.of === "all" && (action === "pause" || action === "resume")) {
      this.setCondition({ paused: action === "pause" });
    }
    let changed = 0;
    let unchanged = 0;
    for (const { batch, index } of this.selected(selection)) {
      if (this.act(action, batch, index)) changed++;
      else unchanged++;
    }
    this.flush();
    return { changed, unchanged };
  }

  /** As the engine: where all go elsewhere, the batch does. */
  retarget(account: number, selection: JobSelection, to: Destination): { changed: number; unchanged: number } {
    let changed = 0;
    let unchanged = 0;
    const met = new Set<FakeBatch>();
    for (const { batch, index } of this.selected(selection)) {
      const state = batch.state(index);
      if (batch.account !== account || !TARGETABLE.includes(state)) {
        unchanged++;
        continue;
      }
      changed++;
      met.add(batch);
      batch.elsewhere.set(index, to);
      const again = state === "blocked" || state === "failed";
      this.move(batch, index, again ? "queued" : state, again ? undefined : batch.extras.get(index));
    }
    for (const batch of met) batch.settleElsewhere(to);
    this.flush();
    return { changed, unchanged };
  }

  moveTo(selection: JobSelection, spot: QueueSpot): { changed: number; unchanged: number } {
    const owner = FakeBatch.owner(spot.job);
    const batch = this.batches.find(({ id }) => id === owner.batch);
    if (!batch) throw failureOf("JobMissing", "you");
    const moved = new Set<number>();
    let unchanged = 0;
    for (const one of this.selected(selection)) {
      const waits = MOVABLE.includes(one.batch.state(one.index)) && one.index !== owner.index;
      if (one.batch === batch && waits) moved.add(one.index);
      else unchanged++;
    }
    batch.reorder(moved, owner.index, spot.after);
    this.changes.set(spot.job, { job: spot.job, batch: batch.id, state: batch.state(owner.index) });
    this.flush();
    return { changed: moved.size, unchanged };
  }

  move(batch: FakeBatch, index: number, state: JobStateKind, extra?: Extra): void {
    batch.move(index, state, extra);
    this.changes.set(batch.job(index), { job: batch.job(index), batch: batch.id, state });
    if (!RUNNING.includes(state))
      this.running = this.running.filter((job) => job.batch !== batch || job.index !== index);
  }

  flush(): void {
    if (this.changes.size === 0) return;
    const changes = [...this.changes.values()].slice(0, 1000);
    const ids = new Set([...this.changes.values()].map((change) => change.batch));
    this.changes = new Map();
    const batches = this.batches.filter((batch) => ids.has(batch.id));
    const finished = batches.filter((batch) => batch.settle(this.now()));
    this.emit({ event: "jobs_changed", changes, batches: batches.map((batch) => batch.view()), totals: this.totals() });
    for (const batch of finished) this.emit({ event: "batch_finished", batch: batch.view() });
  }

  private act(action: JobAction, batch: FakeBatch, index: number): boolean {
    const state = batch.state(index);
    const open = !SETTLED.includes(state);
    const extra = batch.extras.get(index);
    switch (action) {
      case "pause":
        if (!open || state === "paused" || state === "blocked" || state === "processing") return false;
        this.move(batch, index, "paused", { sent: extra?.sent });
        return true;
      case "resume":
        if (state !== "paused") return false;
        this.move(batch, index, "queued", { sent: extra?.sent });
        return true;
      case "cancel":
        if (!open || state === "processing") return false;
        this.move(batch, index, "cancelled");
        return true;
      case "retry":
        if (!RETRIED.includes(state)) return false;
        this.move(batch, index, "queued");
        return true;
      case "top":
        if (!open || RUNNING.includes(state)) return false;
        this.first.unshift({ batch, index });
        return true;
    }
  }

  private *selected(selection: JobSelection): Generator<Running> {
    if (selection.of === "jobs") {
      for (const job of selection.jobs) {
        const { batch: id, index } = FakeBatch.owner(job);
        const batch = this.batches.find((candidate) => candidate.id === id);
        if (batch && index < batch.count) yield { batch, index };
      }
      return;
    }
    if (selection.of === "runs") {
      for (const [first, last] of selection.runs) {
        for (const batch of this.batches) {
          const from = Math.max(first, batch.job(0));
          const to = Math.min(last, batch.job(batch.count - 1));
          for (let job = from; job <= to; job++) yield { batch, index: FakeBatch.owner(job).index };
        }
      }
      return;
    }
    if (selection.of === "batch") {
      const batch = this.batches.find((candidate) => candidate.id === selection.batch);
      if (batch) for (let index = 0; index < batch.count; index++) yield { batch, index };
      return;
    }
    for (const batch of this.batches) {
      if (selection.of === "account" && batch.account !== selection.account) continue;
      for (let index = 0; index < batch.count; index++) yield { batch, index };
    }
  }

  private hold(state: "waiting", extra: Extra): void {
    for (const { batch, index } of [...this.running]) {
      if (batch.state(index) !== "processing") this.move(batch, index, state, { ...batch.extras.get(index), ...extra });
    }
  }

  private fill(): void {
    while (this.running.filter(({ batch, index }) => SENDING.includes(batch.state(index))).length < PERMITS) {
      const next = this.next();
      if (!next) return;
      this.move(next.batch, next.index, "checking", { ...next.batch.extras.get(next.index), since: this.now() });
      this.running.push(next);
    }
  }

  private next(): Running | null {
    for (let wanted = this.first.shift(); wanted; wanted = this.first.shift()) {
      if (wanted.batch.state(wanted.index) === "queued") return wanted;
    }
    for (const batch of this.batches) {
      const index = batch.nextQueued();
      if (index !== null) return { batch, index };
    }
    return null;
  }

  private send(ms: number): void {
    const now = this.now();
    const uploading = this.running.filter(({ batch, index }) => batch.state(index) === "uploading");
    const wobble = 0.82 + 0.36 * fraction(11, Math.floor(now / 900));
    let moved = 0;
    for (const { batch, index } of uploading) {
      const extra = batch.extras.get(index) ?? {};
      const share = (0.5 + fraction(batch.id, index)) / uploading.length;
      const size = sizeOf(batch.shoot, index);
      const step = Math.min(size - (extra.sent ?? 0), this.line * wobble * share * (ms / 1000));
      extra.sent = Math.round((extra.sent ?? 0) + step);
      moved += step;
      batch.extras.set(index, extra);
      if (extra.sent >= size) this.move(batch, index, "finishing", { sent: size, since: now });
    }
    this.speed = this.speed * 0.8 + (moved / (ms / 1000)) * 0.2;
    for (const { batch, index } of [...this.running]) this.settle(batch, index, now);
  }

  private settle(batch: FakeBatch, index: number, now: number): void {
    const state = batch.state(index);
    const extra = batch.extras.get(index) ?? {};
    const due = DURATION[state];
    if (due === undefined || now - (extra.since ?? 0) < due * (0.6 + fraction(batch.id + 3, index))) return;
    if (state === "checking") this.move(batch, index, "uploading", { sent: extra.sent ?? 0, since: now });
    else if (state === "finishing") this.move(batch, index, "processing", { sent: extra.sent, since: now });
    else this.move(batch, index, "done", { doneAt: now });
  }

  private apply(): void {
    for (const batch of this.batches) {
      for (const [index, extra] of batch.extras) {
        if (batch.state(index) !== "done" || extra.metadata?.state !== "waiting") continue;
        this.move(batch, index, "done", { ...extra, metadata: { ...extra.metadata, state: "applied" } });
      }
    }
  }

  /** What waits for something that is there again goes on. */
  private wake(): void {
    for (const batch of this.batches) {
      if (!batch.totals.jobs.waiting) continue;
      for (const [index, extra] of batch.extras) {
        if (batch.state(index) !== "waiting") continue;
        const due =
          extra.waitingFor === "retry"
            ? (extra.readyAt ?? 0) <= this.now()
            : extra.waitingFor === "network" || extra.waitingFor === "sign_in";
        if (due) this.move(batch, index, "queued", { sent: extra.sent, attempts: extra.attempts });
      }
    }
  }
}

export function failureOf(
  code: Failure["code"],
  who: Failure["who"],
  params: Record<string, string> = {},
  details = "",
): Failure {
  return { code, who, params, details };
}
