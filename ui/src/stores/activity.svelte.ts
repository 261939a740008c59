// What happened to mirrored files lately, loaded by windows as they are looked at.
import { SvelteMap } from "svelte/reactivity";
import type { ActivityView, Backend, Failure } from "../ipc";
import { toFailure } from "../ipc/failure";

const PAGE = 60;
const SOON_MS = 800;

export class Activity {
  total = $state(0);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  private readonly pages = new SvelteMap<number, ActivityView[]>();
  private readonly asked = new Set<number>();
  private shown: [number, number] = [0, 0];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly backend: Backend) {}

  at(index: number): ActivityView | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** These are in view. */
  show(first: number, last: number): void {
    this.shown = [Math.floor(first / PAGE), Math.floor(Math.max(first, last) / PAGE)];
    for (let page = this.shown[0]; page <= this.shown[1]; page++) if (!this.asked.has(page)) void this.load(page);
  }

  /** Something new came before all others: what is in view is asked for again, soon and once. */
  renew(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.asked.clear();
      for (const page of this.pages.keys()) if (page < this.shown[0] || page > this.shown[1]) this.pages.delete(page);
      this.show(this.shown[0] * PAGE, this.shown[1] * PAGE);
    }, SOON_MS);
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private async load(page: number): Promise<void> {
    this.asked.add(page);
    try {
      const { total, activity } = await this.backend.listMirrorActivity(page * PAGE, PAGE);
      this.total = total;
      this.pages.set(page, activity);
      this.failure = null;
      this.loaded = true;
    } catch (reason) {
      this.asked.delete(page);
      this.failure = toFailure(reason);
    }
  }
}
