// The desktop shell's side of the `Backend` interface.
import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { AskedView, Backend, ThumbnailOf } from "./backend";
import type { ConnectionReport, EngineEvent, Failure, JobAction } from "./bindings";
import { handOver, whole, type Piece } from "./pieces";

const CONTROL: Record<JobAction, string> = {
  pause: "pause_jobs",
  resume: "resume_jobs",
  cancel: "cancel_jobs",
  retry: "retry_jobs",
  top: "top_jobs",
};

/** Commands reject with a `Failure`; anything else comes from the bridge itself and is made into one. */
async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (reason) {
    if (typeof reason === "object" && reason !== null && "code" in reason) throw reason;
    const failure: Failure = { code: "Internal", who: "canto", params: {}, details: `${command}: ${String(reason)}` };
    throw failure;
  }
}

/** The number of a list that the shell was given beforehand, or null where the paths are few and go along. */
const listOf = (paths: readonly string[]) =>
  handOver(paths, (list, piece) => call<number>("keep_paths", { list, paths: piece }));

/** A call with something that names paths, however many. */
async function callOn<T>(command: string, key: string, about: { paths: string[] }, more = {}): Promise<T> {
  const list = await listOf(about.paths);
  return call(command, { [key]: list === null ? about : { ...about, paths: [] }, list, ...more });
}

