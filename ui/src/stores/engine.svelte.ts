// The engine's present picture: what the snapshot said, kept true by events.
import { SvelteMap } from "svelte/reactivity";
import type {
  AccountView,
  Backend,
  BatchId,
  BatchView,
  Condition,
  EngineEvent,
  JobChange,
  JobStateKind,
  Snapshot,
  Totals,
} from "../ipc";

const MORE_PAGES = 20;
const PAGE = 200;
const SOON_MS = 150;

export class EngineState {
  ready = $state(false);
  accounts = $state.raw<AccountView[]>([]);
  totals = $state.raw<Totals>({ jobs: {}, bytes: {} });
  condition = $state.raw<Condition>({
    offline: false,
    sign_in_required: false,
    paused: false,
    rest: null,
    failure: null,
  });
  readonly batches = new SvelteMap<BatchId, BatchView>();
  /** Newest first. */
  readonly order = $derived([...this.batches.values()].sort((a, b) => b.id - a.id));

  private readonly changeListeners = new Set<(changes: JobChange[], batches: BatchView[]) => void>();
  private readonly eventListeners = new Set<(event: EngineEvent) => void>();

  constructor(private readonly backend: Backend) {}

  /**
   * `before`: what has to have come, or failed, before anything is shown. `ahead`: what is asked for as soon as the snapshot
   * is there, and shown with it if it comes soon: the window draws itself once.
   */
  async start(before = Promise.resolve(), ahead = (): Promise<void> => Promise.resolve()): Promise<void> {
    const early: EngineEvent[] = [];
    let deliver = (event: EngineEvent): void => void early.push(event);
    const snapshot = await this.backend.subscribe((event) => deliver(event));
    this.take(snapshot);
    deliver = (event) => this.apply(event);
    early.forEach(deliver);
    const soon = new Promise<void>((resolve) => setTimeout(resolve, SOON_MS));
    await Promise.all([before, Promise.race([ahead(), soon])]);
    this.ready = true;
    if (snapshot.batches.length >= PAGE) await this.loadUnfinished();
  }

  onChanges(listener: (changes: JobChange[], batches: BatchView[]) => void): void {
    this.changeListeners.add(listener);
  }

  onEvent(listener: (event: EngineEvent) => void): void {
    this.eventListeners.add(listener);
  }

  count(states: readonly JobStateKind[]): number {
    return countOf(this.totals, states);
  }

  account(id: number): AccountView | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  apply(event: EngineEvent): void {
    switch (event.event) {
      case "jobs_changed":
        this.totals = event.totals;
        for (const batch of event.batches) this.batches.set(batch.id, batch);
        for (const listener of this.changeListeners) listener(event.changes, event.batches);
        break;
      case "batch_finished":
        this.batches.set(event.batch.id, event.batch);
        break;
      case "accounts_changed":
        this.accounts = event.accounts;
        break;
      case "condition_changed":
        this.condition = event.condition;
        break;
      case "progress":
      case "settings_changed":
      case "folder_changed":
      case "sync_switched":
      case "collection_changed":
        break;
    }
    for (const listener of this.eventListeners) listener(event);
  }

  private take(snapshot: Snapshot): void {
    this.accounts = snapshot.accounts;
    this.totals = snapshot.totals;
    this.condition = snapshot.condition;
    for (const batch of snapshot.batches) this.batches.set(batch.id, batch);
    for (const listener of this.eventListeners) listener({ event: "progress", frame: snapshot.progress });
  }

  /** The snapshot stops at 200; what is still open is shown however old it is. */
  private async loadUnfinished(): Promise<void> {
    for (let page = 0; page < MORE_PAGES; page++) {
      const batches = await this.backend.listBatches(page * PAGE, PAGE, false);
      for (const batch of batches) if (!this.batches.has(batch.id)) this.batches.set(batch.id, batch);
      if (batches.length < PAGE) return;
    }
  }
}

export function countOf(totals: Totals, states: readonly JobStateKind[]): number {
  return states.reduce((sum, state) => sum + (totals.jobs[state] ?? 0), 0);
}

export function countAll(totals: Totals): number {
  return Object.values(totals.jobs).reduce((sum, count) => sum + count, 0);
}

export function bytesOf(totals: Totals, states: readonly JobStateKind[]): number {
  return states.reduce((sum, state) => sum + (totals.bytes[state] ?? 0), 0);
}
