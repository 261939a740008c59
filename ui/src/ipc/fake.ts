// A Backend without an engine, for the browser and the tests. Same seed, same picture; time is passed in.
import type { AskedView, Backend, Unsubscribe } from "./backend";
import type {
  AccountView,
  DecisionQuery,
  DuplicateAnswer,
  DuplicateBasis,
  DuplicateReach,
  DuplicateRule,
  EngineEvent,
  Enqueue,
  JobDetails,
  JobSelection,
  MetadataTemplate,
  MetadataValues,
  PlaceRequest,
  PlaceView,
  SettingKey,
  SheetQuery,
  VaultState,
  WatchedChange,
  WatchFolder,
  WordList,
} from "./bindings";
import { FakeBatch } from "./fake/batch";
import { FakeDuplicates } from "./fake/duplicates";
import { collectionsFor, type FakeCollections } from "./fake/collections";
import { FakeConnection, LINES, type Line } from "./fake/connection";
import { FakeFolders } from "./fake/folders";
import { FakeLibrary } from "./fake/library";
import { FakeNetwork } from "./fake/network";
import { FakeSettings } from "./fake/settings";
import { listJobs, selectJobs } from "./fake/listing";
import { FakeMetadata } from "./fake/metadata";
import { partsOf } from "./fake/parts";
import { failureOf, FakeQueue } from "./fake/queue";
import { checkAddress, key } from "./fake/addresses";
import { accountIn, CLOSED, enter, OPEN, treeOf } from "./fake/places";
import { ACCOUNT, prepare, SCENARIOS, THREE, type Scenario } from "./fake/scenarios";
import { FakeSheets } from "./fake/sheet";
import { isFolder, listStaged, stage } from "./fake/staging";
import { never, TENANTS, type TenantKind } from "./fake/tenant";
import { pictureOf } from "./fake/picture";
import { onDomDrag, onDomDrop } from "./fake/drop";
import { fraction, textSeed } from "./fake/random";

/** As `Pace::typing` of the engine. */
const TYPING = 600;

export interface FakeOptions {
  scenario: Scenario;
  /** Start of the simulated time. */
  now: number;
  /** Artificial delay of every answer. */
  delay?: number;
  tenant?: TenantKind;
  /** What a connection test finds. */
  line?: Line;
}

export class FakeBackend implements Backend {
  readonly queue: FakeQueue;
  /** What was asked for, for tests. */
  readonly requests: Parameters<Backend["enqueueFiles"]>[0][] = [];
  /** Receipts that were opened, for tests. */
  readonly opened: number[] = [];
  private readonly library: FakeLibrary;
  private readonly settings: FakeSettings;
  readonly duplicates: FakeDuplicates;
  readonly collections: FakeCollections;
  readonly folders: FakeFolders;
  private readonly network = new FakeNetwork((key) => this.settings.list().find((one) => one.key === key)!.value);
  private readonly connection: FakeConnection;
  /** How often the page for whoever runs the network was opened, for tests. */
  pagesOpened = 0;
  private readonly metadata: FakeMetadata;
  private readonly sheets: FakeSheets;
  private readonly dropListeners = new Set<(paths: string[]) => void>();
  private readonly pathListeners = new Set<(paths: string[]) => void>();
  private readonly viewListeners = new Set<(view: AskedView) => void>();
  /** Closing the window would only hide it, for tests. */
  held = false;
  private readonly refusedListeners = new Set<(addresses: string[]) => void>();
  /** Places that were opened in the browser, for tests. */
  readonly places: string[] = [];
  private looks = 0;
  private listener: (event: EngineEvent) => void = () => {};
  private accounts: AccountView[];
  private time: number;
  private flow: {
    number: number;
    tenant: string;
    place: PlaceView | null;
    end: (account: AccountView | null) => void;
  } | null = null;

