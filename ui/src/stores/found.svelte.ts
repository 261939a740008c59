// Files of finished uploads by a part of their names, newest first.
import type { Backend, Failure, JobView } from "../ipc";
import { toFailure } from "../ipc/failure";
import { SETTLED } from "./states";

const PAGE = 50;
/** Between two letters nobody waits for an answer. */
const PAUSE_MS = 150;

export class FoundFiles {
  text = $state("");
  files = $state.raw<JobView[] | null>(null);
  more = $state(false);
  failure = $state.raw<Failure | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(private readonly backend: Backend) {}

  type(text: string): void {
    this.text = text;
    clearTimeout(this.timer);
    this.turn++;
    if (text.trim()) this.timer = setTimeout(() => void this.load(0), PAUSE_MS);
    else this.files = null;
  }

  async loadMore(): Promise<void> {
    await this.load(this.files?.length ?? 0);
  }

  private async load(offset: number): Promise<void> {
    const turn = ++this.turn;
    const before = offset === 0 ? [] : (this.files ?? []);
    this.failure = null;
    try {
      const { jobs } = await this.backend.listJobs({
        account: null,
        batch: null,
        states: [...SETTLED],
        search: this.text.trim(),
        order: "newest",
        after: null,
        offset,
        limit: PAGE,
      });
      // Something else has been typed meanwhile.
      if (turn !== this.turn) return;
      this.files = [...before, ...jobs];
      this.more = jobs.length === PAGE;
    } catch (reason) {
      if (turn === this.turn) this.failure = toFailure(reason);
    }
  }
}
