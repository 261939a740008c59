// Collections that are kept on this computer, and those that could be: kept true by events.
import type { AccountId, Backend, CollectionView, Failure, HeldView, SyncFolderView } from "../ipc";
import { toFailure } from "../ipc/failure";

export type CollectionsTab = "list" | "recent" | "held";

/** Of every tenant, whether or not it is kept here. */
export const keyOf = ({ account, collection }: CollectionView): string => `${account}/${collection}`;

export class Collections {
  tab = $state<CollectionsTab>("list");
  /** Of every account; what nobody asked the library about is known by what is here. */
  all = $state.raw<CollectionView[]>([]);
  held = $state.raw<HeldView[]>([]);
  /** Null: nobody has chosen one; undefined: not known yet. */
  folder = $state.raw<SyncFolderView | null | undefined>(undefined);
  /** Whether the library lists its collections; null: not known yet. */
  listed = $state<boolean | null>(null);
  loading = $state(false);
  /** Why the library was not asked. */
  failure = $state.raw<Failure | null>(null);
  /** Grows with everything that a run has done. */
  happened = $state(0);
  private order = $state.raw<string[]>([]);
  private round = 0;

  /** `onask` hears when one begins to wait for somebody. */
  constructor(
    private readonly backend: Backend,
    private readonly onask: (collection: CollectionView) => void,
  ) {}

  /** Those where somebody has to act. */
  readonly needy = $derived(
    this.all.filter(
      ({ state, on, failure }) =>
        on && (state === "confirm_removals" || (state === "stopped" && failure?.who !== "nobody")),
    ),
  );
  readonly running = $derived(this.all.filter(({ state }) => state === "running"));
  readonly used = $derived(
    this.all.reduce((sum, { bytes }) => sum + bytes, 0) + this.held.reduce((sum, { size }) => sum + size, 0),
  );

  /** In the order of the last look, so that a row stays where it is when it is switched. */
  of(account: AccountId): CollectionView[] {
    const places = new Map(this.order.map((key, index) => [key, index]));
    const place = (one: CollectionView) => places.get(keyOf(one)) ?? -1;
    return this.all.filter((one) => one.account === account).sort((a, b) => place(a) - place(b));
  }

  /** What is known here, at once and without asking anybody. */
  async look(): Promise<void> {
    const [kept, folder, held] = await Promise.all([
      this.backend.keptCollections(),
      this.backend.syncFolder(),
      this.backend.listHeldFiles(),
    ]);
    const known = new Set(kept.map(keyOf));
    this.take([...kept.map((one) => this.withListed(one)), ...this.all.filter((one) => !known.has(keyOf(one)))]);
    this.folder = folder;
    this.held = held;
  }

  /** Asks the library, too. */
  async load(account: AccountId): Promise<void> {
    const round = ++this.round;
    this.loading = true;
    try {
      await this.look();
      const view = await this.backend.listCollections(account);
      if (round !== this.round) return;
      this.listed = view.failure && !view.listed ? this.listed : view.listed;
      this.failure = view.failure;
      this.folder = view.folder;
      this.take([...this.all.filter((one) => one.account !== account), ...view.collections]);
      this.arrange();
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    } finally {
      if (round === this.round) this.loading = false;
    }
  }

  async lookAtFolder(): Promise<void> {
    this.folder = await this.backend.syncFolder();
  }

  async lookAtHeld(): Promise<void> {
    this.held = await this.backend.listHeldFiles();
  }

  changed(view: CollectionView): void {
    const index = this.all.findIndex((one) => keyOf(one) === keyOf(view));
    const before = this.all[index];
    const now = this.withListed(view);
    this.all = index < 0 ? [now, ...this.all] : this.all.with(index, now);
    const asks = ({ state }: CollectionView) => state === "confirm_removals";
    if (asks(now) && !(before && asks(before))) this.onask(now);
    const ended = before && before.runs !== now.runs;
    if (before?.files !== now.files || before?.fetched !== now.fetched || ended) this.happened++;
    // What a run has found out about the folder, and what it has held, is told by nothing else.
    if (ended) void Promise.all([this.lookAtFolder(), this.lookAtHeld()]).catch(() => {});
  }

  /** Events know nothing of what the library tells. */
  private withListed(view: CollectionView): CollectionView {
    const known = this.all.find((one) => keyOf(one) === keyOf(view));
    return known?.way === "listed" ? { ...view, way: "listed", assets: view.assets ?? known.assets } : view;
  }

  private take(all: CollectionView[]): void {
    this.all = all;
    if (this.order.length === 0) this.arrange();
  }

  /** Those that are kept here come first. */
  private arrange(): void {
    const rank = (one: CollectionView) => (one.on ? 0 : one.files > 0 ? 1 : 2);
    const byName = new Intl.Collator(undefined, { numeric: true });
    const sorted = [...this.all].sort((a, b) => rank(a) - rank(b) || byName.compare(a.name, b.name));
    this.order = sorted.map(keyOf);
  }
}
