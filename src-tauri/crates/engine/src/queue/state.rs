//! Which states a job can be in, and what each one carries.

use crate::clock::Millis;
use crate::error::Failure;
use crate::model::{AssetId, JobStateKind, Verification, WaitingFor};

/// One try to send the file. Its key is stored before the request, so that a lost answer can be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub key_tail: String,
    pub started_at: Millis,
}

/// An attempt that the object store has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub attempt: Attempt,
    /// MD5 of the bytes as they were read while sending.
    pub md5: [u8; 16],
    /// The store named the same checksum. `false`: it named none.
    pub etag_matched: bool,
    pub sent_at: Millis,
    /// What the user asked for when it was too late: obeyed, should the file have to be sent again.
    pub wish: Wish,
}

/// What the server may already hold while a job stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    Nothing,
    /// An attempt whose answer was lost: to be looked up before anything is sent again.
    Unsure(Attempt),
    Sent(Sent),
}

/// What the user asked of a job that could not stop at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    #[default]
    GoOn,
    Pause,
    Cancel,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub asset: AssetId,
    pub asset_url: Option<String>,
    pub verification: Verification,
    pub md5: [u8; 16],
    pub at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Queued,
    Uploading {
        attempt: Attempt,
        wish: Wish,
    },
    /// An attempt of unknown fate is being looked up.
    Checking {
        attempt: Attempt,
        wish: Wish,
    },
    Finishing {
        sent: Sent,
    },
    Processing {
        sent: Sent,
    },
    Done {
        proof: Proof,
    },
    Paused {
        held: Held,
    },
    Waiting {
        on: WaitingFor,
        ready_at: Option<Millis>,
        failure: Option<Failure>,
        held: Held,
    },
    Blocked {
        failure: Failure,
        held: Held,
    },
    Skipped {
        failure: Failure,
    },
    Cancelled,
    Failed {
        failure: Failure,
    },
}

impl JobState {
    pub fn kind(&self) -> JobStateKind {
        match self {
            Self::Queued => JobStateKind::Queued,
            Self::Uploading { .. } => JobStateKind::Uploading,
            Self::Checking { .. } => JobStateKind::Checking,
            Self::Finishing { .. } => JobStateKind::Finishing,
            Self::Processing { .. } => JobStateKind::Processing,
            Self::Done { .. } => JobStateKind::Done,
            Self::Paused { .. } => JobStateKind::Paused,
            Self::Waiting { .. } => JobStateKind::Waiting,
            Self::Blocked { .. } => JobStateKind::Blocked,
            Self::Skipped { .. } => JobStateKind::Skipped,
            Self::Cancelled => JobStateKind::Cancelled,
            Self::Failed { .. } => JobStateKind::Failed,
        }
    }
}
