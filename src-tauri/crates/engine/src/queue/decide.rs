//! What becomes of files that the library has already: what the duplicate check finds, and what somebody decides.

use super::event::JobEvent;
use super::message::{Decision, LookedAt, Made};
use super::owner::Owner;
use super::state::JobState;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    BatchId, ControlResult, DuplicateAnswer, DuplicateOf, DuplicateReach, DuplicateRule, JobId, JobSelection,
    JobStateKind, name_key,
};
use crate::store::checked::{self, CheckedRow, Found, VersionOf};
use crate::store::file_sums::{self, FileSum};
use crate::store::jobs::{self, JobRow, LOOK_LANE, TWIN_LANE, transfer_lane};
use crate::store::{batches, failure_of, pictures};

const SLICE: usize = 1_000;

impl Owner {
    /// The findings of one look, in one transaction.
    pub(super) fn decided(&mut self, decided: Vec<(JobId, Decision)>, made: &Made) -> Outcome<()> {
        self.begin()?;
        for sum in &made.sums {
            file_sums::put(&self.db, sum).map_err(failure_of)?;
        }
        for (md5, picture) in &made.pictures {
            pictures::put(&self.db, *md5, *picture).map_err(failure_of)?;
        }
        for (job, decision) in decided {
            self.decided_one(job, decision)?;
        }
        Ok(())
    }

    fn decided_one(&mut self, id: JobId, decision: Decision) -> Outcome<()> {
        let Some(row) = self.take_row(id)? else { return Ok(()) };
        // Paused, cancelled or decided meanwhile: it is looked for again should it go on.
        if row.lane != LOOK_LANE || row.state != JobState::Queued {
            if row.state.kind().is_running() {
                self.running.insert(id, row);
            }
            return Ok(());
        }
        let failures = row.failures;
        match decision {
            Decision::Send(looked) => self.let_go(row, looked, None),
            Decision::Version(looked, version) => self.let_go(row, looked, Some(version)),
            Decision::Skip(failure) => {
                self.apply(row, failures, JobEvent::FoundDuplicate { failure: *failure }).map(drop)
            }
            Decision::Ask(failure) => {
                self.apply(row, failures, JobEvent::Held { failure: *failure }).map(drop)
            }
            Decision::Twin(looked, of) => self.wait_for_twin(&row, looked, of),
            Decision::Trouble(report) => self.report(id, report),
        }
    }

    fn let_go(&mut self, row: JobRow, looked: LookedAt, version: Option<VersionOf>) -> Outcome<()> {
        self.keep_checked(&row, looked, None, version)?;
        jobs::set_lane(&self.db, row.id, transfer_lane(&row)).map_err(failure_of)?;
        self.rows += 1;
        // Failed looks are no failed tries to send it.
        self.apply(row, 0, JobEvent::Cleared).map(drop)
    }

    fn wait_for_twin(&mut self, row: &JobRow, looked: LookedAt, of: JobId) -> Outcome<()> {
        let other = match self.running.get(&of) {
            Some(other) => Some(other.state.kind()),
            None => jobs::get(&self.db, of).map_err(failure_of)?.map(|other| other.state.kind()),
        };
        if other.is_none_or(JobStateKind::is_settled) {
            // Its fate is known by now: look again.
            self.look_due = true;
            return Ok(());
        }
        self.keep_checked(row, looked, Some(of), None)?;
        jobs::set_lane(&self.db, row.id, TWIN_LANE).map_err(failure_of)?;
        self.rows += 1;
        self.twins.insert(of);
        self.publisher.batch_changed(row.batch, false);
        Ok(())
    }

    fn keep_checked(
        &mut self,
        row: &JobRow,
        looked: LookedAt,
        twin_of: Option<JobId>,
        version: Option<VersionOf>,
    ) -> Outcome<()> {
        let account = self.open_batch(row.batch)?.context.account;
        let LookedAt { name_key, md5 } = looked;
        checked::put(&self.db, &CheckedRow { job: row.id, account, name_key, md5, twin_of, version })
            .map_err(failure_of)
    }

