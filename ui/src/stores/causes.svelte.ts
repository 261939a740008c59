// Problems by cause. The engine lists jobs; the first thousand tell the causes.
import type { AccountId, Backend, BatchId, Failure, JobId } from "../ipc";
import { STATES_OF } from "./states";

const MOST = 1000;
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
      const { jobs, total } = await this.backend.listJobs({
        account: null,
        batch: null,
        states: [...STATES_OF.problems],
        search: null,
        order: "added",
        after: null,
        offset: 0,
        limit: MOST,
      });
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
      this.first = (total ?? 0) > jobs.length ? jobs.length : null;
    } catch {
      // The rows below still show each reason.
    }
  }
}
