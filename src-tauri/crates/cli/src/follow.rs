//! Follows a batch until it is finished, or until only a person can help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::event::EngineEvent;
use engine::model::{
    AccountView, BatchId, BatchView, JobQuery, JobStateKind, RestFor, SignInState, WaitingFor,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::exit::Problem;
use crate::finished::Finished;
use crate::lines::is_finished;
use crate::output::Output;
use crate::progress::Progress;
use crate::session::Session;

/// How often the batch is looked at, whatever the events say.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is looked whether the program that runs the engine is still there.
const TAKE_OVER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub enum End {
    Finished(BatchView),
    /// What is left waits for a sign-in.
    SignInRequired(BatchView),
}

/// What holds the batch, said once each time it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Nothing,
    Network,
    Volume,
    Retry,
    Paused,
    Rest(RestFor),
    SignIn,
}

pub struct Follow<'a> {
    out: &'a Output,
    batch: BatchId,
    account: AccountView,
    finished: Finished,
    progress: Progress,
    hold: Hold,
    next_take_over: Instant,
}

impl<'a> Follow<'a> {
    pub fn new(batch: BatchId, account: AccountView, out: &'a Output) -> Self {
        Self {
            out,
            batch,
            account,
            finished: Finished::new(batch),
            progress: Progress::new(batch, out),
            hold: Hold::Nothing,
            next_take_over: Instant::now() + TAKE_OVER,
        }
    }

    /// `events` began before the batch did.
    pub async fn until_end(
        mut self,
        session: &mut Session,
        mut events: Receiver<Arc<EngineEvent>>,
    ) -> Result<End, Problem> {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let look = tokio::select! {
                event = events.recv() => self.heard(event, session).await,
                _ = ticks.tick() => true,
            };
            self.tell(session).await?;
            if !look {
                continue;
            }
            let view = session.handle().batch(self.batch).await?;
            self.progress.batch(&view);
            if is_finished(&view) {
                self.tell_rest(session).await?;
                return Ok(End::Finished(view));
            }
            if self.waits_for_sign_in(session, &view).await? {
                self.tell_rest(session).await?;
                return Ok(End::SignInRequired(view));
            }
            if Instant::now() >= self.next_take_over {
                self.next_take_over = Instant::now() + TAKE_OVER;
                if session.take_over().await? {
                    self.out.note("The program that ran the engine has ended; the upload goes on here.");
                    events = session.handle().subscribe().await?.events;
                    self.finished.note_gap();
                }
            }
        }
    }

    /// `true`: the batch is worth a look.
    async fn heard(&mut self, event: Result<Arc<EngineEvent>, RecvError>, session: &Session) -> bool {
        match event.as_deref() {
            Ok(EngineEvent::JobsChanged { changes, batches, .. }) => {
                self.finished.note(changes);
                self.progress.changes(changes);
                if let Some(view) = batches.iter().find(|view| view.id == self.batch) {
                    self.progress.batch(view);
                    return is_finished(view);
                }
                false
            }
            Ok(EngineEvent::Progress { frame }) => {
                self.progress.frame(frame, session.handle()).await;
                false
            }
            Ok(EngineEvent::BatchFinished { batch }) => batch.id == self.batch,
            Ok(EngineEvent::ConditionChanged { condition }) => {
                if let Some(failure) = condition.failure.as_ref().filter(|_| !condition.offline) {
                    let words = crate::text::words(failure);
                    self.out.warn(format!("{} {}", words.sentence, words.next));
                }
                true
            }
            Ok(
                EngineEvent::AccountsChanged { .. }
                | EngineEvent::SettingsChanged
                | EngineEvent::CollectionChanged { .. },
            ) => true,
            Ok(EngineEvent::FolderChanged { .. } | EngineEvent::SyncSwitched { .. }) => false,
            Err(RecvError::Lagged(_)) => {
                self.finished.note_gap();
                true
            }
            Err(RecvError::Closed) => {
                // The engine has stopped; the ticks go on and find out.
                tokio::time::sleep(LOOK).await;
                true
            }
        }
    }

    /// A line for each finished job; people see the sum at the end.
    async fn tell(&mut self, session: &Session) -> Result<(), Problem> {
        if self.out.json { self.finished.tell(session.handle(), self.out).await } else { Ok(()) }
    }

    async fn tell_rest(&mut self, session: &Session) -> Result<(), Problem> {
        if self.out.json { self.finished.tell_all(session.handle(), self.out).await } else { Ok(()) }
    }

    /// Says what the batch waits for. `true`: nothing but a sign-in helps.
    async fn waits_for_sign_in(&mut self, session: &Session, view: &BatchView) -> Result<bool, Problem> {
        let hold = self.hold_of(session, view).await?;
        if hold != self.hold {
            self.hold = hold;
            let sentence = match hold {
                Hold::Nothing => "The upload goes on.",
                Hold::Network => "There is no connection. The upload goes on by itself when it is back.",
                Hold::Volume => "The disk, card or share with the files is gone. The upload waits for it.",
                Hold::Retry => "The library or the line is in trouble. Ferry tries again by itself.",
                Hold::Paused => "What is left is paused. It goes on after `ferry resume`.",
                Hold::Rest(_) => return self.rests(session).await,
                Hold::SignIn => return Ok(true),
            };
            self.out.note(sentence);
        }
        Ok(false)
    }

    async fn rests(&self, session: &Session) -> Result<bool, Problem> {
        if let Some(rest) = session.handle().bandwidth().await?.rest {
            self.out.note(crate::commands::rest::sentence(&rest));
        }
        Ok(false)
    }

    async fn hold_of(&self, session: &Session, view: &BatchView) -> Result<Hold, Problem> {
        use JobStateKind as S;
        let count = |state: S| view.totals.count(state);
        let running: u64 = S::ALL.iter().filter(|state| state.is_running()).map(|state| count(*state)).sum();
        // What became of a file that was sent is asked as the user: it neither ends a lost sign-in nor goes on in one.
        if running > count(S::Finishing) + count(S::Processing) || view.totals.open() == 0 {
            return Ok(Hold::Nothing);
        }
        let accounts = session.handle().accounts().await?;
        let account = accounts.iter().find(|account| account.id == self.account.id);
        if account.is_some_and(|account| account.state != SignInState::SignedIn) {
            return Ok(Hold::SignIn);
        }
        if running > 0 {
            return Ok(Hold::Nothing);
        }
        if let Some(rest) = session.handle().bandwidth().await?.rest {
            return Ok(Hold::Rest(rest.reason));
        }
        if count(S::Waiting) == 0 {
            let all_paused = count(S::Paused) == view.totals.open();
            return Ok(if all_paused { Hold::Paused } else { Hold::Nothing });
        }
        let query =
            JobQuery { batch: Some(self.batch), states: vec![S::Waiting], limit: 100, ..JobQuery::default() };
        let jobs = session.handle().list_jobs(query).await?.jobs;
        let waits = |on: WaitingFor| jobs.iter().any(|job| job.waiting_for == Some(on));
        Ok(if waits(WaitingFor::Network) {
            Hold::Network
        } else if waits(WaitingFor::Volume) {
            Hold::Volume
        } else if count(S::Queued) > 0 {
            Hold::Nothing
        } else if waits(WaitingFor::Retry) {
            Hold::Retry
        } else {
            Hold::Nothing
        })
    }
}
