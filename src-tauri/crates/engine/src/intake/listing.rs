//! What is directly in a given folder, for choosing file by file. It decides as the scan does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::filter::Filter;
use super::names;
use super::shots::look_into_all;
use super::walk::{Found, FoundFile, judged};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{LeftOutReason, ShotPart, StagedEntry, StagedPage, StagedQuery, StagingChoices};

const MOST_ENTRIES: u32 = 1_000;
/// A folder shows by its time that something came or went, but not on every disk at once.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The folder that was listed last: its pages are asked for one after the other. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Listings {
    last: Arc<Mutex<Option<Listing>>>,
}

#[derive(Debug)]
struct Listing {
    root: PathBuf,
    folder: PathBuf,
    choices: StagingChoices,
    modified: Option<SystemTime>,
    made: Instant,
    /// Folders first.
    entries: Vec<Entry>,
}

/// Little, since there may be a million.
#[derive(Debug)]
struct Entry {
    name: OsString,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Folder,
    File(ShotPart),
    /// Known to be unusable; it may be the folder itself that can't be read.
    Broken(Box<(PathBuf, Failure)>),
    LeftOut {
        folder: bool,
        reason: LeftOutReason,
    },
}

impl Listings {
    /// Must not run on an async worker.
    ///
    /// # Errors
    /// `PathUnusable` for a folder that is not within the given one.
    pub fn page(&self, query: &StagedQuery) -> Outcome<StagedPage> {
        if !query.root.is_absolute() || !query.folder.starts_with(&query.root) {
            return Err(Failure::new(ErrorCode::PathUnusable).with("path", query.folder.display()));
        }
        let modified = modified(&query.folder);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = match last.take().filter(|listing| listing.answers(query, modified)) {
            Some(listing) => listing,
            None => Listing::of(query, modified)?,
        };
        let window = listing.entries.iter().skip(query.offset as usize);
        let entries = window
            .take(query.limit.min(MOST_ENTRIES) as usize)
            .map(|entry| entry.seen(&query.folder))
            .collect();
        let total = u32::try_from(listing.entries.len()).unwrap_or(u32::MAX);
        *last = Some(listing);
        Ok(StagedPage { entries, total })
    }

    /// What was given has gone on its way.
    pub fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn modified(folder: &Path) -> Option<SystemTime> {
    std::fs::metadata(folder).and_then(|metadata| metadata.modified()).ok()
}

impl Listing {
    fn of(query: &StagedQuery, modified: Option<SystemTime>) -> Outcome<Self> {
        let made = Instant::now();
        let (mut entries, mut files) = (Vec::new(), Vec::new());
        look_into_all(&query.root, &query.folder, &Filter::of(&query.choices), &mut |found| {
            let (path, kind) = match found {
                Found::Root { dir, .. } => (dir, Kind::Folder),
                Found::Folder { path, .. } => (path, Kind::Folder),
                Found::LeftOut { path, folder, reason, .. } => (path, Kind::LeftOut { folder, reason }),
                Found::File(FoundFile { path, failure: Some(failure), .. }) => {
                    (path.clone(), Kind::Broken(Box::new((path, failure))))
                }
                Found::File(FoundFile { path, part, .. }) => (path, Kind::File(part)),
            };
            let entry = Entry { name: path.file_name().unwrap_or(path.as_os_str()).to_owned(), kind };
            let folder = matches!(entry.kind, Kind::Folder | Kind::LeftOut { folder: true, .. });
            if folder {
                entries.push(entry)
            } else {
                files.push(entry)
            }
            Ok(())
        })?;
        entries.append(&mut files);
        entries.shrink_to_fit();
        let (root, folder, choices) = (query.root.clone(), query.folder.clone(), query.choices.clone());
        Ok(Self { root, folder, choices, modified, made, entries })
    }

    fn answers(&self, query: &StagedQuery, modified: Option<SystemTime>) -> bool {
        (&self.root, &self.folder, &self.choices) == (&query.root, &query.folder, &query.choices)
            && self.modified == modified
            && self.made.elapsed() < REMEMBERED
    }
}

impl Entry {
    /// With what is known only by a look at the file.
    fn seen(&self, folder: &Path) -> StagedEntry {
        let path = folder.join(&self.name);
        let (name, refused) = names::check(&self.name);
        let mut entry = StagedEntry {
            name,
            path: path.to_string_lossy().into_owned(),
            folder: false,
            size: 0,
            left_out: None,
            failure: None,
            part: ShotPart::Alone,
        };
        match &self.kind {
            Kind::Folder => entry.folder = true,
            Kind::File(part) => {
                (entry.size, _, entry.failure) = judged(std::fs::metadata(&path), refused);
                entry.part = *part;
            }
            Kind::Broken(broken) => {
                let (path, failure) = &**broken;
                entry.path = path.to_string_lossy().into_owned();
                entry.size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                entry.failure = Some(failure.clone());
            }
            Kind::LeftOut { folder, reason } => {
                (entry.folder, entry.left_out) = (*folder, Some(*reason));
                if !folder {
                    entry.size = std::fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
                }
            }
        }
        entry
    }
}
