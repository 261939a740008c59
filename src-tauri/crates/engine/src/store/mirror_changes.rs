//! Every change of what is mirrored, as one list: the owner of the database writes it, whoever has found it out.

use rusqlite::{Connection, Result};
use serde::{Deserialize, Serialize};

use super::held_files::HeldRow;
use super::mirrored_collections::{NewMirror, RunEnd};
use super::mirrored_files::FileRow;
use super::sync_folder::SyncFolderRow;
use super::{held_files, mirror_activity, mirrored_collections, mirrored_files, sync_folder};
use crate::clock::Millis;
use crate::model::{AssetId, HeldId, MirrorActivity, MirrorId};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum MirrorChange {
    PutFolder(Box<SyncFolderRow>),
    /// The folder is another one, with nothing of ours in it: what was known of files in the old one is forgotten.
    BeginAnew,
    Add(Box<NewMirror>),
    Switch {
        mirror: MirrorId,
        is_on: bool,
    },
    /// A run, of one or of all.
    Want(Option<MirrorId>),
    Confirm(MirrorId),
    Listed {
        mirror: MirrorId,
        name: Option<String>,
        at: Millis,
    },
    PutFile {
        mirror: MirrorId,
        row: Box<FileRow>,
    },
    Progress {
        mirror: MirrorId,
        asset: AssetId,
        etag: Option<String>,
        durable: u64,
    },
    RemoveFile {
        mirror: MirrorId,
        asset: AssetId,
    },
    Hold(Box<HeldRow>),
    Kept {
        held: HeldId,
        looked_at: Millis,
        kept_ms: Millis,
    },
    Unhold(HeldId),
    Happened(Box<MirrorActivity>),
    Ended {
        mirror: MirrorId,
        end: Box<RunEnd>,
    },
}

pub fn apply(db: &Connection, change: &MirrorChange) -> Result<()> {
    match change {
        MirrorChange::PutFolder(row) => sync_folder::put(db, row),
        MirrorChange::BeginAnew => {
            mirrored_files::forget_all(db)?;
            held_files::forget_all(db)
        }
        MirrorChange::Add(new) => mirrored_collections::add(db, new),
        MirrorChange::Switch { mirror, is_on } => mirrored_collections::switch(db, *mirror, *is_on),
        MirrorChange::Want(mirror) => mirrored_collections::want(db, *mirror),
        MirrorChange::Confirm(mirror) => mirrored_collections::confirm(db, *mirror),
        MirrorChange::Listed { mirror, name, at } => {
            mirrored_collections::listed(db, *mirror, name.as_deref(), *at)
        }
        MirrorChange::PutFile { mirror, row } => mirrored_files::put(db, *mirror, row),
        MirrorChange::Progress { mirror, asset, etag, durable } => {
            mirrored_files::progress(db, *mirror, asset, etag.as_deref(), *durable)
        }
        MirrorChange::RemoveFile { mirror, asset } => mirrored_files::remove(db, *mirror, asset),
        MirrorChange::Hold(row) => held_files::add(db, row),
        MirrorChange::Kept { held, looked_at, kept_ms } => held_files::kept(db, *held, *looked_at, *kept_ms),
        MirrorChange::Unhold(held) => held_files::remove(db, *held),
        MirrorChange::Happened(activity) => mirror_activity::add(db, activity),
        MirrorChange::Ended { mirror, end } => mirrored_collections::ended(db, *mirror, end),
    }
}
