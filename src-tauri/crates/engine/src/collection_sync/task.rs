//! The engine's task: runs what was asked for and what is due, one collection after the other, and tries again what failed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::board::MirrorBoard;
use super::run::{MirrorContext, off_the_workers, run};
use super::{holding, location};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::EngineEvent;
use crate::model::MirrorId;
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_collections::{self, MirrorRow, RunEnd};
use crate::store::sync_folder;

/// Two pictures a second of a run.
const FRAME: Duration = Duration::from_millis(500);
/// The longest time between two tries of what failed, in probes of a lost way.
const LONGEST: u32 = 20;

/// What is set, as it is in force now.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Synchronization runs at all, and nothing rests.
    pub may_run: bool,
    /// Between two runs that nobody asked for; `None`: there are none.
    pub every: Option<Duration>,
    /// Also when the engine starts.
    pub at_start: bool,
    /// What was deleted here comes back.
    pub comes_back: bool,
}

/// What the task asks its surroundings.
#[allow(async_fn_in_trait, reason = "used within this crate alone")]
pub trait Surroundings: Send + Sync {
    fn rules(&self) -> impl Future<Output = Rules> + Send;
    /// Tells the shells how a collection is now.
    fn tell(&self, mirror: MirrorId) -> impl Future<Output = ()> + Send;
}

/// How it stands with one collection since the engine runs.
struct Tried {
    at: Instant,
    failures: u32,
    retry: Option<Instant>,
}

pub struct MirrorTask<S> {
    context: MirrorContext,
    board: MirrorBoard,
    surroundings: S,
    tried: HashMap<MirrorId, Tried>,
}

impl<S: Surroundings> MirrorTask<S> {
    pub fn new(context: MirrorContext, board: MirrorBoard, surroundings: S) -> Self {
        Self { context, board, surroundings, tried: HashMap::new() }
    }

