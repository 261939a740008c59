// What files wait for, counted. The engine lists jobs; the first thousand tell.
import type { Backend, WaitingFor } from "../ipc";

const MOST = 1000;
const REFRESH_MS = 1000;

export interface Wait {
  on: WaitingFor;
  count: number;
  /** The volume's name, if all wait for one. */
  volume: string | null;
}

export class Waits {
  list = $state.raw<Wait[]>([]);
  /** There are more than were looked at. */
  more = $state(false);
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly backend: Backend) {}

  /** So many wait now. */
  changed(count: number): void {
    if (count === 0) this.list = [];
    else
      this.timer ??= setTimeout(() => {
        this.timer = null;
        void this.load();
      }, REFRESH_MS);
  }

  async load(): Promise<void> {
    const query = { account: null, batch: null, search: null, order: "added" as const, after: null, offset: 0 };
    const page = await this.backend.listJobs({ ...query, states: ["waiting"], limit: MOST }).catch(() => null);
    if (!page) return;
    const waits = new Map<WaitingFor, Wait>();
    for (const { waiting_for: on, failure } of page.jobs) {
      if (!on) continue;
      const volume = failure?.params.volume ?? null;
      const wait = waits.get(on);
      if (!wait) waits.set(on, { on, count: 1, volume });
      else waits.set(on, { on, count: wait.count + 1, volume: wait.volume === volume ? volume : null });
    }
    this.list = [...waits.values()].sort((a, b) => b.count - a.count);
    this.more = (page.total ?? 0) > page.jobs.length;
  }
}