  constructor(private readonly options: FakeOptions) {
    this.time = options.now;
    this.connection = new FakeConnection(options.line ?? "good");
    this.library = new FakeLibrary(options.tenant ?? "usual");
    this.metadata = new FakeMetadata(options.tenant ?? "usual");
    this.sheets = new FakeSheets(this.metadata);
    this.queue = new FakeQueue(
      () => this.time,
      (event) => this.listener(event),
    );
    this.collections = collectionsFor(
      options.scenario,
      options.tenant ?? "usual",
      () => this.time,
      (event) => this.listener(event),
    );
    const rules = { duplicates_upload: "md5:skip", duplicates_sync: "md5:skip" };
    const locks = { managed: { language: "en" }, "duplicates-locked": rules };
    const locked = locks[options.scenario as keyof typeof locks];
    const managed = locked ? { by: "Acme IT", settings: locked } : null;
    this.settings = new FakeSettings(managed, options.scenario === "duplicates-others");
    this.duplicates = new FakeDuplicates(this.queue);
    if (options.scenario === "sync-off") this.settings.set("sync", "off");
    this.folders = new FakeFolders(
      options.scenario,
      () => this.time,
      () => ({ on: this.value("sync") === "on", frequency: this.value("sync_frequency") }),
      (event) => this.listener(event),
    );
    this.accounts = options.scenario === "signed-out" ? [] : [{ ...ACCOUNT }];
    if (options.scenario === "accounts") this.accounts = [...THREE];
    if (options.scenario === "no-keychain") {
      this.accounts = [];
      this.vault = "missing";
    }
    if (options.scenario === "locked") {
      this.vault = "locked";
      this.passphrase = "correct horse";
    }
    if (options.scenario === "consumer") this.accounts = [{ ...ACCOUNT, rights: ["download"] }];
    if (options.scenario === "upload-link") this.accounts = [accountIn(OPEN, 1)];
    if (options.scenario === "place-closed") {
      this.accounts = [accountIn(CLOSED, 1)];
      this.queue.setCondition({ sign_in_required: true });
    }
    prepare(options.scenario, this.queue, options.now);
    if (options.scenario === "offline") this.queue.setCondition({ offline: true });
    if (options.scenario === "accounts") this.queue.setCondition({ sign_in_required: true });
    if (options.scenario === "signin-required") {
      this.accounts = [{ ...ACCOUNT, state: "sign_in_required" }];
      this.queue.setCondition({ sign_in_required: true });
    }
  }

  advance(ms: number): void {
    this.time += ms;
    this.queue.advance(ms);
    this.connection.advance(ms);
    this.collections.advance(ms);
    this.folders.advance(ms);
  }

  drop(paths: string[]): void {
    for (const listener of this.dropListeners) listener(paths);
  }

  openPaths(paths: string[]): void {
    for (const listener of this.pathListeners) listener(paths);
  }

  askView(view: AskedView): void {
    for (const listener of this.viewListeners) listener(view);
  }

  refuse(addresses: string[]): void {
    for (const listener of this.refusedListeners) listener(addresses);
  }

  async subscribe(listener: (event: EngineEvent) => void) {
    await this.pause();
    if (this.options.scenario === "damaged") throw failureOf("DatabaseDamaged", "you", {}, "malformed at page 812");
    this.listener = listener;
    const batches = this.queue.batches.map((batch) => batch.view()).reverse();
    return {
      accounts: this.accounts,
      batches: batches.slice(0, 200),
      totals: this.queue.totals(),
      progress: this.queue.frame(),
      condition: { ...this.queue.condition },
    };
  }

  async listJobs(query: Parameters<Backend["listJobs"]>[0]) {
    await this.pause();
    return listJobs(this.queue.batches, query);
  }

  async listBatches(offset: number, limit: number, finished: boolean | null) {
    await this.pause();
    return this.queue.batches
      .map((batch) => batch.view())
      .filter((batch) => finished === null || (batch.state === "finished") === finished)
      .reverse()
      .slice(offset, offset + limit);
  }

