//! Tells the shells what has happened, after the commit and not too often.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::event::Effect;
use super::message::{AwaitedJob, ToDuplicates, ToTransfers};
use super::owner::Owner;
use super::state::JobState;
use crate::error::{Failure, Outcome};
use crate::event::{Condition, EngineEvent, JobChange};
use crate::model::{BatchId, BatchView, JobId, JobStateKind, Rest, Totals, WatchedId};
use crate::store::{accounts, failure_of, totals};

/// Changes of this long are one event.
const COALESCE: Duration = Duration::from_millis(100);
const MOST_CHANGES: usize = 1_000;

/// What waits to be told.
pub(super) struct Publisher {
    events: broadcast::Sender<Arc<EngineEvent>>,
    changes: Vec<JobChange>,
    too_many: bool,
    touched: Vec<BatchId>,
    finished: Vec<BatchId>,
    accounts: bool,
    settings: bool,
    folders: Vec<WatchedId>,
    switched: Option<bool>,
    condition: Condition,
    condition_changed: bool,
    /// What a new listener is told.
    shown: Arc<Mutex<Condition>>,
    last: Instant,
}

impl Publisher {
    pub fn new(events: broadcast::Sender<Arc<EngineEvent>>, shown: Arc<Mutex<Condition>>) -> Self {
        Self {
            events,
            changes: Vec::new(),
            too_many: false,
            touched: Vec::new(),
            finished: Vec::new(),
            accounts: false,
            settings: false,
            folders: Vec::new(),
            switched: None,
            condition: Condition::default(),
            condition_changed: false,
            shown,
            last: Instant::now(),
        }
    }

    pub fn job_changed(&mut self, job: JobId, batch: BatchId, state: JobStateKind) {
        if self.changes.len() < MOST_CHANGES {
            self.changes.push(JobChange { job, batch, state });
        } else {
            self.too_many = true;
        }
        self.batch_changed(batch, false);
    }

    pub fn batch_changed(&mut self, batch: BatchId, finished: bool) {
        if self.touched.last() != Some(&batch) && !self.touched.contains(&batch) {
            self.touched.push(batch);
        }
        if finished {
            self.finished.push(batch);
        }
    }

    pub fn accounts_changed(&mut self) {
        self.accounts = true;
    }

    pub fn settings_changed(&mut self) {
        self.settings = true;
    }

    pub fn folder_changed(&mut self, folder: WatchedId) {
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }

    pub fn sync_switched(&mut self, on: bool) {
        self.switched = Some(on);
    }

    pub fn set_connection(&mut self, failure: Option<Failure>) {
        let offline = failure.is_some();
        if self.condition.offline != offline || self.condition.failure.is_some() != offline {
            self.condition.offline = offline;
            self.condition.failure = failure;
            self.condition_changed = true;
        }
    }

    pub fn set_rest(&mut self, rest: Option<Rest>) {
        if self.condition.rest != rest {
            self.condition.rest = rest;
            self.condition_changed = true;
        }
    }

    pub fn set_sign_in_required(&mut self, required: bool) {
        if self.condition.sign_in_required != required {
            self.condition.sign_in_required = required;
            self.condition_changed = true;
        }
    }

    /// Nothing goes on because everything was paused.
    fn set_paused(&mut self, totals: &Totals) {
        let paused = totals.is_paused();
        if self.condition.paused != paused {
            self.condition.paused = paused;
            self.condition_changed = true;
        }
    }

    /// The database is in trouble, or no longer.
    pub fn trouble(&mut self, failure: Option<Failure>) {
        self.condition.failure = failure;
        self.condition_changed = true;
        self.flush(true);
    }

    pub fn forget(&mut self) {
        self.changes.clear();
        self.touched.clear();
        self.finished.clear();
        self.too_many = true;
    }

    fn waiting(&self) -> bool {
        !self.touched.is_empty()
            || self.too_many
            || self.accounts
            || self.settings
            || self.switched.is_some()
            || !self.folders.is_empty()
            || self.condition_changed
    }

    /// When what waits has to be told.
    pub fn due_in(&self) -> Option<Duration> {
        self.waiting().then(|| COALESCE.saturating_sub(self.last.elapsed()))
    }

    fn is_due(&self) -> bool {
        self.waiting() && (self.last.elapsed() >= COALESCE || !self.finished.is_empty())
    }

    /// Sends what needs no look at the database.
    pub fn flush(&mut self, now: bool) {
        if std::mem::take(&mut self.settings) {
            self.send(EngineEvent::SettingsChanged);
        }
        if let Some(on) = self.switched.take() {
            self.send(EngineEvent::SyncSwitched { on });
        }
        for folder in std::mem::take(&mut self.folders) {
            self.send(EngineEvent::FolderChanged { folder });
        }
        if std::mem::take(&mut self.condition_changed) {
            *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = self.condition.clone();
            self.send(EngineEvent::ConditionChanged { condition: self.condition.clone() });
        }
        if now {
            self.last = Instant::now();
        }
    }

    fn send(&self, event: EngineEvent) {
        // Nobody listening is no failure.
        drop(self.events.send(Arc::new(event)));
    }
}

