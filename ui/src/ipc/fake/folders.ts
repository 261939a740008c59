// Watched folders of the simulation: what a scenario begins with, and what becomes of what is asked.
import type {
  AccountView,
  EngineEvent,
  Failure,
  SyncPreview,
  WatchedChange,
  WatchedFolder,
  WatchFolder,
} from "../bindings";
import { failureOf } from "./queue";
import { fraction } from "./random";

/** How long looking through a folder takes here. */
const LOOK_MS = 1_500;
const MINUTE = 60_000;
const HOME = "/Users/mira/Pictures";

/** Settings that say whether and how often folders are looked through. */
export interface SyncChoice {
  on: boolean;
  frequency: string;
}

interface Looking {
  folder: WatchedFolder;
  left: number;
}

export class FakeFolders {
  all: WatchedFolder[];
  private looking: Looking[] = [];

  constructor(
    private readonly scenario: string,
    private readonly now: () => number,
    private readonly choice: () => SyncChoice,
    private readonly tell: (event: EngineEvent) => void,
  ) {
    this.all = begin(scenario, now());
    for (const folder of this.all) if (folder.looking) this.looking.push({ folder, left: LOOK_MS });
  }

  list(): WatchedFolder[] {
    if (this.scenario === "sync-failed") throw failureOf("DatabaseUnusable", "you", {}, "disk I/O error");
    const { on } = this.choice();
    return this.all.map((folder) => ({ ...folder, watching: on && folder.on ? folder.watching : "not" }));
  }

  add({ account, path, destination, include, exclude }: WatchFolder, accounts: AccountView[]): number {
    const invalid = (reason: string, more = {}) => failureOf("RequestInvalid", "you", { reason, path, ...more });
    if (!/^([/\\]|\w:)/.test(path) || /\.\w{2,4}$/.test(path)) throw failureOf("PathUnusable", "you", { path });
    if (destination.kind === "album") throw invalid("folder_album");
    if (this.all.some((other) => other.path === path)) throw invalid("folder_watched");
    const nested = this.all.find(
      (other) => `${other.path}/`.startsWith(`${path}/`) || path.startsWith(`${other.path}/`),
    );
    if (nested) throw invalid("folder_nested", { other: nested.path });
    const user = accounts.find((one) => one.id === account)?.user_name ?? "";
    const above = [destination.path, "Canto Connect", user].filter(Boolean).join(" / ");
    const own = path.split(/[\\/]/).pop() ?? path;
    const taken = (name: string) => this.all.some((other) => other.place === `${above} / ${name}`);
    let name = own;
    for (let number = 2; taken(name); number++) name = `${own} (${number})`;
    const id = Math.max(0, ...this.all.map((other) => other.id)) + 1;
    const folder = { ...folderAt(id, path, this.now()), account, name, place: `${above} / ${name}`, include, exclude };
    this.all.push({ ...folder, last_run: null, next_run: null, files: 0, done: 0 });
    this.look(this.all.at(-1)!);
    return id;
  }

  change(id: number, change: WatchedChange): void {
    const folder = this.all.find((one) => one.id === id);
    if (!folder) throw failureOf("FolderMissing", "you");
    if (change.to === "sync") {
      if (!this.choice().on) throw failureOf("RequestInvalid", "you", { reason: "sync_off" });
      if (!folder.on) throw failureOf("RequestInvalid", "you", { reason: "folder_off", path: folder.path });
    }
    if (change.to === "patterns") {
      const wrong = [...change.include, ...change.exclude].find((pattern) => /\[[^\]]*$/.test(pattern));
      if (wrong) throw failureOf("RequestInvalid", "you", { pattern: wrong });
      Object.assign(folder, { include: change.include, exclude: change.exclude });
    }
    if (change.to === "remove") this.all = this.all.filter((one) => one !== folder);
    else if (change.to === "off") Object.assign(folder, { on: false, looking: false, next_run: null });
    else {
      folder.on = true;
      this.look(folder);
    }
    this.tell({ event: "folder_changed", folder: id });
  }