  async jobDetails(job: number): Promise<JobDetails> {
    await this.pause();
    const { batch: id, index } = FakeBatch.owner(job);
    const batch = this.queue.batches.find((candidate) => candidate.id === id);
    if (!batch) throw failureOf("JobMissing", "you");
    const view = batch.jobView(index);
    return {
      job: view,
      path: `${view.folder}/${view.name}`,
      verification: view.md5 ? "etag_and_md5" : null,
      attempts: batch.extras.get(index)?.attempts ?? [],
      asset_url: view.asset ? `https://acme.canto.com/v/library/image/${view.asset.id}` : null,
      album_id: batch.destination.kind === "album" ? batch.destination.id : null,
      parts: partsOf(view),
      metadata: batch.extras.get(index)?.metadata ?? null,
    };
  }

  async control(action: Parameters<Backend["control"]>[0], selection: Parameters<Backend["control"]>[1]) {
    await this.pause();
    return this.queue.control(action, selection);
  }

  async selectJobs(query: Parameters<Backend["selectJobs"]>[0]) {
    await this.pause();
    return selectJobs(this.queue.batches, query);
  }

  async moveJobs(selection: Parameters<Backend["moveJobs"]>[0], spot: Parameters<Backend["moveJobs"]>[1]) {
    await this.pause();
    return this.queue.moveTo(selection, spot);
  }

  async retargetJobs(...[account, selection, destination]: Parameters<Backend["retargetJobs"]>) {
    await this.pause();
    return this.queue.retarget(account, selection, destination);
  }

  async stagePaths(paths: string[], choices: Parameters<Backend["stagePaths"]>[1]) {
    await this.pause();
    return stage(paths, choices);
  }

  async listStaged(query: Parameters<Backend["listStaged"]>[0]) {
    await this.pause();
    return listStaged(query);
  }

  async enqueueFiles(request: Parameters<Backend["enqueueFiles"]>[0]) {
    await this.pause();
    this.metadata.refuseUnfilled(request);
    this.requests.push(request);
    const { files } = stage(request.paths, request);
    const first = request.paths[0] ?? "";
    const names = request.paths.filter((path) => !isFolder(path)).map(leaf);
    const shoot = {
      seed: textSeed(first),
      folder: first,
      kind: /card/i.test(first) ? ("card" as const) : ("shoot" as const),
      names: names.length === files ? names : undefined,
    };
    const id = this.queue.batches.length + 1;
    const batch = new FakeBatch(id, request.account, leaf(first), request.destination, shoot, files, this.time);
    batch.duplicates = request.duplicates ?? this.rule();
    this.queue.add(batch);
    this.queue.flush();
    return id;
  }

  async listDecisions(query: DecisionQuery) {
    await this.pause();
    return this.duplicates.list(query);
  }

  async decideDuplicates(answer: DuplicateAnswer, reach: DuplicateReach) {
    await this.pause();
    return this.duplicates.decide(answer, reach);
  }

  async localFacts(job: number, hash: boolean) {
    return this.duplicates.facts((await this.jobDetails(job)).job, hash);
  }

  async previewDuplicates(request: Enqueue, basis: DuplicateBasis | null) {
    this.previews++;
    await this.tenant();
    if (this.options.tenant === "failing") throw failureOf("NetworkTimeout", "nobody");
    const nothing = { certain: 0, probably: 0, twins: 0, files: [] };
    return this.options.tenant === "empty" ? nothing : this.duplicates.preview(request, basis, this.rule());
  }

  /** How often somebody looked ahead, for tests. */
  previews = 0;
  stopDuplicatePreview = async () => {};
  openDuplicate = async (job: number) => void this.duplicates.opened.push(job);

  private rule(): DuplicateRule {
    return this.value("duplicates_upload") as DuplicateRule;
  }

  private value(key: SettingKey): string {
    return this.settings.list().find((one) => one.key === key)!.value;
  }

  async listWatched() {
    await (this.options.scenario === "sync-loading" ? never : this.pause());
    return this.folders.list();
  }

  async watchFolder(folder: WatchFolder) {
    await this.pause();
    return this.folders.add(folder, this.accounts);
  }

