// What each failure means for people: its sentence, and what to do next.
import type { ErrorCode, Failure, Who } from "../ipc/bindings";
import { formatBytes } from "../format/numbers";
import { placeParts } from "../format/paths";
import { t, type MessageKey } from "../i18n";

export interface ErrorText {
  sentence: MessageKey;
  next: MessageKey;
}

/** Where the next step differs from what its `who` suggests. */
const NEXT: Record<ErrorCode, MessageKey> = {
  SourceChanged: "next.wait",
  SourceMissing: "next.retry_file",
  SourceUnreadable: "next.retry_file",
  SourceNotAFile: "next.retry_file",
  VolumeAway: "next.volume",
  AssetUnseen: "next.look",
  SourceLocked: "next.wait",
  NameRefused: "next.rename",
  TooLarge: "next.support",
  PathUnusable: "next.retry_file",
  NetworkOffline: "next.wait",
  NetworkInterrupted: "next.wait",
  NetworkTimeout: "next.wait",
  UnexpectedAnswer: "next.network",
  TlsRefused: "next.ask_it",
  ProxyAuthRequired: "next.proxy_login",
  ProxyUnreachable: "next.ask_it",
  ProxyRefused: "next.proxy_hosts",
  PacUnusable: "next.proxy_script",
  TenantUnknown: "next.check_input",
  TenantBusy: "next.wait",
  TenantRefused: "next.support",
  SignInRequired: "next.sign_in",
  SignInCancelled: "next.sign_in",
  SignInTimeout: "next.sign_in",
  CredentialsRefused: "next.ask_admin",
  WrongAccount: "next.sign_in",
  BrowserMissing: "next.sign_in",
  NoPermission: "next.ask_admin",
  DestinationMissing: "next.destination",
  DestinationRefused: "next.ask_admin",
  PolicyRefused: "next.support",
  ChecksumMismatch: "next.ask_it",
  IngestRefused: "next.support",
  MetadataRefused: "next.check_input",
  PlaceMissing: "next.place_address",
  PlaceClosed: "next.place_owner",
  PlaceExpired: "next.place_owner",
  PlaceFull: "next.place_owner",
  PlaceDenied: "next.place_owner",
  PlacePasswordWrong: "next.place_password",
  DuplicateFound: "next.duplicate",
  DecisionNeeded: "next.decide",
  CollectionMissing: "next.check_input",
  SyncFolderMissing: "next.sync_folder",
  DiskFull: "next.free_space",
  DatabaseTooNew: "next.update",
  DatabaseDamaged: "next.start_again",
  DatabaseUnusable: "next.restart",
  DataDirInUse: "next.restart",
  KeychainUnavailable: "next.sign_in",
  PassphraseWrong: "next.check_input",
  SettingLocked: "next.ask_it",
  AccountMissing: "next.sign_in",
  BatchMissing: "next.check_input",
  JobMissing: "next.check_input",
  FolderMissing: "next.check_input",
  WatchLimit: "next.watch_limit",
  RequestInvalid: "next.check_input",
  Internal: "next.support",
};

export function errorText(code: ErrorCode): ErrorText {
  // A shell newer than this page may send a code that isn't known here.
  const known: ErrorCode = code in NEXT ? code : "Internal";
  return { sentence: `error.${known}`, next: NEXT[known] };
}

/** Why a value, or a sheet of them, isn't taken: the code alone says too little. */
const METADATA: Record<string, MessageKey> = {
  required: "metadata.wrong_empty",
  unfilled: "metadata.wrong_unfilled",
  number: "metadata.wrong_number",
  date: "metadata.wrong_date",
  url: "metadata.wrong_url",
  rating: "metadata.wrong_rating",
  choice: "metadata.wrong_choice",
  several: "metadata.wrong_several",
  unknown_field: "metadata.wrong_field",
  tenant: "metadata.wrong_tenant",
  right: "metadata.wrong_right",
  gone: "metadata.wrong_gone",
  sheet: "sheet.unreadable",
  no_names: "sheet.no_names",
};

