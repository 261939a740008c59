// My Collections of the simulation: collections fill up, leave, wait for somebody, and their folder moves, as time is passed in.
import type {
  ActivityView,
  CollectionView,
  CollectionsView,
  EngineEvent,
  HeldView,
  PlanSummary,
  PlannedStep,
  SyncFolderOffer,
  SyncFolderView,
} from "../bindings";
import { activityOf, COLLECTIONS, fileName, fileSize, heldFiles, many, type Seed } from "./collection-files";
import { pictureOf } from "./picture";
import { failureOf } from "./queue";
import type { Scenario } from "./scenarios";
import type { TenantKind } from "./tenant";

/** Bytes a second of the simulated line. */
const LINE = 60_000_000;
const HOME = "/Users/mira/Canto Sync Folder";
const DISK = 212_400_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Shown extends CollectionView {
  /** Bytes of what it has in the library. */
  whole: number;
}

export class FakeCollections {
  /** What was opened and shown, for tests. */
  readonly opened: (number | null)[] = [];
  readonly shown: number[] = [];
  /** What the folder dialog answers. */
  picked: string | null = "/Volumes/Studio";
  held: HeldView[] = [];
  where: SyncFolderView | null = null;
  failure: CollectionsView["failure"] = null;
  listed = true;
  all: Shown[] = [];
  activity: ActivityView[] = [];
  private frame = 0;

  constructor(
    private readonly now: () => number,
    private readonly emit: (event: EngineEvent) => void,
  ) {}

  put(seeds: Seed[]): void {
    this.all = seeds.map((seed, index) => this.viewOf(seed, index));
    for (const one of this.all) if (one.on) this.remember(one, 6);
    this.activity.sort((a, b) => b.at - a.at).forEach((one, index, { length }) => (one.id = length - index));
  }

  choosesAt(path: string): void {
    this.where = { path, moving_to: null, moving: null, move_failure: null, failure: null, free: DISK };
  }

  private remember(one: Shown, most: number): void {
    for (let index = 0; index < Math.min(most, one.files); index++)
      this.activity.push(activityOf(one, index, this.now() - one.id! * HOUR - index * 41_000, 0));
  }

  private viewOf(seed: Seed, index: number): Shown {
    const on = seed.state !== "off";
    const known = on || (seed.files ?? 0) > 0;
    const whole = Array.from({ length: Math.min(seed.assets, 400) }, (_, n) => fileSize(index, n));
    const bytes = Math.round((whole.reduce((sum, size) => sum + size, 0) / Math.max(1, whole.length)) * seed.assets);
    const files = seed.files ?? (on ? seed.assets : 0);
    const running = seed.state === "running";
    return {
      id: known ? index + 1 : null,
      account: 1,
      collection: `C${1000 + index}`,
      name: seed.name,
      way: this.listed ? "listed" : "added",
      on,
      marked: seed.marked ?? null,
      state: seed.state,
      folder: known ? `${HOME}/${seed.name}` : null,
      assets: this.listed ? seed.assets : null,
      files,
      bytes: Math.round((bytes * files) / Math.max(1, seed.assets)),
      to_fetch: running ? seed.assets : 0,
      fetched: running ? files : 0,
      bytes_to_fetch: running ? bytes : 0,
      bytes_fetched: running ? Math.round((bytes * files) / seed.assets) : 0,
      removals: seed.removals ?? 0,
      unverified: seed.unverified ?? 0,
      ran_at: seed.state === "waiting" || !known ? null : this.now() - (index + 1) * 11 * 60_000,
      runs: known ? 4 : 0,
      wanted: false,
      failure: seed.failure ?? null,
      whole: bytes,
    };
  }

  list(account: number): CollectionsView {
    const collections = this.failure || !this.listed ? this.kept() : this.all.map(view);
    return {
      collections: collections.filter((one) => one.account === account),
      listed: this.listed && this.failure === null,
      folder: this.folder(),
      failure: this.failure,
    };
  }

  kept(): CollectionView[] {
    return this.all.filter(({ id }) => id !== null).map(view);
  }

  folder(): SyncFolderView | null {
    return this.where && { ...this.where };
  }

