//! How far runs are, for whoever shows it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::MirrorId;

/// Counters of one run.
#[derive(Debug, Default)]
pub struct RunCounts {
    pub to_fetch: AtomicU64,
    pub fetched: AtomicU64,
    pub bytes_to_fetch: AtomicU64,
    pub bytes_fetched: Arc<AtomicU64>,
}

/// The runs that are under way.
#[derive(Clone, Debug, Default)]
pub struct MirrorBoard(Arc<Mutex<HashMap<MirrorId, Arc<RunCounts>>>>);

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
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(mirror, Arc::clone(&counts));
        Shown { board: self.clone(), mirror, counts }
    }

    pub fn of(&self, mirror: MirrorId) -> Option<Arc<RunCounts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&mirror).cloned()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.board.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mirror);
    }
}

impl RunCounts {
    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}
