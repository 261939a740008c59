//! Jobs that wait are put beside another one, and sent in that order.

use super::owner::Owner;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{ControlResult, JobId, JobSelection, QueueSpot};
use crate::store::{failure_of, jobs, order};

impl Owner {
    pub(super) fn move_jobs(&mut self, selection: &JobSelection, spot: QueueSpot) -> Outcome<ControlResult> {
        let runs: Vec<(JobId, JobId)> = match selection {
            JobSelection::Jobs { jobs } => jobs.iter().map(|job| (*job, *job)).collect(),
            JobSelection::Runs { runs } => runs.clone(),
            // Whole batches have a top, but no place among the jobs of others.
            JobSelection::Batch { .. } | JobSelection::Account { .. } | JobSelection::All => {
                return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "selection"));
            }
        };
        let position = self.position_of(spot.job)?;
        if runs.iter().any(|(first, last)| (*first..=*last).contains(&spot.job)) {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "spot"));
        }
        let asked: i64 = runs.iter().map(|(first, last)| last.0 - first.0 + 1).sum();
        self.begin()?;
        let batches = order::note_moved(&self.db, &runs).map_err(failure_of)?;
        let changed: u64 = batches.iter().map(|(_, jobs)| jobs).sum();
        let result =
            ControlResult { changed, unchanged: u64::try_from(asked).unwrap_or(0).saturating_sub(changed) };
        if changed == 0 {
            return Ok(result);
        }
        // Before it is: after all that is before it.
        let beside = if spot.after { spot.job } else { JobId(spot.job.0 - 1) };
        let room = i64::try_from(changed).unwrap_or(i64::MAX);
        let free = order::make_room(&self.db, position, beside, room).map_err(failure_of)?;
        order::put_moved(&self.db, free).map_err(failure_of)?;
        self.rows += usize::try_from(changed).unwrap_or(usize::MAX);
        for (batch, _) in batches {
            self.publisher.batch_changed(batch, false);
        }
        Ok(result)
    }

    fn position_of(&self, job: JobId) -> Outcome<i64> {
        if let Some(position) = order::place_of(&self.db, job).map_err(failure_of)? {
            return Ok(position);
        }
        let known = jobs::get(&self.db, job).map_err(failure_of)?.is_some();
        let failure = Failure::new(if known { ErrorCode::RequestInvalid } else { ErrorCode::JobMissing });
        Err(failure.with("job", job))
    }
}
