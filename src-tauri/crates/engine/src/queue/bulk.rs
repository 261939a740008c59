//! What a user does with jobs: one, a selection, a batch or everything. Large selections go in slices between other work.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::event::JobEvent;
use super::message::{Reply, ToTransfers};
use super::owner::Owner;
use crate::error::Outcome;
use crate::model::{
    AccountId, BatchId, ControlResult, Destination, Elsewhere, JobAction, JobId, JobSelection, JobStateKind,
};
use crate::store::jobs::JobRow;
use crate::store::{failure_of, jobs, order};

const SLICE: usize = 2_000;

/// A selection that is being worked on.
#[derive(Debug)]
pub(super) struct Bulk {
    scope: Scope,
    work: Work,
    after: JobId,
    front: i64,
    result: ControlResult,
    reply: Option<Reply<ControlResult>>,
}

/// What is done with each.
#[derive(Clone, Debug)]
enum Work {
    Act(JobAction),
    /// To another place, of one account; with the batches that were met.
    SendTo {
        account: AccountId,
        to: Arc<Elsewhere>,
        met: BTreeSet<BatchId>,
    },
}

impl Work {
    /// States in which it may mean something.
    fn states(&self) -> &'static [JobStateKind] {
        use JobStateKind as S;
        match self {
            Self::Act(action) => states_for(*action),
            Self::SendTo { .. } => &[S::Queued, S::Waiting, S::Paused, S::Blocked, S::Failed],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    All,
    Batches(Vec<BatchId>),
    /// The last is worked on first.
    Runs(Vec<(JobId, JobId)>),
}

impl Scope {
    fn covers(&self, row: &JobRow) -> bool {
        match self {
            Self::All => true,
            Self::Batches(batches) => batches.contains(&row.batch),
            Self::Runs(runs) => runs.iter().any(|(first, last)| (*first..=*last).contains(&row.id)),
        }
    }

    /// Goes on to its next part, if there is one.
    fn goes_on(&mut self) -> bool {
        match self {
            Self::All => false,
            Self::Batches(batches) => batches.pop().is_some() && !batches.is_empty(),
            Self::Runs(runs) => runs.pop().is_some() && !runs.is_empty(),
        }
    }
}

fn event_of(action: JobAction) -> Option<JobEvent> {
    match action {
        JobAction::Pause => Some(JobEvent::Pause),
        JobAction::Resume => Some(JobEvent::Resume),
        JobAction::Cancel => Some(JobEvent::Cancel),
        JobAction::Retry => Some(JobEvent::Retry),
        JobAction::Top => None,
    }
}

/// What was skipped is sent when somebody names it, not with all the others of a batch.
const RETRIED_BY_NAME: &[JobStateKind] = {
    use JobStateKind as S;
    &[S::Failed, S::Blocked, S::Waiting, S::Cancelled, S::Skipped]
};

/// States in which the action may mean something.
fn states_for(action: JobAction) -> &'static [JobStateKind] {
    use JobStateKind as S;
    match action {
        JobAction::Pause => &[S::Queued, S::Waiting, S::Uploading, S::Checking],
        JobAction::Resume => &[S::Paused, S::Uploading, S::Checking],
        JobAction::Cancel => {
            &[S::Queued, S::Waiting, S::Uploading, S::Checking, S::Paused, S::Blocked, S::Failed]
        }
        JobAction::Retry => &[S::Failed, S::Blocked, S::Waiting, S::Cancelled],
        JobAction::Top => &[S::Queued, S::Waiting, S::Paused],
    }
}

impl Owner {
    pub(super) fn control(
        &mut self,
        selection: JobSelection,
        action: JobAction,
        reply: Reply<ControlResult>,
    ) -> Outcome<()> {
        if action == JobAction::Retry {
            // Before the transfers hear of the first of them.
            drop(self.links.transfers.send(ToTransfers::AskAgain));
        }
        let scope = match self.scope_of(selection)? {
            Ok(scope) => scope,
            Err(jobs) => {
                let result = self.control_jobs(&jobs, action);
                return self.reply_control(reply, result);
            }
        };
        let mut result = ControlResult::default();
        let running: Vec<JobId> =
            self.running.values().filter(|row| scope.covers(row)).map(|row| row.id).collect();
        let states = states_for(action);
        for job in running {
            if self.running.get(&job).is_some_and(|row| states.contains(&row.state.kind())) {
                self.act(job, action, 0, &mut result)?;
            }
        }
        let front = if action == JobAction::Top { order::front(&self.db).map_err(failure_of)? } else { 0 };
        let work = Work::Act(action);
        self.bulks.push_back(Bulk { scope, work, after: JobId(0), front, result, reply: Some(reply) });
        Ok(())
    }

    /// Jobs that are named one by one come back as an error: they are few.
    fn scope_of(&self, selection: JobSelection) -> Outcome<Result<Scope, Vec<JobId>>> {
        Ok(match selection {
            JobSelection::Jobs { jobs } => Err(jobs),
            JobSelection::Runs { runs } => Ok(Scope::Runs(runs)),
            JobSelection::Batch { batch } => Ok(Scope::Batches(vec![batch])),
            JobSelection::Account { account } => Ok(Scope::Batches(self.batches_of(account)?)),
            JobSelection::All => Ok(Scope::All),
        })
    }

    pub(super) fn retarget(
        &mut self,
        account: AccountId,
        selection: JobSelection,
        destination: Destination,
        reply: Reply<ControlResult>,
    ) -> Outcome<()> {
        drop(self.links.transfers.send(ToTransfers::AskAgain));
        let to = Arc::new(Elsewhere::to(destination));
        let scope = match self.scope_of(selection)? {
            Ok(scope) => scope,
            Err(jobs) => Scope::Runs(jobs.into_iter().rev().map(|job| (job, job)).collect()),
        };
        let work = Work::SendTo { account, to, met: BTreeSet::new() };
        let result = ControlResult::default();
        self.bulks.push_back(Bulk { scope, work, after: JobId(0), front: 0, result, reply: Some(reply) });
        Ok(())
    }