  offer(path: string | null): SyncFolderOffer {
    if (path?.startsWith("/System")) throw failureOf("SyncFolderMissing", "you", { reason: "read_only", path });
    const place = path === null ? HOME : /Canto Sync Folder$/.test(path) ? path : `${path}/Canto Sync Folder`;
    const outside = place.startsWith("/Volumes/");
    const used = this.all.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      path: place,
      free: outside ? 1_840_000_000_000 : DISK,
      volume: outside ? "Studio" : "Macintosh HD",
      is_remote: false,
      needed: this.where && outside ? used : null,
    };
  }

  choose(path: string, anew: boolean): SyncFolderView {
    if (!this.where || anew) {
      this.choosesAt(path);
      this.begin();
    } else if (path === this.where.path) this.where = { ...this.where, moving_to: null, moving: null };
    else {
      const files = this.all.reduce((sum, one) => sum + one.files, 0);
      const bytes = this.all.reduce((sum, one) => sum + one.bytes, 0);
      const moving = { files, bytes, files_copied: 0, bytes_copied: 0 };
      this.where = { ...this.where, moving_to: path, moving, move_failure: null };
    }
    return this.where!;
  }

  add(account: number, typed: string): CollectionView {
    const id = typed.trim().split(/[/=]/).filter(Boolean).pop() ?? "";
    if (!/^[\w-]+$/.test(id)) throw failureOf("CollectionMissing", "you", { collection: typed });
    let one = this.all.find(({ collection }) => collection === id);
    if (!one && (this.listed || !/^[A-Z0-9]{4,}$/.test(id)))
      throw failureOf("CollectionMissing", "you", { collection: id }, "404 from /api/v1/mycollections");
    if (!one) {
      one = this.viewOf({ name: "Autumn campaign", assets: 84, state: "off" }, this.all.length);
      Object.assign(one, { collection: id, account });
      this.all.push(one);
    }
    one.id ??= this.all.indexOf(one) + 1;
    Object.assign(one, { on: true, state: "waiting", folder: `${this.where?.path ?? HOME}/${one.name}` });
    this.begin();
    return view(one);
  }

  switch(mirror: number, on: boolean): void {
    const one = this.of(mirror);
    Object.assign(one, { on, state: on ? "waiting" : "off", failure: null, removals: 0 });
    this.tell(one);
    if (on) this.begin();
  }

  sync(mirror: number | null): void {
    for (const one of this.all) {
      if (!one.on || (mirror !== null && one.id !== mirror) || one.state === "running") continue;
      if (one.state === "confirm_removals") continue;
      Object.assign(one, { state: "waiting", failure: null });
      this.tell(one);
    }
    this.begin();
  }

  confirm(mirror: number): void {
    const one = this.of(mirror);
    for (let index = 0; index < one.removals; index++) this.hold(one, index);
    one.files -= one.removals;
    Object.assign(one, { state: "up_to_date", removals: 0, ran_at: this.now(), runs: one.runs + 1 });
    this.tell(one);
  }

  plan(mirror: number): PlanSummary {
    const one = this.of(mirror);
    if (one.failure) throw one.failure;
    const left = Math.max(0, (one.assets ?? one.files) - one.files);
    const step = (kind: PlannedStep["step"], index: number): PlannedStep => ({
      step: kind,
      asset: { scheme: "image", id: `a${index}` },
      path: fileName(mirror, index),
      to: kind === "rename" ? `Hero ${index}.jpg` : null,
      size: fileSize(mirror, index),
    });
    const steps = Array.from({ length: one.removals }, (_, n) => step("remove", n));
    if (one.removals > 0) steps.push(step("move_aside", 90), step("replace", 91), step("rename", 92));
    const fetched = Array.from({ length: left }, (_, n) => step("download", 100 + n));
    const bytes = fetched.reduce((sum, { size }) => sum + (size ?? 0), 0);
    const all = [...steps, ...fetched];
    return {
      mirror,
      download: left,
      replace: one.removals > 0 ? 1 : 0,
      rename: one.removals > 0 ? 1 : 0,
      move_aside: one.removals > 0 ? 1 : 0,
      remove: one.removals,
      steps: all.slice(0, 300),
      more: Math.max(0, all.length - 300),
      assets: one.assets ?? one.files,
      bytes,
      free: DISK,
      confirm: one.removals > 0,
      missing: 0,
      deleted_here: 0,
      changed_here: one.removals > 0 ? 2 : 0,
    };
  }

  restore(held: number): string {
    const file = this.held.find(({ id }) => id === held);
    if (!file) throw failureOf("RequestInvalid", "you", { reason: "held_unknown" });
    this.held = this.held.filter((other) => other !== file);
    this.happened({ ...activityOf(this.of(file.mirror), 0, this.now(), 0), kind: "restored", path: file.path });
    return `${this.where?.path ?? HOME}/${file.collection}/${file.path}`;
  }

  page(offset: number, limit: number): { total: number; activity: ActivityView[] } {
    return { total: this.activity.length, activity: this.activity.slice(offset, offset + limit) };
  }

  pictureOf(activity: number): string | null {
    const one = this.activity.find(({ id }) => id === activity);
    if (!one || /\.(mov|wav|zip|docx)$/.test(one.path)) return null;
    return pictureOf(one.mirror * 1000 + one.size);
  }

  advance(ms: number): void {
    this.move(ms);
    const one = this.all.find(({ state }) => state === "running");
    if (!one || this.where?.failure) return;
    one.bytes_fetched = Math.min(one.bytes_to_fetch, one.bytes_fetched + Math.round((LINE * ms) / 1000));
    const share = one.bytes_to_fetch > 0 ? one.bytes_fetched / one.bytes_to_fetch : 1;
    const before = one.fetched;
    one.fetched = Math.floor(one.to_fetch * share);
    Object.assign(one, { files: one.fetched, bytes: one.bytes_fetched });
    for (let index = before; index < one.fetched && index < before + 8; index++)
      this.happened(activityOf(one, index, this.now(), this.activity.length + 1));
    if (share >= 1) {
      Object.assign(one, { state: "up_to_date", ran_at: this.now(), runs: one.runs + 1, to_fetch: 0, fetched: 0 });
      this.begin();
    }
    this.frame += ms;
    if (this.frame >= 400 || share >= 1) this.tell(one);
    if (this.frame >= 400) this.frame = 0;
  }

  private move(ms: number): void {
    const where = this.where;
    if (!where?.moving_to || !where.moving || where.failure) return;
    const { files, bytes, bytes_copied } = where.moving;
    const copied = Math.min(bytes, bytes_copied + Math.round(LINE * 40 * (ms / 1000)));
    const files_copied = bytes > 0 ? Math.floor((files * copied) / bytes) : files;
    where.moving = { files, bytes, bytes_copied: copied, files_copied };
    if (copied >= bytes) this.choosesAt(where.moving_to);
  }

  /** The next one that waits, one after the other. */
  private begin(): void {
    if (!this.where || this.where.failure || this.all.some(({ state }) => state === "running")) return;
    const next = this.all.find(({ state }) => state === "waiting");
    if (!next) return;
    const assets = next.assets ?? 84;
    Object.assign(next, { state: "running", to_fetch: assets, bytes_to_fetch: next.whole });
    Object.assign(next, { fetched: next.files, bytes_fetched: next.bytes });
    this.tell(next);
  }

  private hold(one: Shown, index: number): void {
    const id = Math.max(0, ...this.held.map((file) => file.id)) + 1;
    const at = this.now();
    const [path, size] = [fileName(one.id!, index), fileSize(one.id!, index)];
    const asset = { scheme: "image", id: `a${index}` };
    const file = { id, mirror: one.id!, collection: one.name, asset, path, size, held_at: at, days_left: 30 };
    this.held.push(file);
    this.happened({ ...activityOf(one, index, at, 0), kind: "removed" });
  }

  private happened(one: ActivityView): void {
    this.activity.unshift({ ...one, id: (this.activity[0]?.id ?? 0) + 1 });
  }

  private of(mirror: number): Shown {
    const one = this.all.find(({ id }) => id === mirror);
    if (!one) throw failureOf("CollectionMissing", "you", { collection: String(mirror) });
    return one;
  }

  /** As the engine: what the library tells is not in the event. */
  private tell(one: Shown): void {
    this.emit({ event: "collection_changed", collection: { ...view(one), way: "added", assets: null } });
  }
}

