// Generated from Rust by `cargo xtask bindings`. Change the types there, not here.

/**
 * One signed-in user of one tenant.
 */
export type AccountId = number;

/**
 * What the user added in one gesture.
 */
export type BatchId = number;

/**
 * One local folder of a batch.
 */
export type FolderId = number;

/**
 * One watched folder.
 */
export type WatchedId = number;

/**
 * A collection that is kept on this computer.
 */
export type MirrorId = number;

/**
 * A file in the holding folder.
 */
export type HeldId = number;

/**
 * One file that becomes one asset.
 */
export type JobId = number;

/**
 * Noun and state; the UI branches on these, never on text.
 */
export type ErrorCode = "SourceChanged" | "SourceMissing" | "SourceUnreadable" | "SourceNotAFile" | "VolumeAway" | "SourceLocked" | "NameRefused" | "TooLarge" | "PathUnusable" | "NetworkOffline" | "NetworkInterrupted" | "NetworkTimeout" | "UnexpectedAnswer" | "TlsRefused" | "ProxyAuthRequired" | "ProxyUnreachable" | "ProxyRefused" | "PacUnusable" | "TenantUnknown" | "TenantBusy" | "TenantRefused" | "SignInRequired" | "SignInCancelled" | "SignInTimeout" | "CredentialsRefused" | "WrongAccount" | "BrowserMissing" | "NoPermission" | "DestinationMissing" | "DestinationRefused" | "PolicyRefused" | "ChecksumMismatch" | "AssetUnseen" | "MetadataRefused" | "DuplicateFound" | "DecisionNeeded" | "IngestRefused" | "PlaceMissing" | "PlaceClosed" | "PlaceExpired" | "PlaceFull" | "PlaceDenied" | "PlacePasswordWrong" | "CollectionMissing" | "SyncFolderMissing" | "DiskFull" | "DatabaseTooNew" | "DatabaseDamaged" | "DatabaseUnusable" | "DataDirInUse" | "KeychainUnavailable" | "PassphraseWrong" | "AccountMissing" | "SettingLocked" | "BatchMissing" | "JobMissing" | "FolderMissing" | "WatchLimit" | "RequestInvalid" | "Internal";

/**
 * Who can do something about a failure.
 */
export type Who = "you" | "it" | "admin" | "canto" | "nobody" | "owner";

/**
 * A failure in the words of the house: a code, values for its sentence, and technical detail for a log.
 */
export type Failure = { code: ErrorCode, who: Who, params: { [key in string]: string }, 
/**
 * For people who look into it; never parsed, never a secret.
 */
details: string, };

/**
 * The name of a job's state, without the data that belongs to it.
 */
export type JobStateKind = "queued" | "checking" | "uploading" | "finishing" | "processing" | "done" | "paused" | "waiting" | "blocked" | "skipped" | "cancelled" | "failed";

/**
 * What a waiting job waits for.
 */
export type WaitingFor = "network" | "volume" | "sign_in" | "quiet" | "schedule" | "retry";

/**
 * An asset is known by scheme and id together (canto-api.md §4.8 [C]).
 */
export type AssetId = { scheme: string, id: string, };

/**
 * How far the server's word about the bytes went; the strongest that the tenant offered.
 */
export type Verification = "etag_and_md5" | "etag" | "md5" | "size";

/**
 * One row of the queue.
 */
export type JobView = { id: JobId, batch: BatchId, name: string, 
/**
 * Path of the local folder, for showing.
 */
folder: string, 
/**
 * Where it goes in the library, as names with slashes; empty until known.
 */
place: string, size: number, state: JobStateKind, waiting_for: WaitingFor | null, 
/**
 * Bytes sent by the running attempt.
 */
sent: number, failure: Failure | null, 
/**
 * Next try, Unix milliseconds.
 */
ready_at: number | null, asset: AssetId | null, 
/**
 * 32 hex digits.
 */
md5: string | null, 
/**
 * Unix milliseconds.
 */
done_at: number | null, 
/**
 * Of the values that are set after the upload.
 */
metadata: MetadataState, };

/**
 * The window of the queue that a view shows.
 */
export type JobQuery = { account: AccountId | null, batch: BatchId | null, 
/**
 * Empty means all.
 */
states: Array<JobStateKind>, 
/**
 * Part of the file name, case ignored.
 */
search: string | null, order: JobOrder, 
/**
 * Rows after this one, by id (for paging without counting).
 */
after: JobId | null, offset: number, 
/**
 * 0 means 100; at most 1,000.
 */
limit: number, };

export type JobOrder = "added" | "queue" | "newest" | "name" | "size";

export type JobPage = { jobs: Array<JobView>, 
/**
 * Rows of the whole query, where that costs nothing (no search).
 */
total: number | null, };

/**
 * Everything about one job.
 */
