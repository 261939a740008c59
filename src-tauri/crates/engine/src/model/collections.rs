//! Collections that are kept on this computer, as shells see them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, AssetId, FolderMove, HeldId, MirrorId};
use crate::error::Failure;

/// What a collection does at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CollectionState {
    /// It is not kept here.
    Off,
    /// On, and no run has come to its end yet.
    Waiting,
    /// A run is under way.
    Running,
    /// Everything is here.
    UpToDate,
    /// Files would be removed, more than without asking.
    ConfirmRemovals,
    /// The last run did not come to its end; `failure` says why.
    Stopped,
}

/// How it is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CollectionWay {
    /// The tenant lists it.
    Listed,
    /// Somebody gave its address.
    Added,
}

/// One collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct CollectionView {
    /// `None`: it was never on.
    pub id: Option<MirrorId>,
    pub account: AccountId,
    /// The tenant's id.
    pub collection: String,
    pub name: String,
    pub way: CollectionWay,
    pub on: bool,
    /// Marked in the web to be kept on computers; `None`: the tenant does not tell.
    pub marked: Option<bool>,
    pub state: CollectionState,
    /// Where it is, once there is a sync folder.
    pub folder: Option<PathBuf>,
    /// Assets that the tenant has in it, as far as it tells.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub assets: Option<u64>,
    /// Files that are here whole, and their bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// Of a run: files and bytes that it fetches, and those that it has.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to_fetch: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub fetched: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes_to_fetch: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes_fetched: u64,
    /// Files that would be removed and wait for somebody to agree.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub removals: u64,
    /// Files whose bytes the tenant's own sum does not prove; they are here all the same.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unverified: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub ran_at: Option<i64>,
    /// Runs that have ended, well or not.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub runs: u64,
    /// A run was asked for.
    pub wanted: bool,
    pub failure: Option<Failure>,
}

/// Where the mirror is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SyncFolderView {
    pub path: PathBuf,
    /// On its way there.
    pub moving_to: Option<PathBuf>,
    /// How far that is, where files are copied.
    pub moving: Option<FolderMove>,
    /// Why the last move came to nothing, until another one is asked for; everything is where it was.
    pub move_failure: Option<Failure>,
    /// Why it can't be used at present.
    pub failure: Option<Failure>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct CollectionsView {
    pub collections: Vec<CollectionView>,
    /// The tenant lists its collections; otherwise they are added by their addresses.
    pub listed: bool,
    /// `None`: nobody has chosen one yet.
    pub folder: Option<SyncFolderView>,
    /// Why the tenant was not asked; what is known here is shown.
    pub failure: Option<Failure>,
}

/// What a run would do to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MirrorStep {
    Download,
    Replace,
    Rename,
    /// What the user has changed gets another name.
    MoveAside,
    /// Into the holding folder.
    Remove,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PlannedStep {
    pub step: MirrorStep,
    pub asset: AssetId,
    /// Within the collection's folder.
    pub path: String,
    /// Its name afterwards, where that is another one.
    pub to: Option<String>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size: Option<u64>,
}

/// What a run would do; nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct MirrorPlan {
    pub mirror: MirrorId,
    pub steps: Vec<PlannedStep>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub assets: u64,
    /// Bytes to fetch, where the tenant tells sizes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free: Option<u64>,
    /// More is removed than without asking.
    pub confirm: bool,
    /// Not in the tenant's list, and stay until it has said so again.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub missing: u64,
    /// Deleted here, and stay away.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub deleted_here: u64,
    /// Changed here, and left alone.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub changed_here: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    Downloaded,
    Replaced,
    Renamed,
    MovedAside,
    Removed,
    Restored,
}

impl ActivityKind {
    pub const ALL: &'static [Self] =
        &[Self::Downloaded, Self::Replaced, Self::Renamed, Self::MovedAside, Self::Removed, Self::Restored];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Downloaded => "downloaded",
            Self::Replaced => "replaced",
            Self::Renamed => "renamed",
            Self::MovedAside => "moved_aside",
            Self::Removed => "removed",
            Self::Restored => "restored",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// Something that happened to a file lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct MirrorActivity {
    pub mirror: MirrorId,
    pub kind: ActivityKind,
    pub asset: AssetId,
    /// Within the collection's folder.
    pub path: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
}

/// A file that left its collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct HeldView {
    pub id: HeldId,
    pub mirror: MirrorId,
    /// The collection's name.
    pub collection: String,
    pub asset: AssetId,
    /// Where it was, within the collection's folder.
    pub path: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub held_at: i64,
    pub days_left: u32,
}
