//! What the owner of the queue is told, and what it tells others.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use canto_api::OpenUpload;
use tokio::sync::oneshot;

use super::state::{Attempt, Proof};
use super::values::{SettledValues, TemplateChange};
use super::watched::{NewWatched, SyncFound};
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    AccountId, AssetId, BatchId, ControlResult, Destination, DuplicateAnswer, DuplicateReach, Enqueue,
    FolderId, JobAction, JobId, JobSelection, MetadataForm, MetadataValues, QueueSpot, RelocateResult, Rest,
    SettingKey, WaitingFor, WatchedChange, WatchedId,
};
use crate::store::accounts::AccountRow;
use crate::store::checked::VersionOf;
use crate::store::file_sums::{FileStamp, FileSum};
use crate::store::folders::FolderRow;
use crate::store::jobs::NewJob;
use crate::store::mirror_changes::MirrorChange;
use crate::store::new_values::NewValues;
use crate::store::parts::{PartRow, UploadRow};
use crate::store::volumes::VolumeRow;
use crate::store::watched_folders::{Standing, VolumeOn};
use crate::transfer::source::Opened;

pub type Reply<T> = oneshot::Sender<Outcome<T>>;

/// Sums that were made, to be kept.
#[derive(Debug, Default)]
pub struct Made {
    pub sums: Vec<FileSum>,
    /// Of a whole file, and of the picture in it.
    pub pictures: Vec<([u8; 16], Option<[u8; 16]>)>,
}

impl Made {
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty() && self.pictures.is_empty()
    }
}