/** What is wrong with a setting that was typed. */
const SETTING: Record<string, MessageKey> = {
  limit: "setting.wrong_limit",
  limit_small: "setting.wrong_limit_small",
  timetable: "setting.wrong_timetable",
  timetable_days: "setting.wrong_timetable_days",
  proxy_address: "setting.wrong_proxy_address",
  proxy_login: "setting.wrong_proxy_login",
  proxy_user: "setting.wrong_proxy_user",
  proxy_script: "setting.wrong_proxy_script",
  proxy_exceptions: "setting.wrong_proxy_exceptions",
  proxy_address_missing: "setting.missing_proxy_address",
  proxy_script_missing: "setting.missing_proxy_script",
  authorities: "setting.wrong_authorities",
  authority_file: "setting.wrong_authority_file",
  timetable_hours: "setting.wrong_timetable_hours",
  frequency: "sync.wrong_frequency",
  test_running: "test.error_running",
  test_album: "test.error_album",
  test_none: "test.error_none",
};

/** Why a folder can't be watched or looked through. */
const WATCHED: Record<string, MessageKey> = {
  folder_own: "sync.wrong_own",
  folder_album: "sync.wrong_album",
  folder_watched: "sync.wrong_watched",
  folder_nested: "sync.wrong_nested",
  folder_off: "sync.wrong_folder_off",
  sync_off: "sync.wrong_sync_off",
};

/** What is wrong with a proxy script. */
const SCRIPT: Record<string, MessageKey> = {
  unreadable: "network.script_unreadable",
  no_script: "network.script_none",
  fails: "network.script_fails",
  too_slow: "network.script_slow",
};

/** What is wrong with an address, the server there, or its key. These say what to do, too. */
const SIGN_IN: Record<string, MessageKey> = {
  empty: "signin.empty",
  email: "wrong.email",
  file: "wrong.file",
  scheme: "wrong.scheme",
  unreadable: "wrong.unreadable",
  not_encrypted: "wrong.not_encrypted",
  not_a_tenant: "wrong.not_a_tenant",
  password: "wrong.password",
  typo: "wrong.typo",
  no_host: "wrong.no_host",
  refused: "wrong.refused",
  silent: "wrong.silent",
  no_tls: "wrong.no_tls",
  elsewhere: "wrong.elsewhere",
  not_canto: "wrong.not_canto",
  no_sign_in: "wrong.no_sign_in",
  untrusted: "wrong.untrusted",
  other_name: "wrong.other_name",
  app_id_missing: "wrong.app_id_missing",
  app_id: "wrong.app_id",
  redirect: "wrong.redirect",
  page: "wrong.page",
  secret: "wrong.secret",
  mode: "wrong.mode",
  code: "wrong.code",
  tenant: "wrong.tenant",
  user: "wrong.user",
};

/** What the connection test says of one server, or of its picture. */
const HOST = "test.error_host";
/** Which right is missing, or where. */
const RIGHTS: Record<string, MessageKey> = {
  upload: "denied.upload",
  place: "denied.place",
  here: "denied.here",
  view: "denied.view",
  hidden: "denied.hidden",
  create_album: "denied.create_album",
  create_folder: "denied.create_folder",
};

/** What is there and isn't shown, or not yet. */
const UNSEEN: Record<string, MessageKey> = { hidden: "denied.asset_hidden", sample: "test.error_unseen" };

/** Where the next step depends on more than the code. */
const NEXT_OF: Record<string, MessageKey> = {
  place: "next.other_album",
  hidden: "next.other_album",
  create_album: "next.other_album",
  create_folder: "next.other_album",
  view: "next.ask_admin_view",
  inside: "next.other_sync_folder",
  not_empty: "next.other_sync_folder",
  read_only: "next.other_sync_folder",
};