  async changeWatched(folder: number, change: WatchedChange) {
    await this.pause();
    this.folders.change(folder, change);
  }

  async previewSync(folder: number) {
    await this.tenant();
    return this.folders.preview(folder);
  }

  pickFiles = async () => ["/Users/mira/Desktop/Key visual.psd", "/Users/mira/Desktop/Brand film master v3.mov"];
  pickFolders = async () => ["/Users/mira/Pictures/Spring shoot"];

  onDragged = async (listener: (above: boolean) => void) => onDomDrag(listener);

  async onDropped(listener: (paths: string[]) => void): Promise<Unsubscribe> {
    this.dropListeners.add(listener);
    const stop = onDomDrop(listener);
    return () => {
      stop();
      this.dropListeners.delete(listener);
    };
  }

  async onPathsOpened(listener: (paths: string[]) => void): Promise<Unsubscribe> {
    this.pathListeners.add(listener);
    return () => this.pathListeners.delete(listener);
  }

  async onViewAsked(listener: (view: AskedView) => void): Promise<Unsubscribe> {
    this.viewListeners.add(listener);
    return () => this.viewListeners.delete(listener);
  }

  holdPage = async (held: boolean) => void (this.held = held);

  async onOpenRefused(listener: (addresses: string[]) => void): Promise<Unsubscribe> {
    this.refusedListeners.add(listener);
    return () => this.refusedListeners.delete(listener);
  }

  async listCollections(account: number) {
    await this.tenant();
    return this.collections.list(account);
  }

  keptCollections = async () => this.collections.kept();
  syncFolder = async () => this.collections.folder();
  previewSyncFolder = async (path: string | null) => this.collections.offer(path);
  pickSyncFolder = async () => this.collections.picked;
  chooseSyncFolder = async (path: string, anew: boolean) => this.collections.choose(path, anew);
  openSyncFolder = async (mirror: number | null) => void this.collections.opened.push(mirror);
  switchCollection = async (mirror: number, on: boolean) => this.collections.switch(mirror, on);
  syncCollections = async (mirror: number | null) => this.collections.sync(mirror);
  confirmRemovals = async (mirror: number) => this.collections.confirm(mirror);
  listHeldFiles = async () => [...this.collections.held];
  restoreHeldFile = async (held: number) => this.collections.restore(held);
  listMirrorActivity = async (offset: number, limit: number) => this.collections.page(offset, limit);
  showMirroredFile = async (activity: number) => void this.collections.shown.push(activity);

  async addCollection(account: number, typed: string) {
    await this.tenant();
    return this.collections.add(account, typed);
  }

  async previewCollection(mirror: number) {
    await this.tenant();
    return this.collections.plan(mirror);
  }

  async listLibrary(account: number, folder: string | null) {
    const place = this.accounts.find((one) => one.id === account)?.place;
    if (place) return folder ? [] : treeOf(place);
    await this.tenant();
    return this.library.list(folder);
  }

  async searchLibrary(_account: number, text: string) {
    await this.tenant();
    return this.library.search(text);
  }

  createFolder = (_account: number, parent: string | null, name: string) => this.create("folder", parent, name);
  createAlbum = (_account: number, parent: string | null, name: string) => this.create("album", parent, name);

  async metadataForm() {
    await this.tenant();
    if (this.options.tenant === "failing") throw failureOf("NetworkTimeout", "nobody");
    return this.metadata.form;
  }

  async checkMetadata(_account: number, values: MetadataValues) {
    await this.pause();
    return this.metadata.check(values);
  }

  async missingMetadata(request: Parameters<Backend["missingMetadata"]>[0]) {
    await this.pause();
    return this.metadata.missing(request);
  }

  pickSheet = async () => "/Users/mira/Documents/Spring shoot 2026.xlsx";

  async readSheet(query: SheetQuery) {
    await this.pause();
    if (this.options.tenant === "failing") throw failureOf("MetadataRefused", "you", { reason: "sheet" });
    return this.sheets.read(query, this.options.tenant === "empty");
  }

