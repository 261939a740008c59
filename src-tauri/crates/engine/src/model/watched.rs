//! Watched folders: what is known of each, and what is asked of them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, Destination, WatchedId};
use crate::error::Failure;

/// How changes in a folder are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Watching {
    /// It is looked through at its times, or when somebody asks.
    #[default]
    Not,
    /// The system tells of changes.
    Watching,
    /// The system can't tell of changes there: it is looked through again and again.
    Polling,
}

impl Watching {
    pub const ALL: [Self; 3] = [Self::Not, Self::Watching, Self::Polling];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Watching => "watching",
            Self::Polling => "polling",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A folder whose files go to the library by themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WatchedFolder {
    pub id: WatchedId,
    pub account: AccountId,
    pub path: String,
    /// Where it is in the library, as names with slashes.
    pub place: String,
    /// Its name there: another one than its own where two watched folders have one name.
    pub name: String,
    pub on: bool,
    /// A file is taken if one fits, or if there is none.
    pub include: Vec<String>,
    /// A file or folder is left out if one fits.
    pub exclude: Vec<String>,
    /// A run is under way, or asked for.
    pub looking: bool,
    pub watching: Watching,
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub last_run: Option<i64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub next_run: Option<i64>,
    /// As the last whole run found them.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    /// Files that are still being written, as it looks: they are taken when they rest.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unfinished: u64,
    /// Files that are on their way.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub open: u64,
    /// Files that failed or need somebody.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub problems: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub done: u64,
    /// Why the last run could not look at everything, or watching does not work.
    pub failure: Option<Failure>,
}

/// A folder to be watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WatchFolder {
    pub account: AccountId,
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub path: PathBuf,
    /// The top of the library or of a workspace, or a folder there.
    pub destination: Destination,
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// What is asked of a watched folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum WatchedChange {
    On,
    /// Nothing more is taken from it, and what is on its way is paused.
    Off,
    /// It is looked through now.
    Sync,
    Patterns {
        include: Vec<String>,
        exclude: Vec<String>,
    },
    /// It is watched no more, and what is still queued is cancelled. The library keeps what it has.
    Remove,
}

/// What a run would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SyncPreview {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub new: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub changed: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub moved: u64,
    /// They are being written, as it looks.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unstable: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub left_out: u64,
    /// Of what would be sent.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// At most a hundred files that would be sent.
    pub paths: Vec<String>,
    /// What could not be looked at; at most a hundred.
    pub problems: Vec<super::StagedProblem>,
}
