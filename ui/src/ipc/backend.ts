// What the UI asks of the engine. `tauri.ts` answers from the desktop shell, `fake.ts` from a simulation.
import type {
  AccountId,
  AccountView,
  ActivityPage,
  AddressView,
  BatchId,
  BandwidthView,
  BatchView,
  CollectionView,
  CollectionsView,
  ConnectionReport,
  ConnectionTest,
  ControlResult,
  DecisionPage,
  DecisionQuery,
  Destination,
  DuplicateAnswer,
  DuplicateBasis,
  DuplicatePreview,
  DuplicateReach,
  EngineEvent,
  Enqueue,
  HeldId,
  HeldView,
  JobAction,
  JobDetails,
  JobId,
  JobPage,
  JobQuery,
  JobSelection,
  LibraryNode,
  LocalFacts,
  MetadataForm,
  MetadataTemplate,
  MetadataValues,
  MirrorId,
  MissingField,
  NetworkWay,
  PlaceRequest,
  PlanSummary,
  SheetPreview,
  SheetQuery,
  SettingKey,
  SettingView,
  QueueSpot,
  SignInRequest,
  SignInStarted,
  Snapshot,
  StagedPage,
  StagedQuery,
  StagingChoices,
  StagingSummary,
  SyncFolderOffer,
  SyncFolderView,
  SyncPreview,
  ValueRefusal,
  VaultState,
  WatchedChange,
  WatchedFolder,
  WatchedId,
  WatchFolder,
  WordList,
} from "./bindings";

/** A job's file, one that is staged, the asset that a job's file is a duplicate of, or what happened to a mirrored file. */
export type ThumbnailOf = { job: JobId } | { path: string } | { duplicate: JobId } | { mirrored: number };

export type AskedView = "problems" | "history";

export type ReceiptFormat = "csv" | "json" | "html";

export type Unsubscribe = () => void;

/** Every promise rejects with a `Failure`. */
export interface Backend {
  /** The present picture and, from then on, every event. */
  subscribe(listener: (event: EngineEvent) => void): Promise<Snapshot>;

  listJobs(query: JobQuery): Promise<JobPage>;
  listBatches(offset: number, limit: number, finished: boolean | null): Promise<BatchView[]>;
  jobDetails(job: JobId): Promise<JobDetails>;
  /** Ids of the rows that a query finds from its offset on, as runs; `limit` 0 means all. */
  selectJobs(query: JobQuery): Promise<[JobId, JobId][]>;
  control(action: JobAction, selection: JobSelection): Promise<ControlResult>;
  /** Puts files that wait beside another one in the order in which they are sent. */
  moveJobs(selection: JobSelection, spot: QueueSpot): Promise<ControlResult>;
  /** Sends an account's files that are not under way to another place; those that the old one refused are tried again. */
  retargetJobs(account: AccountId, selection: JobSelection, destination: Destination): Promise<ControlResult>;

  stagePaths(paths: string[], choices: StagingChoices): Promise<StagingSummary>;
  /** What is directly in a staged folder. */
  listStaged(query: StagedQuery): Promise<StagedPage>;
  enqueueFiles(request: Enqueue): Promise<BatchId>;
  /** Files that wait until somebody has decided. */
  listDecisions(query: DecisionQuery): Promise<DecisionPage>;
  decideDuplicates(answer: DuplicateAnswer, reach: DuplicateReach): Promise<ControlResult>;
  /** What a job's local file is like now; with `hash` also its sum, which may take its time. */
  localFacts(job: JobId, hash: boolean): Promise<LocalFacts>;
  /** What of a request is there already, by its rule, or as `basis` says. Only the last question is answered. */
  previewDuplicates(request: Enqueue, basis: DuplicateBasis | null): Promise<DuplicatePreview>;
  stopDuplicatePreview(): Promise<void>;
  /** The asset that a job's file is a duplicate of, in the browser. */
  openDuplicate(job: JobId): Promise<void>;

  /** Watched folders, in the order in which they were added. */
  listWatched(): Promise<WatchedFolder[]>;
  watchFolder(folder: WatchFolder): Promise<WatchedId>;
  changeWatched(folder: WatchedId, change: WatchedChange): Promise<void>;
  /** What looking through a folder now would send. Nothing is sent. */
  previewSync(folder: WatchedId): Promise<SyncPreview>;

  pickFiles(): Promise<string[]>;
  pickFolders(): Promise<string[]>;
  /** Files are dragged over the window, or no longer. */
  onDragged(listener: (above: boolean) => void): Promise<Unsubscribe>;
  onDropped(listener: (paths: string[]) => void): Promise<Unsubscribe>;
  /** Paths given to a second start, by the system's *Send to*, or dropped on the dock icon. */
  onPathsOpened(listener: (paths: string[]) => void): Promise<Unsubscribe>;
  /** Somebody wants to see something, asked for from outside of the window. */
  onViewAsked(listener: (view: AskedView) => void): Promise<Unsubscribe>;
  /** The page has something that is not sent yet: closing the window only hides it. */
  holdPage(held: boolean): Promise<void>;
  /** Addresses given in the same ways that name no file. */
  onOpenRefused(listener: (addresses: string[]) => void): Promise<Unsubscribe>;

