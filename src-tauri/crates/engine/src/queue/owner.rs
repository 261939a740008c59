//! The owner: a thread that receives messages, changes states in one transaction for many, and publishes afterwards.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{broadcast, mpsc::UnboundedSender};

use super::bulk::Bulk;
use super::event::Effect;
use super::message::{AwaitedJob, BatchContext, ToDuplicates, ToOwner, ToTransfers};
use super::publish::Publisher;
use crate::clock::SharedWorld;
use crate::error::{Failure, Outcome};
use crate::event::{Condition, EngineEvent};
use crate::model::{AccountId, BatchId, BatchView, FolderId, JobId, SettingKey};
use crate::pace::Pace;
use crate::store::jobs::JobRow;
use crate::store::totals::Tally;
use crate::store::{Store, failure_of};

/// A commit waits for company this long, or for this many changed rows (measurements.md B5).
const GROUP_TIME: Duration = Duration::from_millis(20);
const GROUP_ROWS: usize = 100;
/// How often the database is looked at for what other programs ask.
const REQUESTS_EVERY: Duration = Duration::from_millis(300);

/// Where the owner's words go.
#[derive(Debug)]
pub struct OwnerLinks {
    pub transfers: UnboundedSender<ToTransfers>,
    pub confirmer: UnboundedSender<Vec<AwaitedJob>>,
    /// Jobs wait for a volume, or for a file to come to rest.
    pub sources: UnboundedSender<()>,
    /// Uploads were given up that the server still has to be told of.
    pub aborts: UnboundedSender<()>,
    /// Jobs are done whose values are to be set.
    pub values: UnboundedSender<()>,
    /// Jobs are to be looked for in the library.
    pub duplicates: UnboundedSender<ToDuplicates>,
    /// Watched folders, or what is wanted of them, have changed.
    pub watched: UnboundedSender<()>,
    /// Something else is to be mirrored, or sooner.
    pub collections: UnboundedSender<()>,
    pub events: broadcast::Sender<Arc<EngineEvent>>,
    /// What holds the queue at present, for who asks.
    pub condition: Arc<Mutex<Condition>>,
    /// To itself, for scans that it starts.
    pub owner: Sender<ToOwner>,
}

/// A folder's path and album, kept while its files are handed out.
#[derive(Clone, Debug)]
pub(super) struct FolderContext {
    pub dir: Arc<PathBuf>,
    pub album: Option<Arc<str>>,
}

pub(super) struct OpenBatch {
    pub view: BatchView,
    pub context: Arc<BatchContext>,
    pub priority: i64,
    /// What its files get, and whether some get others.
    pub values: Option<i64>,
    pub by_file: bool,
}

/// The only writer of job states.
pub struct Owner {
    pub(super) db: Connection,
    pub(super) world: SharedWorld,
    pub(super) links: OwnerLinks,
    pub(super) in_transaction: bool,
    /// Jobs that the engine is busy with.
    pub(super) running: HashMap<JobId, JobRow>,
    pub(super) batches: HashMap<BatchId, OpenBatch>,
    pub(super) folders: HashMap<FolderId, FolderContext>,
    pub(super) tally: Tally,
    pub(super) effects: Vec<(JobId, Effect)>,
    pub(super) bulks: VecDeque<Bulk>,
    pub(super) publisher: Publisher,
    /// Accounts that can't send: they have to sign in again.
    pub(super) held_accounts: Vec<AccountId>,
    /// Those of them that nobody is asked to sign in to.
    pub(super) signed_out: Vec<AccountId>,
    pub(super) rows: usize,
    /// Answers that are due after the commit.
    pub(super) after_commit: Vec<AfterCommit>,
    pub(super) claims_held_back: bool,
    /// Jobs were claimed in this transaction, and the transfers don't have them yet.
    pub(super) claimed: bool,
    pub(super) requests_taken: HashSet<i64>,
    /// Jobs with an upload in parts under way; `true`: the server was asked to put the parts together.
    pub(super) in_parts: HashMap<JobId, bool>,
    /// After the commit, whoever looks for volumes and quiet files has work.
    pub(super) sources_due: bool,
    /// After the commit, whoever tells the server what was given up has work.
    pub(super) aborts_due: bool,
    /// After the commit, whoever sets values has work.
    pub(super) values_due: bool,
    /// After the commit, the duplicate check has work.
    pub(super) look_due: bool,
    /// After the commit, whoever watches folders has something to hear.
    pub(super) watched_due: bool,
    /// Files that are in the library since the last commit, by their names.
    pub(super) arrived: Vec<(AccountId, String)>,
    /// Jobs whose fate equal files wait for.
    pub(super) twins: HashSet<JobId>,
    data_version: i64,
    requests_due: Instant,
}

