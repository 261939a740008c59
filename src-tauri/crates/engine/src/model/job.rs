//! A job as the shells see it.

use serde::{Deserialize, Serialize};

use super::{AccountId, BatchId, JobId, JobMetadata, MetadataState};
use crate::error::Failure;

/// The name of a job's state, without the data that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum JobStateKind {
    Queued,
    /// Looked at before (or again before) it is sent: local bytes, or whether an earlier attempt arrived.
    Checking,
    Uploading,
    /// Every byte is with the object store; the tenant has not listed it yet.
    Finishing,
    /// The tenant is working on it.
    Processing,
    /// The tenant reports the asset and size and checksum agree.
    Done,
    Paused,
    Waiting,
    /// Someone has to act first.
    Blocked,
    Skipped,
    Cancelled,
    Failed,
}

impl JobStateKind {
    pub const ALL: [Self; 12] = [
        Self::Queued,
        Self::Checking,
        Self::Uploading,
        Self::Finishing,
        Self::Processing,
        Self::Done,
        Self::Paused,
        Self::Waiting,
        Self::Blocked,
        Self::Skipped,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The word stored in the database and printed by the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Checking => "checking",
            Self::Uploading => "uploading",
            Self::Finishing => "finishing",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Nothing more happens to the job unless someone asks for it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Blocked | Self::Skipped | Self::Cancelled | Self::Failed)
    }

    /// The engine is busy with it.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Checking | Self::Uploading | Self::Finishing | Self::Processing)
    }
}

/// What a waiting job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// The connection.
    Network,
    /// The disk, card or share that holds the file.
    Volume,
    /// A new sign-in.
    SignIn,
    /// The file to stop changing.
    Quiet,
    /// A time the user set.
    Schedule,
    /// The next try, after a temporary failure.
    Retry,
}

impl WaitingFor {
    pub const ALL: [Self; 6] =
        [Self::Network, Self::Volume, Self::SignIn, Self::Quiet, Self::Schedule, Self::Retry];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Volume => "volume",
            Self::SignIn => "sign_in",
            Self::Quiet => "quiet",
            Self::Schedule => "schedule",
            Self::Retry => "retry",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An asset is known by scheme and id together (canto-api.md §4.8 [C]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct AssetId {
    pub scheme: String,
    pub id: String,
}

/// How far the server's word about the bytes went; the strongest that the tenant offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// The object store's ETag and the asset's MD5 both equal the MD5 of what was read.
    EtagAndMd5,
    /// The object store's ETag equals it; the asset shows no (or a rewritten) MD5.
    Etag,
    /// The asset's MD5 equals it; the store's ETag was no MD5.
    Md5,
    /// Neither side names a checksum; the size agrees.
    Size,
}

impl Verification {
    pub const ALL: [Self; 4] = [Self::EtagAndMd5, Self::Etag, Self::Md5, Self::Size];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::EtagAndMd5 => "etag_and_md5",
            Self::Etag => "etag",
            Self::Md5 => "md5",
            Self::Size => "size",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One row of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobView {
    pub id: JobId,
    pub batch: BatchId,
    pub name: String,
    /// Path of the local folder, for showing.
    pub folder: String,
    /// Where it goes in the library, as names with slashes; empty until known.
    pub place: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    pub state: JobStateKind,
    pub waiting_for: Option<WaitingFor>,
    /// Bytes sent by the running attempt.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub sent: u64,
    pub failure: Option<Failure>,
    /// Next try, Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub ready_at: Option<i64>,
    pub asset: Option<AssetId>,
    /// 32 hex digits.
    pub md5: Option<String>,
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub done_at: Option<i64>,
    /// Of the values that are set after the upload.
    pub metadata: MetadataState,
}

/// The window of the queue that a view shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct JobQuery {
    pub account: Option<AccountId>,
    pub batch: Option<BatchId>,
    /// Empty means all.
    pub states: Vec<JobStateKind>,
    /// Part of the file name, case ignored.
    pub search: Option<String>,
    pub order: JobOrder,
    /// Rows after this one, by id (for paging without counting).
    pub after: Option<JobId>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub offset: u64,
    /// 0 means 100; at most 1,000.
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum JobOrder {
    /// As they were added.
    #[default]
    Added,
    /// As they will be sent.
    Queue,
    /// Newest first.
    Newest,
    Name,
    Size,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobPage {
    pub jobs: Vec<JobView>,
    /// Rows of the whole query, where that costs nothing (no search).
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub total: Option<u64>,
}

/// Everything about one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobDetails {
    pub job: JobView,
    /// Full local path, for showing.
    pub path: String,
    pub verification: Option<Verification>,
    pub attempts: Vec<AttemptView>,
    /// Address of the asset in the tenant's web app.
    pub asset_url: Option<String>,
    /// The library album it goes to.
    pub album_id: Option<String>,
    /// While it travels in parts.
    pub parts: Option<PartsView>,
    /// What is set after the upload, if anything.
    pub metadata: Option<JobMetadata>,
}

/// How far a file is that travels in parts. They are counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PartsView {
    pub count: u32,
    /// Of each but the last, bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    /// Runs that the store has with the right checksums: first and last.
    pub stored: Vec<(u32, u32)>,
    /// On their way at the moment.
    pub sending: Vec<u32>,
}

/// One failed try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct AttemptView {
    pub number: u32,
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub ended_at: i64,
    pub failure: Failure,
}