  preview(id: number): SyncPreview {
    const folder = this.all.find((one) => one.id === id);
    if (!folder) throw failureOf("FolderMissing", "you");
    if (folder.failure && folder.failure.code !== "WatchLimit") throw folder.failure;
    const few = Math.floor(fraction(id, 3) * 40);
    const fresh = id % 4 === 2 ? 0 : few + 120;
    return {
      files: folder.files + fresh,
      new: fresh,
      changed: fresh === 0 ? 0 : 3,
      moved: fresh === 0 ? 0 : 2,
      unstable: fresh === 0 ? 0 : 1,
      left_out: 4,
      bytes: fresh * 18_400_000,
      paths: Array.from(
        { length: Math.min(100, fresh) },
        (_, n) => `${folder.path}/Day ${1 + (n % 3)}/DSC_${String(412 + n).padStart(4, "0")}.NEF`,
      ),
      problems: [],
    };
  }

  advance(ms: number): void {
    for (const look of this.looking) look.left -= ms;
    const done = this.looking.filter(({ left }) => left <= 0);
    this.looking = this.looking.filter(({ left }) => left > 0);
    for (const { folder } of done) {
      if (!folder.looking) continue;
      const files = folder.files || 48;
      Object.assign(folder, { looking: false, files, done: files, last_run: this.now(), next_run: this.next() });
      this.tell({ event: "folder_changed", folder: folder.id });
    }
  }

  private next(): number | null {
    const { frequency } = this.choice();
    if (frequency === "by_hand") return null;
    return this.now() + (Number(frequency) || 60) * MINUTE;
  }

  private look(folder: WatchedFolder): void {
    if (folder.failure && folder.failure.code !== "WatchLimit") return;
    folder.looking = true;
    this.looking.push({ folder, left: LOOK_MS });
  }
}

function folderAt(id: number, path: string, now: number): WatchedFolder {
  const name = path.split(/[\\/]/).pop() ?? path;
  const files = 40 + Math.floor(fraction(id, 8) * 4_000);
  return {
    id,
    account: 1,
    path,
    place: `Canto Connect / Mira Sonntag / ${name}`,
    name,
    on: true,
    include: [],
    exclude: [],
    looking: false,
    watching: "watching",
    last_run: now - 12 * MINUTE,
    next_run: now + 48 * MINUTE,
    files,
    unfinished: 0,
    open: 0,
    problems: 0,
    done: files,
    failure: null,
  };
}

const failing = (failure: Failure) => ({ failure, watching: "not" as const, next_run: null });

function begin(scenario: string, now: number): WatchedFolder[] {
  const at = (id: number, path: string, more: Partial<WatchedFolder> = {}) => ({ ...folderAt(id, path, now), ...more });
  const limit = failureOf("WatchLimit", "it", { path: "/srv/archive", limit: "65536" });
  const ten = (): WatchedFolder[] => [
    at(1, `${HOME}/Spring shoot`, { open: 12, done: 240 }),
    at(2, `${HOME}/Selects`),
    at(11, "/Users/mira/Movies/Ingest", { unfinished: 3 }),
    at(3, "/Volumes/Studio/Capture One/Sessions 2026/Packshots", { problems: 3, exclude: ["*.cot", "Trash"] }),
    at(4, "/Volumes/SANDISK-04/DCIM", failing(failureOf("VolumeAway", "you", { volume: "SANDISK-04" }))),
    at(5, "/Volumes/Team share/Marketing", { watching: "polling", next_run: now + MINUTE }),
    at(6, "/Users/mira/Movies/Renders", { looking: true, include: ["*.mov", "*.mp4"] }),
    at(7, "/Users/mira/Desktop/Press kit", { on: false, watching: "not", next_run: null }),
    at(8, "/srv/archive", { watching: "polling", failure: limit }),
    at(9, "/Volumes/Archive/Selects", { name: "Selects (2)", place: "Canto Connect / Mira Sonntag / Selects (2)" }),
    at(10, "/Users/mira/Documents/Old layouts", failing(failureOf("PathUnusable", "you", {}))),
  ];
  if (scenario === "sync" || scenario === "sync-off") return ten();
  if (scenario === "sync-one") return [at(1, `${HOME}/Spring shoot`)];
  if (scenario !== "sync-hundred") return [];
  return Array.from({ length: 100 }, (_, n) => at(n + 1, `/Volumes/Jobs/2026/Job ${String(n + 1).padStart(3, "0")}`));
}
