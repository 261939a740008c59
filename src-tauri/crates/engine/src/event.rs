//! What has happened, told to every shell (past facts, after the commit).

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::model::{
    AccountView, BatchId, BatchView, CollectionView, JobId, JobStateKind, Rest, Totals, WatchedId,
};

/// A job that changed in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobChange {
    pub job: JobId,
    pub batch: BatchId,
    pub state: JobStateKind,
}

/// Bytes of one running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobProgress {
    pub job: JobId,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub sent: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    /// What the server has of an earlier run is being compared with the file.
    pub verifying: bool,
    /// What is sent stays with the server over a pause. Otherwise the file is sent from its beginning then.
    pub resumable: bool,
}

/// A sample of what is running; at most five a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ProgressFrame {
    /// At most 200 of the running jobs, the largest first.
    pub jobs: Vec<JobProgress>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub running: u64,
    /// Bytes a second over the last few seconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub speed: u64,
    /// Seconds until everything queued is sent, if the speed holds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub seconds_left: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EngineEvent {
    /// Jobs changed. `changes` is empty when there were more than 1,000: ask again for what is shown.
    JobsChanged {
        changes: Vec<JobChange>,
        batches: Vec<BatchView>,
        totals: Totals,
    },
    Progress {
        frame: ProgressFrame,
    },
    /// Everything in the batch is settled.
    BatchFinished {
        batch: BatchView,
    },
    AccountsChanged {
        accounts: Vec<AccountView>,
    },
    /// Ask for them again.
    SettingsChanged,
    /// A watched folder, or what is known of it. Ask for them again.
    FolderChanged {
        folder: WatchedId,
    },
    /// The one switch was turned.
    SyncSwitched {
        on: bool,
    },
    /// A collection that is kept here is otherwise than before, or its run is further.
    CollectionChanged {
        collection: Box<CollectionView>,
    },
    /// The engine as a whole stopped or went on (network, sign-in, disk).
    ConditionChanged {
        condition: Condition,
    },
}

/// What holds the whole queue, if anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Condition {
    pub offline: bool,
    pub sign_in_required: bool,
    /// Paused by *Pause all*.
    pub paused: bool,
    /// Nothing is sent or fetched for a while, by a time that was set or since the computer should rest.
    pub rest: Option<Rest>,
    /// Disk full, database trouble.
    pub failure: Option<Failure>,
}

/// The present picture, given together with the stream of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Snapshot {
    pub accounts: Vec<AccountView>,
    /// Newest first, at most 200.
    pub batches: Vec<BatchView>,
    pub totals: Totals,
    pub progress: ProgressFrame,
    pub condition: Condition,
}