/// Told whether the commit came about.
type AfterCommit = Box<dyn FnOnce(Result<(), &Failure>) + Send>;

enum Next {
    Go,
    Stop,
}

impl Owner {
    /// Takes over the database and goes on with what it finds.
    pub fn new(store: Store, world: SharedWorld, links: OwnerLinks) -> Outcome<Self> {
        let publisher = Publisher::new(links.events.clone(), Arc::clone(&links.condition));
        let mut owner = Self {
            db: store.connection,
            world,
            links,
            in_transaction: false,
            running: HashMap::new(),
            batches: HashMap::new(),
            folders: HashMap::new(),
            tally: Tally::default(),
            effects: Vec::new(),
            bulks: VecDeque::new(),
            publisher,
            held_accounts: Vec::new(),
            signed_out: Vec::new(),
            rows: 0,
            after_commit: Vec::new(),
            claims_held_back: false,
            claimed: false,
            requests_taken: HashSet::new(),
            in_parts: HashMap::new(),
            sources_due: true,
            aborts_due: true,
            values_due: true,
            look_due: true,
            watched_due: true,
            arrived: Vec::new(),
            twins: HashSet::new(),
            data_version: 0,
            requests_due: Instant::now(),
        };
        owner.recover()?;
        owner.commit()?;
        Ok(owner)
    }

    /// Works until told to stop.
    pub fn run(mut self, inbox: &Receiver<ToOwner>, pace: Pace) {
        loop {
            match self.turn(inbox) {
                Ok(Next::Go) => {}
                Ok(Next::Stop) => break,
                Err(failure) => {
                    if self.survive(inbox, failure, pace).is_none() {
                        break;
                    }
                }
            }
        }
    }

