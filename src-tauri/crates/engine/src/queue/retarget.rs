//! Other places for files that can't go where they were to go: an album that is closed to the user, or gone.

use super::event::JobEvent;
use super::message::BatchContext;
use super::owner::Owner;
use super::state::{Held, JobState};
use crate::error::{ErrorCode, Outcome};
use crate::model::{AccountId, BatchId, BatchState, Destination, Elsewhere, JobId};
use crate::store::jobs::JobRow;
use crate::store::{batches, failure_of, folders, jobs};
use std::sync::Arc;

impl Owner {
    /// Sends one job elsewhere. `false`: it is under way or done, the server may have it, or it is another account's.
    pub(super) fn send_elsewhere(
        &mut self,
        mut row: JobRow,
        account: AccountId,
        to: &Elsewhere,
    ) -> Outcome<bool> {
        let fits = self.open_batch(row.batch)?.view.account == account && is_still_here(&row.state);
        if !fits {
            if row.state.kind().is_running() {
                self.running.insert(row.id, row);
            }
            return Ok(false);
        }
        self.begin()?;
        jobs::set_elsewhere(&self.db, row.id, Some(to)).map_err(failure_of)?;
        self.rows += 1;
        self.publisher.job_changed(row.id, row.batch, row.state.kind());
        row.elsewhere = Some(to.clone());
        if was_refused_there(&row.state) {
            return self.apply(row, 0, JobEvent::Retry);
        }
        Ok(true)
    }

    /// Where all files of a batch go to one other place, that is the batch's own.
    pub(super) fn settle_elsewhere(&mut self, batch: BatchId, to: &Elsewhere) -> Outcome<()> {
        let open = self.open_batch(batch)?;
        if open.view.state == BatchState::Scanning || self.running.values().any(|row| row.batch == batch) {
            return Ok(());
        }
        if !jobs::all_go(&self.db, batch, to).map_err(failure_of)? {
            return Ok(());
        }
        self.begin()?;
        jobs::forget_elsewhere(&self.db, batch).map_err(failure_of)?;
        self.move_batch(batch, &to.destination)
    }

    fn move_batch(&mut self, batch: BatchId, to: &Destination) -> Outcome<()> {
        batches::set_destination(&self.db, batch, to).map_err(failure_of)?;
        folders::forget_remote(&self.db, batch).map_err(failure_of)?;
        self.folders.retain(|folder, _| folder.batch() != batch);
        let open = self.open_batch(batch)?;
        open.view.destination = to.clone();
        let BatchContext { account, tags, .. } = &*open.context;
        let context = BatchContext { batch, account: *account, destination: to.clone(), tags: tags.clone() };
        open.context = Arc::new(context);
        self.publisher.batch_changed(batch, false);
        Ok(())
    }

    /// The album that a file found elsewhere.
    pub(super) fn placed_elsewhere(&mut self, id: JobId, album: String) -> Outcome<()> {
        let Some(row) = self.running.get_mut(&id) else { return Ok(()) };
        let Some(elsewhere) = &mut row.elsewhere else { return Ok(()) };
        elsewhere.album = Some(album);
        let elsewhere = elsewhere.clone();
        self.begin()?;
        self.rows += 1;
        jobs::set_elsewhere(&self.db, id, Some(&elsewhere)).map_err(failure_of)
    }
}

/// Nothing of it may be with the server, where it would be found, or become an asset, at its old place.
fn is_still_here(state: &JobState) -> bool {
    match state {
        JobState::Queued | JobState::Failed { .. } => true,
        JobState::Paused { held } | JobState::Waiting { held, .. } | JobState::Blocked { held, .. } => {
            *held == Held::Nothing
        }
        JobState::Uploading { .. }
        | JobState::Checking { .. }
        | JobState::Finishing { .. }
        | JobState::Processing { .. }
        | JobState::Done { .. }
        | JobState::Skipped { .. }
        | JobState::Cancelled => false,
    }
}

/// What stood in its way was the place.
fn was_refused_there(state: &JobState) -> bool {
    let (JobState::Blocked { failure, .. } | JobState::Failed { failure }) = state else { return false };
    matches!(
        failure.code,
        ErrorCode::NoPermission
            | ErrorCode::DestinationMissing
            | ErrorCode::DestinationRefused
            | ErrorCode::IngestRefused
    )
}