impl Owner {
    /// After a commit: what others have to do about it, and what they may want to know.
    pub(super) fn publish(&mut self) -> Outcome<()> {
        self.carry_out_effects()?;
        if !self.publisher.is_due() {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.publisher.changes);
        let touched = std::mem::take(&mut self.publisher.touched);
        let finished = std::mem::take(&mut self.publisher.finished);
        let too_many = std::mem::take(&mut self.publisher.too_many);
        if self.publisher.events.receiver_count() > 0 {
            if !touched.is_empty() || too_many {
                let mut batches: Vec<BatchView> = Vec::with_capacity(touched.len());
                for batch in &touched {
                    batches.push(self.open_batch(*batch)?.view.clone());
                }
                let totals = totals::of_all(&self.db).map_err(failure_of)?;
                self.publisher.set_paused(&totals);
                let changes = if too_many { Vec::new() } else { changes };
                self.publisher.send(EngineEvent::JobsChanged { changes, batches, totals });
            }
            for batch in finished {
                let batch = self.open_batch(batch)?.view.clone();
                self.publisher.send(EngineEvent::BatchFinished { batch });
            }
            if std::mem::take(&mut self.publisher.accounts) {
                let rows = accounts::all(&self.db).map_err(failure_of)?;
                let accounts = rows.iter().map(accounts::AccountRow::view).collect();
                self.publisher.send(EngineEvent::AccountsChanged { accounts });
            }
        }
        self.publisher.accounts = false;
        self.batches.retain(|_, open| open.view.state != crate::model::BatchState::Finished);
        self.publisher.flush(true);
        Ok(())
    }

    /// A wish to stop reaches the transfers before the commit, which a busy disk may hold up: a stop that is not durable
    /// is harmless. But it must not overtake a claim.
    pub(super) fn stop_transfers(&mut self) {
        if self.claimed {
            return;
        }
        let stops = self.effects.iter().filter(|(_, effect)| *effect == Effect::StopTransfer);
        let stops: Vec<JobId> = stops.map(|(job, _)| *job).collect();
        if !stops.is_empty() {
            self.effects.retain(|(_, effect)| *effect != Effect::StopTransfer);
            drop(self.links.transfers.send(ToTransfers::Stop(stops)));
        }
    }

    fn carry_out_effects(&mut self) -> Outcome<()> {
        let effects = std::mem::take(&mut self.effects);
        let (mut stop, mut awaited, mut ready) = (Vec::new(), Vec::new(), false);
        for (job, effect) in effects {
            match effect {
                Effect::None => {}
                Effect::StopTransfer => stop.push(job),
                Effect::Ready => ready = true,
                Effect::Await => awaited.extend(self.awaited(job)?),
            }
        }
        if !stop.is_empty() {
            drop(self.links.transfers.send(ToTransfers::Stop(stop)));
        }
        if std::mem::take(&mut self.sources_due) {
            self.links.sources.send(()).unwrap_or_default();
        }
        if std::mem::take(&mut self.values_due) {
            self.links.values.send(()).unwrap_or_default();
        }
        if !self.arrived.is_empty() {
            let arrived = ToDuplicates::Arrived(std::mem::take(&mut self.arrived));
            self.links.duplicates.send(arrived).unwrap_or_default();
        }
        if ready | std::mem::take(&mut self.look_due) {
            self.links.duplicates.send(ToDuplicates::Due).unwrap_or_default();
        }
        if std::mem::take(&mut self.watched_due) {
            self.links.watched.send(()).unwrap_or_default();
        }
        if std::mem::take(&mut self.aborts_due) {
            // Nobody at the other end: this program keeps the queue but sends nothing.
            self.links.aborts.send(()).unwrap_or_default();
        }
        if !awaited.is_empty() {
            drop(self.links.confirmer.send(awaited));
        }
        if ready || (self.claims_held_back && !self.too_many_open()) {
            self.claims_held_back = false;
            drop(self.links.transfers.send(ToTransfers::Ready));
        }
        Ok(())
    }

    fn awaited(&mut self, job: JobId) -> Outcome<Option<AwaitedJob>> {
        let Some(row) = self.running.get(&job).cloned() else { return Ok(None) };
        let folder = self.folder_context(row.folder)?;
        let account = self.open_batch(row.batch)?.context.account;
        let version_of = self.checked(&row)?.and_then(|found| found.version);
        let (album, destination) = match row.elsewhere {
            Some(elsewhere) => (elsewhere.album, elsewhere.destination.path),
            None => {
                let open = self.open_batch(row.batch)?;
                let album = folder.album.map(|album| album.to_string()).or_else(|| open.album());
                (album, open.context.destination.path.clone())
            }
        };
        // Where a new version goes is where its asset is.
        let album = album.filter(|_| version_of.is_none());
        let (attempt, sent) = match row.state {
            JobState::Checking { attempt, .. } => (attempt, None),
            JobState::Finishing { sent } | JobState::Processing { sent } => {
                (sent.attempt.clone(), Some(sent))
            }
            _ => return Ok(None),
        };
        Ok(Some(AwaitedJob {
            id: row.id,
            account,
            folder: row.folder,
            path: folder.dir.join(&row.name),
            name: row.name,
            size: row.size,
            md5: sent.as_ref().map(|sent| sent.md5),
            etag_matched: sent.as_ref().is_some_and(|sent| sent.etag_matched),
            album,
            destination,
            attempt,
            sent_at: sent.map(|sent| sent.sent_at),
            version_of,
        }))
    }
}
