//! What a user does with jobs: one, a selection, a batch or everything. Large selections go in slices between other work.

use super::event::JobEvent;
use super::message::Reply;
use super::owner::Owner;
use crate::error::Outcome;
use crate::model::{AccountId, BatchId, ControlResult, JobAction, JobId, JobSelection, JobStateKind};
use crate::store::jobs::JobRow;
use crate::store::{failure_of, jobs, order};

const SLICE: usize = 2_000;

/// A selection that is being worked on.
#[derive(Debug)]
pub(super) struct Bulk {
    scope: Scope,
    action: JobAction,
    after: JobId,
    front: i64,
    result: ControlResult,
    reply: Option<Reply<ControlResult>>,
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

/// States in which the action may mean something.
fn states_for(action: JobAction) -> &'static [JobStateKind] {
    use JobStateKind as S;
    match action {
        JobAction::Pause => &[S::Queued, S::Waiting, S::Uploading, S::Checking],
        JobAction::Resume => &[S::Paused, S::Uploading, S::Checking],
        JobAction::Cancel => {
            &[S::Queued, S::Waiting, S::Uploading, S::Checking, S::Paused, S::Blocked, S::Failed]
        }
        // What was skipped is sent when somebody names it, not with all the others of a batch.
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
        let scope = match selection {
            JobSelection::Jobs { jobs } => {
                let result = self.control_jobs(&jobs, action);
                return self.reply_control(reply, result);
            }
            JobSelection::Runs { runs } => Scope::Runs(runs),
            JobSelection::Batch { batch } => Scope::Batches(vec![batch]),
            JobSelection::Account { account } => Scope::Batches(self.batches_of(account)?),
            JobSelection::All => Scope::All,
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
        self.bulks.push_back(Bulk { scope, action, after: JobId(0), front, result, reply: Some(reply) });
        Ok(())
    }

    fn reply_control(&mut self, reply: Reply<ControlResult>, result: Outcome<ControlResult>) -> Outcome<()> {
        let result = result?;
        self.after_commit.push(Box::new(move |committed| {
            drop(reply.send(committed.map(|()| result).map_err(Clone::clone)));
        }));
        Ok(())
    }

    fn control_jobs(&mut self, ids: &[JobId], action: JobAction) -> Outcome<ControlResult> {
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

    /// One slice of the oldest selection.
    pub(super) fn work_on_bulks(&mut self) -> Outcome<()> {
        let Some(mut bulk) = self.bulks.pop_front() else { return Ok(()) };
        const RETRIED_BY_NAME: &[JobStateKind] = &[
            JobStateKind::Failed,
            JobStateKind::Blocked,
            JobStateKind::Waiting,
            JobStateKind::Cancelled,
            JobStateKind::Skipped,
        ];
        let states = match (&bulk.scope, bulk.action) {
            (Scope::Runs(_), JobAction::Retry) => RETRIED_BY_NAME,
            _ => states_for(bulk.action),
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
        let more = rows.len() == SLICE;
        for row in rows {
            bulk.after = row.id;
            if !self.running.contains_key(&row.id) {
                self.act(row.id, bulk.action, bulk.front, &mut bulk.result)?;
            }
        }
        if more {
            self.bulks.push_front(bulk);
            return Ok(());
        }
        if bulk.scope.goes_on() {
            bulk.after = JobId(0);
            self.bulks.push_front(bulk);
            return Ok(());
        }
        if let Some(reply) = bulk.reply.take() {
            self.reply_control(reply, Ok(bulk.result))?;
        }
        self.claims_held_back = true;
        Ok(())
    }

    fn is_stopping(bulk: &Bulk) -> bool {
        matches!(bulk.action, JobAction::Pause | JobAction::Cancel)
    }

    pub(super) fn stopping_everything(&self) -> bool {
        self.bulks.iter().any(|bulk| Self::is_stopping(bulk) && bulk.scope == Scope::All)
    }

    /// The job is about to be paused or cancelled: it does not start meanwhile.
    pub(super) fn is_being_stopped(&self, row: &JobRow) -> bool {
        self.bulks.iter().any(|bulk| Self::is_stopping(bulk) && bulk.scope.covers(row))
    }
}