export type JobDetails = { job: JobView, 
/**
 * Full local path, for showing.
 */
path: string, verification: Verification | null, attempts: Array<AttemptView>, 
/**
 * Address of the asset in the tenant's web app.
 */
asset_url: string | null, 
/**
 * The library album it goes to.
 */
album_id: string | null, 
/**
 * While it travels in parts.
 */
parts: PartsView | null, 
/**
 * What is set after the upload, if anything.
 */
metadata: JobMetadata | null, };

/**
 * One failed try.
 */
export type AttemptView = { number: number, 
/**
 * Unix milliseconds.
 */
ended_at: number, failure: Failure, };

/**
 * How far a file is that travels in parts. They are counted from 1.
 */
export type PartsView = { count: number, 
/**
 * Of each but the last, bytes.
 */
size: number, 
/**
 * Runs that the store has with the right checksums: first and last.
 */
stored: Array<[number, number]>, 
/**
 * On their way at the moment.
 */
sending: Array<number>, };

export type DestinationKind = "folder" | "album" | "library";

/**
 * A place in the library.
 */
export type Destination = { kind: DestinationKind, 
/**
 * Empty for the top of the library.
 */
id: string, 
/**
 * Names with slashes, for showing.
 */
path: string, };

/**
 * A request to upload.
 */
export type Enqueue = { account: AccountId, paths: string[], destination: Destination, 
/**
 * Words put on every asset.
 */
tags: Array<string>, 
/**
 * File name patterns; a file is taken if one fits, or if there is none.
 */
include: Array<string>, 
/**
 * A file or folder is left out if one fits.
 */
exclude: Array<string>, 
/**
 * Higher goes first; 0 is normal.
 */
priority: number, 
/**
 * What becomes of files that the library has already; else as the settings say.
 */
duplicates?: DuplicateRule, 
/**
 * Put on the assets once they are there.
 */
metadata?: MetadataOrder, 
/**
 * Also take junk such as `.DS_Store` and `Thumbs.db`.
 */
take_junk: boolean, 
/**
 * Files and folders that don't go; full paths.
 */
leave_out: string[], 
/**
 * Go although they are junk, sidecars, or a pattern fits; full paths.
 */
take_anyway: string[], renamed: Array<RenamedFolder>, 
/**
 * `null`: as the setting says.
 */
sidecars: Sidecars | null, };

export type BatchState = "scanning" | "open" | "finished";

/**
 * Jobs and bytes by state.
 */
export type Totals = { jobs: Partial<Record<JobStateKind, number>>, bytes: Partial<Record<JobStateKind, number>>, };

export type BatchView = { id: BatchId, account: AccountId, 
/**
 * Name of the first file or folder.
 */
label: string, destination: Destination, state: BatchState, totals: Totals, 
/**
 * Unix milliseconds.
 */
created_at: number, finished_at: number | null, 
/**
 * Files left out while scanning (junk, patterns, choices).
 */
left_out: number, 
/**
 * What went wrong with the batch as a whole, such as a destination that is gone.
 */
failure: Failure | null, 
/**
 * What becomes of its files that the library has already.
 */
duplicates: DuplicateRule, 
/**
 * The watched folder that its files are from.
 */
watched?: WatchedId, };

/**
 * Decisions about single files and folders. Kept with the batch, so that a scan that was cut goes on the same way.
 */
export type StagingChoices = { 
/**
 * Also take junk such as `.DS_Store` and `Thumbs.db`.
 */
take_junk: boolean, 
/**
 * Files and folders that don't go; full paths.
 */
leave_out: string[], 
/**
 * Go although they are junk, sidecars, or a pattern fits; full paths.
 */
take_anyway: string[], renamed: Array<RenamedFolder>, 
/**
 * `null`: as the setting says.
 */
sidecars: Sidecars | null, };

/**
 * A given folder that arrives under another name.
 */
export type RenamedFolder = { path: string, name: string, };

/**
 * What becomes of an `.xmp` beside a picture.
 */
export type Sidecars = "upload" | "leave_out";

/**
 * What a set of paths would send, before anything is sent.
 */
export type StagingSummary = { files: number, folders: number, bytes: number, kinds: Array<StagedKind>, 
/**
 * Pictures, and how many files they are: RAW, JPEG and sidecar of one name are one picture.
 */
pictures: number, picture_files: number, 
/**
 * The folders among the given paths, in their order.
 */
items: Array<StagedItem>, loose: LooseFiles, 
/**
 * Junk, what patterns exclude, and what the user left out; a folder counts once.
 */
left_out: number, left_out_reasons: Partial<Record<LeftOutReason, number>>, 
/**
 * At most 200 of what is left out, and of each reason some.
 */
left_out_items: Array<LeftOut>, 
/**
 * Files that can't be sent; at most 100, `problem_count` says how many there are.
 */
problems: Array<StagedProblem>, problem_count: number, };

/**
 * What a given folder would send.
 */
