//! The JSON lines of standard output (interfaces.md §2).

use std::path::Path;

use engine::error::{ErrorCode, Failure, Who};
use engine::model::{
    AccountId, AccountView, AssetId, BatchId, BatchState, BatchView, CollectionView, ConnectionReport,
    ControlResult, Destination, DuplicateOf, DuplicatePreview, HeldId, HeldView, JobId, JobMetadata,
    JobStateKind, JobView, LibraryNode, MetadataOpen, MirrorPlan, NetworkWay, PreviewedDuplicate,
    RelocateResult, Rest, SettingView, SpeedFound, StagedKind, StagedProblem, SyncFolderView, SyncPreview,
    TestHost, TestStep, Totals, WaitingFor, WatchedFolder, WatchedId,
};
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Line<'a> {
    Job(JobLine<'a>),
    BatchFinished(BatchLine),
    /// The files are in the queue; the program does not wait for them.
    BatchQueued {
        batch: BatchId,
        jobs: u64,
        bytes: u64,
        left_out: u64,
    },
    DryRun(DryRun<'a>),
    SignInStarted {
        url: &'a str,
        host: &'a str,
    },
    SignedIn {
        #[serde(flatten)]
        account: &'a AccountView,
    },
    SignedOut {
        account: AccountId,
    },
    Account {
        #[serde(flatten)]
        account: &'a AccountView,
    },
    Status {
        /// A program is working on the queue.
        running: bool,
        accounts: &'a [AccountView],
        totals: &'a Totals,
        batches: &'a [BatchView],
        /// Why nothing is sent at present.
        #[serde(skip_serializing_if = "Option::is_none")]
        rest: Option<Rest>,
    },
    /// Nothing is sent or fetched for a while.
    Rest {
        rest: Option<Rest>,
    },
    Controlled {
        action: &'a str,
        #[serde(flatten)]
        result: ControlResult,
    },
    Metadata(MetadataLine<'a>),
    MetadataCorrected {
        jobs: u64,
        #[serde(flatten)]
        open: MetadataOpen,
    },
    Relocated {
        #[serde(flatten)]
        result: RelocateResult,
    },
    Setting {
        #[serde(flatten)]
        setting: &'a SettingView,
    },
    NetworkWay {
        #[serde(flatten)]
        way: &'a NetworkWay,
    },
    /// A step of the connection test that has ended.
    NetworkStep {
        #[serde(flatten)]
        step: &'a TestStep,
    },
    /// What the connection test came to.
    NetworkTested(NetworkTested<'a>),
    /// A watched folder.
    Folder {
        #[serde(flatten)]
        folder: &'a WatchedFolder,
    },
    FolderRemoved {
        folder: WatchedId,
    },
    /// It was looked through, and what was found has arrived.
    FolderSynced {
        #[serde(flatten)]
        folder: &'a WatchedFolder,
        sent: u64,
    },
    SyncPreview {
        folder: WatchedId,
        #[serde(flatten)]
        preview: &'a SyncPreview,
    },
    /// The one switch.
    Sync {
        on: bool,
    },
    ProxyPassword {
        kept: bool,
    },
    Collection {
        #[serde(flatten)]
        collection: &'a CollectionView,
    },
    /// What a run would do.
    CollectionPlan {
        #[serde(flatten)]
        plan: &'a MirrorPlan,
    },
    SyncFolder {
        #[serde(flatten)]
        folder: &'a SyncFolderView,
    },
    /// A file that left its collection.
    HeldFile {
        #[serde(flatten)]
        file: &'a HeldView,
    },
    Restored {
        held: HeldId,
        path: &'a Path,
    },
    Node {
        depth: usize,
        #[serde(flatten)]
        node: &'a LibraryNode,
    },
    Destination {
        #[serde(flatten)]
        destination: &'a Destination,
    },
    /// A local file that is not as it was when it arrived.
    ReceiptFile {
        row: u64,
        path: &'a str,
        result: &'a str,
        size: u64,
        md5: Option<&'a str>,
    },
    ReceiptVerified(ReceiptVerified<'a>),
    Error {
        code: &'a str,
        who: Who,
        message: &'a str,
    },
}

#[derive(Serialize)]
pub struct JobLine<'a> {
    pub job: JobId,
    pub batch: BatchId,
    pub path: String,
    /// Where it goes in the library.
    pub place: &'a str,
    pub state: JobStateKind,
    pub waiting_for: Option<WaitingFor>,
    pub size: u64,
    pub md5: Option<&'a str>,
    pub asset: Option<&'a AssetId>,
    pub error: Option<ErrorLine>,
    /// What the library has already of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<DuplicateOf>,
}

#[derive(Serialize)]
pub struct NetworkTested<'a> {
    pub tenant: &'a str,
    /// Nothing has failed.
    pub fine: bool,
    pub hosts: &'a [TestHost],
    /// Milliseconds.
    pub latency: Option<u64>,
    pub speed: Option<&'a SpeedFound>,
    pub uploads: u64,
    pub rest: Option<Rest>,
    pub version: &'a str,
    pub system: &'a str,
}

impl<'a> From<&'a ConnectionReport> for NetworkTested<'a> {
    fn from(report: &'a ConnectionReport) -> Self {
        let ConnectionReport { tenant, hosts, latency, speed, uploads, rest, version, system, .. } = report;
        Self {
            tenant,
            fine: report.failure().is_none(),
            hosts,
            latency: *latency,
            speed: speed.as_ref(),
            uploads: *uploads,
            rest: *rest,
            version,
            system,
        }
    }
}

/// A job whose metadata is not set.
#[derive(Serialize)]
pub struct MetadataLine<'a> {
    pub job: JobId,
    pub batch: BatchId,
    pub path: String,
    #[serde(flatten)]
    pub metadata: &'a JobMetadata,
}