  listTemplates = async () => this.metadata.list();
  saveTemplate = async (_account: number, template: MetadataTemplate) => this.metadata.save(template);
  deleteTemplate = async (_account: number, name: string) => this.metadata.delete(name);
  knownWords = async (_account: number, list: WordList, text: string) => this.metadata.words(list, text);

  async correctMetadata(selection: JobSelection, values: MetadataValues) {
    await this.pause();
    return this.queue.correct(selection, values);
  }

  /** As the engine: it waits until nothing more was typed. */
  async checkAddress(typed: string) {
    const round = ++this.looks;
    await new Promise((resolve) => setTimeout(resolve, TYPING));
    if (round !== this.looks) throw failureOf("SignInCancelled", "you");
    return checkAddress(typed);
  }

  openPlace = async (typed: string) => void this.places.push(typed);

  async connectPlace({ address, password, again }: PlaceRequest) {
    await this.pause();
    const known = this.accounts.find((account) => account.id === again);
    const offer = address === null ? null : checkAddress(address).offer;
    const place = offer ? enter(offer, password) : { ...known!.place!, trouble: null };
    return this.put(accountIn(place, known?.id ?? this.accounts.length + 1));
  }

  private put(account: AccountView): AccountView {
    this.accounts = [...this.accounts.filter((other) => other.id !== account.id), account];
    this.listener({ event: "accounts_changed", accounts: this.accounts });
    this.queue.setCondition({ sign_in_required: false });
    return account;
  }

  async startSignIn({ tenant, app_id }: Parameters<Backend["startSignIn"]>[0]) {
    await this.pause();
    if (this.vault !== "open") throw failureOf("KeychainUnavailable", "you");
    const { tenant: full, offer } = checkAddress(tenant);
    if (offer && !offer.sign_in) throw failureOf("RequestInvalid", "you", { reason: "place" });
    if (key(full) === null && !app_id) {
      throw failureOf("CredentialsRefused", "admin", { reason: "app_id_missing", tenant: full });
    }
    const number = (this.flow?.number ?? 0) + 1;
    this.flow = { number, tenant: full, place: offer?.place ?? null, end: () => {} };
    return {
      flow: number,
      url: `https://oauth.canto.com/oauth/api/oauth2/authorize?response_type=code&state=6f1c`,
      host: full,
    };
  }

  openSignInPage = async () => {};

  async finishSignIn(flow: number) {
    const account = await new Promise<AccountView | null>((resolve) => {
      if (this.flow?.number !== flow) resolve(null);
      else this.flow.end = resolve;
    });
    if (!account) throw failureOf("SignInCancelled", "you");
    return account;
  }

  /** As if the browser came back. */
  completeSignIn(): void {
    if (!this.flow) return;
    const old = this.accounts.find((account) => account.tenant === this.flow!.tenant);
    const id = old?.id ?? this.accounts.length + 1;
    const { place, tenant } = this.flow;
    this.flow.end(this.put(place ? accountIn(place, id) : { ...ACCOUNT, id, tenant }));
  }

  async cancelSignIn(flow: number) {
    if (this.flow?.number === flow) this.flow.end(null);
  }

  /** What there is in place of a keychain, for scenarios without one. */
  private vault: VaultState = "open";
  private passphrase: string | null = null;

  async vaultState() {
    await this.pause();
    return this.vault;
  }

  async unlockVault(passphrase: string) {
    await this.pause();
    if (this.passphrase !== null && this.passphrase !== passphrase) throw failureOf("PassphraseWrong", "you");
    this.passphrase = passphrase;
    this.vault = "open";
  }

  async signOut(account: number, dropQueue: boolean) {
    await this.pause();
    if (dropQueue) this.queue.control("cancel", { of: "account", account });
    this.accounts = this.accounts.map((other) => (other.id === account ? { ...other, state: "signed_out" } : other));
    this.listener({ event: "accounts_changed", accounts: this.accounts });
  }