/// A message to the owner.
#[derive(Debug)]
pub enum ToOwner {
    Enqueue {
        request: Box<Enqueue>,
        values: Box<NewValues>,
        reply: Reply<BatchId>,
    },
    ScanFound {
        batch: BatchId,
        folders: Vec<FolderRow>,
        volumes: Vec<VolumeRow>,
        jobs: Vec<NewJob>,
        reply: Reply<()>,
    },
    ScanEnded {
        batch: BatchId,
        left_out: u64,
        failure: Option<Failure>,
    },
    AddWatched {
        new: Box<NewWatched>,
        reply: Reply<WatchedId>,
    },
    ChangeWatched {
        folder: WatchedId,
        change: WatchedChange,
        reply: Reply<()>,
    },
    /// How it stands with a watched folder.
    WatchedStands {
        folder: WatchedId,
        standing: Box<Standing>,
    },
    /// The disk that it is on is mounted elsewhere.
    WatchedIsAt {
        folder: WatchedId,
        path: PathBuf,
        on: Box<VolumeOn>,
    },
    /// A run over a watched folder has found the first file to send.
    BeginSync {
        folder: WatchedId,
        request: Box<Enqueue>,
        reply: Reply<BatchId>,
    },
    /// What a run has found. `batch`: where there are files to send.
    SyncFound {
        folder: WatchedId,
        batch: Option<BatchId>,
        found: Box<SyncFound>,
        reply: Reply<()>,
    },
    /// What the duplicate check has decided of jobs that were to be looked for, and the sums that it made.
    Decided {
        decided: Vec<(JobId, Decision)>,
        made: Made,
        reply: Reply<()>,
    },
    /// What somebody decided of files that the library has.
    Decide {
        answer: DuplicateAnswer,
        reach: DuplicateReach,
        reply: Reply<ControlResult>,
    },
    /// Transfers ask for work.
    Claim {
        small: usize,
        large: usize,
    },
    Report(JobId, Report),
    Reports(Vec<(JobId, Report)>),
    Control {
        selection: JobSelection,
        action: JobAction,
        reply: Reply<ControlResult>,
    },
    /// Puts jobs that wait beside another one.
    Move {
        selection: JobSelection,
        spot: QueueSpot,
        reply: Reply<ControlResult>,
    },
    /// Of a file that is sent in parts. With `reply`: told when it is durable.
    Parts {
        job: JobId,
        report: PartsReport,
        reply: Option<Reply<()>>,
    },
    /// What became of the values of jobs that are done.
    ValuesSettled {
        settled: Vec<SettledValues>,
        reply: Reply<()>,
    },
    /// Other values for jobs of an account whose values were refused, or are not set yet.
    CorrectValues {
        account: AccountId,
        selection: JobSelection,
        values: Box<MetadataValues>,
        reply: Reply<u64>,
    },
    /// A tenant's fields, for when it can't be asked.
    KeepForm {
        account: AccountId,
        form: Arc<MetadataForm>,
    },
    Template {
        account: AccountId,
        change: TemplateChange,
        reply: Reply<()>,
    },
    /// Files that were below a path are below another one now.
    Relocate {
        old: String,
        new: PathBuf,
        reply: Reply<RelocateResult>,
    },
    /// A volume that files are waited for on is mounted, here.
    VolumeBack {
        folder: FolderId,
        mount: PathBuf,
    },
    /// A file that changed or was in use has come to rest.
    SourceQuiet {
        job: JobId,
    },
    /// An upload in parts that belongs to no job is to be removed, once its server can be reached.
    KeepAbort {
        account: AccountId,
        base: String,
        open: OpenUpload,
    },
    /// The server has removed what was given up.
    Aborted {
        id: i64,
    },
    /// Size and time as they were when the file was opened.
    SourceSeen {
        job: JobId,
        size: u64,
        modified_ns: i64,
    },
    Placed {
        folder: FolderId,
        remote: Remote,
    },
    /// The album of a file that goes to another place than its batch.
    PlacedElsewhere {
        job: JobId,
        album: String,
    },
    /// Another place for an account's files that are not under way.
    Retarget {
        account: AccountId,
        selection: JobSelection,
        destination: Destination,
        reply: Reply<ControlResult>,
    },
    /// A destination is gone: forget where the batch's folders went.
    ForgetPlaces {
        batch: BatchId,
    },
    PutAccount {
        row: Box<AccountRow>,
        reply: Reply<AccountId>,
    },
    DropAccount {
        account: AccountId,
        drop_queue: bool,
        reply: Reply<()>,
    },
    SignInRequired {
        account: AccountId,
        required: bool,
        /// Why the place that it shows is shut.
        trouble: Option<ErrorCode>,
    },
    /// Secrets can be read, or are kept elsewhere.
    VaultOpened,
    /// The tenant says that they may do other things than before.
    RightsSeen {
        account: AccountId,
        rights: Vec<String>,
    },
    ListingDelay {
        account: AccountId,
        delay: Millis,
    },
    /// The way to the servers is open, or why it is not.
    /// The wall clock was set by so many milliseconds, or the computer slept so long.
    ClockSet {
        by: Millis,
    },
    Connection {
        failure: Option<Failure>,
    },
    /// Nothing is to be sent for a while, or again.
    Rest {
        rest: Option<Rest>,
    },
    PutSetting {
        key: SettingKey,
        value: Option<String>,
        reply: Reply<()>,
    },
    /// What is mirrored, or is to be.
    Mirror {
        changes: Vec<MirrorChange>,
        reply: Reply<()>,
    },
    /// For another program on this data directory.
    AnswerRequest {
        id: i64,
        answer: String,
    },
    /// Finish what is under way and stop.
    Stop {
        reply: oneshot::Sender<()>,
    },
}

