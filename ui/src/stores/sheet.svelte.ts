// A CSV or Excel file with a row per file name: which column goes where, and what would come of it.
import type { AccountId, Backend, ColumnTarget, Destination, Failure, SheetChoice, SheetPreview } from "../ipc";
import { toFailure } from "../ipc/failure";

/** What the rows are compared with. */
export interface SheetGround {
  account: AccountId;
  paths: string[];
  destination: Destination | null;
}

export class Sheet {
  path = $state.raw<string | null>(null);
  preview = $state.raw<SheetPreview | null>(null);
  takeNear = $state(false);
  reading = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** The user's; null as long as the engine's guess is taken. */
  private columns: ColumnTarget[] | null = null;
  private round = 0;
  private ground: SheetGround | null = null;

  constructor(private readonly backend: Backend) {}

  readonly hasNames = $derived(this.preview?.columns.some(({ to }) => to === "file_name") ?? false);
  /** What stands against sending with it. */
  readonly need = $derived.by<"sheet" | "sheet_values" | null>(() => {
    if (this.path === null || (this.reading && this.failure === null)) return null;
    if (this.failure !== null || !this.hasNames) return "sheet";
    return (this.preview?.refusal_count ?? 0) > 0 ? "sheet_values" : null;
  });
  readonly choice = $derived<SheetChoice | null>(
    this.path !== null && this.preview
      ? { path: this.path, columns: this.preview.columns, take_near: this.takeNear }
      : null,
  );

  async pick(ground: SheetGround): Promise<void> {
    const path = await this.backend.pickSheet();
    if (path === null) return;
    this.remove();
    this.path = path;
    await this.read(ground);
  }

  /** Reads again when what it is compared with has changed. */
  follow(ground: SheetGround): void {
    const old = this.ground;
    if (this.path === null || !old) return;
    if (old.paths === ground.paths && old.destination === ground.destination && old.account === ground.account) return;
    void this.read(ground);
  }

  setColumn(column: number, target: ColumnTarget): void {
    if (!this.preview || !this.ground) return;
    // One column has the names, and a field gets its values from one.
    const once = target.to === "file_name" || target.to === "field" || target.to === "description";
    const columns = this.preview.columns.map((other, index): ColumnTarget => {
      if (index === column) return target;
      return once && sameTarget(other, target) ? { to: "nothing" } : other;
    });
    this.columns = columns;
    this.preview = { ...this.preview, columns };
    void this.read(this.ground);
  }

  setTakeNear(take: boolean): void {
    this.takeNear = take;
    if (this.ground) void this.read(this.ground);
  }

  again(): void {
    if (this.ground) void this.read(this.ground);
  }

  remove(): void {
    this.round++;
    this.path = this.preview = this.failure = this.columns = this.ground = null;
    this.takeNear = this.reading = false;
  }

  private async read(ground: SheetGround): Promise<void> {
    const { path } = this;
    if (path === null) return;
    const round = ++this.round;
    this.ground = ground;
    this.reading = true;
    try {
      const preview = await this.backend.readSheet({
        ...ground,
        path,
        columns: this.columns,
        take_near: this.takeNear,
      });
      if (round !== this.round) return;
      this.preview = preview;
      this.failure = null;
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.reading = false;
    }
  }
}

export function sameTarget(a: ColumnTarget, b: ColumnTarget): boolean {
  return a.to === b.to && (a.to !== "field" || b.to !== "field" || a.id === b.id);
}
