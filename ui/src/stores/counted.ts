// What was counted of the paths that were given. Of loose files there may be a hundred thousand: they are columns of numbers.
import type { StagingSummary } from "../ipc";

/** What one of the given paths would send. */
export interface CountedPath {
  /** It can be looked into. */
  folder: boolean;
  files: number;
  bytes: number;
}

export class Counted {
  private readonly folders: ReadonlyMap<string, CountedPath>;
  /** By place among the paths; less than nothing: no file. */
  private readonly sizes: Float64Array;

  /** `paths`: those that were counted. */
  constructor(
    private readonly paths: readonly string[],
    readonly summary: StagingSummary,
  ) {
    this.folders = new Map(summary.items.map(({ path, files, bytes }) => [path, { folder: true, files, bytes }]));
    this.sizes = new Float64Array(paths.length).fill(-1);
    summary.loose.given.forEach((at, index) => (this.sizes[at] = summary.loose.bytes[index] ?? 0));
  }

  /** Null where nothing is known of it. `near`: where it stands now; others may have come or gone since. */
  of(path: string, near: number): CountedPath | null {
    const at = this.paths[near] === path ? near : this.paths.indexOf(path);
    const bytes = at < 0 ? -1 : this.sizes[at]!;
    return bytes < 0 ? (this.folders.get(path) ?? null) : { folder: false, files: 1, bytes };
  }

  /** The files among these paths. */
  loose(now: readonly string[]): readonly string[] {
    const files = this.paths.filter((_, at) => this.sizes[at]! >= 0);
    if (now === this.paths) return files;
    const still = new Set(now);
    return files.filter((path) => still.has(path));
  }
}
