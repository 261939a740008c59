//! What the server holds of files that are sent in parts: kept beside the jobs, and given up with them.

use canto_api::OpenUpload;

use super::event::JobEvent;
use super::message::PartsReport;
use super::owner::Owner;
use super::state::JobState;
use crate::clock::Millis;
use crate::error::Outcome;
use crate::model::{AccountId, JobId, JobStateKind};
use crate::planted::{Bug, is_planted};
use crate::store::jobs::JobRow;
use crate::store::{aborts, failure_of, fingerprints, parts};

impl Owner {
    /// What a transfer says of its parts.
    pub(super) fn parts_report(&mut self, job: JobId, report: PartsReport) -> Outcome<()> {
        self.begin()?;
        self.rows += 1;
        match report {
            PartsReport::Begun { upload } => {
                parts::begin(&self.db, &upload).map_err(failure_of)?;
                self.in_parts.insert(job, false);
            }
            PartsReport::Stored { part } => {
                // A late word of a job that was given up meanwhile would bring its parts back.
                if self.in_parts.contains_key(&job) {
                    parts::add(&self.db, job, &part).map_err(failure_of)?;
                }
            }
            PartsReport::Unfit { number } => parts::remove_part(&self.db, job, number).map_err(failure_of)?,
            PartsReport::Completing { md5 } => {
                parts::set_completing(&self.db, job, self.world.now(), md5).map_err(failure_of)?;
                fingerprints::remember(&self.db, job, md5, self.world.now()).map_err(failure_of)?;
                self.in_parts.insert(job, true);
            }
            PartsReport::Gone => {
                parts::remove(&self.db, job).map_err(failure_of)?;
                self.in_parts.remove(&job);
            }
            PartsReport::GivenUp => self.give_up_parts(job)?,
            PartsReport::SumsWrong => self.forget_sums(job)?,
        }
        Ok(())
    }

    /// What the sums of a file are remembered as is wrong, or may be.
    pub(super) fn forget_sums(&mut self, job: JobId) -> Outcome<()> {
        self.begin()?;
        fingerprints::forget(&self.db, job).map_err(failure_of)
    }

    /// The server is told to remove what it holds, now or when it can be reached.
    fn give_up_parts(&mut self, job: JobId) -> Outcome<()> {
        if self.in_parts.remove(&job).is_some() {
            self.begin()?;
            self.aborts_due |= aborts::take_over(&self.db, job, self.world.now()).map_err(failure_of)?;
        }
        Ok(())
    }

    /// After a change of state: what is done or dropped needs no parts any more. A failed job keeps them for a retry.
    pub(super) fn settle_parts(&mut self, job: JobId, state: JobStateKind) -> Outcome<()> {
        match state {
            JobStateKind::Done if self.in_parts.get(&job) == Some(&true) => {
                self.in_parts.remove(&job);
                parts::remove(&self.db, job).map_err(failure_of)
            }
            // Done although its parts were never put together: it went another way.
            JobStateKind::Done | JobStateKind::Cancelled | JobStateKind::Skipped => self.give_up_parts(job),
            _ => Ok(()),
        }
    }

    /// What a restart means for a job. In parts nothing can have arrived before the server was asked to put them
    /// together: no need to look.
    pub(super) fn restarted(&self, row: &JobRow) -> JobEvent {
        match (&row.state, self.in_parts.get(&row.id)) {
            (JobState::Uploading { .. }, Some(false)) => JobEvent::Stopped { unsure: false },
            (JobState::Uploading { .. }, _) if is_planted(Bug::ResendBlindly) => {
                JobEvent::Stopped { unsure: false }
            }
            _ => JobEvent::Restarted,
        }
    }

    /// What was asked to be put together was looked for, and no asset of it was found.
    pub(super) fn looked_for_in_vain(&mut self, job: JobId) -> Outcome<()> {
        if self.in_parts.get(&job) != Some(&true) {
            return Ok(());
        }
        self.begin()?;
        parts::set_looked_for(&self.db, job, self.world.now()).map_err(failure_of)
    }

    /// When what is sent now was begun: an upload in parts goes on over pauses and restarts, and its asset may be as old.
    pub(super) fn attempt_began(&self, job: JobId) -> Outcome<Millis> {
        let begun = match self.in_parts.contains_key(&job) {
            true => parts::begun_at(&self.db, job).map_err(failure_of)?,
            false => None,
        };
        Ok(begun.unwrap_or_else(|| self.world.now()))
    }

    pub(super) fn keep_abort(&mut self, account: AccountId, base: &str, open: &OpenUpload) -> Outcome<()> {
        self.begin()?;
        self.rows += 1;
        self.aborts_due = true;
        aborts::add(&self.db, account, base, open, self.world.now()).map_err(failure_of)
    }

    pub(super) fn aborted(&mut self, id: i64) -> Outcome<()> {
        self.begin()?;
        self.rows += 1;
        aborts::remove(&self.db, id).map_err(failure_of)
    }
}