    pub async fn run(
        mut self,
        mut inbox: UnboundedReceiver<()>,
        mut events: broadcast::Receiver<Arc<EngineEvent>>,
        quit: CancellationToken,
    ) {
        loop {
            while inbox.try_recv().is_ok() {}
            let wait = match self.one_round(&mut inbox, &mut events, &quit).await {
                Ok(wait) => wait,
                Err(failure) => {
                    tracing::warn!(%failure, "collections can't be looked at");
                    self.context.pace.longest_probe
                }
            };
            tokio::select! {
                () = quit.cancelled() => return,
                told = inbox.recv() => if told.is_none() { return quit.cancelled().await },
                hint = hint(&mut events) => match hint {
                    // Something stood in the way that may be gone: what failed is tried at once.
                    Some(()) => self.tried.values_mut().for_each(|tried| if tried.failures > 0 { tried.retry = Some(Instant::now()) }),
                    None => return quit.cancelled().await,
                },
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Says how long nothing is due.
    async fn one_round(
        &mut self,
        inbox: &mut UnboundedReceiver<()>,
        events: &mut broadcast::Receiver<Arc<EngineEvent>>,
        quit: &CancellationToken,
    ) -> Outcome<Duration> {
        self.move_folder().await;
        if self.surroundings.rules().await.may_run
            && let Err(failure) = holding::look_through(&self.context).await
        {
            tracing::debug!(%failure, "the holding folder can't be looked through");
        }
        let all = self.context.readers.read(mirrored_collections::all).await?;
        for mirror in &all {
            let rules = self.surroundings.rules().await;
            if quit.is_cancelled() || !rules.may_run {
                break;
            }
            // It may have been switched off meanwhile.
            let id = mirror.id;
            let now = self.context.readers.read(move |db| mirrored_collections::get(db, id)).await?;
            let Some(mirror) = now.filter(|mirror| mirror.is_on) else { continue };
            if self.due_in(&mirror, rules).is_none_or(|due| !due.is_zero()) {
                continue;
            }
            self.run_one(&mirror, rules, inbox, events, quit).await?;
        }
        let rules = self.surroundings.rules().await;
        let all = self.context.readers.read(mirrored_collections::all).await?;
        let on = all.iter().filter(|mirror| mirror.is_on && rules.may_run);
        let least = on.filter_map(|mirror| self.due_in(mirror, rules)).min();
        Ok(least.unwrap_or(Duration::from_secs(3_600)).max(Duration::from_millis(10)))
    }

    fn due_in(&self, mirror: &MirrorRow, rules: Rules) -> Option<Duration> {
        if mirror.wanted {
            return Some(Duration::ZERO);
        }
        let now = Instant::now();
        let left = |at: Instant| at.saturating_duration_since(now);
        match self.tried.get(&mirror.id) {
            Some(Tried { retry: Some(retry), .. }) => Some(left(*retry)),
            Some(Tried { at, .. }) => rules.every.map(|every| left(*at + every)),
            None => match (rules.every, mirror.ran_at) {
                // A command that starts the engine for a moment does not look again what was looked at just now.
                (Some(every), Some(ran_at)) if mirror.failure.is_none() => {
                    let passed = self.context.world.now() - ran_at;
                    let passed = u64::try_from(passed).map_or(every, Duration::from_millis);
                    Some(every.saturating_sub(passed))
                }
                (every, _) => (rules.at_start || every.is_some()).then_some(Duration::ZERO),
            },
        }
    }

    /// Runs until its end, or until it is switched off, synchronization rests, or the engine stops.
    async fn run_one(
        &mut self,
        mirror: &MirrorRow,
        rules: Rules,
        inbox: &mut UnboundedReceiver<()>,
        events: &mut broadcast::Receiver<Arc<EngineEvent>>,
        quit: &CancellationToken,
    ) -> Outcome<()> {
        let shown = self.board.begin(mirror.id);
        let stop = quit.child_token();
        self.surroundings.tell(mirror.id).await;
        let ran = {
            let mut running =
                std::pin::pin!(run(&self.context, mirror, rules.comes_back, &shown.counts, &stop));
            loop {
                tokio::select! {
                    ran = &mut running => break ran,
                    told = inbox.recv() => if told.is_none() || !self.still_wanted(mirror.id).await { stop.cancel() },
                    _ = hint(events) => if !self.surroundings.rules().await.may_run { stop.cancel() },
                    () = tokio::time::sleep(FRAME) => self.surroundings.tell(mirror.id).await,
                }
            }
        };
        drop(shown);
        let (removals, failure) = match ran {
            // Whatever is still wanted is so after the next start, or when it is switched on again.
            Ok(None) => {
                self.surroundings.tell(mirror.id).await;
                return Ok(());
            }
            Ok(Some(ran)) => (ran.removals, ran.failure),
            Err(failure) => (mirror.removals, Some(failure)),
        };
        if let Some(failure) = &failure {
            tracing::info!(collection = %mirror.collection, %failure, "a run over a collection did not come to its end");
        }
        let tried =
            self.tried.entry(mirror.id).or_insert(Tried { at: Instant::now(), failures: 0, retry: None });
        tried.at = Instant::now();
        tried.failures = if failure.is_some() { tried.failures + 1 } else { 0 };
        let pace = self.context.pace;
        let back_off =
            (pace.first_probe * 2_u32.pow(tried.failures.min(16))).min(pace.longest_probe * LONGEST);
        tried.retry = failure.is_some().then(|| Instant::now() + back_off);
        let end = RunEnd { at: self.context.world.now(), removals, failure };
        self.context.record(vec![MirrorChange::Ended { mirror: mirror.id, end: Box::new(end) }]).await?;
        self.surroundings.tell(mirror.id).await;
        Ok(())
    }

    async fn still_wanted(&self, mirror: MirrorId) -> bool {
        let row = self.context.readers.read(move |db| mirrored_collections::get(db, mirror)).await;
        let moving = self.context.readers.read(sync_folder::get).await;
        let moves = moving.is_ok_and(|row| row.is_some_and(|row| row.moving_to.is_some()));
        row.is_ok_and(|row| row.is_some_and(|row| row.is_on)) && !moves
    }

    /// While nothing runs.
    async fn move_folder(&self) {
        let moved = async {
            let row = self.context.readers.read(sync_folder::get).await?;
            let Some(row) = row else { return Ok(()) };
            let Some(target) = row.moving_to.clone() else { return Ok(()) };
            let (known, to, board) = (row.clone(), target.clone(), Arc::clone(&self.board.folder));
            let moved = off_the_workers(move || {
                let from = location::Location::find(&known)?;
                if from.root == to {
                    return Ok(location::row_of(&to, known.marker));
                }
                location::move_to(&from, &to, &board).map(|root| location::row_of(&root, known.marker))
            });
            let row = match moved.await {
                Ok(row) => {
                    self.board.folder.end(None);
                    row
                }
                Err(failure) => {
                    tracing::warn!(%failure, "the folder for collections stays where it is");
                    // A disk that is away is waited for; a place that can't be used is given up.
                    let waits = failure.code == ErrorCode::VolumeAway;
                    self.board.folder.end(Some(failure));
                    if waits {
                        return Ok::<(), Failure>(());
                    }
                    crate::store::sync_folder::SyncFolderRow { moving_to: None, ..row }
                }
            };
            self.context.record(vec![MirrorChange::PutFolder(Box::new(row))]).await
        };
        if let Err(failure) = moved.await {
            tracing::warn!(%failure, "the folder for collections can't be moved");
        }
    }
}

/// Waits until something may go on that did not. `None`: there will be no more events.
async fn hint(events: &mut broadcast::Receiver<Arc<EngineEvent>>) -> Option<()> {
    loop {
        match events.recv().await {
            Ok(event) => match &*event {
                EngineEvent::ConditionChanged { .. }
                | EngineEvent::AccountsChanged { .. }
                | EngineEvent::SyncSwitched { .. }
                | EngineEvent::SettingsChanged => return Some(()),
                EngineEvent::JobsChanged { .. }
                | EngineEvent::FolderChanged { .. }
                | EngineEvent::Progress { .. }
                | EngineEvent::BatchFinished { .. }
                | EngineEvent::CollectionChanged { .. } => {}
            },
            Err(RecvError::Lagged(_)) => return Some(()),
            Err(RecvError::Closed) => return None,
        }
    }
}
