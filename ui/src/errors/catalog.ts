// What each failure means for people: its sentence, and what to do next.
import type { ErrorCode, Failure, Who } from "../ipc/bindings";
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
  ProxyAuthRequired: "next.ask_it",
  ProxyUnreachable: "next.ask_it",
  TenantUnknown: "next.check_input",
  TenantBusy: "next.wait",
  TenantRefused: "next.support",
  SignInRequired: "next.sign_in",
  SignInCancelled: "next.sign_in",
  SignInTimeout: "next.sign_in",
  CredentialsRefused: "next.ask_admin",
  NoPermission: "next.ask_admin",
  DestinationMissing: "next.destination",
  DestinationRefused: "next.ask_admin",
  PolicyRefused: "next.support",
  ChecksumMismatch: "next.ask_it",
  IngestRefused: "next.support",
  MetadataRefused: "next.check_input",
  DiskFull: "next.free_space",
  DatabaseTooNew: "next.update",
  DatabaseDamaged: "next.start_again",
  DatabaseUnusable: "next.restart",
  DataDirInUse: "next.restart",
  KeychainUnavailable: "next.ask_it",
  PassphraseWrong: "next.check_input",
  SettingLocked: "next.ask_it",
  AccountMissing: "next.sign_in",
  BatchMissing: "next.check_input",
  JobMissing: "next.check_input",
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

export function sentenceOf(failure: Failure): string {
  const reason = failure.code === "MetadataRefused" ? METADATA[failure.params.reason ?? ""] : undefined;
  return t(reason ?? errorText(failure.code).sentence, failure.params);
}

export function nextStepOf(failure: Failure): string {
  return t(errorText(failure.code).next);
}

export function whoOf(who: Who): string {
  return t(`who.${who}`);
}

export const ERROR_CODES = Object.keys(NEXT) as ErrorCode[];
