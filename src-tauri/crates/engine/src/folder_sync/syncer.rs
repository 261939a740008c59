//! Watches folders and looks through them when it is time. One look at a time; each on a thread of its own, at the lowest
//! priority. What it knows beside the database is lost with it and found out again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::aggregator::Delays;
use super::library;
use super::live::{Due, Live, hear, root_of};
use super::run::{Ran, Task, Tools, run};
use super::stable_file::Settling;
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    DuplicateRule, Enqueue, Frequency, MetadataOrder, StagingChoices, SyncPreview, WatchedId, Watching,
};
use crate::platform::volumes;
use crate::platform::watches::{WatchTrouble, Watches};
use crate::queue::message::ToOwner;
use crate::store::accounts;
use crate::store::watched_folders::{self, Standing, VolumeOn, WatchedRow};
use crate::transfer::upload::TransferContext;

/// What is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The one switch.
    pub on: bool,
    pub frequency: Frequency,
    pub rule: DuplicateRule,
    /// A file that has changed becomes a new version of its asset.
    pub as_version: bool,
}

pub type Choose = Arc<dyn Fn() -> BoxFuture<'static, Outcome<Choices>> + Send + Sync>;

/// A run that was asked for waits so many quiet times for files that are being written.
const PATIENCE: u32 = 8;
/// A folder is polled at most so much of the time.
const REST: u32 = 20;

pub struct Syncer {
    pub context: Arc<TransferContext>,
    pub choose: Choose,
    pub watches: Arc<dyn Watches>,
    /// Ferry's own data, which is no part of any folder.
    pub data_dir: PathBuf,
    /// Only what somebody asks for: for a program that is here for a while.
    pub asked_only: bool,
    pub lives: BTreeMap<WatchedId, Live>,
    pub choices: Choices,
    pub wake: Arc<Notify>,
    pub began: Instant,
    /// When it is looked again whether the folders are there.
    pub tend_at: Duration,
}

impl Syncer {
    pub fn new(
        context: Arc<TransferContext>,
        choose: Choose,
        watches: Arc<dyn Watches>,
        data_dir: PathBuf,
        asked_only: bool,
    ) -> Self {
        let (wake, began) = (Arc::default(), Instant::now());
        let (lives, choices) = (BTreeMap::new(), Choices::default());
        let tend_at = Duration::ZERO;
        Self { context, choose, watches, data_dir, asked_only, lives, choices, wake, began, tend_at }
    }

