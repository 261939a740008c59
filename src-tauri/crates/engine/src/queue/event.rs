//! What can happen to a job, and what follows from it.

use super::state::{Attempt, JobState, Proof, Sent};
use crate::clock::Millis;
use crate::error::Failure;
use crate::model::WaitingFor;

#[derive(Clone, Debug, PartialEq)]
pub enum JobEvent {
    /// A permit was given; the key of the attempt is new.
    Claimed(Attempt),
    /// The object store confirmed every byte.
    Stored(Sent),
    /// The answer was lost after the whole body was handed over.
    AnswerLost,
    /// Nothing was stored; try again at this time.
    TriedInVain {
        failure: Failure,
        ready_at: Millis,
    },
    /// Nothing was stored; this job can't be sent.
    GaveUp {
        failure: Failure,
    },
    /// Nothing was stored; someone has to act.
    Held {
        failure: Failure,
    },
    /// Nothing was stored; the job goes on when the thing it waits for is there.
    MustWait {
        on: WaitingFor,
        failure: Option<Failure>,
    },
    /// The transfer obeyed a stop. `unsure`: the whole body was out already.
    Stopped {
        unsure: bool,
    },
    /// The tenant lists the file and works on it.
    Listed,
    Confirmed(Proof),
    /// An attempt of unknown fate did not arrive.
    NotArrived,
    /// The tenant could not make an asset of it.
    IngestFailed {
        failure: Failure,
    },
    /// The tenant's asset has other bytes than were read: to be sent again at this time.
    ArrivedDamaged {
        failure: Failure,
        ready_at: Millis,
    },
    /// The library was looked through: it may be sent.
    Cleared,
    /// The library has it, and it is not to be imported again.
    FoundDuplicate {
        failure: Failure,
    },
    /// What it waited for is there.
    Freed,
    /// The program started again.
    Restarted,
    Pause,
    Resume,
    Cancel,
    Retry,
}

/// What has to follow a change, after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    None,
    /// Tell the running transfer to stop.
    StopTransfer,
    /// The tenant has to be asked for it.
    Await,
    /// It may be claimed.
    Ready,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub state: JobState,
    pub effect: Effect,
}

/// The event means nothing in this state; nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;