  /** Asks the library, where that lists its collections. */
  listCollections(account: AccountId): Promise<CollectionsView>;
  /** Those that are known on this computer, of every account; asks nobody. */
  keptCollections(): Promise<CollectionView[]>;
  /** Keeps one here, by its id or the address of its page. */
  addCollection(account: AccountId, typed: string): Promise<CollectionView>;
  /** Switched off, its files stay where they are. */
  switchCollection(mirror: MirrorId, on: boolean): Promise<void>;
  /** Null: all that are on. */
  syncCollections(mirror: MirrorId | null): Promise<void>;
  /** What a run would do now. Only the last question is answered. */
  previewCollection(mirror: MirrorId): Promise<PlanSummary>;
  /** Agrees to the removals that wait. */
  confirmRemovals(mirror: MirrorId): Promise<void>;
  /** Null: nobody has chosen one yet. */
  syncFolder(): Promise<SyncFolderView | null>;
  /** What choosing a folder would come to; null: one in the user's own folder. Nothing is made. */
  previewSyncFolder(path: string | null): Promise<SyncFolderOffer>;
  /** The chosen path, or null if the dialog was closed. */
  pickSyncFolder(): Promise<string | null>;
  /** Or has it moved; `anew`: in place of one that can't be used, and with nothing. */
  chooseSyncFolder(path: string, anew: boolean): Promise<SyncFolderView>;
  /** In the file manager; null: all of it, else a collection's. */
  openSyncFolder(mirror: MirrorId | null): Promise<void>;
  listHeldFiles(): Promise<HeldView[]>;
  /** Resolves with where it is now. */
  restoreHeldFile(held: HeldId): Promise<string>;
  /** Newest first. */
  listMirrorActivity(offset: number, limit: number): Promise<ActivityPage>;
  showMirroredFile(activity: number): Promise<void>;

  listLibrary(account: AccountId, folder: string | null): Promise<LibraryNode[]>;
  searchLibrary(account: AccountId, text: string): Promise<LibraryNode[]>;
  createFolder(account: AccountId, parent: string | null, name: string): Promise<LibraryNode>;
  createAlbum(account: AccountId, parent: string | null, name: string): Promise<LibraryNode>;

  metadataForm(account: AccountId): Promise<MetadataForm>;
  /** What does not fit, with the required fields that are empty. */
  checkMetadata(account: AccountId, values: MetadataValues): Promise<ValueRefusal[]>;
  /** The required fields that files of an upload would be left without. */
  missingMetadata(request: Enqueue): Promise<MissingField[]>;
  /** The chosen path, or null if the dialog was closed. */
  pickSheet(): Promise<string | null>;
  readSheet(query: SheetQuery): Promise<SheetPreview>;
  listTemplates(account: AccountId): Promise<MetadataTemplate[]>;
  saveTemplate(account: AccountId, template: MetadataTemplate): Promise<void>;
  deleteTemplate(account: AccountId, name: string): Promise<void>;
  /** Words used before that hold the text; at most 20. */
  knownWords(account: AccountId, list: WordList, text: string): Promise<string[]>;
  /** Sets other values on finished jobs; nothing is uploaded. How many jobs there were. */
  correctMetadata(selection: JobSelection, values: MetadataValues): Promise<number>;

  /** Whether a library is there; rejects with what is wrong, and with `SignInCancelled` when asked again meanwhile. */
  checkAddress(typed: string): Promise<AddressView>;
  /** Opens a Workspace or an Upload Link in the browser. */
  openPlace(typed: string): Promise<void>;
  /** Connects to an Upload Link, which needs no account. */
  connectPlace(request: PlaceRequest): Promise<AccountView>;
  startSignIn(request: SignInRequest): Promise<SignInStarted>;
  openSignInPage(flow: number): Promise<void>;
  /** Resolves when the browser came back. */
  finishSignIn(flow: number): Promise<AccountView>;
  cancelSignIn(flow: number): Promise<void>;
  signOut(account: AccountId, dropQueue: boolean): Promise<void>;
  /** Whether sign-ins can be kept, or somebody has to say where first. */
  vaultState(): Promise<VaultState>;
  /** Keeps sign-ins in the encrypted file, which this opens or makes. */
  unlockVault(passphrase: string): Promise<void>;

  /** Null: the way to the sign-in. */
  networkWay(account: AccountId | null): Promise<NetworkWay>;
  hasProxyPassword(): Promise<boolean>;
  /** Null takes it away. */
  setProxyPassword(password: string | null): Promise<void>;

  /** Tells of every change, and resolves with the last one; uploads go on. */
  testConnection(request: ConnectionTest, listener: (report: ConnectionReport) => void): Promise<ConnectionReport>;
  stopConnectionTest(): Promise<void>;
  /** What the last test found, for whoever runs the network. */
  connectionText(): Promise<string>;
  /** The chosen path, or null if the dialog was closed. */
  saveConnectionPage(): Promise<string | null>;
  openConnectionPage(): Promise<void>;

  listSettings(): Promise<SettingView[]>;
  /** Null: as usual again. */
  setSetting(key: SettingKey, value: string | null): Promise<void>;
  /** What may be sent and fetched at present, and why. */
  bandwidth(): Promise<BandwidthView>;

  /** Address of a small picture; that there is none shows when it is loaded, or here. */
  thumbnail(of: ThumbnailOf): Promise<string | null>;
  openAsset(job: JobId): Promise<void>;
  showInFolder(job: JobId): Promise<void>;
  /** The chosen path, or null if the dialog was closed. */
  saveReceipt(batch: BatchId, format: ReceiptFormat): Promise<string | null>;
  /** As a page in the browser, to be read and printed. */
  openReceipt(batch: BatchId): Promise<void>;
  appVersion(): Promise<string>;
}