export type StagedItem = { path: string, files: number, bytes: number, };

/**
 * The files among the given paths, by columns: there may be a hundred thousand, and whoever asked knows their paths.
 */
export type LooseFiles = { 
/**
 * Which of the given paths each one is, counted from zero.
 */
given: Array<number>, 
/**
 * What it would send: nothing, if it stays behind.
 */
bytes: number[], };

/**
 * Files of one kind (image, video, audio, document, sidecar, other).
 */
export type StagedKind = { kind: string, files: number, bytes: number, };

export type StagedProblem = { path: string, failure: Failure, };

/**
 * Why something is not sent that was given.
 */
export type LeftOutReason = "chosen" | "junk" | "pattern" | "sidecar" | "folder_link";

export type LeftOut = { path: string, folder: boolean, reason: LeftOutReason, };

/**
 * Whether a file belongs to a picture of several files, which stand next to each other.
 */
export type ShotPart = "alone" | "first" | "further";

/**
 * Asks for what is directly in a folder of what was given.
 */
export type StagedQuery = { 
/**
 * The given folder.
 */
root: string, 
/**
 * It, or one below it.
 */
folder: string, choices: StagingChoices, offset: number, 
/**
 * At most 1,000.
 */
limit: number, };

/**
 * Folders first, each in the order of names.
 */
export type StagedPage = { entries: Array<StagedEntry>, total: number, };

export type StagedEntry = { path: string, name: string, folder: boolean, size: number, left_out: LeftOutReason | null, failure: Failure | null, part: ShotPart, };

/**
 * What an address points at.
 */
export type AddressPlace = "library" | "upload_link" | "workspace";

/**
 * A library that is there.
 */
export type AddressView = { 
/**
 * Its host, such as `acme.canto.com`.
 */
tenant: string, 
/**
 * The host that the browser will show.
 */
sign_in_host: string, place: AddressPlace, 
/**
 * What the tenant lets programs know of the place, where it lists that at all.
 */
offer: PlaceOffer | null, 
/**
 * `None`: an app id has to be typed.
 */
key: KeySource | null, 
/**
 * Who has set the key, if an administrator did.
 */
managed_by: string | null, };

/**
 * Where the tenant's API key comes from.
 */
export type KeySource = "given" | "managed" | "kept";

export type SignInKind = "browser" | "client_credentials";

export type SignInState = "signed_in" | "sign_in_required" | "signed_out";

/**
 * A right of the user, as far as the tenant tells (canto-api.md §3: only `upload` and `download` are known).
 */
export type Right = "upload" | "download";

export type PlaceKind = "upload_link" | "workspace";

/**
 * The place that an account shows.
 */
export type PlaceView = { kind: PlaceKind, name: string, 
/**
 * Who made it, as the tenant tells.
 */
owner: string, 
/**
 * Name of the library that it is in; empty where it is not told.
 */
library: string, 
/**
 * Folders and albums may be made in it.
 */
folders: boolean, 
/**
 * Somebody looks at files before they come into the library.
 */
reviewed: boolean, 
/**
 * The one album that everything goes to, if there is no more in it.
 */
album: string | null, 
/**
 * Why it waits.
 */
trouble: ErrorCode | null, };

/**
 * What a tenant tells of a place before it is opened.
 */
export type PlaceOffer = { place: PlaceView, 
/**
 * A user of the tenant has to sign in.
 */
sign_in: boolean, asks_email: boolean, asks_password: boolean, 
/**
 * What others sent is seen.
 */
sees_others: boolean, };

/**
 * A wish to connect to a place that needs no account.
 */
export type PlaceRequest = { 
/**
 * As it was handed out; `None` with `again`: the one that is kept.
 */
address: string | null, email: string | null, password: string | null, 
/**
 * The account that is connected again.
 */
again: AccountId | null, };

export type AccountView = { id: AccountId, 
/**
 * The tenant's address without scheme, such as `acme.canto.com`.
 */
tenant: string, tenant_url: string, user_name: string, email: string, kind: SignInKind, state: SignInState, rights: Array<Right>, 
/**
 * It shows this place alone; `None`: the whole library.
 */
place: PlaceView | null, };

export type NodeKind = "folder" | "album";

export type LibraryNode = { kind: NodeKind, id: string, name: string, 
/**
 * Names from the top with slashes, for showing.
 */
path: string, 
/**
 * Children of a folder or assets of an album, as the tenant reports it.
 */
size: number | null, };

/**
 * What counts as the same file, and what becomes of one that is found (interfaces.md §2).
 */
export type DuplicateRule = "off" | "filename:version" | "filename:new" | "filename:skip" | "filename:ask" | "md5:new" | "md5:skip" | "md5:ask";

export type DuplicateBasis = "filename" | "md5";

export type DuplicateAction = "version" | "new" | "skip" | "ask";

/**
 * How sure it is that both are the same.
 */
