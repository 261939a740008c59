//! What a user can do with jobs.

use serde::{Deserialize, Serialize};

use super::{AccountId, BatchId, JobId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum JobAction {
    Pause,
    Resume,
    Cancel,
    Retry,
    /// Move to the front of the queue.
    Top,
}

/// Which jobs are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum JobSelection {
    Jobs {
        jobs: Vec<JobId>,
    },
    /// First and last of each run, both included.
    Runs {
        runs: Vec<(JobId, JobId)>,
    },
    Batch {
        batch: BatchId,
    },
    Account {
        account: AccountId,
    },
    All,
}

/// A place in the order in which jobs are sent: beside one that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct QueueSpot {
    pub job: JobId,
    pub after: bool,
}

/// What came of telling where files are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelocateResult {
    /// Folders, as they were added, that begin anew.
    pub folders: u64,
    /// Jobs that had missed their files and are tried again.
    pub retried: u64,
}

/// What came of it; jobs for which the action means nothing (cancelling what is done) are left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ControlResult {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub changed: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unchanged: u64,
}
