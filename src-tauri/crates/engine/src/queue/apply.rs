//! Applies what happened to jobs.

use super::event::{Effect, JobEvent};
use super::message::{Remote, Report, ToDuplicates, ToTransfers};
use super::owner::{FolderContext, Owner};
use super::retry::{after_damage, after_failure, concerns_the_way};
use super::state::{JobState, Sent, Wish};
use super::transition::next_state;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, FolderId, JobId, JobStateKind, WaitingFor};
use crate::planted::{Bug, is_planted};
use crate::store::accounts::AccountRow;
use crate::store::file_sums::FileSum;
use crate::store::jobs::JobRow;
use crate::store::{accounts, attempts, failure_of, folders, job_state, jobs};

/// Whoever cancels what nobody can find out about, since the local file is away, gives it up as it is.
fn gives_up(row: &JobRow) -> bool {
    matches!(row.state, JobState::Checking { wish: Wish::Cancel, .. })
}

impl Owner {
    /// A finding of a transfer or the confirmer.
    pub(super) fn report(&mut self, id: JobId, report: Report) -> Outcome<()> {
        let Some(row) = self.take_row(id)? else { return Ok(()) };
        let mut failures = row.failures;
        let event = match report {
            Report::Stored { md5, etag_matched, at, stamp } => match &row.state {
                JobState::Uploading { attempt, .. } => {
                    let attempt = attempt.clone();
                    if let Some(stamp) = stamp {
                        self.keep_sum(FileSum { stamp: *stamp, md5, made_at: at })?;
                    }
                    JobEvent::Stored(Sent { attempt, md5, etag_matched, sent_at: at, wish: Wish::GoOn })
                }
                _ => return self.put_back(row),
            },
            Report::AnswerLost { failure } => {
                self.note_attempt(id, &failure)?;
                if is_planted(Bug::ResendBlindly) {
                    JobEvent::Stopped { unsure: false }
                } else {
                    JobEvent::AnswerLost
                }
            }
            Report::Failed { failure, retry_after } => {
                if concerns_the_way(failure.code) {
                    self.publisher.set_connection(Some(failure.clone()));
                } else {
                    self.note_attempt(id, &failure)?;
                }
                if failure.code.is_of_place() {
                    let account = self.open_batch(row.batch)?.view.account;
                    self.sign_in_required(account, true, Some(failure.code))?;
                }
                let (count, event) = after_failure(&*self.world, failures, failure, retry_after);
                failures = count;
                event
            }
            Report::MustWait { .. } if gives_up(&row) => JobEvent::NotArrived,
            Report::MustWait { on, failure } => JobEvent::MustWait { on, failure: Some(failure) },
            Report::Stopped { unsure } => JobEvent::Stopped { unsure },
            Report::Listed => JobEvent::Listed,
            Report::Confirmed(proof) => {
                failures = 0;
                JobEvent::Confirmed(*proof)
            }
            Report::NotArrived => {
                self.looked_for_in_vain(id)?;
                JobEvent::NotArrived
            }
            Report::Damaged { failure } => {
                self.note_attempt(id, &failure)?;
                self.forget_sums(id)?;
                self.forget_sum_of(&row)?;
                let (count, event) = after_damage(&*self.world, failures, failure);
                failures = count;
                event
            }
            Report::Unseen { failure } => {
                self.note_attempt(id, &failure)?;
                if gives_up(&row) { JobEvent::NotArrived } else { JobEvent::Held { failure } }
            }
            Report::IngestFailed { failure } => {
                self.note_attempt(id, &failure)?;
                JobEvent::IngestFailed { failure }
            }
        };
        self.apply(row, failures, event).map(drop)
    }

    fn note_attempt(&mut self, id: JobId, failure: &Failure) -> Outcome<()> {
        self.begin()?;
        attempts::add(&self.db, id, self.world.now(), failure).map_err(failure_of)
    }

    /// The job from memory, where it is running, else from the database.
    pub(super) fn take_row(&mut self, id: JobId) -> Outcome<Option<JobRow>> {
        match self.running.remove(&id) {
            Some(row) => Ok(Some(row)),
            None => jobs::get(&self.db, id).map_err(failure_of),
        }
    }

    fn put_back(&mut self, row: JobRow) -> Outcome<()> {
        if row.state.kind().is_running() {
            self.running.insert(row.id, row);
        }
        Ok(())
    }

