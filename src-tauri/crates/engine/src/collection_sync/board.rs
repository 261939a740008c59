//! How far runs are, for whoever shows it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Failure;
use crate::model::{FolderMove, MirrorId};

/// Counters of one run.
#[derive(Debug, Default)]
pub struct RunCounts {
    pub to_fetch: AtomicU64,
    pub fetched: AtomicU64,
    pub bytes_to_fetch: AtomicU64,
    pub bytes_fetched: Arc<AtomicU64>,
}

/// The runs that are under way, and the folder's move.
#[derive(Clone, Debug, Default)]
pub struct MirrorBoard {
    runs: Arc<Mutex<HashMap<MirrorId, Arc<RunCounts>>>>,
    pub folder: Arc<FolderBoard>,
}

/// A move of the sync folder: how far it is, and what became of the last one.
#[derive(Debug, Default)]
pub struct FolderBoard(Mutex<(Option<FolderMove>, Option<Failure>)>);

impl FolderBoard {
    pub fn now(&self) -> (Option<FolderMove>, Option<Failure>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// So many files and bytes are to be copied.
    pub fn begin(&self, files: u64, bytes: u64) {
        let begun = FolderMove { files, bytes, ..FolderMove::default() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(begun);
    }

    pub fn copied(&self, bytes: u64) {
        if let Some(moving) = &mut self.0.lock().unwrap_or_else(PoisonError::into_inner).0 {
            moving.files_copied += 1;
            moving.bytes_copied += bytes;
        }
    }

    pub fn end(&self, failure: Option<Failure>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (None, failure);
    }
}

/// The run is shown until this is dropped.
#[derive(Debug)]
pub struct Shown {
    board: MirrorBoard,
    mirror: MirrorId,
    pub counts: Arc<RunCounts>,
}

impl MirrorBoard {
    pub fn begin(&self, mirror: MirrorId) -> Shown {
        let counts = Arc::<RunCounts>::default();
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(mirror, Arc::clone(&counts));
        Shown { board: self.clone(), mirror, counts }
    }

    pub fn of(&self, mirror: MirrorId) -> Option<Arc<RunCounts>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&mirror).cloned()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.board.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mirror);
    }
}

impl RunCounts {
    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}