export type Certainty = "certain" | "probably";

/**
 * What a file is a duplicate of.
 */
export type DuplicateOf = { basis: DuplicateBasis, certainty: Certainty, asset: AssetId, name: string, 
/**
 * Its album, as names with slashes; empty where it is in none, or nobody told.
 */
place: string, size: number | null, 
/**
 * 32 hex digits, as the library has it now.
 */
md5: string | null, owner: string | null, 
/**
 * The tenant's own digits, yyyyMMddHHmmssSSS, in its own time zone.
 */
uploaded: string | null, 
/**
 * Its page in the tenant's web app.
 */
url: string | null, 
/**
 * How many versions it has, where that was looked up.
 */
versions: number | null, 
/**
 * Several assets fit, and this is the first of them.
 */
several: boolean, 
/**
 * The picture is the same, and the files differ by their metadata alone.
 */
same_picture: boolean, 
/**
 * The job of this computer that delivered it, if one did.
 */
job: JobId | null, };

/**
 * What somebody decided.
 */
export type DuplicateAnswer = "upload" | "version" | "skip";

/**
 * For which files a decision counts.
 */
export type DuplicateReach = { "for": "these", selection: JobSelection, } | { "for": "kind", job: JobId, } | { "for": "batch", batch: BatchId, };

/**
 * What a request would find, before anything is sent.
 */
export type DuplicatePreview = { certain: number, probably: number, 
/**
 * Files that are there a second time in the request itself.
 */
twins: number, 
/**
 * At most a hundred.
 */
files: Array<PreviewedDuplicate>, };

export type PreviewedDuplicate = { path: string, 
/**
 * `None`: of another file of the request.
 */
of: DuplicateOf | null, 
/**
 * It is sure enough that it can become a new version without a question.
 */
takes_version: boolean, };

/**
 * Asks for some of those that wait, in the order of their jobs.
 */
export type DecisionQuery = { 
/**
 * Of one batch alone.
 */
batch: BatchId | null, 
/**
 * The window begins with this job, or with the next one that waits, or else with the last; `offset` counts no more then.
 */
from: JobId | null, offset: number, 
/**
 * 0 means 100; at most 100.
 */
limit: number, };

export type DecisionPage = { decisions: Array<Decision>, 
/**
 * Of the first of them.
 */
offset: number, total: number, 
/**
 * All that wait, in the order of the first of each.
 */
kinds: Array<DecisionKind>, };

export type Decision = { job: JobView, of: DuplicateOf, 
/**
 * Why the file can't become a version of what was found; `None`: it can.
 */
no_version: NoVersion | null, };

/**
 * Those of a batch that were found the same way, as surely: one decision can count for all of them.
 */
export type DecisionKind = { batch: BatchId, basis: DuplicateBasis, certainty: Certainty, several: boolean, same_picture: boolean, count: number, first: JobId, };

/**
 * Why a file can't become a new version.
 */
export type NoVersion = "by_content" | "ending" | "history";

/**
 * What the local file is like now.
 */
export type LocalFacts = { 
/**
 * `None`: it can't be read at the moment.
 */
size: number | null, 
/**
 * Unix milliseconds.
 */
modified: number | null, 
/**
 * 32 hex digits, where it is known, or was asked for and could be made.
 */
md5: string | null, };

/**
 * A switch, a choice, or something typed.
 */
export type SettingKey = "language" | "theme" | "rows" | "sidecars" | "metadata_dialog" | "duplicates_upload" | "duplicates_sync" | "duplicates_picture" | "sync" | "sync_frequency" | "sync_changed" | "start_at_login" | "notify_done" | "notify_needs" | "notify_failed" | "collections_when" | "collections_deleted" | "limit_up" | "limit_down" | "timetable" | "on_battery" | "on_metered" | "rest_until" | "proxy" | "proxy_address" | "proxy_pac" | "proxy_user" | "proxy_exceptions" | "authorities" | "secrets";

/**
 * A setting as it is in force.
 */
export type SettingView = { key: SettingKey, value: string, 
/**
 * What it is until somebody sets it.
 */
usual: string, 
/**
 * Empty where it is typed.
 */
choices: Array<string>, 
/**
 * Who set it for this computer; then nobody else can.
 */
locked_by: string | null, 
/**
 * Only an administrator of the library changes it, and nobody who is signed in here is one.
 */
administrators_only: boolean, };

/**
 * The way to one server as it is in force, for people.
 */
export type NetworkWay = { 
/**
 * The server that it leads to: host, and port where it is not the usual one.
 */
target: string, 
/**
 * Without a login; `None`: directly.
 */
proxy: string | null, with_login: boolean, 
/**
 * `None` where the way is not known, since something failed.
 */
reason: WayReason | null, 
/**
 * What decided: the exception, or the script's address.
 */
rule: string | null, 
/**
 * What keeps the way, or a part of what is set, from being used.
 */
failure: Failure | null, };