    /// What the check has found out about a job, where it looks at the batch's files at all.
    pub(super) fn checked(&mut self, row: &JobRow) -> Outcome<Option<Found>> {
        // The rule may have been another one when the file was looked for.
        let view = &self.open_batch(row.batch)?.view;
        if view.duplicates == DuplicateRule::Off && view.watched.is_none() {
            return Ok(None);
        }
        checked::of_job(&self.db, row.id).map_err(failure_of)
    }

    /// After a change of state: equal files follow once the fate of a job is known.
    pub(super) fn settle_twins(&mut self, row: &JobRow, after: JobStateKind) -> Outcome<()> {
        if after == JobStateKind::Done {
            let account = self.open_batch(row.batch)?.context.account;
            self.arrived.push((account, row.name.clone()));
        }
        if after.is_settled() && self.twins.remove(&row.id) {
            checked::free_twins(&self.db, row.id).map_err(failure_of)?;
            self.look_due = true;
        }
        Ok(())
    }

    pub(super) fn keep_sum(&mut self, sum: FileSum) -> Outcome<()> {
        self.begin()?;
        file_sums::put(&self.db, &sum).map_err(failure_of)
    }

    /// What arrived has other bytes: the file's, or those on the way.
    pub(super) fn forget_sum_of(&mut self, row: &JobRow) -> Outcome<()> {
        let (JobState::Finishing { sent } | JobState::Processing { sent }) = &row.state else {
            return Ok(());
        };
        self.begin()?;
        file_sums::forget(&self.db, sent.md5).map_err(failure_of)
    }

    /// Whoever tries a skipped file again has it uploaded.
    pub(super) fn send_regardless(&mut self, row: &JobRow) -> Outcome<()> {
        if !matches!(row.state, JobState::Skipped { .. }) {
            return Ok(());
        }
        self.begin()?;
        checked::remove(&self.db, row.id).map_err(failure_of)?;
        jobs::set_lane(&self.db, row.id, transfer_lane(row)).map_err(failure_of)
    }

    /// What somebody decided, of jobs that wait for it.
    pub(super) fn decide(
        &mut self,
        answer: DuplicateAnswer,
        reach: DuplicateReach,
    ) -> Outcome<ControlResult> {
        let mut result = ControlResult::default();
        match reach {
            DuplicateReach::These { selection: JobSelection::Jobs { jobs: ids } } => {
                for id in ids {
                    let row = jobs::get(&self.db, id).map_err(failure_of)?;
                    let row = row.ok_or_else(|| Failure::new(ErrorCode::JobMissing).with("job", id))?;
                    count(&mut result, self.decide_one(row, answer)?);
                }
            }
            DuplicateReach::These { selection } => self.decide_all(&selection, answer, None, &mut result)?,
            DuplicateReach::Kind { job } => {
                let row = jobs::get(&self.db, job).map_err(failure_of)?;
                let row = row.ok_or_else(|| Failure::new(ErrorCode::JobMissing).with("job", job))?;
                let Some(like) = asked(&row) else { return Ok(ControlResult { changed: 0, unchanged: 1 }) };
                let selection = JobSelection::Batch { batch: row.batch };
                self.decide_all(&selection, answer, Some(&like), &mut result)?;
            }
            DuplicateReach::Batch { batch } => {
                self.decide_all(&JobSelection::Batch { batch }, answer, None, &mut result)?;
                self.remember(batch, answer)?;
            }
        }
        Ok(result)
    }