    /// Changes one job's state. `false`: the event means nothing in its state.
    pub(super) fn apply(&mut self, mut row: JobRow, failures: u32, event: JobEvent) -> Outcome<bool> {
        let before = row.state.kind();
        let Ok(transition) = next_state(row.state.clone(), event) else {
            self.put_back(row)?;
            return Ok(false);
        };
        self.begin()?;
        let after = transition.state.kind();
        if transition.state != row.state || failures != row.failures {
            job_state::write(&self.db, row.id, failures, &transition.state).map_err(failure_of)?;
            self.rows += 1;
        }
        if before != after {
            self.tally.moved(row.batch, before, after, row.size);
            self.settle_parts(row.id, after)?;
            self.values_due |= after == JobStateKind::Done && self.open_batch(row.batch)?.has_values();
            self.sources_due |= matches!(
                transition.state,
                JobState::Waiting { on: WaitingFor::Volume | WaitingFor::Quiet, .. }
            );
            self.settle_twins(&row, after)?;
            self.publisher.job_changed(row.id, row.batch, after);
        }
        match transition.effect {
            Effect::None => {}
            Effect::Await | Effect::StopTransfer | Effect::Ready => {
                self.effects.push((row.id, transition.effect));
            }
        }
        row.state = transition.state;
        row.failures = failures;
        self.put_back(row)?;
        Ok(true)
    }

    pub(super) fn source_seen(&mut self, id: JobId, size: u64, modified_ns: i64) -> Outcome<()> {
        let Some(row) = self.running.get_mut(&id) else { return Ok(()) };
        let (batch, kind, change) = (row.batch, row.state.kind(), size as i64 - row.size as i64);
        row.size = size;
        row.modified_ns = modified_ns;
        self.begin()?;
        self.tally.add(batch, kind, 0, change);
        self.rows += 1;
        jobs::set_source(&self.db, id, size, modified_ns).map_err(failure_of)
    }

    pub(super) fn placed(&mut self, folder: FolderId, remote: Remote) -> Outcome<()> {
        self.begin()?;
        self.rows += 1;
        match remote {
            Remote::Folder(id) => folders::set_remote_folder(&self.db, folder, &id).map_err(failure_of),
            Remote::Album(id) => {
                if let Some(context) = self.folders.get_mut(&folder) {
                    context.album = Some(id.as_str().into());
                }
                folders::set_remote_album(&self.db, folder, &id).map_err(failure_of)
            }
        }
    }

    pub(super) fn forget_places(&mut self, batch: crate::model::BatchId) -> Outcome<()> {
        self.begin()?;
        self.folders.retain(|folder, _| folder.batch() != batch);
        folders::forget_remote(&self.db, batch).map_err(failure_of)
    }

    pub(super) fn folder_context(&mut self, folder: FolderId) -> Outcome<FolderContext> {
        if let Some(context) = self.folders.get(&folder) {
            return Ok(context.clone());
        }
        if self.folders.len() > 4_096 {
            self.folders.clear();
        }
        let dir = folders::path_of(&self.db, folder).map_err(failure_of)?;
        let row = folders::get(&self.db, folder).map_err(failure_of)?;
        let album = row.and_then(|row| row.remote_album).map(Into::into);
        let context = FolderContext { dir: dir.into(), album };
        self.folders.insert(folder, context.clone());
        Ok(context)
    }

    pub(super) fn put_account(&mut self, row: &AccountRow) -> Outcome<AccountId> {
        self.begin()?;
        let id = accounts::put(&self.db, row, self.world.now()).map_err(failure_of)?;
        self.held_accounts.retain(|held| *held != id);
        self.signed_out.retain(|out| *out != id);
        self.tell_of_sign_ins();
        self.publisher.accounts_changed();
        self.values_due = true;
        drop(self.links.transfers.send(ToTransfers::AskAgain));
        self.free_waiting(WaitingFor::SignIn)?;
        Ok(id)
    }

    /// What waited for the passphrase, or for a choice, finds out whether it may go on.
    pub(super) fn vault_opened(&mut self) -> Outcome<()> {
        self.values_due = true;
        self.free_waiting(WaitingFor::SignIn)
    }

