//! Files that wait until somebody has decided about them, as the shells show them.

use serde::{Deserialize, Serialize};

use super::{BatchId, Certainty, DuplicateBasis, DuplicateOf, JobId, JobView};

/// Asks for some of those that wait, in the order of their jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct DecisionQuery {
    /// Of one batch alone.
    pub batch: Option<BatchId>,
    /// The window begins with this job, or with the next one that waits, or else with the last; `offset` counts no more then.
    pub from: Option<JobId>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub offset: u64,
    /// 0 means 100; at most 100.
    pub limit: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DecisionPage {
    pub decisions: Vec<Decision>,
    /// Of the first of them.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub offset: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total: u64,
    /// All that wait, in the order of the first of each.
    pub kinds: Vec<DecisionKind>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Decision {
    pub job: JobView,
    pub of: DuplicateOf,
    /// Why the file can't become a version of what was found; `None`: it can.
    pub no_version: Option<NoVersion>,
}

/// Those of a batch that were found the same way, as surely: one decision can count for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DecisionKind {
    pub batch: BatchId,
    pub basis: DuplicateBasis,
    pub certainty: Certainty,
    pub several: bool,
    pub same_picture: bool,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub count: u64,
    pub first: JobId,
}

/// Why a file can't become a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoVersion {
    /// It was found by its content, and versions go by names alone.
    ByContent,
    /// Its ending is another one.
    Ending,
    /// The library does not show the history, so nobody could see that it grew.
    History,
}

/// What the local file is like now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LocalFacts {
    /// `None`: it can't be read at the moment.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size: Option<u64>,
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub modified: Option<i64>,
    /// 32 hex digits, where it is known, or was asked for and could be made.
    pub md5: Option<String>,
}

impl DuplicateOf {
    /// Why a file of this name can't become a version of it. That a tenant takes no other ending is a guess [ND].
    pub fn no_version(&self, file: &str) -> Option<NoVersion> {
        if self.basis == DuplicateBasis::Md5 {
            Some(NoVersion::ByContent)
        } else if !self.takes_version(file) {
            Some(NoVersion::Ending)
        } else if self.versions.is_none() {
            Some(NoVersion::History)
        } else {
            None
        }
    }
}