/**
 * Why a way is taken.
 */
export type WayReason = "off" | "nothing_set" | "loopback" | "exception" | "manual" | "environment" | "system" | "script" | "system_script";

/**
 * What is to be tested.
 */
export type ConnectionTest = { account: AccountId | null, 
/**
 * Of a library, where nobody is signed in: tested as far as that goes.
 */
address: string | null, 
/**
 * Bytes are sent, to be cut off, gone on with and measured.
 */
sample: boolean, 
/**
 * A small picture is sent there as a whole, and deleted again.
 */
album: Destination | null, };

export type StepKind = "way" | "name" | "connect" | "sign_in" | "rights" | "setting" | "send" | "cut" | "resume" | "verify" | "speed" | "remove" | "whole" | "delete";

export type StepState = "running" | "fine" | "failed" | "skipped";

/**
 * What was found, or why a step was not done; its values are the step's.
 */
export type StepWord = "addresses" | "answered" | "token_valid" | "token_renewed" | "may_upload" | "rights_unknown" | "setting_parts" | "setting_form" | "sent" | "cut_off" | "gone_on" | "form_anew" | "verified" | "measured" | "removed" | "removed_later" | "not_removed" | "confirmed" | "deleted" | "left" | "by_proxy" | "no_album" | "sample_off" | "rests" | "not_signed_in" | "earlier_failed" | "cancelled";

export type TestStep = { step: StepKind, 
/**
 * Where a step is about one server.
 */
host: string | null, state: StepState, millis: number, word: StepWord | null, values: { [key in string]: string }, way: NetworkWay | null, failure: Failure | null, };

export type HostPurpose = "api" | "sign_in" | "store" | "parts" | "downloads";

/**
 * A server that has to be reached.
 */
export type TestHost = { host: string, port: number, purposes: Array<HostPurpose>, 
/**
 * As they were at the time of the test.
 */
addresses: Array<string>, 
/**
 * Through which it is reached, without a login.
 */
proxy: string | null, };

/**
 * What a number of streams side by side carried.
 */
export type SpeedLevel = { streams: number, 
/**
 * Bytes a second, of all of them together.
 */
speed: number, };

/**
 * What is recommended for this line.
 */
export type Advice = { streams: number, 
/**
 * Bytes a second.
 */
speed: number, 
/**
 * Bytes; `None`: this library takes files by form alone.
 */
part_size: number | null, 
/**
 * For 10 GB.
 */
seconds: number, 
/**
 * Ferry begins with it from now on, until it has measured something else.
 */
taken_up: boolean, };

export type SpeedFound = { levels: Array<SpeedLevel>, 
/**
 * The limit for sending that held, bytes a second.
 */
limit: number | null, 
/**
 * `None` while it is measured.
 */
advice: Advice | null, };

/**
 * The present picture of a test, and in the end what it came to.
 */
export type ConnectionReport = { 
/**
 * Unix milliseconds.
 */
started_at: number, tenant: string, steps: Array<TestStep>, hosts: Array<TestHost>, 
/**
 * Of an answer of the library over a connection that stands, milliseconds.
 */
latency: number | null, speed: SpeedFound | null, 
/**
 * Files that were being sent meanwhile.
 */
uploads: number, rest: Rest | null, version: string, system: string, ended: boolean, cancelled: boolean, };

/**
 * Why nothing is sent or fetched.
 */
export type RestFor = "user" | "timetable" | "battery" | "metered";

/**
 * Nothing is sent or fetched for a while; the queue stays as it is.
 */
export type Rest = { reason: RestFor, 
/**
 * Unix milliseconds, where it is known.
 */
until: number | null, };

/**
 * What may be sent and fetched at present.
 */
export type BandwidthView = { 
/**
 * Bytes a second; `None`: as much as the line takes.
 */
up: number | null, down: number | null, 
/**
 * The timetable has set the limits.
 */
by_timetable: boolean, rest: Rest | null, 
/**
 * On its battery; `None`: this computer can't tell, or has none.
 */
on_battery: boolean | null, 
/**
 * On a line that is paid by the byte; `None`: this system can't tell.
 */
on_metered: boolean | null, };

/**
 * A request to sign in to a tenant.
 */
export type SignInRequest = { 
/**
 * As typed: `acme`, `acme.canto.com`, a full address.
 */
tenant: string, 
/**
 * Of the tenant's API key; `None` takes what is stored for this tenant or managed on this machine.
 */
app_id: string | null, app_secret: string | null, 
/**
 * The account that is signed in again: anybody else is refused.
 */
again: AccountId | null, 
/**
 * The user (an e-mail address) whose rights a station without a user has; `None`: the key's own.
 */
on_behalf_of: string | null, };

/**
 * A sign-in that waits for the browser.
 */