#[derive(Serialize)]
pub struct ErrorLine {
    pub code: ErrorCode,
    pub who: Who,
}

impl<'a> From<&'a JobView> for JobLine<'a> {
    fn from(job: &'a JobView) -> Self {
        Self {
            job: job.id,
            batch: job.batch,
            path: path_of(job),
            place: &job.place,
            state: job.state,
            waiting_for: job.waiting_for,
            size: job.size,
            md5: job.md5.as_deref(),
            asset: job.asset.as_ref(),
            error: job.failure.as_ref().map(ErrorLine::from),
            duplicate: job.failure.as_ref().and_then(DuplicateOf::of),
        }
    }
}

/// The local file, for showing.
pub fn path_of(job: &JobView) -> String {
    Path::new(&job.folder).join(&job.name).to_string_lossy().into_owned()
}

#[derive(Serialize)]
pub struct BatchLine {
    pub batch: BatchId,
    pub done: u64,
    pub skipped: u64,
    pub failed: u64,
    pub blocked: u64,
    pub cancelled: u64,
    /// Of what is done.
    pub bytes: u64,
    pub seconds: f64,
    /// Of what is done, files whose metadata the library did not take.
    #[serde(skip_serializing_if = "is_none")]
    pub metadata_refused: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl BatchLine {
    pub fn new(batch: &BatchView, seconds: f64) -> Self {
        let totals = &batch.totals;
        Self {
            batch: batch.id,
            done: totals.count(JobStateKind::Done),
            skipped: totals.count(JobStateKind::Skipped),
            failed: totals.count(JobStateKind::Failed),
            blocked: totals.count(JobStateKind::Blocked),
            cancelled: totals.count(JobStateKind::Cancelled),
            bytes: totals.bytes.get(&JobStateKind::Done).copied().unwrap_or(0),
            seconds: (seconds * 1000.0).round() / 1000.0,
            metadata_refused: 0,
        }
    }

    /// From when it was added until it was finished.
    pub fn whole(batch: &BatchView) -> Self {
        let millis = batch.finished_at.map_or(0, |at| (at - batch.created_at).max(0));
        Self::new(batch, millis as f64 / 1000.0)
    }
}

#[derive(Serialize)]
pub struct DryRun<'a> {
    pub to: &'a str,
    /// `null`: it would be made.
    pub destination: Option<&'a Destination>,
    pub files: u64,
    pub folders: u64,
    pub bytes: u64,
    pub left_out: u64,
    pub kinds: &'a [StagedKind],
    pub problems: Vec<ProblemLine<'a>>,
    pub problem_count: u64,
    pub duplicates: DuplicatesLine<'a>,
}

/// What the library has already of what would be sent.
#[derive(Serialize)]
pub struct DuplicatesLine<'a> {
    pub certain: u64,
    pub probably: u64,
    /// A second time in the request itself.
    pub twins: u64,
    /// The first hundred.
    pub files: &'a [PreviewedDuplicate],
}

impl<'a> From<&'a DuplicatePreview> for DuplicatesLine<'a> {
    fn from(preview: &'a DuplicatePreview) -> Self {
        let DuplicatePreview { certain, probably, twins, files } = preview;
        Self { certain: *certain, probably: *probably, twins: *twins, files }
    }
}

#[derive(Serialize)]
pub struct ReceiptVerified<'a> {
    pub batch: BatchId,
    /// Rows of the receipt.
    pub files: u64,
    pub same: u64,
    pub changed: u64,
    pub missing: u64,
    pub unreadable: u64,
    /// Of the same, those of which the receipt has no MD5.
    pub size_only: u64,
    /// Rows of other states, which are not compared.
    pub not_done: u64,
    pub seal: &'a str,
}

#[derive(Serialize)]
pub struct ProblemLine<'a> {
    pub path: &'a str,
    pub error: ErrorLine,
}

impl<'a> From<&'a StagedProblem> for ProblemLine<'a> {
    fn from(problem: &'a StagedProblem) -> Self {
        Self { path: &problem.path, error: ErrorLine::from(&problem.failure) }
    }
}

impl From<&Failure> for ErrorLine {
    fn from(failure: &Failure) -> Self {
        Self { code: failure.code, who: failure.who }
    }
}

pub fn is_finished(batch: &BatchView) -> bool {
    match batch.state {
        BatchState::Finished => true,
        BatchState::Scanning | BatchState::Open => false,
    }
}
