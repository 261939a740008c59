//! What a window shows of the folder for collections, of a plan, and of what happened lately.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, ActivityKind, AssetId, MirrorId, PlannedStep};

/// A place for the sync folder, before anybody has agreed to it. Nothing was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SyncFolderOffer {
    /// Where it would be: the chosen folder, or one of our own in it.
    pub path: PathBuf,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free: Option<u64>,
    /// The disk or share that it would be on.
    pub volume: Option<String>,
    /// That is a share of the network.
    pub is_remote: bool,
    /// Bytes that would be copied there; `None`: nothing has to be, since it is the same disk, or there is nothing yet.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub needed: Option<u64>,
}

/// How far a move of the sync folder to another disk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FolderMove {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files_copied: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes_copied: u64,
}

/// A plan in figures, with as many of its steps as somebody reads; those that remove come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PlanSummary {
    pub mirror: MirrorId,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub download: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub replace: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub rename: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub move_aside: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub remove: u64,
    pub steps: Vec<PlannedStep>,
    /// Steps that are not in `steps`.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub more: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub assets: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free: Option<u64>,
    pub confirm: bool,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub missing: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub deleted_here: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub changed_here: u64,
}

/// Something that happened to a file lately, with its collection's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ActivityView {
    /// Grows with time.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub id: i64,
    pub mirror: MirrorId,
    pub account: AccountId,
    pub collection: String,
    pub kind: ActivityKind,
    pub asset: AssetId,
    /// Within the collection's folder.
    pub path: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
}

/// A window of what happened, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ActivityPage {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total: u64,
    pub activity: Vec<ActivityView>,
}