export type SignInStarted = { 
/**
 * Names this sign-in when it is awaited or cancelled.
 */
flow: number, 
/**
 * Open this in the system browser.
 */
url: string, 
/**
 * Host that the browser will show, for saying beforehand.
 */
host: string, };

/**
 * Whether secrets can be kept.
 */
export type VaultState = "open" | "locked" | "missing";

export type JobAction = "pause" | "resume" | "cancel" | "retry" | "top";

/**
 * Which jobs are meant.
 */
export type JobSelection = { "of": "jobs", jobs: Array<JobId>, } | { "of": "runs", runs: Array<[JobId, JobId]>, } | { "of": "batch", batch: BatchId, } | { "of": "account", account: AccountId, } | { "of": "all" };

/**
 * A place in the order in which jobs are sent: beside one that waits.
 */
export type QueueSpot = { job: JobId, after: boolean, };

/**
 * What came of it; jobs for which the action means nothing (cancelling what is done) are left alone.
 */
export type ControlResult = { changed: number, unchanged: number, };

export type FieldKind = "text" | "number" | "date" | "choice" | "multi_choice" | "url" | "label" | "rating" | "other";

/**
 * A custom field of the tenant.
 */
export type FieldView = { id: string, name: string, kind: FieldKind, 
/**
 * Of `choice` and `multi_choice`.
 */
choices: Array<string>, required: boolean, };

/**
 * What can be said about assets at this tenant.
 */
export type MetadataForm = { fields: Array<FieldView>, 
/**
 * The tenant can be asked to set it.
 */
description: boolean, };

/**
 * Words and values for assets.
 */
export type MetadataValues = { tags: Array<string>, keywords: Array<string>, description: string | null, 
/**
 * By field id; several values only for `multi_choice`.
 */
fields: { [key in string]: Array<string> }, };

/**
 * Values for one staged file, over those for all.
 */
export type FileValues = { path: string, values: MetadataValues, };

/**
 * Where a column of a sheet goes.
 */
export type ColumnTarget = { "to": "file_name" } | { "to": "tags" } | { "to": "keywords" } | { "to": "description" } | { "to": "field", id: string, } | { "to": "nothing" };

export type SheetChoice = { path: string, 
/**
 * One per column.
 */
columns: Array<ColumnTarget>, 
/**
 * Rows that match but for case, extension, Unicode form, leading zeros or spaces are taken too.
 */
take_near: boolean, };

export type SheetQuery = { account: AccountId, path: string, 
/**
 * None: guess from the header and from what was used for this destination before.
 */
columns: Array<ColumnTarget> | null, take_near: boolean, 
/**
 * The staged files and folders.
 */
paths: Array<string>, destination: Destination | null, };

/**
 * What a row's name differs in from the file's.
 */
export type NearKind = "case" | "extension" | "unicode" | "zeros" | "spaces";

export type NearMatch = { row: number, name: string, file: string, kind: NearKind, };

/**
 * A row that names no staged file.
 */
export type UnmatchedRow = { row: number, name: string, };

/**
 * A file named by several rows (it gets values from none of them, unless they say the same), or a row that several
 * files fit (all of them get its values).
 */
export type DoubledRows = { rows: Array<number>, name: string, };

/**
 * A required field that files of an upload would be left without.
 */
export type MissingField = { 
/**
 * Id of the field.
 */
field: string, name: string, 
/**
 * How many of the files; none: all of them, uncounted.
 */
files: number | null, 
/**
 * Name of the first of them, where they were counted.
 */
first_file: string | null, };

export type ValueRefusal = { 
/**
 * None: not from a sheet.
 */
row: number | null, 
/**
 * Id of the field.
 */
field: string, value: string, failure: Failure, };

/**
 * Row numbers as the sheet's program shows them (the header is 1). Samples hold at most 100.
 */
export type SheetPreview = { header: Array<string>, 
/**
 * First three rows, for showing.
 */
sample: Array<Array<string>>, rows: number, columns: Array<ColumnTarget>, 
/**
 * Rows whose name is a file's, letter by letter.
 */
matched: number, near: Array<NearMatch>, near_count: number, unmatched: Array<UnmatchedRow>, unmatched_count: number, doubled: Array<DoubledRows>, doubled_count: number, files_without_row: number, refusals: Array<ValueRefusal>, refusal_count: number, };

/**
 * What a batch's assets are to be told. Nothing, where it is left out.
 */
export type MetadataOrder = { 
/**
 * For every asset.
 */
values: MetadataValues, files: Array<FileValues>, sheet: SheetChoice | null, 
/**
 * Said by whoever begins the upload: fields that the tenant calls required may stay empty.
 */
incomplete?: boolean, };

export type MetadataState = "none" | "waiting" | "applied" | "refused";

/**
 * What was asked to be set on one asset, and what became of it.
 */
export type JobMetadata = { values: MetadataValues, state: MetadataState, failure: Failure | null, };