    pub async fn run(mut self, mut inbox: UnboundedReceiver<()>, quit: CancellationToken) {
        let mut refresh = true;
        loop {
            while inbox.try_recv().is_ok() {
                refresh = true;
            }
            if std::mem::take(&mut refresh) {
                self.tend_at = Duration::ZERO;
                if let Err(failure) = self.refresh().await {
                    tracing::warn!(%failure, "watched folders can't be read");
                    refresh = true;
                }
            }
            if self.steady() >= self.tend_at || self.lives.values().any(|live| live.heard().is_root_gone()) {
                self.tend().await;
                self.tend_at = self.steady() + self.context.pace.surroundings;
            }
            if let Some((id, due)) = self.next_due() {
                refresh |= self.look(id, due, &mut inbox, &quit).await;
                if quit.is_cancelled() {
                    return;
                }
                continue;
            }
            let wait = if refresh { Some(self.context.pace.sync_later) } else { self.wait() };
            tokio::select! {
                () = quit.cancelled() => return,
                told = inbox.recv() => match told {
                    Some(()) => refresh = true,
                    None => return quit.cancelled().await,
                },
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    fn steady(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> Millis {
        self.context.world.now()
    }

    fn delays(&self) -> Delays {
        let pace = self.context.pace;
        Delays { quiet: pace.sync_gather, most: pace.sync_gather_most }
    }

    /// Reads again which folders are to be watched, and how.
    async fn refresh(&mut self) -> Outcome<()> {
        let (rows, choices) = self.wanted().await?;
        let frequency_changed = self.choices.frequency != choices.frequency;
        self.choices = choices;
        self.lives.retain(|id, _| rows.iter().any(|row| row.id == *id));
        let steady = self.steady();
        let at_start = !self.asked_only && choices.frequency != Frequency::ByHand;
        for row in rows {
            let next = self.next_run(row.last_run.unwrap_or_else(|| self.now()), false);
            let live = self.lives.entry(row.id).or_insert_with(|| {
                let mut live = Live::new(row.clone());
                live.whole_from = at_start.then_some(steady);
                live
            });
            let moved = live.row.path != row.path;
            let others = (&live.row.include, &live.row.exclude) != (&row.include, &row.exclude);
            live.row = row;
            if moved || frequency_changed {
                live.watch = None;
                live.polled = false;
                live.root = None;
            }
            if (moved || others) && at_start {
                live.whole_from = Some(steady);
            }
            if frequency_changed || live.next_run.is_none() {
                live.next_run = next;
            }
        }
        let polled: Vec<WatchedId> =
            self.lives.iter().filter(|(_, live)| live.polled).map(|(id, _)| *id).collect();
        for id in polled {
            self.set_next_run(id);
        }
        Ok(())
    }

    /// Folders that are switched on, of accounts that nobody signed out of.
    async fn wanted(&self) -> Outcome<(Vec<WatchedRow>, Choices)> {
        let choices = (self.choose)().await?;
        let read = |db: &rusqlite::Connection| Ok((watched_folders::all(db)?, accounts::all(db)?));
        let (rows, accounts) = self.context.readers.read(read).await?;
        let asked = |row: &WatchedRow| !self.asked_only || row.wanted > row.answered;
        let is_active = |row: &WatchedRow| {
            let account = accounts.iter().find(|account| account.id == row.account);
            choices.on && row.on && asked(row) && account.is_some_and(|account| !account.signed_out)
        };
        let (active, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_active);
        for row in others {
            // Nothing is under way there, and whoever asked is not kept waiting.
            if row.watching != Watching::Not
                || row.looking
                || row.next_run.is_some()
                || row.wanted > row.answered
            {
                let standing = Standing {
                    unfinished: Some(0),
                    looking: Some(false),
                    watching: Some(Watching::Not),
                    next_run: Some(None),
                    answered: Some(row.wanted),
                    ..Standing::default()
                };
                self.stands(row.id, standing);
            }
        }
        Ok((active, choices))
    }

    fn stands(&self, folder: WatchedId, standing: Standing) {
        drop(self.context.owner.send(ToOwner::WatchedStands { folder, standing: Box::new(standing) }));
    }

    fn next_run(&self, last: Millis, polled: bool) -> Option<Millis> {
        if self.asked_only {
            return None;
        }
        let pace = self.context.pace;
        let now = Timestamp::from_millisecond(last).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = i64::from(TimeZone::system().to_offset(now).seconds()) * 1_000;
        let every = if polled { pace.sync_poll } else { pace.sync_reconcile };
        self.choices.frequency.next_run(last, every, offset)
    }

    /// A folder that takes long to look through is polled less often.
    fn next_after_look(&self, id: WatchedId, now: Millis) -> Option<Millis> {
        let live = self.lives.get(&id)?;
        let next = self.next_run(now, live.polled)?;
        let rest = i64::try_from((live.took * REST).as_millis()).unwrap_or(i64::MAX);
        Some(if live.polled { next.max(now.saturating_add(rest)) } else { next })
    }

    fn set_next_run(&mut self, id: WatchedId) {
        let Some(live) = self.lives.get(&id) else { return };
        let last = live.row.last_run.unwrap_or_else(|| self.now());
        let next = self.next_run(last, live.polled);
        if let Some(live) = self.lives.get_mut(&id) {
            live.next_run = next;
        }
    }

    /// Looks whether the folders are still there, and watches those that are to be watched.
    async fn tend(&mut self) {
        let looks_alone = !self.asked_only && self.choices.frequency != Frequency::ByHand;
        let ids: Vec<WatchedId> = self.lives.keys().copied().collect();
        for id in ids {
            let Some(live) = self.lives.get(&id) else { continue };
            let (row, known) = (live.row.clone(), live.root);
            let gone = live.heard().is_root_gone();
            let there = on_a_blocking_thread(move || there(&row, known)).await;
            let Some(live) = self.lives.get_mut(&id) else { continue };
            let steady = self.began.elapsed();
            match there {
                Some(There::Same) if !gone => {}
                Some(There::Same | There::Another(..)) => {
                    if let Some(There::Another(root, on)) = there {
                        let first = live.root.is_none() && live.watch.is_none();
                        live.root = Some(root);
                        if live.row.volume.is_none()
                            && let Some(on) = on
                        {
                            let path = live.row.path.clone();
                            let at = ToOwner::WatchedIsAt { folder: id, path, on: Box::new(on) };
                            drop(self.context.owner.send(at));
                        }
                        if first && live.whole_from.is_none() {
                            // Nothing was missed: nobody was to look.
                            live.heard = Default::default();
                        } else {
                            live.begin_anew(steady);
                        }
                    } else {
                        live.begin_anew(steady);
                    }
                }
                Some(There::Elsewhere(path, on)) => {
                    let at = ToOwner::WatchedIsAt { folder: id, path, on: Box::new(on) };
                    drop(self.context.owner.send(at));
                    live.watch = None;
                    live.root = None;
                }
                Some(There::Away(failure)) => {
                    // It is looked through when it is back.
                    live.whole_from = looks_alone.then_some(steady);
                    live.watch = None;
                    live.root = None;
                    live.settling = Settling::default();
                    self.away(id, failure);
                    continue;
                }
                None => continue,
            }
            self.watch(id).await;
        }
    }

    /// Nothing follows from a folder that is not there, but that somebody is told.
    fn away(&mut self, id: WatchedId, failure: Failure) {
        let Some(live) = self.lives.get_mut(&id) else { return };
        let told = live.row.failure.as_ref().is_some_and(|known| known.code == failure.code);
        if told && !live.is_wanted() && live.row.watching == Watching::Not {
            return;
        }
        live.row.failure = Some(failure.clone());
        live.row.watching = Watching::Not;
        live.row.answered = live.row.wanted;
        live.row.unfinished = 0;
        let standing = Standing {
            unfinished: Some(0),
            looking: Some(false),
            watching: Some(Watching::Not),
            failure: Some(Some(failure)),
            answered: Some(live.row.wanted),
            ..Standing::default()
        };
        self.stands(id, standing);
    }

    async fn watch(&mut self, id: WatchedId) {
        let Some(live) = self.lives.get_mut(&id) else { return };
        let watches = self.choices.frequency == Frequency::AtOnce && !self.asked_only;
        if !watches || live.watch.is_some() || live.polled || live.root.is_none() {
            return;
        }
        let (root, watches) = (live.row.path.clone(), Arc::clone(&self.watches));
        let hear = hear(&live.heard, self.began, Arc::clone(&self.wake));
        let tried = on_a_blocking_thread(move || {
            let mounted = volumes::mounted();
            let real = std::fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
            // It tells of what this computer writes there, and of nothing else.
            let remote = volumes::of_path(&mounted, &real).is_some_and(|volume| volume.is_remote);
            if remote { Err(WatchTrouble::Other("a share".into())) } else { watches.watch(&root, hear) }
        });
        let mut failure = None;
        match tried.await {
            Some(Ok(watch)) => live.watch = Some(watch),
            Some(Err(trouble)) => {
                tracing::info!(?trouble, path = %live.row.path.display(), "the folder can't be watched");
                live.polled = true;
                if let WatchTrouble::Limit { most } = trouble {
                    let limit = Failure::new(ErrorCode::WatchLimit).with("path", live.row.path.display());
                    failure = Some(match most {
                        Some(most) => limit.with("limit", most),
                        None => limit,
                    });
                }
            }
            None => return,
        }
        let watching = if live.polled { Watching::Polling } else { Watching::Watching };
        live.row.watching = watching;
        live.limit = failure.clone();
        self.set_next_run(id);
        let next_run = self.lives.get(&id).and_then(|live| live.next_run);
        let standing = Standing {
            watching: Some(watching),
            next_run: Some(next_run),
            failure: failure.map(Some),
            ..Standing::default()
        };
        self.stands(id, standing);
    }

    fn next_due(&mut self) -> Option<(WatchedId, Due)> {
        let (steady, now, quiet, delays) =
            (self.steady(), self.now(), self.context.pace.quiet, self.delays());
        let here = self.lives.iter_mut().filter(|(_, live)| live.root.is_some());
        here.into_iter().find_map(|(id, live)| Some((*id, live.take_due(steady, now, quiet, delays)?)))
    }

    /// Until something is due, or is to be looked after.
    fn wait(&self) -> Option<Duration> {
        let (quiet, delays, steady, now) =
            (self.context.pace.quiet, self.delays(), self.steady(), self.now());
        let of_one = |live: &Live| {
            let (at, run) = live.next_due(quiet, delays);
            let at = at.map(|at| at.saturating_sub(steady));
            let run = run.map(|run| Duration::from_millis(u64::try_from(run - now).unwrap_or(0)));
            let here = live.root.is_some();
            let due = [at, run].into_iter().flatten().filter(|_| here).min();
            let tend = self.tend_at.saturating_sub(steady);
            due.map_or(tend, |due| due.min(tend))
        };
        self.lives.values().map(of_one).min()
    }

    /// One look. `true`: folders or settings have changed meanwhile.
    async fn look(
        &mut self,
        id: WatchedId,
        due: Due,
        inbox: &mut UnboundedReceiver<()>,
        quit: &CancellationToken,
    ) -> bool {
        let steady = self.steady();
        let quiet = self.context.pace.quiet;
        let Some(live) = self.lives.get_mut(&id) else { return false };
        let whole = due == Due::Whole;
        if whole {
            if live.is_wanted() {
                live.answering = Some((live.row.wanted, steady + quiet * PATIENCE));
            }
            self.stands(id, Standing { looking: Some(true), ..Standing::default() });
        }
        let Some(live) = self.lives.get_mut(&id) else { return false };
        let at = match due {
            Due::Whole => vec![(live.row.path.clone(), true)],
            Due::Folders(folders) => folders,
        };
        let (row, settling) = (live.row.clone(), std::mem::take(&mut live.settling));
        let stop = Arc::new(AtomicBool::new(false));
        let mut looked = self.start(row, at, settling, Arc::clone(&stop), quit.clone());
        let mut changed = false;
        let result = loop {
            tokio::select! {
                looked = &mut looked => break looked,
                () = quit.cancelled(), if !stop.load(Ordering::Relaxed) => stop.store(true, Ordering::Relaxed),
                Some(()) = inbox.recv() => {
                    changed = true;
                    let goes_on = self.wanted().await.is_ok_and(|(rows, _)| rows.iter().any(|row| row.id == id));
                    if !goes_on {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            }
        };
        if let Some(live) = self.lives.get_mut(&id).filter(|_| whole) {
            live.took = self.began.elapsed().saturating_sub(steady);
        }
        match result {
            Ok((ran, settling)) => self.looked(id, whole, ran, settling),
            // Its thread could not be started, or died: all that is known is that nothing is.
            Err(_) => {
                if let Some(live) = self.lives.get_mut(&id) {
                    live.whole_from = Some(steady + self.context.pace.sync_later);
                }
            }
        }
        changed
    }

    fn start(
        &self,
        row: WatchedRow,
        at: Vec<(PathBuf, bool)>,
        mut settling: Settling,
        stop: Arc<AtomicBool>,
        quit: CancellationToken,
    ) -> oneshot::Receiver<(Ran, Settling)> {
        let (told, looked) = oneshot::channel();
        let (context, choices, own) = (Arc::clone(&self.context), self.choices, self.data_dir.clone());
        let (runtime, began) = (tokio::runtime::Handle::current(), self.began);
        let work = move || {
            stand_back();
            let request = request_of(&row, choices.rule);
            let ask = |assets: &[crate::model::AssetId]| {
                let look = library::look(&context.tenants, row.account, assets);
                runtime.block_on(async {
                    tokio::select! {
                        () = quit.cancelled() => Err(Failure::new(ErrorCode::Internal).because("the engine stops")),
                        answers = look => answers,
                    }
                })
            };
            let tools = Tools {
                readers: &context.readers,
                owner: Some(&context.owner),
                ask: &ask,
                clock: &|| (began.elapsed(), context.world.now()),
                stop: &stop,
                quiet: context.pace.quiet,
                apart: i64::try_from(context.pace.sync_apart.as_millis()).unwrap_or(i64::MAX),
                own: &own,
            };
            let task = Task { folder: &row, request: &request, as_version: choices.as_version, at: &at };
            let ran = run(&tools, &task, &mut settling);
            drop(told.send((ran, settling)));
        };
        if let Err(error) = std::thread::Builder::new().name("folder look".into()).spawn(work) {
            tracing::warn!(%error, "no thread to look through a folder");
        }
        looked
    }

    fn looked(&mut self, id: WatchedId, whole: bool, ran: Ran, settling: Settling) {
        let (steady, now, pace) = (self.steady(), self.now(), self.context.pace);
        let next = self.next_after_look(id, now);
        let Some(live) = self.lives.get_mut(&id) else { return };
        live.settling = settling;
        live.look_later(ran.later, steady + pace.sync_later);
        let mut standing = Standing::default();
        let unfinished = live.settling.unfinished() as u64;
        if unfinished != live.row.unfinished {
            live.row.unfinished = unfinished;
            standing.unfinished = Some(unfinished);
        }
        let database = ran.failure.as_ref().is_some_and(|failure| {
            matches!(failure.code, ErrorCode::Internal | ErrorCode::DiskFull | ErrorCode::DatabaseUnusable)
        });
        if ran.stopped || database {
            live.whole_from = Some(steady + pace.sync_later);
            // Not at once again.
            live.next_run = next;
        }
        if whole {
            standing.looking = Some(false);
            if !ran.stopped {
                live.row.last_run = Some(now);
                live.next_run = next;
                standing.ran = Some((now, ran.counts.files));
                standing.next_run = Some(next);
            }
        }
        let failure = ran.failure.or_else(|| live.limit.clone());
        if failure != live.row.failure && (whole || failure.is_some() || live.later.is_empty()) {
            live.row.failure = failure.clone();
            standing.failure = Some(failure);
        }
        if let Some((wanted, until)) = live.answering
            && (live.settling.is_quiet() || steady >= until)
        {
            live.answering = None;
            live.row.answered = wanted;
            standing.answered = Some(wanted);
        }
        if standing != Standing::default() {
            self.stands(id, standing);
        }
    }
}

/// What a whole run would send.
pub async fn preview(
    context: PreviewContext,
    row: WatchedRow,
    choices: Choices,
    data_dir: PathBuf,
) -> Outcome<SyncPreview> {
    let looked = on_a_blocking_thread(move || {
        let request = request_of(&row, choices.rule);
        let tools = Tools {
            readers: &context.readers,
            owner: None,
            ask: &|_| Ok(Vec::new()),
            clock: &|| (Duration::ZERO, context.now),
            stop: &AtomicBool::new(false),
            quiet: Duration::ZERO,
            apart: 0,
            own: &data_dir,
        };
        let at = [(row.path.clone(), true)];
        if root_of(&row.path).is_none() {
            return Err(Failure::new(ErrorCode::PathUnusable).with("path", row.path.display()));
        }
        let task = Task { folder: &row, request: &request, as_version: choices.as_version, at: &at };
        Ok(run(&tools, &task, &mut Settling::default()).counts)
    });
    looked.await.unwrap_or_else(|| Err(Failure::new(ErrorCode::Internal)))
}

/// What a preview needs.
pub struct PreviewContext {
    pub readers: crate::store::Readers,
    pub now: Millis,
}

fn request_of(row: &WatchedRow, rule: DuplicateRule) -> Enqueue {
    Enqueue {
        account: row.account,
        paths: vec![row.path.clone()],
        destination: row.destination.clone(),
        tags: Vec::new(),
        include: row.include.clone(),
        exclude: row.exclude.clone(),
        // What somebody gave by hand goes first.
        priority: -1,
        choices: StagingChoices::default(),
        duplicates: Some(rule),
        metadata: MetadataOrder::default(),
    }
}

enum There {
    Same,
    /// The first look at it, or another folder than before.
    Another((u64, u64), Option<VolumeOn>),
    /// Its disk is mounted elsewhere.
    Elsewhere(PathBuf, VolumeOn),
    Away(Failure),
}

/// Whether the folder is where it was. Volumes are listed only where something has changed.
fn there(row: &WatchedRow, known: Option<(u64, u64)>) -> There {
    let root = root_of(&row.path);
    if root.is_some() && root == known {
        return There::Same;
    }
    let mounted = volumes::mounted();
    let real = std::fs::canonicalize(&row.path).unwrap_or_else(|_| row.path.clone());
    let on = volumes::of_path(&mounted, &real).map(volume_on);
    match (&row.volume, root) {
        (None, Some(root)) => There::Another(root, on),
        (Some(volume), Some(root)) if on.as_ref().is_some_and(|on| on.id == volume.id) => {
            There::Another(root, on)
        }
        (None, None) => There::Away(Failure::new(ErrorCode::PathUnusable).with("path", row.path.display())),
        (Some(volume), _) => match mounted.iter().find(|other| other.id == volume.id) {
            Some(other) if other.mount != volume.mount => {
                let below = row.path.strip_prefix(&volume.mount).unwrap_or(&row.path);
                There::Elsewhere(other.mount.join(below), volume_on(other))
            }
            Some(_) => There::Away(Failure::new(ErrorCode::PathUnusable).with("path", row.path.display())),
            None => {
                let away = Failure::new(ErrorCode::VolumeAway).with("volume", &volume.name);
                There::Away(away.with("path", row.path.display()))
            }
        },
    }
}

pub fn volume_on(volume: &volumes::Volume) -> VolumeOn {
    VolumeOn { id: volume.id.clone(), name: volume.name.clone(), mount: volume.mount.clone() }
}

fn stand_back() {
    if let Err(error) = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min) {
        tracing::debug!(?error, "folders are looked through at the usual priority");
    }
}

/// `None`: it panicked, or the program ends.
async fn on_a_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
