//! A batch: what the user added in one gesture, and where it goes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, BatchId, DuplicateRule, JobStateKind, MetadataOrder, StagingChoices, WatchedId};
use crate::error::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    Folder,
    Album,
    /// The top of the library.
    Library,
}

impl DestinationKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Album => "album",
            Self::Library => "library",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Folder, Self::Album, Self::Library].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A place in the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Destination {
    pub kind: DestinationKind,
    /// Empty for the top of the library.
    pub id: String,
    /// Names with slashes, for showing.
    pub path: String,
}

/// Where a file goes instead of where its batch does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    pub destination: Destination,
    /// The album, once it is known.
    pub album: Option<String>,
}

impl Elsewhere {
    pub fn to(destination: Destination) -> Self {
        let album = (destination.kind == DestinationKind::Album).then(|| destination.id.clone());
        Self { destination, album }
    }
}

/// A request to upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Enqueue {
    pub account: AccountId,
    #[cfg_attr(feature = "bindings", ts(type = "string[]"))]
    pub paths: Vec<PathBuf>,
    pub destination: Destination,
    /// Words put on every asset.
    #[serde(default)]
    pub tags: Vec<String>,
    /// File name patterns; a file is taken if one fits, or if there is none.
    #[serde(default)]
    pub include: Vec<String>,
    /// A file or folder is left out if one fits.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Higher goes first; 0 is normal.
    #[serde(default)]
    pub priority: i32,
    #[serde(flatten)]
    pub choices: StagingChoices,
    /// What becomes of files that the library has already; else as the settings say.
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub duplicates: Option<DuplicateRule>,
    /// Put on the assets once they are there.
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(as = "Option<MetadataOrder>", optional))]
    pub metadata: MetadataOrder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Files are still being found.
    Scanning,
    Open,
    /// Every job is settled.
    Finished,
}

impl BatchState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Open => "open",
            Self::Finished => "finished",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Scanning, Self::Open, Self::Finished].into_iter().find(|state| state.as_str() == word)
    }
}

/// Jobs and bytes by state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Totals {
    #[cfg_attr(feature = "bindings", ts(type = "Partial<Record<JobStateKind, number>>"))]
    pub jobs: BTreeMap<JobStateKind, u64>,
    #[cfg_attr(feature = "bindings", ts(type = "Partial<Record<JobStateKind, number>>"))]
    pub bytes: BTreeMap<JobStateKind, u64>,
}

impl Totals {
    pub fn count(&self, state: JobStateKind) -> u64 {
        self.jobs.get(&state).copied().unwrap_or(0)
    }

    pub fn all(&self) -> u64 {
        self.jobs.values().sum()
    }

    pub fn all_bytes(&self) -> u64 {
        self.bytes.values().sum()
    }

    /// Jobs that are not settled.
    pub fn open(&self) -> u64 {
        self.jobs.iter().filter(|(state, _)| !state.is_settled()).map(|(_, count)| count).sum()
    }

    /// Something is open, and all of it is paused.
    pub fn is_paused(&self) -> bool {
        self.open() > 0 && self.open() == self.count(JobStateKind::Paused)
    }

    pub fn add(&mut self, state: JobStateKind, jobs: i64, bytes: i64) {
        let count = self.jobs.entry(state).or_default();
        *count = count.saturating_add_signed(jobs);
        let sum = self.bytes.entry(state).or_default();
        *sum = sum.saturating_add_signed(bytes);
    }

    pub fn merge(&mut self, other: &Self) {
        for (state, count) in &other.jobs {
            *self.jobs.entry(*state).or_default() += count;
        }
        for (state, sum) in &other.bytes {
            *self.bytes.entry(*state).or_default() += sum;
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct BatchView {
    pub id: BatchId,
    pub account: AccountId,
    /// Name of the first file or folder.
    pub label: String,
    pub destination: Destination,
    pub state: BatchState,
    pub totals: Totals,
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub created_at: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub finished_at: Option<i64>,
    /// Files left out while scanning (junk, patterns, choices).
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub left_out: u64,
    /// What went wrong with the batch as a whole, such as a destination that is gone.
    pub failure: Option<Failure>,
    /// What becomes of its files that the library has already.
    #[serde(default)]
    pub duplicates: DuplicateRule,
    /// The watched folder that its files are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub watched: Option<WatchedId>,
}