/**
 * Values that are kept under a name.
 */
export type MetadataTemplate = { name: string, values: MetadataValues, };

/**
 * A list of words that are suggested again.
 */
export type WordList = "tags" | "keywords";

/**
 * How changes in a folder are noticed.
 */
export type Watching = "not" | "watching" | "polling";

/**
 * A folder whose files go to the library by themselves.
 */
export type WatchedFolder = { id: WatchedId, account: AccountId, path: string, 
/**
 * Where it is in the library, as names with slashes.
 */
place: string, 
/**
 * Its name there: another one than its own where two watched folders have one name.
 */
name: string, on: boolean, 
/**
 * A file is taken if one fits, or if there is none.
 */
include: Array<string>, 
/**
 * A file or folder is left out if one fits.
 */
exclude: Array<string>, 
/**
 * A run is under way, or asked for.
 */
looking: boolean, watching: Watching, 
/**
 * Unix milliseconds.
 */
last_run: number | null, next_run: number | null, 
/**
 * As the last whole run found them.
 */
files: number, 
/**
 * Files that are still being written, as it looks: they are taken when they rest.
 */
unfinished: number, 
/**
 * Files that are on their way.
 */
open: number, 
/**
 * Files that failed or need somebody.
 */
problems: number, done: number, 
/**
 * Why the last run could not look at everything, or watching does not work.
 */
failure: Failure | null, };

/**
 * A folder to be watched.
 */
export type WatchFolder = { account: AccountId, path: string, 
/**
 * The top of the library or of a workspace, or a folder there.
 */
destination: Destination, include: Array<string>, exclude: Array<string>, };

/**
 * What is asked of a watched folder.
 */
export type WatchedChange = { "to": "on" } | { "to": "off" } | { "to": "sync" } | { "to": "patterns", include: Array<string>, exclude: Array<string>, } | { "to": "remove" };

/**
 * What a run would do.
 */
export type SyncPreview = { files: number, new: number, changed: number, moved: number, 
/**
 * They are being written, as it looks.
 */
unstable: number, left_out: number, 
/**
 * Of what would be sent.
 */
bytes: number, 
/**
 * At most a hundred files that would be sent.
 */
paths: Array<string>, 
/**
 * What could not be looked at; at most a hundred.
 */
problems: Array<StagedProblem>, };

/**
 * A job that changed in a commit.
 */
export type JobChange = { job: JobId, batch: BatchId, state: JobStateKind, };

/**
 * Bytes of one running job.
 */
export type JobProgress = { job: JobId, sent: number, size: number, 
/**
 * What the server has of an earlier run is being compared with the file.
 */
verifying: boolean, 
/**
 * What is sent stays with the server over a pause. Otherwise the file is sent from its beginning then.
 */
resumable: boolean, };

/**
 * A sample of what is running; at most five a second.
 */
export type ProgressFrame = { 
/**
 * At most 200 of the running jobs, the largest first.
 */
jobs: Array<JobProgress>, running: number, 
/**
 * Bytes a second over the last few seconds.
 */
speed: number, 
/**
 * Seconds until everything queued is sent, if the speed holds.
 */
seconds_left: number | null, };

/**
 * What a collection does at present.
 */
export type CollectionState = "off" | "waiting" | "running" | "up_to_date" | "confirm_removals" | "stopped";

/**
 * How it is known here.
 */
export type CollectionWay = "listed" | "added";

/**
 * One collection.
 */
export type CollectionView = { 
/**
 * `None`: it was never on.
 */
id: MirrorId | null, account: AccountId, 
/**
 * The tenant's id.
 */
collection: string, name: string, way: CollectionWay, on: boolean, 
/**
 * Marked in the web to be kept on computers; `None`: the tenant does not tell.
 */
marked: boolean | null, state: CollectionState, 
/**
 * Where it is, once there is a sync folder.
 */
folder: string | null, 
/**
 * Assets that the tenant has in it, as far as it tells.
 */
assets: number | null, 
/**
 * Files that are here whole, and their bytes.
 */
files: number, bytes: number, 
/**
 * Of a run: files and bytes that it fetches, and those that it has.
 */
to_fetch: number, fetched: number, bytes_to_fetch: number, bytes_fetched: number, 
/**
 * Files that would be removed and wait for somebody to agree.
 */
removals: number, 
/**
 * Files whose bytes the tenant's own sum does not prove; they are here all the same.
 */
unverified: number, ran_at: number | null, 
/**
 * Runs that have ended, well or not.
 */
runs: number, 
/**
 * A run was asked for.
 */
wanted: boolean, failure: Failure | null, };

/**
 * How far a move of the sync folder to another disk is.
 */
export type FolderMove = { files: number, files_copied: number, bytes: number, bytes_copied: number, };

/**
 * Where the mirror is.
 */
