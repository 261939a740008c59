//! A watched folder while the engine runs: what was heard of it, what is still to settle, and when to look.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::aggregator::{Aggregator, Delays, Dirty};
use super::stable_file::Settling;
use crate::clock::Millis;
use crate::error::Failure;
use crate::platform::watches::{Hint, Watched};
use crate::store::watched_folders::WatchedRow;

/// What is to be looked at now.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// All of it.
    Whole,
    Folders(Vec<(PathBuf, bool)>),
}

/// What was heard since the last look.
pub type Heard = Arc<Mutex<Aggregator>>;

pub struct Live {
    pub row: WatchedRow,
    /// Watches as long as it is there.
    pub watch: Option<Box<dyn Watched>>,
    /// It can't be watched: it is looked through again and again.
    pub polled: bool,
    pub heard: Heard,
    pub settling: Settling,
    /// Folders to be looked at again, and when.
    pub later: BTreeMap<PathBuf, Duration>,
    /// All of it is to be looked at, from then on.
    pub whole_from: Option<Duration>,
    /// The next whole look, Unix milliseconds.
    pub next_run: Option<Millis>,
    /// A request that is being answered, and until when files may go on changing.
    pub answering: Option<(i64, Duration)>,
    /// That the system watches no more folders.
    pub limit: Option<Failure>,
    /// How long the last whole look took.
    pub took: Duration,
    /// What its root was when it was looked at last.
    pub root: Option<(u64, u64)>,
}

impl Live {
    pub fn new(row: WatchedRow) -> Self {
        Self {
            row,
            watch: None,
            polled: false,
            heard: Heard::default(),
            settling: Settling::default(),
            later: BTreeMap::new(),
            whole_from: None,
            next_run: None,
            answering: None,
            limit: None,
            took: Duration::ZERO,
            root: None,
        }
    }

    pub fn heard(&self) -> MutexGuard<'_, Aggregator> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_wanted(&self) -> bool {
        self.row.wanted > self.row.answered
            && self.answering.is_none_or(|(wanted, _)| wanted < self.row.wanted)
    }

    /// What is due, taken out.
    pub fn take_due(
        &mut self,
        steady: Duration,
        now: Millis,
        quiet: Duration,
        delays: Delays,
    ) -> Option<Due> {
        let whole = self.is_wanted()
            || self.whole_from.is_some_and(|from| from <= steady)
            || self.next_run.is_some_and(|at| at <= now);
        let heard_due = self.heard().due(delays).is_some_and(|due| due <= steady);
        let heard = heard_due.then(|| self.heard().take());
        if whole || heard == Some(Dirty::Everything) {
            // What was heard until now is seen by this look.
            drop(self.heard().take());
            self.whole_from = None;
            self.later.clear();
            return Some(Due::Whole);
        }
        let mut folders: BTreeMap<PathBuf, bool> = match heard {
            Some(Dirty::Folders(folders)) => folders.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        for folder in self.settling.due_folders(steady, quiet) {
            folders.entry(folder).or_insert(false);
        }
        let due: Vec<PathBuf> = self
            .later
            .iter()
            .filter(|(_, from)| **from <= steady)
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in due {
            self.later.remove(&folder);
            folders.entry(folder).or_insert(false);
        }
        (!folders.is_empty()).then(|| Due::Folders(folders.into_iter().collect()))
    }

    /// When something is due next, by the clock that is never set and by the other one.
    pub fn next_due(&self, quiet: Duration, delays: Delays) -> (Option<Duration>, Option<Millis>) {
        let times = [self.heard().due(delays), self.settling.due(quiet), self.whole_from];
        let steady = times.into_iter().flatten().chain(self.later.values().copied()).min();
        (steady, self.next_run)
    }

    pub fn look_later(&mut self, folders: BTreeSet<PathBuf>, from: Duration) {
        for folder in folders {
            self.later.entry(folder).or_insert(from);
        }
    }

    /// Its root was gone, or is another one: it is watched anew, and looked through.
    pub fn begin_anew(&mut self, from: Duration) {
        self.watch = None;
        self.heard = Heard::default();
        self.whole_from = Some(from);
    }
}

/// Which folder it is, beyond its path; `None`: there is none.
pub fn root_of(path: &Path) -> Option<(u64, u64)> {
    let seen = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_dir)?;
    let id = crate::platform::file_identity::of_folder(path, &seen);
    Some(id.map_or((0, 0), |id| (id.volume(), id.number())))
}

/// For the system's own thread: what it tells is gathered, and whoever looks is woken.
pub fn hear(
    heard: &Heard,
    began: std::time::Instant,
    wake: Arc<tokio::sync::Notify>,
) -> crate::platform::watches::Hear {
    let heard = Arc::clone(heard);
    Arc::new(move |hint: Hint| {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        // Of further hints whoever looks hears when it is time.
        let wakes = heard.is_empty() || hint == Hint::RootGone;
        heard.hear(hint, began.elapsed());
        if wakes {
            wake.notify_one();
        }
    })
}