/** How sure it is that the library has a file, and whether somebody decided. */
const FOUND: Record<string, MessageKey> = {
  probably: "error.DuplicateFound_probably",
  picture: "error.DuplicateFound_picture",
  asked: "error.DuplicateFound_asked",
};
const ASKED: Record<string, MessageKey> = {
  probably: "error.DecisionNeeded_probably",
  picture: "error.DecisionNeeded_picture",
};

/** What is the matter with a collection, or with the folder that they are in. */
const FOLDER: Record<string, MessageKey> = {
  inside: "collections.folder_inside",
  not_empty: "collections.folder_not_empty",
  read_only: "collections.folder_read_only",
};

const REASONS: Partial<Record<ErrorCode, Record<string, MessageKey>>> = {
  NetworkOffline: { name: "test.error_name", refused: "test.error_refused", host: HOST },
  NetworkTimeout: { host: "test.error_silent" },
  NetworkInterrupted: { host: "test.error_broke" },
  UnexpectedAnswer: { host: "test.error_page", list: "collections.odd_list" },
  MetadataRefused: METADATA,
  RequestInvalid: { ...SETTING, ...WATCHED },
  PacUnusable: SCRIPT,
  TenantUnknown: SIGN_IN,
  TlsRefused: SIGN_IN,
  CredentialsRefused: SIGN_IN,
  WrongAccount: SIGN_IN,
  NoPermission: { ...RIGHTS, collection: "collections.denied" },
  PathUnusable: FOLDER,
  SyncFolderMissing: FOLDER,
  DiskFull: { sync_folder: "collections.disk_full" },
  DestinationMissing: RIGHTS,
  DestinationRefused: RIGHTS,
  AssetUnseen: UNSEEN,
  DuplicateFound: FOUND,
  DecisionNeeded: ASKED,
  SettingLocked: { administrators: "setting.wrong_administrators" },
};

function reasonOf(failure: Failure): MessageKey | undefined {
  if (failure.code === "RequestInvalid" && failure.params.pattern !== undefined) return "sync.wrong_pattern";
  return REASONS[failure.code]?.[failure.params.reason ?? ""];
}

/** Parameters that are sizes. */
const BYTES = ["needed", "free"];

export function sentenceOf(failure: Failure): string {
  const params: Record<string, string> = { ...failure.params, destination: placeOf(failure) || t("picker.top") };
  for (const key of BYTES) if (params[key] !== undefined) params[key] = formatBytes(Number(params[key]));
  return t(reasonOf(failure) ?? errorText(failure.code).sentence, params);
}

/** The place in the library that it is about, if any. */
export function placeOf({ params }: Failure): string {
  return placeParts(params.destination ?? "").join(" / ");
}

/** What an administrator would call the right that is missing. */
export function rightOf({ params }: Failure): string | null {
  const right = params.right ?? "";
  return right in RIGHT_NAMES ? t(RIGHT_NAMES[right]!) : null;
}

const RIGHT_NAMES: Record<string, MessageKey> = {
  upload: "right.upload",
  place: "right.place",
  view: "right.view",
  create_album: "right.create_album",
  create_folder: "right.create_folder",
};

/** The sentence says already what to do. */
export function saysWhatToDo(failure: Failure): boolean {
  const whole: ErrorCode[] = ["TenantUnknown", "CredentialsRefused", "WrongAccount", "BrowserMissing"];
  return whole.includes(failure.code) || (failure.code === "TlsRefused" && reasonOf(failure) !== undefined);
}

export function nextStepOf(failure: Failure): string {
  const ofHost = failure.code.startsWith("Network") && reasonOf(failure) !== undefined;
  const right = reasonOf(failure)
    ? NEXT_OF[failure.params.right === "view" ? "view" : (failure.params.reason ?? "")]
    : undefined;
  return t(right ?? (ofHost ? "next.let_through" : errorText(failure.code).next));
}

export function whoOf(who: Who): string {
  return t(`who.${who}`);
}

export const ERROR_CODES = Object.keys(NEXT) as ErrorCode[];