export type SyncFolderView = { path: string, 
/**
 * On its way there.
 */
moving_to: string | null, 
/**
 * How far that is, where files are copied.
 */
moving: FolderMove | null, 
/**
 * Why the last move came to nothing, until another one is asked for; everything is where it was.
 */
move_failure: Failure | null, 
/**
 * Why it can't be used at present.
 */
failure: Failure | null, free: number | null, };

/**
 * A place for the sync folder, before anybody has agreed to it. Nothing was made.
 */
export type SyncFolderOffer = { 
/**
 * Where it would be: the chosen folder, or one of our own in it.
 */
path: string, free: number | null, 
/**
 * The disk or share that it would be on.
 */
volume: string | null, 
/**
 * That is a share of the network.
 */
is_remote: boolean, 
/**
 * Bytes that would be copied there; `None`: nothing has to be, since it is the same disk, or there is nothing yet.
 */
needed: number | null, };

export type CollectionsView = { collections: Array<CollectionView>, 
/**
 * The tenant lists its collections; otherwise they are added by their addresses.
 */
listed: boolean, 
/**
 * `None`: nobody has chosen one yet.
 */
folder: SyncFolderView | null, 
/**
 * Why the tenant was not asked; what is known here is shown.
 */
failure: Failure | null, };

/**
 * What a run would do to one file.
 */
export type MirrorStep = "download" | "replace" | "rename" | "move_aside" | "remove";

export type PlannedStep = { step: MirrorStep, asset: AssetId, 
/**
 * Within the collection's folder.
 */
path: string, 
/**
 * Its name afterwards, where that is another one.
 */
to: string | null, size: number | null, };

/**
 * What a run would do; nothing was done.
 */
export type MirrorPlan = { mirror: MirrorId, steps: Array<PlannedStep>, assets: number, 
/**
 * Bytes to fetch, where the tenant tells sizes.
 */
bytes: number, free: number | null, 
/**
 * More is removed than without asking.
 */
confirm: boolean, 
/**
 * Not in the tenant's list, and stay until it has said so again.
 */
missing: number, 
/**
 * Deleted here, and stay away.
 */
deleted_here: number, 
/**
 * Changed here, and left alone.
 */
changed_here: number, };

/**
 * A plan in figures, with as many of its steps as somebody reads; those that remove come first.
 */
export type PlanSummary = { mirror: MirrorId, download: number, replace: number, rename: number, move_aside: number, remove: number, steps: Array<PlannedStep>, 
/**
 * Steps that are not in `steps`.
 */
more: number, assets: number, bytes: number, free: number | null, confirm: boolean, missing: number, deleted_here: number, changed_here: number, };

export type ActivityKind = "downloaded" | "replaced" | "renamed" | "moved_aside" | "removed" | "restored";

/**
 * Something that happened to a file lately.
 */
export type MirrorActivity = { mirror: MirrorId, kind: ActivityKind, asset: AssetId, 
/**
 * Within the collection's folder.
 */
path: string, size: number, at: number, };

/**
 * Something that happened to a file lately, with its collection's name.
 */
export type ActivityView = { 
/**
 * Grows with time.
 */
id: number, mirror: MirrorId, account: AccountId, collection: string, kind: ActivityKind, asset: AssetId, 
/**
 * Within the collection's folder.
 */
path: string, size: number, at: number, };

/**
 * A window of what happened, newest first.
 */
export type ActivityPage = { total: number, activity: Array<ActivityView>, };

/**
 * A file that left its collection.
 */
export type HeldView = { id: HeldId, mirror: MirrorId, 
/**
 * The collection's name.
 */
collection: string, asset: AssetId, 
/**
 * Where it was, within the collection's folder.
 */
path: string, size: number, held_at: number, days_left: number, };

export type EngineEvent = { "event": "jobs_changed", changes: Array<JobChange>, batches: Array<BatchView>, totals: Totals, } | { "event": "progress", frame: ProgressFrame, } | { "event": "batch_finished", batch: BatchView, } | { "event": "accounts_changed", accounts: Array<AccountView>, } | { "event": "settings_changed" } | { "event": "folder_changed", folder: WatchedId, } | { "event": "sync_switched", on: boolean, } | { "event": "collection_changed", collection: CollectionView, } | { "event": "condition_changed", condition: Condition, };

/**
 * What holds the whole queue, if anything.
 */
export type Condition = { offline: boolean, sign_in_required: boolean, 
/**
 * Paused by *Pause all*.
 */
paused: boolean, 
/**
 * Nothing is sent or fetched for a while, by a time that was set or since the computer should rest.
 */
rest: Rest | null, 
/**
 * Disk full, database trouble.
 */
failure: Failure | null, };

/**
 * The present picture, given together with the stream of events.
 */
export type Snapshot = { accounts: Array<AccountView>, 
/**
 * Newest first, at most 200.
 */
batches: Array<BatchView>, totals: Totals, progress: ProgressFrame, condition: Condition, };
