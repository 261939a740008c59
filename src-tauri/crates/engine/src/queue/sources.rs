//! Local files that were waited for.

use std::path::Path;

use super::event::JobEvent;
use super::owner::Owner;
use super::state::JobState;
use crate::error::Outcome;
use crate::model::{FolderId, JobId, JobStateKind, WaitingFor};
use crate::store::{failure_of, folders, jobs, volumes};

const SLICE: usize = 1_000;

impl Owner {
    /// The volume of a batch's folder is there again, maybe under another path: its files go on from there.
    pub(super) fn volume_back(&mut self, folder: FolderId, mount: &Path) -> Outcome<()> {
        let Some(row) = volumes::of_folder(&self.db, folder).map_err(failure_of)? else { return Ok(()) };
        if row.mount != mount {
            let path = folders::path_of(&self.db, row.folder).map_err(failure_of)?;
            let Ok(below) = path.strip_prefix(&row.mount) else { return Ok(()) };
            self.begin()?;
            volumes::set_mount(&self.db, row.folder, mount, &mount.join(below)).map_err(failure_of)?;
            self.folders.clear();
        }
        let mut after = JobId(0);
        loop {
            let batch = Some(folder.batch());
            let rows = jobs::of_batch(&self.db, batch, &[JobStateKind::Waiting], after, SLICE);
            let rows = rows.map_err(failure_of)?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in rows {
                if matches!(row.state, JobState::Waiting { on: WaitingFor::Volume, .. }) {
                    let failures = row.failures;
                    self.apply(row, failures, JobEvent::Freed)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn source_quiet(&mut self, job: JobId) -> Outcome<()> {
        let Some(row) = self.take_row(job)? else { return Ok(()) };
        if matches!(row.state, JobState::Waiting { on: WaitingFor::Quiet, .. }) {
            self.apply(row, 0, JobEvent::Freed)?;
        } else if row.state.kind().is_running() {
            self.running.insert(job, row);
        }
        Ok(())
    }
}
