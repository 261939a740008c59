//! Gathers hints of changes until they rest, or have waited long enough. Pure: the clock is passed in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::platform::watches::Hint;

/// Of more folders than this nobody keeps a list: everything is looked through.
const MOST: usize = 2_000;

/// How long hints are gathered.
#[derive(Clone, Copy, Debug)]
pub struct Delays {
    /// Without a further hint.
    pub quiet: Duration,
    /// At most.
    pub most: Duration,
}

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dirty {
    Everything,
    /// Folders; `true`: with all that is below.
    Folders(Vec<(PathBuf, bool)>),
}

#[derive(Debug, Default)]
pub struct Aggregator {
    folders: BTreeMap<PathBuf, bool>,
    everything: bool,
    root_gone: bool,
    first: Option<Duration>,
    last: Duration,
}

impl Aggregator {
    pub fn hear(&mut self, hint: Hint, now: Duration) {
        self.first.get_or_insert(now);
        self.last = now;
        match hint {
            Hint::Anywhere => self.everything = true,
            Hint::RootGone => self.root_gone = true,
            Hint::In(_) | Hint::Below(_) if self.everything => {}
            Hint::In(folder) => {
                self.folders.entry(folder).or_insert(false);
            }
            Hint::Below(folder) => {
                self.folders.insert(folder, true);
            }
        }
        if self.folders.len() > MOST {
            self.everything = true;
        }
        if self.everything {
            self.folders.clear();
        }
    }

    /// Nothing was heard.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// When it is time to look. `None`: nothing was heard.
    pub fn due(&self, delays: Delays) -> Option<Duration> {
        let first = self.first?;
        Some((self.last + delays.quiet).min(first + delays.most))
    }

    /// What has gathered; a folder is left out where one above it is looked through.
    pub fn take(&mut self) -> Dirty {
        let gathered = std::mem::take(self);
        if gathered.everything || gathered.root_gone {
            return Dirty::Everything;
        }
        let all = &gathered.folders;
        let covered = |folder: &Path| folder.ancestors().skip(1).any(|above| all.get(above) == Some(&true));
        let left = all.iter().filter(|(folder, _)| !covered(folder));
        Dirty::Folders(left.map(|(folder, below)| (folder.clone(), *below)).collect())
    }

    /// The watched folder itself is gone, or another one.
    pub fn is_root_gone(&self) -> bool {
        self.root_gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAYS: Delays = Delays { quiet: Duration::from_secs(1), most: Duration::from_secs(5) };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn hints_are_gathered_until_they_rest_but_not_for_ever() {
        let mut heard = Aggregator::default();
        assert_eq!(heard.due(DELAYS), None);
        heard.hear(Hint::In("/w/a".into()), at(10));
        assert_eq!(heard.due(DELAYS), Some(at(11)));
        for second in 11..=20 {
            heard.hear(Hint::In("/w/a".into()), at(second));
        }
        assert_eq!(heard.due(DELAYS), Some(at(15)));
        assert_eq!(heard.take(), Dirty::Folders(vec![("/w/a".into(), false)]));
        assert_eq!(heard.due(DELAYS), None);
    }

    #[test]
    fn a_folder_is_looked_through_once() {
        let mut heard = Aggregator::default();
        for hint in [
            Hint::In("/w/a/b".into()),
            Hint::Below("/w/a".into()),
            Hint::In("/w/a".into()),
            Hint::In("/w/ab".into()),
        ] {
            heard.hear(hint, at(0));
        }
        assert_eq!(heard.take(), Dirty::Folders(vec![("/w/a".into(), true), ("/w/ab".into(), false)]));
    }

    #[test]
    fn an_overflow_or_too_many_folders_mean_everything() {
        let mut heard = Aggregator::default();
        heard.hear(Hint::Anywhere, at(0));
        heard.hear(Hint::In("/w".into()), at(0));
        assert_eq!(heard.take(), Dirty::Everything);
        for number in 0..=MOST {
            heard.hear(Hint::In(format!("/w/{number}").into()), at(0));
        }
        assert!(heard.folders.is_empty());
        assert_eq!(heard.take(), Dirty::Everything);
        heard.hear(Hint::RootGone, at(0));
        assert!(heard.is_root_gone());
        assert_eq!(heard.take(), Dirty::Everything);
    }
}