export const tauriBackend: Backend = {
  subscribe: (listener) => {
    const channel = new Channel<EngineEvent>();
    channel.onmessage = listener;
    return call("subscribe_events", { channel });
  },

  listJobs: (query) => call("list_jobs", { query }),
  listBatches: (offset, limit, finished) => call("list_batches", { offset, limit, finished }),
  jobDetails: (job) => call("job_details", { job }),
  selectJobs: (query) => call("select_jobs", { query }),
  control: (action, selection) => call(CONTROL[action], { selection }),
  moveJobs: (selection, spot) => call("move_jobs", { selection, spot }),
  retargetJobs: (account, selection, destination) => call("retarget_jobs", { account, selection, destination }),

  stagePaths: async (paths, choices) => {
    const list = await listOf(paths);
    return call("stage_paths", { paths: list === null ? paths : [], list, choices });
  },
  listStaged: (query) => call("list_staged", { query }),
  enqueueFiles: (request) => callOn("enqueue_files", "request", request),
  listDecisions: (query) => call("list_decisions", { query }),
  decideDuplicates: (answer, reach) => call("decide_duplicates", { answer, reach }),
  localFacts: (job, hash) => call("local_facts", { job, hash }),
  previewDuplicates: (request, basis) => callOn("preview_duplicates", "request", request, { basis }),
  stopDuplicatePreview: () => call("stop_duplicate_preview"),
  openDuplicate: (job) => call("open_duplicate", { job }),
  listWatched: () => call("list_watched"),
  watchFolder: (folder) => call("watch_folder", { folder }),
  changeWatched: (folder, change) => call("change_watched", { folder, change }),
  previewSync: (folder) => call("preview_sync", { folder }),
  pickFiles: () => call("pick_files"),
  pickFolders: () => call("pick_folders"),
  onDragged: (listener) => listen<"above" | "away">("files-dragged", ({ payload }) => listener(payload === "above")),
  onDropped: (listener) => onPaths("files-dropped", listener),
  onPathsOpened: (listener) => onPaths("paths-opened", listener),
  onViewAsked: (listener) => listen<AskedView[]>("view-asked", ({ payload }) => payload.forEach(listener)),
  holdPage: (held) => call("hold_page", { held }),
  onOpenRefused: (listener) => listen<string[]>("open-refused", ({ payload }) => listener(payload)),

  listCollections: (account) => call("list_collections", { account }),
  keptCollections: () => call("kept_collections"),
  addCollection: (account, typed) => call("add_collection", { account, typed }),
  switchCollection: (mirror, on) => call("switch_collection", { mirror, on }),
  syncCollections: (mirror) => call("sync_collections", { mirror }),
  previewCollection: (mirror) => call("preview_collection", { mirror }),
  confirmRemovals: (mirror) => call("confirm_removals", { mirror }),
  syncFolder: () => call("sync_folder_now"),
  previewSyncFolder: (path) => call("preview_sync_folder", { path }),
  pickSyncFolder: () => call("pick_sync_folder"),
  chooseSyncFolder: (path, anew) => call("choose_sync_folder", { path, anew }),
  openSyncFolder: (mirror) => call("open_sync_folder", { mirror }),
  listHeldFiles: () => call("list_held_files"),
  restoreHeldFile: (held) => call("restore_held_file", { held }),
  listMirrorActivity: (offset, limit) => call("list_mirror_activity", { offset, limit }),
  showMirroredFile: (activity) => call("show_mirrored_file", { activity }),

  listLibrary: (account, folder) => call("list_library", { account, folder }),
  searchLibrary: (account, text) => call("search_library", { account, text }),
  createFolder: (account, parent, name) => call("create_folder", { account, parent, name }),
  createAlbum: (account, parent, name) => call("create_album", { account, parent, name }),

  metadataForm: (account) => call("metadata_form", { account }),
  checkMetadata: (account, values) => call("check_metadata", { account, values }),
  missingMetadata: (request) => callOn("missing_metadata", "request", request),
  pickSheet: () => call("pick_sheet"),
  readSheet: (query) => callOn("read_sheet", "query", query),
  listTemplates: (account) => call("list_templates", { account }),
  saveTemplate: (account, template) => call("save_template", { account, template }),
  deleteTemplate: (account, name) => call("delete_template", { account, name }),
  knownWords: (account, list, text) => call("known_words", { account, list, text }),
  correctMetadata: (selection, values) => call("correct_metadata", { selection, values }),

  checkAddress: (typed) => call("check_address", { typed }),
  openPlace: (typed) => call("open_place", { typed }),
  connectPlace: (request) => call("connect_place", { request }),
  startSignIn: (request) => call("start_sign_in", { request }),
  openSignInPage: (flow) => call("open_sign_in_page", { flow }),
  finishSignIn: (flow) => call("finish_sign_in", { flow }),
  cancelSignIn: (flow) => call("cancel_sign_in", { flow }),
  vaultState: () => call("vault_state"),
  unlockVault: (passphrase) => call("unlock_vault", { passphrase }),
  signOut: (account, dropQueue) => call("sign_out", { account, dropQueue }),

  networkWay: (account) => call("network_way", { account }),
  hasProxyPassword: () => call("has_proxy_password"),
  setProxyPassword: (password) => call("set_proxy_password", { password }),

  testConnection: (request, listener) => {
    const channel = new Channel<ConnectionReport>();
    channel.onmessage = listener;
    return call("test_connection", { request, channel });
  },
  stopConnectionTest: () => call("stop_connection_test"),
  connectionText: () => call("connection_text"),
  saveConnectionPage: () => call("save_connection_page"),
  openConnectionPage: () => call("open_connection_page"),

  listSettings: () => call("list_settings"),
  bandwidth: () => call("bandwidth_now"),
  setSetting: (key, value) => call("set_setting", { key, value }),

  thumbnail: async (of) => {
    return convertFileSrc("", "thumb") + (await pictureOf(of));
  },
  openAsset: (job) => call("open_asset", { job }),
  showInFolder: (job) => call("show_in_folder", { job }),
  saveReceipt: (batch, format) => call("save_receipt", { batch, format }),
  openReceipt: (batch) => call("open_receipt", { batch }),
  appVersion: () => call("app_version"),
};

async function pictureOf(of: ThumbnailOf): Promise<string> {
  if ("job" in of) return `job/${of.job}`;
  if ("mirrored" in of) return `mirrored/${of.mirrored}`;
  if ("duplicate" in of) return `duplicate/${of.duplicate}`;
  return `staged/${await call<number>("number_staged", { path: of.path })}`;
}

function onPaths(event: string, listener: (paths: string[]) => void): Promise<() => void> {
  const take = whole(listener);
  return listen<Piece>(event, ({ payload }) => take(payload));
}
