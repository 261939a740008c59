// Finished batches, newest first, loaded as they are asked for.
import type { Backend, BatchView, Failure } from "../ipc";
import { toFailure } from "../ipc/failure";

const PAGE = 50;

export class History {
  batches = $state.raw<BatchView[]>([]);
  more = $state(false);
  loading = $state(false);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);

  constructor(private readonly backend: Backend) {}

  async reload(): Promise<void> {
    await this.load(0, Math.max(PAGE, this.batches.length));
  }

  async loadMore(): Promise<void> {
    await this.load(this.batches.length, PAGE);
  }

  private async load(offset: number, limit: number): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      const batches = await this.backend.listBatches(offset, limit, true);
      this.batches = [...this.batches.slice(0, offset), ...batches];
      this.more = batches.length === limit;
      this.loaded = true;
    } catch (reason) {
      this.failure = toFailure(reason);
    } finally {
      this.loading = false;
    }
  }
}