    /// One round: the messages that are there, one transaction, then everyone is told.
    fn turn(&mut self, inbox: &Receiver<ToOwner>) -> Outcome<Next> {
        let mut next = Next::Go;
        match inbox.recv_timeout(self.time_to_wait()?) {
            Ok(message) => {
                let group_ends = Instant::now() + GROUP_TIME;
                let mut urgent = self.handle(message, &mut next)?;
                while matches!(next, Next::Go) && self.rows < GROUP_ROWS * 50 {
                    let message = match inbox.try_recv() {
                        Ok(message) => message,
                        Err(_) if urgent || self.rows == 0 || self.rows >= GROUP_ROWS => break,
                        Err(_) => {
                            let left = group_ends.saturating_duration_since(Instant::now());
                            match inbox.recv_timeout(left) {
                                Ok(message) => message,
                                Err(_) => break,
                            }
                        }
                    };
                    urgent |= self.handle(message, &mut next)?;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => next = Next::Stop,
        }
        self.free_due_retries()?;
        self.work_on_bulks()?;
        if Instant::now() >= self.requests_due {
            self.requests_due = Instant::now() + REQUESTS_EVERY;
            self.look_for_requests()?;
        }
        self.commit()?;
        if matches!(next, Next::Stop) {
            self.publisher.flush(true);
        }
        Ok(next)
    }

    /// Handles one message. `true`: someone waits for the commit.
    fn handle(&mut self, message: ToOwner, next: &mut Next) -> Outcome<bool> {
        match message {
            ToOwner::Enqueue { request, values, reply } => {
                let result = self.enqueue(*request, &values);
                self.reply_after_commit(reply, result)
            }
            ToOwner::ScanFound { batch, folders, volumes, jobs, reply } => {
                let result = self.scan_found(batch, &folders, &volumes, jobs);
                self.reply_after_commit(reply, result)
            }
            ToOwner::ScanEnded { batch, left_out, failure } => {
                self.scan_ended(batch, left_out, failure)?;
                Ok(true)
            }
            ToOwner::AddWatched { new, reply } => {
                let result = self.add_watched(&new);
                self.reply_after_commit(reply, result)
            }
            ToOwner::ChangeWatched { folder, change, reply } => {
                let result = self.change_watched(folder, change);
                self.reply_after_commit(reply, result)
            }
            ToOwner::WatchedStands { folder, standing } => {
                self.watched_stands(folder, &standing)?;
                Ok(true)
            }
            ToOwner::WatchedIsAt { folder, path, on } => {
                self.watched_is_at(folder, &path, &on)?;
                Ok(true)
            }
            ToOwner::BeginSync { folder, request, reply } => {
                let result = self.begin_sync(folder, &request);
                self.reply_after_commit(reply, result)
            }
            ToOwner::SyncFound { folder, batch, found, reply } => {
                let result = self.sync_found(folder, batch, *found);
                self.reply_after_commit(reply, result)
            }
            ToOwner::Decided { decided, made, reply } => {
                let result = self.decided(decided, &made);
                self.reply_after_commit(reply, result)
            }
            ToOwner::Decide { answer, reach, reply } => {
                let result = self.decide(answer, reach);
                self.reply_after_commit(reply, result)
            }
            ToOwner::Claim { small, large } => {
                self.claim(small, large)?;
                Ok(true)
            }
            ToOwner::Report(job, report) => {
                self.report(job, report)?;
                Ok(false)
            }
            ToOwner::Reports(reports) => {
                for (job, report) in reports {
                    self.report(job, report)?;
                }
                Ok(false)
            }
            ToOwner::Control { selection, action, reply } => {
                self.control(selection, action, reply)?;
                Ok(true)
            }
            ToOwner::Retarget { account, selection, destination, reply } => {
                self.retarget(account, selection, destination, reply)?;
                Ok(true)
            }
            ToOwner::Move { selection, spot, reply } => {
                let result = self.move_jobs(&selection, spot);
                self.reply_after_commit(reply, result)
            }
            ToOwner::Parts { job, report, reply } => {
                let result = self.parts_report(job, report);
                match reply {
                    Some(reply) => self.reply_after_commit(reply, result),
                    None => result.map(|()| false),
                }
            }
            ToOwner::ValuesSettled { settled, reply } => {
                let result = self.values_settled(&settled);
                self.reply_after_commit(reply, result)
            }
            ToOwner::CorrectValues { account, selection, values, reply } => {
                let result = self.correct_values(account, &selection, &values);
                self.reply_after_commit(reply, result)
            }
            ToOwner::KeepForm { account, form } => {
                self.begin()?;
                crate::store::forms::put(&self.db, account, &form).map_err(failure_of)?;
                Ok(false)
            }
            ToOwner::Template { account, change, reply } => {
                let result = self.change_template(account, &change);
                self.reply_after_commit(reply, result)
            }
            ToOwner::Relocate { old, new, reply } => {
                let result = self.relocate(&old, &new);
                self.reply_after_commit(reply, result)
            }
            ToOwner::VolumeBack { folder, mount } => {
                self.volume_back(folder, &mount)?;
                Ok(true)
            }
            ToOwner::SourceQuiet { job } => {
                self.source_quiet(job)?;
                Ok(true)
            }
            ToOwner::KeepAbort { account, base, open } => {
                self.keep_abort(account, &base, &open)?;
                Ok(true)
            }
            ToOwner::Aborted { id } => {
                self.aborted(id)?;
                Ok(false)
            }
            ToOwner::SourceSeen { job, size, modified_ns } => {
                self.source_seen(job, size, modified_ns)?;
                Ok(false)
            }
            ToOwner::Placed { folder, remote } => {
                self.placed(folder, remote)?;
                Ok(false)
            }
            ToOwner::PlacedElsewhere { job, album } => {
                self.placed_elsewhere(job, album)?;
                Ok(false)
            }
            ToOwner::ForgetPlaces { batch } => {
                self.forget_places(batch)?;
                Ok(false)
            }
            ToOwner::PutAccount { row, reply } => {
                let result = self.put_account(&row);
                self.reply_after_commit(reply, result)
            }
            ToOwner::DropAccount { account, drop_queue, reply } => {
                let result = self.drop_account(account, drop_queue);
                self.reply_after_commit(reply, result)
            }
            ToOwner::SignInRequired { account, required, trouble } => {
                self.sign_in_required(account, required, trouble)?;
                Ok(true)
            }
            ToOwner::VaultOpened => {
                self.vault_opened()?;
                Ok(true)
            }
            ToOwner::RightsSeen { account, rights } => {
                self.begin()?;
                crate::store::accounts::set_rights(&self.db, account, &rights).map_err(failure_of)?;
                self.publisher.accounts_changed();
                Ok(false)
            }
            ToOwner::ListingDelay { account, delay } => {
                self.begin()?;
                crate::store::accounts::set_listing_delay(&self.db, account, delay).map_err(failure_of)?;
                Ok(false)
            }
            ToOwner::ClockSet { by } => {
                // Waits that would be longer than meant; those that end earlier do no harm.
                if by < 0 {
                    self.begin()?;
                    crate::store::jobs::move_retries(&self.db, by).map_err(failure_of)?;
                }
                Ok(false)
            }
            ToOwner::Connection { failure } => {
                self.connection(failure)?;
                Ok(true)
            }
            ToOwner::Rest { rest } => {
                self.publisher.set_rest(rest);
                drop(self.links.transfers.send(ToTransfers::Rest(rest.is_some())));
                drop(self.links.duplicates.send(ToDuplicates::Rest(rest.is_some())));
                Ok(true)
            }
            ToOwner::PutSetting { key, value, reply } => {
                self.begin()?;
                let stored = crate::store::settings::set(&self.db, key.as_str(), value.as_deref());
                self.publisher.settings_changed();
                match key {
                    SettingKey::Sync => self.sync_switched(value.as_deref() != Some("off"))?,
                    SettingKey::SyncFrequency | SettingKey::SyncChanged | SettingKey::DuplicatesSync => {
                        self.watched_due = true;
                    }
                    _ => {}
                }
                self.reply_after_commit(reply, stored.map_err(failure_of))
            }
            ToOwner::Mirror { changes, reply } => {
                let result = self.mirror(&changes);
                self.reply_after_commit(reply, result)
            }
            ToOwner::AnswerRequest { id, answer } => {
                self.answer_request(id, &answer)?;
                Ok(true)
            }
            ToOwner::Stop { reply } => {
                self.after_commit.push(Box::new(move |_| reply.send(()).unwrap_or_default()));
                *next = Next::Stop;
                Ok(true)
            }
        }
    }

    /// Answers when the change is durable. A failed write reaches the asker and is then handled for all.
    fn reply_after_commit<T: Send + 'static>(
        &mut self,
        reply: super::message::Reply<T>,
        result: Outcome<T>,
    ) -> Outcome<bool> {
        match result {
            Ok(value) => {
                self.after_commit.push(Box::new(move |committed| {
                    drop(reply.send(committed.map(|()| value).map_err(Clone::clone)));
                }));
                Ok(true)
            }
            Err(failure) => {
                drop(reply.send(Err(failure.clone())));
                if super::trouble::is_trouble(&failure) { Err(failure) } else { Ok(false) }
            }
        }
    }

    /// Starts the transaction that the next commit ends.
    pub(super) fn begin(&mut self) -> Outcome<()> {
        if !self.in_transaction {
            self.db.execute_batch("BEGIN IMMEDIATE").map_err(failure_of)?;
            self.in_transaction = true;
        }
        Ok(())
    }

    /// Persists, then publishes.
    pub(super) fn commit(&mut self) -> Outcome<()> {
        self.stop_transfers();
        self.settle_batches()?;
        if self.in_transaction {
            std::mem::take(&mut self.tally).write(&self.db).map_err(failure_of)?;
            self.db.execute_batch("COMMIT").map_err(failure_of)?;
            self.in_transaction = false;
        }
        self.rows = 0;
        // First what was handed out, then what became of it meanwhile: a stop or a new job in the same commit must not
        // reach the transfers before the claim that it follows.
        for answer in std::mem::take(&mut self.after_commit) {
            answer(Ok(()));
        }
        self.claimed = false;
        self.publish()
    }

    fn time_to_wait(&self) -> Outcome<Duration> {
        if !self.bulks.is_empty() {
            return Ok(Duration::ZERO);
        }
        let mut wait = self.requests_due.saturating_duration_since(Instant::now());
        if let Some(due) = self.publisher.due_in() {
            wait = wait.min(due);
        }
        if let Some(at) = crate::store::jobs::next_retry(&self.db).map_err(failure_of)? {
            let left = u64::try_from(at - self.world.now()).unwrap_or(0);
            wait = wait.min(Duration::from_millis(left));
        }
        Ok(wait)
    }

    /// What other programs on this data directory have written down.
    fn look_for_requests(&mut self) -> Outcome<()> {
        let version: i64 =
            self.db.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(failure_of)?;
        if version == self.data_version {
            return Ok(());
        }
        self.data_version = version;
        self.take_requests()
    }
}
