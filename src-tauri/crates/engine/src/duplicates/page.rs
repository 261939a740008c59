//! What is looked at together: jobs of the queue, by their batches.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::PathBuf;

use super::finder::Asked;
use super::picture::may_be_picture;
use crate::model::{AccountId, BatchId, Destination, DestinationKind, DuplicateRule, FolderId, name_key};
use crate::queue::message::LookedAt;
use crate::store::file_sums::{self, FileStamp};
use crate::store::jobs::JobRow;
use crate::store::{batches, folders, pictures};
use crate::transfer::source::Seen;
use crate::transfer::upload::TransferContext;

/// Files that are hashed before what is known of them is decided, and bytes of them.
const HASHED_TOGETHER: usize = 256;
const MOST_HASHED: u64 = 512 * 1024 * 1024;

/// Jobs of one batch.
pub struct Group {
    pub account: AccountId,
    pub rule: DuplicateRule,
    pub destination: Destination,
    pub files: Vec<LookFor>,
}

pub struct LookFor {
    pub row: JobRow,
    pub path: PathBuf,
    pub album: Option<String>,
    /// Its sum is known from another place.
    pub moved: Option<FileStamp>,
    pub md5: Option<[u8; 16]>,
    pub picture: Picture,
    pub trouble: Option<io::Error>,
}

/// The sum of what a file shows, without its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Nobody wants to know.
    NotAsked,
    Unknown,
    /// `None`: the file holds none.
    Known(Option<[u8; 16]>),
}

impl LookFor {
    /// What the file is like now, and its sum, where it is known. For a blocking thread.
    pub fn look(&mut self, context: &TransferContext, same_picture: bool) {
        if same_picture && may_be_picture(&self.row.name) {
            self.picture = Picture::Unknown;
        }
        match Seen::of_path(&self.path) {
            Ok(seen) => {
                self.row.size = seen.size;
                let Some(stamp) = seen.stamp(&self.path, &context.keys) else { return };
                // Without it the file is hashed.
                let known = context.readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten();
                if let Some((md5, moved)) = known {
                    self.md5 = Some(md5);
                    self.moved = moved.then_some(stamp);
                    if self.picture == Picture::Unknown {
                        let known = context.readers.read_now(|db| pictures::of_file(db, md5)).ok().flatten();
                        self.picture = known.map_or(Picture::Unknown, Picture::Known);
                    }
                }
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    /// Whether all is known that is to be known of its bytes.
    pub fn is_known(&self) -> bool {
        self.md5.is_some() && self.picture != Picture::Unknown
    }

    pub fn asked(&self) -> Asked {
        let picture = match self.picture {
            Picture::Known(sum) => sum,
            Picture::NotAsked | Picture::Unknown => None,
        };
        let (name, album) = (self.row.name.clone(), self.album.clone());
        Asked { name, size: self.row.size, md5: self.md5, picture, album }
    }

    pub fn looked_at(&self) -> LookedAt {
        LookedAt { name_key: name_key(&self.row.name), md5: self.md5 }
    }
}

/// Of files that are to be hashed so many that others are not kept waiting for long.
pub fn how_many(files: &[LookFor]) -> usize {
    let mut bytes = 0u64;
    let fits = |file: &&LookFor| {
        bytes = bytes.saturating_add(file.row.size);
        bytes <= MOST_HASHED
    };
    files.iter().take(HASHED_TOGETHER).take_while(fits).count().max(1).min(files.len())
}

/// Jobs by their batches, in the order of the first of each.
pub fn groups(db: &rusqlite::Connection, rows: Vec<JobRow>) -> rusqlite::Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut of_batch: HashMap<BatchId, usize> = HashMap::new();
    let mut known: HashMap<FolderId, (PathBuf, Option<String>)> = HashMap::new();
    for row in rows {
        let at = match of_batch.get(&row.batch) {
            Some(at) => *at,
            None => {
                let Some(view) = batches::get(db, row.batch)? else { continue };
                let (account, rule, destination) = (view.account, view.duplicates, view.destination);
                groups.push(Group { account, rule, destination, files: Vec::new() });
                of_batch.insert(row.batch, groups.len() - 1);
                groups.len() - 1
            }
        };
        let (dir, album) = match known.entry(row.folder) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => {
                let album = folders::get(db, row.folder)?.and_then(|folder| folder.remote_album);
                entry.insert((folders::path_of(db, row.folder)?, album)).clone()
            }
        };
        let Some(group) = groups.get_mut(at) else { continue };
        let album = match group.destination.kind {
            DestinationKind::Album => Some(group.destination.id.clone()),
            DestinationKind::Folder | DestinationKind::Library => album,
        };
        let path = dir.join(&row.name);
        group.files.push(LookFor {
            row,
            path,
            album,
            moved: None,
            md5: None,
            picture: Picture::NotAsked,
            trouble: None,
        });
    }
    Ok(groups)
}
