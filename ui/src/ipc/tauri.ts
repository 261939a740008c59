// The desktop shell's side of the `Backend` interface.
import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import type { Backend, DropEvent } from "./backend";
import type { EngineEvent, Failure, JobAction } from "./bindings";

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

  stagePaths: (paths, choices) => call("stage_paths", { paths, choices }),
  listStaged: (query) => call("list_staged", { query }),
  enqueueFiles: (request) => call("enqueue_files", { request }),
  pickFiles: () => call("pick_files"),
  pickFolders: () => call("pick_folders"),
  onDrop: (listener) =>
    getCurrentWebview().onDragDropEvent(({ payload }) => {
      const event = toDrop(payload);
      if (event) listener(event);
    }),
  onPathsOpened: (listener) => listen<string[]>("paths-opened", ({ payload }) => listener(payload)),

  listLibrary: (account, folder) => call("list_library", { account, folder }),
  searchLibrary: (account, text) => call("search_library", { account, text }),
  createFolder: (account, parent, name) => call("create_folder", { account, parent, name }),
  createAlbum: (account, parent, name) => call("create_album", { account, parent, name }),

  metadataForm: (account) => call("metadata_form", { account }),
  checkMetadata: (account, values) => call("check_metadata", { account, values }),
  pickSheet: () => call("pick_sheet"),
  readSheet: (query) => call("read_sheet", { query }),
  listTemplates: (account) => call("list_templates", { account }),
  saveTemplate: (account, template) => call("save_template", { account, template }),
  deleteTemplate: (account, name) => call("delete_template", { account, name }),
  knownWords: (account, list, text) => call("known_words", { account, list, text }),
  correctMetadata: (selection, values) => call("correct_metadata", { selection, values }),

  startSignIn: (request) => call("start_sign_in", { request }),
  openSignInPage: (flow) => call("open_sign_in_page", { flow }),
  finishSignIn: (flow) => call("finish_sign_in", { flow }),
  cancelSignIn: (flow) => call("cancel_sign_in", { flow }),
  signOut: (account, dropQueue) => call("sign_out", { account, dropQueue }),

  listSettings: () => call("list_settings"),
  setSetting: (key, value) => call("set_setting", { key, value }),

  thumbnail: async (of) => {
    const what = "job" in of ? `job/${of.job}` : `staged/${await call<number>("number_staged", { path: of.path })}`;
    return convertFileSrc("", "thumb") + what;
  },
  openAsset: (job) => call("open_asset", { job }),
  showInFolder: (job) => call("show_in_folder", { job }),
  saveReceipt: (batch, format) => call("save_receipt", { batch, format }),
  openReceipt: (batch) => call("open_receipt", { batch }),
  appVersion: () => call("app_version"),
};

function toDrop(payload: { type: string; paths?: string[] }): DropEvent | null {
  switch (payload.type) {
    case "enter":
      return { type: "hover" };
    case "leave":
      return { type: "leave" };
    case "drop":
      return { type: "drop", paths: payload.paths ?? [] };
    default:
      return null;
  }
}
