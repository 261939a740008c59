// Problems by cause. The engine lists jobs; the first thousand tell the causes.
import type { AccountId, Backend, BatchId, Failure, JobId, JobView } from "../ipc";
import { needsDecision } from "./duplicates";
import { STATES_OF } from "./states";

const MOST = 1000;
/** So many pages are turned past files that wait for a decision. */
const MOST_PAGES = 20;
const REFRESH_MS = 1000;

export interface Cause {
  key: string;
  failure: Failure;
  account: AccountId;
  jobs: JobId[];
}

/** What makes two failures one cause: whose they are, and which right is missing where. */
function keyOf({ code, who, params }: Failure, account: AccountId): string {
  return JSON.stringify([code, who, account, params.reason ?? "", params.destination ?? ""]);
}

export class Causes {
  list = $state.raw<Cause[]>([]);
  /** How many problems were looked at, if there are more. */
  first = $state<number | null>(null);
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly backend: Backend,
    private readonly accountOf: (batch: BatchId) => AccountId | null,
  ) {}

  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.load();
    }, REFRESH_MS);
  }

  async load(): Promise<void> {
    try {
      const { jobs, total } = await this.look();
      const causes = new Map<string, Cause>();
      for (const { id, batch, failure } of jobs) {
        if (!failure) continue;
        const account = this.accountOf(batch) ?? 0;
        const key = keyOf(failure, account);
        const cause = causes.get(key);
        if (cause) cause.jobs.push(id);
        else causes.set(key, { key, failure, account, jobs: [id] });
      }
      this.list = [...causes.values()].sort((a, b) => b.jobs.length - a.jobs.length);
      this.first = total > jobs.length ? jobs.length : null;
    } catch {
      // The rows below still show each reason.
    }
  }

  /** The first problems, and whether there are more. Files that wait for a decision are no problem, and have a list of their own. */
  private async look(): Promise<{ jobs: JobView[]; total: number }> {
    const jobs: JobView[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const found = await this.backend.listJobs({
        account: null,
        batch: null,
        states: [...STATES_OF.problems],
        search: null,
        order: "added",
        after: null,
        offset: page * MOST,
        limit: MOST,
      });
      for (const job of found.jobs) if (!needsDecision(job)) jobs.push(job);
      const seen = page * MOST + found.jobs.length;
      const rest = Math.max(0, (found.total ?? 0) - seen);
      if (rest === 0 || found.jobs.length === 0) return { jobs, total: jobs.length };
      if (jobs.length >= MOST) return { jobs, total: jobs.length + rest };
    }
    return { jobs, total: jobs.length };
  }
}