/// What becomes of a job that was looked for in the library.
#[derive(Debug)]
pub enum Decision {
    Send(LookedAt),
    Version(LookedAt, VersionOf),
    Skip(Box<Failure>),
    Ask(Box<Failure>),
    /// It waits for what becomes of an equal file.
    Twin(LookedAt, JobId),
    /// It can't be looked for now, or not at all.
    Trouble(Report),
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedAt {
    pub name_key: String,
    pub md5: Option<[u8; 16]>,
}

/// A message to the duplicate check.
#[derive(Debug)]
pub enum ToDuplicates {
    /// There may be jobs to look for.
    Due,
    /// The way to the servers is open, or not.
    Online(bool),
    /// The computer should rest, or go on.
    Rest(bool),
    /// The libraries have got these files.
    Arrived(Vec<(AccountId, String)>),
}

/// What became of a local folder in the library.
#[derive(Clone, Debug)]
pub enum Remote {
    Folder(String),
    Album(String),
}

/// What a transfer or the confirmer has found out about a job.
#[derive(Clone, Debug)]
pub enum Report {
    Stored {
        md5: [u8; 16],
        etag_matched: bool,
        at: Millis,
        /// The file that it is the sum of, where it can be known again.
        stamp: Option<Box<FileStamp>>,
    },
    AnswerLost {
        failure: Failure,
    },
    /// Nothing was stored.
    Failed {
        failure: Failure,
        retry_after: Option<Duration>,
    },
    MustWait {
        on: WaitingFor,
        failure: Failure,
    },
    Stopped {
        unsure: bool,
    },
    Listed,
    Confirmed(Box<Proof>),
    NotArrived,
    /// The tenant's asset has other bytes than were read.
    Damaged {
        failure: Failure,
    },
    IngestFailed {
        failure: Failure,
    },
    /// Nobody can say what became of what was sent.
    Unseen {
        failure: Failure,
    },
}

/// What a transfer has to say of a file in parts.
#[derive(Clone, Debug)]
pub enum PartsReport {
    /// The server has opened an upload: durable before its first part is sent.
    Begun { upload: Box<UploadRow> },
    /// The store has confirmed a part.
    Stored { part: PartRow },
    /// A part that was confirmed has to be sent again.
    Unfit { number: u32 },
    /// The server is about to be asked to put the parts together: durable before it is.
    Completing { md5: [u8; 16] },
    /// The server does not know the upload any more.
    Gone,
    /// It can't be gone on with: the server is to remove it.
    GivenUp,
    /// The file has other bytes than its remembered sums say.
    SumsWrong,
}

/// What all jobs of a batch share.
#[derive(Debug)]
pub struct BatchContext {
    pub batch: BatchId,
    pub account: AccountId,
    pub destination: Destination,
    pub tags: Vec<String>,
}

/// A job with a permit's worth of work.
#[derive(Debug)]
pub struct ClaimedJob {
    pub id: JobId,
    pub context: Arc<BatchContext>,
    pub folder: FolderId,
    pub dir: Arc<PathBuf>,
    pub name: String,
    pub size: u64,
    pub modified_ns: i64,
    pub attempt: Attempt,
    /// Known already: the album that the folder's files go to.
    pub album: Option<Arc<str>>,
    /// It goes to another place than its batch.
    pub elsewhere: bool,
    /// Failures in a row so far.
    pub failures: u32,
    /// The server may hold parts of it.
    pub in_parts: bool,
    /// It becomes a new version of this asset.
    pub version_of: Option<AssetId>,
    /// It was hashed before, by the duplicate check.
    pub hashed: bool,
    /// Its file, where the transfers have opened it ahead.
    pub opened: Option<oneshot::Receiver<std::io::Result<Opened>>>,
}

/// A job that the tenant has to be asked for.
#[derive(Clone, Debug)]
pub struct AwaitedJob {
    pub id: JobId,
    pub account: AccountId,
    pub name: String,
    pub folder: FolderId,
    pub path: PathBuf,
    pub size: u64,
    /// Of what was sent; `None` when the attempt's fate is unknown.
    pub md5: Option<[u8; 16]>,
    pub etag_matched: bool,
    pub album: Option<String>,
    /// Where it was to go, for showing.
    pub destination: String,
    pub attempt: Attempt,
    pub sent_at: Option<Millis>,
    pub version_of: Option<VersionOf>,
}

/// What a lane was given. `dry`: nothing more is ready for it.
#[derive(Debug, Default)]
pub struct LaneClaim {
    pub jobs: Vec<ClaimedJob>,
    pub dry: bool,
}

/// A message to the transfers.
#[derive(Debug)]
pub enum ToTransfers {
    /// Of each lane that was asked.
    Claimed {
        small: Option<LaneClaim>,
        large: Option<LaneClaim>,
    },
    /// There may be work again.
    Ready,
    /// The way to the servers is open, or not.
    Online(bool),
    /// Nothing is sent for a while; what runs is stopped and goes back to the queue.
    Rest(bool),
    Stop(Vec<JobId>),
    /// Somebody wants something tried again that was refused.
    AskAgain,
    /// No new work for now; what runs is stopped.
    Halt,
}