    /// In slices, so that memory stays flat; one transaction.
    fn decide_all(
        &mut self,
        selection: &JobSelection,
        answer: DuplicateAnswer,
        like: Option<&DuplicateOf>,
        result: &mut ControlResult,
    ) -> Outcome<()> {
        let blocked = [JobStateKind::Blocked];
        let last = JobId(i64::MAX);
        let parts: Vec<(Option<BatchId>, JobId, JobId)> = match selection {
            JobSelection::Jobs { jobs } => jobs.iter().map(|job| (None, JobId(job.0 - 1), *job)).collect(),
            JobSelection::Runs { runs } => {
                runs.iter().map(|(first, last)| (None, JobId(first.0 - 1), *last)).collect()
            }
            JobSelection::Batch { batch } => vec![(Some(*batch), JobId(0), last)],
            JobSelection::Account { account } => {
                let batches = batches::of_account(&self.db, *account).map_err(failure_of)?;
                batches.into_iter().map(|batch| (Some(batch), JobId(0), last)).collect()
            }
            JobSelection::All => vec![(None, JobId(0), last)],
        };
        for (batch, mut after, last) in parts {
            loop {
                let rows = match batch {
                    Some(_) => jobs::of_batch(&self.db, batch, &blocked, after, SLICE),
                    None => jobs::of_run(&self.db, after, last, &blocked, SLICE),
                }
                .map_err(failure_of)?;
                let more = rows.len() == SLICE;
                after = rows.last().map_or(after, |row| row.id);
                for row in rows {
                    let meant = like.is_none_or(|like| asked(&row).is_some_and(|of| is_like(&of, like)));
                    if meant {
                        count(result, self.decide_one(row, answer)?);
                    }
                }
                if !more {
                    break;
                }
            }
        }
        Ok(())
    }

    /// `false`: nobody was asked, or this can't be done.
    fn decide_one(&mut self, row: JobRow, answer: DuplicateAnswer) -> Outcome<bool> {
        let Some(of) = asked(&row) else { return Ok(false) };
        self.begin()?;
        let version = match answer {
            DuplicateAnswer::Skip => {
                let failure = of.failure(ErrorCode::DuplicateFound).with("reason", "asked");
                return self.apply(row, 0, JobEvent::FoundDuplicate { failure });
            }
            DuplicateAnswer::Upload => None,
            DuplicateAnswer::Version => match of.versions {
                Some(before) if of.takes_version(&row.name) => Some(VersionOf { asset: of.asset, before }),
                _ => return Ok(false),
            },
        };
        let looked = LookedAt { name_key: name_key(&row.name), md5: None };
        self.keep_checked(&row, looked, None, version)?;
        jobs::set_lane(&self.db, row.id, transfer_lane(&row)).map_err(failure_of)?;
        self.apply(row, 0, JobEvent::Freed)
    }

    /// The rest of the batch follows the decision.
    fn remember(&mut self, batch: BatchId, answer: DuplicateAnswer) -> Outcome<()> {
        use DuplicateRule as R;
        let open = self.open_batch(batch)?;
        let rule = match (open.view.duplicates, answer) {
            (R::FilenameAsk | R::FilenameVersion, DuplicateAnswer::Version) => R::FilenameVersion,
            (R::FilenameAsk | R::FilenameVersion, DuplicateAnswer::Upload) => R::FilenameNew,
            (R::FilenameAsk | R::FilenameVersion, DuplicateAnswer::Skip) => R::FilenameSkip,
            (R::Md5Ask, DuplicateAnswer::Upload) => R::Md5New,
            (R::Md5Ask, DuplicateAnswer::Skip) => R::Md5Skip,
            (other, _) => other,
        };
        if rule != open.view.duplicates {
            open.view.duplicates = rule;
            self.begin()?;
            batches::set_rule(&self.db, batch, rule).map_err(failure_of)?;
            self.publisher.batch_changed(batch, false);
            self.look_due = true;
        }
        Ok(())
    }
}

/// What somebody is asked about a job.
fn asked(row: &JobRow) -> Option<DuplicateOf> {
    let JobState::Blocked { failure, .. } = &row.state else { return None };
    DuplicateOf::of(failure).filter(|_| failure.code == ErrorCode::DecisionNeeded)
}

fn is_like(one: &DuplicateOf, other: &DuplicateOf) -> bool {
    let kind = |of: &DuplicateOf| (of.basis, of.certainty, of.several, of.same_picture);
    kind(one) == kind(other)
}

fn count(result: &mut ControlResult, changed: bool) {
    if changed {
        result.changed += 1;
    } else {
        result.unchanged += 1;
    }
}
