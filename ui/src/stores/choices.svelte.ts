// What was decided about single files and folders before they are sent.
import type { LeftOutReason, Sidecars, StagingChoices } from "../ipc";

export class Choices {
  takeJunk = $state(false);
  /** Null: as the settings say. */
  sidecars = $state<Sidecars | null>(null);
  private leaveOut = $state.raw<ReadonlySet<string>>(new Set());
  private takeAnyway = $state.raw<ReadonlySet<string>>(new Set());
  private names = $state.raw<ReadonlyMap<string, string>>(new Map());

  constructor(private readonly changed: () => void) {}

  readonly all = $derived<StagingChoices>({
    take_junk: this.takeJunk,
    leave_out: [...this.leaveOut],
    take_anyway: [...this.takeAnyway],
    renamed: [...this.names].map(([path, name]) => ({ path, name })),
    sidecars: this.sidecars,
  });

  setTakeJunk(take: boolean): void {
    this.takeJunk = take;
    this.changed();
  }

  setSidecars(sidecars: Sidecars): void {
    this.sidecars = sidecars;
    this.changed();
  }

  leave(path: string): void {
    this.takeAnyway = without(this.takeAnyway, path);
    this.leaveOut = new Set([...this.leaveOut, path]);
    this.changed();
  }

  /** `reason`: why it would stay behind without this word. */
  take(path: string, reason: LeftOutReason | null): void {
    this.leaveOut = without(this.leaveOut, path);
    if (reason !== null && reason !== "chosen") this.takeAnyway = new Set([...this.takeAnyway, path]);
    this.changed();
  }

  nameOf(path: string): string | undefined {
    return this.names.get(path);
  }

  /** An empty name gives the folder its own again. Nothing is counted anew: the same files go. */
  rename(path: string, name: string): void {
    const names = new Map(this.names);
    if (name) names.set(path, name);
    else names.delete(path);
    this.names = names;
  }

  /** Nothing is remembered of a path that is not given any more. */
  forget(path: string): void {
    const outside = (other: string) =>
      other !== path && !other.startsWith(`${path}/`) && !other.startsWith(`${path}\\`);
    this.leaveOut = new Set([...this.leaveOut].filter(outside));
    this.takeAnyway = new Set([...this.takeAnyway].filter(outside));
    this.names = new Map([...this.names].filter(([other]) => other !== path));
  }

  clear(): void {
    this.takeJunk = false;
    this.sidecars = null;
    this.leaveOut = this.takeAnyway = new Set();
    this.names = new Map();
  }
}

const without = (set: ReadonlySet<string>, path: string): ReadonlySet<string> =>
  new Set([...set].filter((other) => other !== path));