  async networkWay(account: number | null) {
    await this.pause();
    const known = this.accounts.find((one) => account === null || one.id === account);
    return this.network.way(known?.tenant ?? "oauth.canto.com");
  }

  async testConnection(...[request, listener]: Parameters<Backend["testConnection"]>) {
    await this.pause();
    const account = this.accounts.find((one) => one.id === request.account);
    const uploads = this.queue.totals().jobs.uploading ?? 0;
    const tenant = account?.tenant ?? request.address ?? "";
    return this.connection.run(
      request,
      { tenant, user: account?.user_name ?? null, uploads, now: this.time },
      listener,
    );
  }

  stopConnectionTest = async () => this.connection.stop();
  connectionText = async () => this.connection.text();
  saveConnectionPage = async () => "/Users/mira/Documents/Ferry connection test.html";
  openConnectionPage = async () => void this.pagesOpened++;

  async hasProxyPassword() {
    await this.pause();
    return this.network.password !== null;
  }

  async setProxyPassword(password: string | null) {
    await this.pause();
    this.network.password = password;
    this.listener({ event: "settings_changed" });
  }

  async listSettings() {
    await this.pause();
    return this.settings.list();
  }

  async setSetting(key: SettingKey, value: string | null) {
    await this.pause();
    this.settings.set(key, value);
    this.listener({ event: "settings_changed" });
    if (key === "sync") this.listener({ event: "sync_switched", on: value !== "off" });
    if (key === "secrets") this.vault = "open";
    if (key === "rest_until") {
      const until = value ? Date.parse(value) : null;
      this.queue.setCondition({ rest: until === null ? null : { reason: "user", until } });
    }
  }

  async bandwidth() {
    await this.pause();
    return this.settings.bandwidth();
  }

  async thumbnail(of: Parameters<Backend["thumbnail"]>[0]) {
    await this.pause();
    if ("mirrored" in of) return this.collections.pictureOf(of.mirrored);
    // Of an asset the same picture, or another one of the shoot.
    const alike = "duplicate" in of && fraction(of.duplicate, 15) < 0.6;
    const seed = "duplicate" in of ? of.duplicate + Number(!alike) : "job" in of ? of.job : textSeed(of.path);
    // Some pictures are broken, and some assets have none.
    if ("duplicate" in of && of.duplicate % 5 === 1) return null;
    return seed % 23 === 0 ? null : pictureOf(seed);
  }
  openAsset = async () => {};
  showInFolder = async () => {};
  saveReceipt = async (batch: number, format: string) => `/Users/mira/Documents/Ferry receipt ${batch}.${format}`;
  openReceipt = async (batch: number) => void this.opened.push(batch);
  appVersion = async () => "0.1.0";

  private async create(kind: "folder" | "album", parent: string | null, name: string) {
    await this.pause();
    const node = this.library.create(kind, parent, name);
    if (!node) throw failureOf("NameRefused", "you", { name });
    return node;
  }

  /** What the tenant itself has to answer. */
  private tenant(): Promise<void> {
    return this.options.tenant === "silent" ? never : this.pause();
  }

  private pause(): Promise<void> {
    const { delay } = this.options;
    return delay ? new Promise((resolve) => setTimeout(resolve, delay)) : Promise.resolve();
  }
}

const leaf = (path: string): string => path.split(/[\\/]/).pop() ?? path;

/** `?scenario=busy&clock=manual`: with a manual clock nothing moves until a test calls `advance`. */
export function fakeFromAddress(): FakeBackend {
  const address = new URLSearchParams(location.search);
  const scenario = SCENARIOS.find((name) => name === address.get("scenario")) ?? "busy";
  const tenant = TENANTS.find((name) => name === address.get("tenant"));
  const line = LINES.find((name) => name === address.get("line"));
  const fake = new FakeBackend({ scenario, tenant, line, now: Date.now(), delay: Number(address.get("delay") ?? 25) });
  if (address.get("clock") !== "manual") setInterval(() => fake.advance(200), 200);
  Object.assign(window, { ferryFake: fake });
  return fake;
}