    fn reply_control(&mut self, reply: Reply<ControlResult>, result: Outcome<ControlResult>) -> Outcome<()> {
        let result = result?;
        self.after_commit.push(Box::new(move |committed| {
            drop(reply.send(committed.map(|()| result).map_err(Clone::clone)));
        }));
        Ok(())
    }

    pub(super) fn control_jobs(&mut self, ids: &[JobId], action: JobAction) -> Outcome<ControlResult> {
        let mut result = ControlResult::default();
        let front = if action == JobAction::Top { order::front(&self.db).map_err(failure_of)? } else { 0 };
        for id in ids {
            self.act(*id, action, front, &mut result)?;
        }
        Ok(result)
    }

    fn act(&mut self, id: JobId, action: JobAction, front: i64, result: &mut ControlResult) -> Outcome<()> {
        let Some(row) = self.take_row(id)? else {
            result.unchanged += 1;
            return Ok(());
        };
        if action == JobAction::Retry {
            self.send_regardless(&row)?;
        }
        let changed = match event_of(action) {
            Some(event) => {
                // Who asks for another try gets all of them.
                let failures = if action == JobAction::Retry { 0 } else { row.failures };
                self.apply(row, failures, event)?
            }
            None if states_for(action).contains(&row.state.kind()) => {
                self.begin()?;
                jobs::set_position(&self.db, id, front).map_err(failure_of)?;
                self.publisher.batch_changed(row.batch, false);
                self.rows += 1;
                true
            }
            None => {
                if row.state.kind().is_running() {
                    self.running.insert(id, row);
                }
                false
            }
        };
        if changed {
            result.changed += 1;
        } else {
            result.unchanged += 1;
        }
        Ok(())
    }

    fn batches_of(&self, account: AccountId) -> Outcome<Vec<BatchId>> {
        let mut statement = self
            .db
            .prepare_cached("SELECT id FROM batch WHERE account_id = ?1 AND state <> 'finished'")
            .map_err(failure_of)?;
        let rows = statement.query_map([account.0], |row| row.get(0).map(BatchId)).map_err(failure_of)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failure_of)
    }

    fn work_on(&mut self, row: JobRow, bulk: &mut Bulk) -> Outcome<()> {
        match &mut bulk.work {
            Work::Act(action) => self.act(row.id, *action, bulk.front, &mut bulk.result),
            Work::SendTo { account, to, met } => {
                met.insert(row.batch);
                if self.send_elsewhere(row, *account, to)? {
                    bulk.result.changed += 1;
                } else {
                    bulk.result.unchanged += 1;
                }
                Ok(())
            }
        }
    }

    /// Slices of the oldest selection: one, or as many as there are single jobs.
    pub(super) fn work_on_bulks(&mut self) -> Outcome<()> {
        for _ in 0..SLICE {
            if !self.work_on_a_slice()? {
                break;
            }
        }
        Ok(())
    }

    /// `true`: it was a short one, and there are more.
    fn work_on_a_slice(&mut self) -> Outcome<bool> {
        let Some(mut bulk) = self.bulks.pop_front() else { return Ok(false) };
        let states = match (&bulk.scope, &bulk.work) {
            (Scope::Runs(_), Work::Act(JobAction::Retry)) => RETRIED_BY_NAME,
            _ => bulk.work.states(),
        };
        let rows = match &bulk.scope {
            Scope::All => jobs::of_batch(&self.db, None, states, bulk.after, SLICE),
            Scope::Batches(batches) => match batches.last() {
                None => Ok(Vec::new()),
                Some(batch) => jobs::of_batch(&self.db, Some(*batch), states, bulk.after, SLICE),
            },
            Scope::Runs(runs) => match runs.last() {
                None => Ok(Vec::new()),
                Some((first, last)) => {
                    let after = bulk.after.max(JobId(first.0 - 1));
                    jobs::of_run(&self.db, after, *last, states, SLICE)
                }
            },
        }
        .map_err(failure_of)?;
        let (more, few) = (rows.len() == SLICE, rows.len() <= 1);
        for row in rows {
            bulk.after = row.id;
            if !self.running.contains_key(&row.id) {
                self.work_on(row, &mut bulk)?;
            }
        }
        if more {
            self.bulks.push_front(bulk);
            return Ok(false);
        }
        if bulk.scope.goes_on() {
            bulk.after = JobId(0);
            self.bulks.push_front(bulk);
            return Ok(few);
        }
        if let Work::SendTo { to, met, .. } = &bulk.work {
            for batch in met {
                self.settle_elsewhere(*batch, to)?;
            }
        }
        if let Some(reply) = bulk.reply.take() {
            self.reply_control(reply, Ok(bulk.result))?;
        }
        self.claims_held_back = true;
        Ok(false)
    }

    fn is_stopping(bulk: &Bulk) -> bool {
        matches!(bulk.work, Work::Act(JobAction::Pause | JobAction::Cancel))
    }

    pub(super) fn stopping_everything(&self) -> bool {
        self.bulks.iter().any(|bulk| Self::is_stopping(bulk) && bulk.scope == Scope::All)
    }

    /// The job is about to be paused or cancelled: it does not start meanwhile.
    pub(super) fn is_being_stopped(&self, row: &JobRow) -> bool {
        self.bulks.iter().any(|bulk| Self::is_stopping(bulk) && bulk.scope.covers(row))
    }
}
