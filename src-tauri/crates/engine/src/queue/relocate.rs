//! The same files under another path: a copied data directory, a share that is mounted elsewhere, a renamed folder.

use std::path::{Path, PathBuf};

use super::event::JobEvent;
use super::owner::Owner;
use super::state::JobState;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{BatchId, JobId, JobStateKind, RelocateResult, WaitingFor};
use crate::store::{batches, failure_of, folders, jobs, volumes};

const SLICE: usize = 1_000;

/// `path` with `old` at its beginning replaced; `None` where it does not begin so. Compared as text, since the old path
/// may be one of another system.
fn moved(path: &str, old: &str, new: &Path) -> Option<PathBuf> {
    let other_system = old.contains('\\') && std::path::MAIN_SEPARATOR != '\\';
    let is_separator = |letter: char| letter == '/' || (letter == '\\' && (other_system || cfg!(windows)));
    let rest = path.strip_prefix(old.trim_end_matches(is_separator))?;
    if !rest.is_empty() && !rest.starts_with(is_separator) {
        return None;
    }
    Some(
        rest.split(is_separator)
            .filter(|name| !name.is_empty())
            .fold(new.to_path_buf(), |at, name| at.join(name)),
    )
}

impl Owner {
    /// Everything open below `old` is looked for below `new` from now on; what had missed its file is tried again.
    pub(super) fn relocate(&mut self, old: &str, new: &Path) -> Outcome<RelocateResult> {
        if old.trim().is_empty() || !new.is_absolute() {
            return Err(Failure::new(ErrorCode::PathUnusable).with("path", new.display()));
        }
        self.begin()?;
        let mut result = RelocateResult::default();
        let mut touched: Vec<BatchId> = Vec::new();
        for root in folders::open_roots(&self.db).map_err(failure_of)? {
            let Some(path) = moved(&root.name, old, new) else { continue };
            // Which volume it is on now is not known; what it was on says nothing any more.
            volumes::forget(&self.db, root.id).map_err(failure_of)?;
            folders::set_name(&self.db, root.id, &path.to_string_lossy()).map_err(failure_of)?;
            result.folders += 1;
            self.rows += 1;
            if touched.last() != Some(&root.id.batch()) {
                touched.push(root.id.batch());
            }
        }
        self.folders.clear();
        for batch in touched {
            if let Some(mut request) = batches::request(&self.db, batch).map_err(failure_of)? {
                for path in request.paths.iter_mut().chain(request.choices.paths_mut()) {
                    if let Some(new) = moved(&path.to_string_lossy(), old, new) {
                        *path = new;
                    }
                }
                batches::set_request(&self.db, batch, &request).map_err(failure_of)?;
            }
            result.retried += self.try_missed_again(batch)?;
        }
        Ok(result)
    }

    fn try_missed_again(&mut self, batch: BatchId) -> Outcome<u64> {
        let (mut after, mut retried) = (JobId(0), 0);
        loop {
            let states = [JobStateKind::Failed, JobStateKind::Waiting];
            let rows = jobs::of_batch(&self.db, Some(batch), &states, after, SLICE).map_err(failure_of)?;
            let Some(last) = rows.last() else { return Ok(retried) };
            after = last.id;
            for row in rows {
                let event = match &row.state {
                    JobState::Failed { failure } if failure.code == ErrorCode::SourceMissing => {
                        JobEvent::Retry
                    }
                    JobState::Waiting { on: WaitingFor::Volume, .. } => JobEvent::Freed,
                    _ => continue,
                };
                retried += u64::from(self.apply(row, 0, event)?);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_path_is_replaced() {
        let to = |path: &str, old: &str| {
            moved(path, old, Path::new("/new")).map(|path| path.display().to_string())
        };
        assert_eq!(to("/old/Shoot/A", "/old").as_deref(), Some("/new/Shoot/A"));
        assert_eq!(to("/old", "/old/").as_deref(), Some("/new"));
        assert_eq!(to("/older/A", "/old"), None);
        assert_eq!(to("/x/old/A", "/old"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_of_windows_is_understood_elsewhere() {
        let to = moved("D:\\Shoots\\Spring\\RAW", "D:\\Shoots", Path::new("/srv/shoots"));
        assert_eq!(to.unwrap(), Path::new("/srv/shoots/Spring/RAW"));
    }
}