    /// Forgets who is signed in; the account's history stays. `drop_queue` cancels what is open.
    pub(super) fn drop_account(&mut self, account: AccountId, drop_queue: bool) -> Outcome<()> {
        self.sign_in_required(account, true, None)?;
        accounts::set_signed_out(&self.db, account).map_err(failure_of)?;
        self.signed_out.push(account);
        self.tell_of_sign_ins();
        if drop_queue {
            let (reply, _) = tokio::sync::oneshot::channel();
            let selection = crate::model::JobSelection::Account { account };
            self.control(selection, crate::model::JobAction::Cancel, reply)?;
        }
        Ok(())
    }

    /// `trouble`: why the place that it shows is shut.
    pub(super) fn sign_in_required(
        &mut self,
        account: AccountId,
        required: bool,
        trouble: Option<ErrorCode>,
    ) -> Outcome<()> {
        // A call that was under way when they signed out finds no token any more.
        let out = self.signed_out.contains(&account);
        if out || !required && !self.held_accounts.contains(&account) {
            return Ok(());
        }
        let is_held = self.held_accounts.contains(&account);
        // A place is looked at again and again while it is shut.
        if required && is_held && trouble.is_some() {
            let row = accounts::get(&self.db, account).map_err(failure_of)?;
            if row.is_some_and(|row| row.place_trouble == trouble) {
                return Ok(());
            }
        }
        self.begin()?;
        accounts::set_sign_in_required(&self.db, account, required, trouble).map_err(failure_of)?;
        self.held_accounts.retain(|held| *held != account);
        if required {
            self.held_accounts.push(account);
        } else {
            self.values_due = true;
            self.free_waiting(WaitingFor::SignIn)?;
        }
        self.tell_of_sign_ins();
        self.publisher.accounts_changed();
        Ok(())
    }

    /// Whether somebody is asked to sign in again.
    pub(super) fn tell_of_sign_ins(&mut self) {
        let asked = self.held_accounts.iter().any(|held| !self.signed_out.contains(held));
        self.publisher.set_sign_in_required(asked);
    }

    pub(super) fn connection(&mut self, failure: Option<Failure>) -> Outcome<()> {
        let online = failure.is_none();
        self.publisher.set_connection(failure);
        drop(self.links.transfers.send(ToTransfers::Online(online)));
        drop(self.links.duplicates.send(ToDuplicates::Online(online)));
        if online {
            self.values_due = true;
            self.free_waiting(WaitingFor::Network)?;
        }
        Ok(())
    }

    /// What these jobs waited for is there.
    pub(super) fn free_waiting(&mut self, on: WaitingFor) -> Outcome<()> {
        loop {
            let rows = jobs::waiting(&self.db, on, None, 1_000).map_err(failure_of)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let failures = row.failures;
                self.apply(row, failures, JobEvent::Freed)?;
            }
        }
        drop(self.links.transfers.send(ToTransfers::Ready));
        self.look_due = true;
        Ok(())
    }

    pub(super) fn free_due_retries(&mut self) -> Outcome<()> {
        let now = self.world.now();
        if jobs::next_retry(&self.db).map_err(failure_of)?.is_none_or(|at| at > now) {
            return Ok(());
        }
        for row in jobs::waiting(&self.db, WaitingFor::Retry, Some(now), 1_000).map_err(failure_of)? {
            let failures = row.failures;
            self.apply(row, failures, JobEvent::Freed)?;
        }
        Ok(())
    }

    /// Batches whose jobs are all settled are finished; a retry opens them again.
    pub(super) fn settle_batches(&mut self) -> Outcome<()> {
        use crate::model::BatchState;
        let mut settled = Vec::new();
        for batch in self.tally.batches() {
            let tally = std::mem::take(&mut self.tally);
            let open = self.open_batch(batch)?;
            tally.apply(batch, &mut open.view.totals);
            let busy = open.view.totals.open() > 0;
            match open.view.state {
                BatchState::Open if !busy => settled.push((batch, BatchState::Finished)),
                BatchState::Finished if busy => settled.push((batch, BatchState::Open)),
                BatchState::Scanning | BatchState::Open | BatchState::Finished => {}
            }
            self.tally = tally;
            self.publisher.batch_changed(batch, false);
        }
        for (batch, state) in settled {
            self.begin()?;
            let finished_at = (state == BatchState::Finished).then(|| self.world.now());
            crate::store::batches::set_state(&self.db, batch, state, finished_at).map_err(failure_of)?;
            if let Some(open) = self.batches.get_mut(&batch) {
                open.view.state = state;
                open.view.finished_at = finished_at;
            }
            self.publisher.batch_changed(batch, state == BatchState::Finished);
        }
        Ok(())
    }
}
