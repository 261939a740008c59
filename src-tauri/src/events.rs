//! Carries the engine's events on: to the page through a channel, to the tray.

use std::sync::Arc;

use engine::EngineHandle;
use engine::error::{ErrorCode, Failure, Outcome};
use engine::event::{EngineEvent, Snapshot};
use engine::handle::Subscription;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::state::Shell;

pub type Handles = watch::Receiver<Option<EngineHandle>>;

/// The present picture, and what `forward` goes on from, once the engine runs.
///
/// # Errors
/// Those of reading the database.
pub async fn subscribe(shell: &Shell) -> Outcome<(Subscription, Handles)> {
    let handles = shell.handles();
    Ok((of(&handles).await?, handles))
}

/// What a part of the shell hears that lasts as long as the program.
pub enum Heard {
    /// The engine did not start; the page's *Try again* may have more luck.
    NotStarted(Failure),
    Event(Arc<EngineEvent>),
}

/// Tells of the present picture and of every event from then on, as long as the program runs.
pub async fn listen(shell: &Shell, mut hear: impl FnMut(Heard)) {
    let mut handles = shell.handles();
    let (subscription, handles) = loop {
        let subscribed = match shell.engine().await {
            Ok(_) => subscribe(shell).await,
            Err(failure) => Err(failure),
        };
        match subscribed {
            Ok(subscribed) => break subscribed,
            Err(failure) => hear(Heard::NotStarted(failure)),
        }
        if handles.changed().await.is_err() {
            return;
        }
    };
    picture(&subscription.snapshot).into_iter().for_each(|event| hear(Heard::Event(Arc::new(event))));
    let tell = |event| {
        hear(Heard::Event(event));
        true
    };
    forward(subscription, handles, tell).await;
}

/// Tells of every event until `tell` says that nobody listens any more.
///
/// A listener that fell behind, and one whose engine is another one from now on, gets the present picture as events.
pub async fn forward(
    mut subscription: Subscription,
    mut handles: Handles,
    mut tell: impl FnMut(Arc<EngineEvent>) -> bool,
) {
    loop {
        let anew = tokio::select! {
            changed = handles.changed() => {
                if changed.is_err() {
                    return;
                }
                true
            }
            event = subscription.events.recv() => match event {
                Ok(event) => {
                    if !tell(event) {
                        return;
                    }
                    false
                }
                Err(RecvError::Lagged(_)) => true,
                // Another handle may come.
                Err(RecvError::Closed) => {
                    if handles.changed().await.is_err() {
                        return;
                    }
                    true
                }
            },
        };
        if anew {
            match of(&handles).await {
                Ok(now) => {
                    subscription = now;
                    if !picture(&subscription.snapshot).into_iter().all(|event| tell(Arc::new(event))) {
                        return;
                    }
                }
                Err(failure) => tracing::warn!(%failure, "events are missing"),
            }
        }
    }
}

async fn of(handles: &Handles) -> Outcome<Subscription> {
    let handle = handles.borrow().clone();
    handle.ok_or(ErrorCode::Internal)?.subscribe().await
}

/// A snapshot, said as events.
pub fn picture(snapshot: &Snapshot) -> Vec<EngineEvent> {
    vec![
        EngineEvent::SettingsChanged,
        EngineEvent::AccountsChanged { accounts: snapshot.accounts.clone() },
        EngineEvent::ConditionChanged { condition: snapshot.condition.clone() },
        EngineEvent::JobsChanged {
            changes: Vec::new(),
            batches: snapshot.batches.clone(),
            totals: snapshot.totals.clone(),
        },
        EngineEvent::Progress { frame: snapshot.progress.clone() },
    ]
}