function view({ whole, ...one }: Shown): CollectionView {
  void whole;
  return { ...one };
}

/** What a scenario begins with; `?tenant=` says what the library lists. */
export function collectionsFor(
  scenario: Scenario,
  tenant: TenantKind,
  now: () => number,
  emit: (event: EngineEvent) => void,
): FakeCollections {
  const fake = new FakeCollections(now, emit);
  if (tenant === "strict") fake.listed = false;
  const begun = scenario.startsWith("collections") && scenario !== "collections-new";
  if (begun) fake.choosesAt(HOME);
  if (tenant === "failing") fake.failure = failureOf("NetworkTimeout", "nobody", {}, "no answer after 30 s");
  if (scenario === "collections-many") fake.put(many(1000));
  else if (tenant === "empty" || (tenant === "strict" && !begun)) fake.put([]);
  else if (begun) fake.put(COLLECTIONS);
  else fake.put(COLLECTIONS.map(({ name, assets }) => ({ name, assets, state: "off" as const })));
  if (scenario === "collections") fake.held = heldFiles(fake.all[0]!, now() - 9 * DAY, 3);
  if (scenario === "collections-trouble") {
    const away = failureOf("VolumeAway", "you", {
      volume: "SANDISK-04",
      path: "/Volumes/SANDISK-04/Canto Sync Folder",
    });
    fake.where = { ...fake.where!, path: "/Volumes/SANDISK-04/Canto Sync Folder", failure: away, free: null };
    for (const one of fake.all) if (one.on) Object.assign(one, { state: "stopped", failure: away });
  }
  if (scenario === "collections-moving") {
    fake.choose("/Volumes/Studio/Canto Sync Folder", false);
    fake.advance(3000);
  }
  return fake;
}
