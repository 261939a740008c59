//! Small tasks of the engine that only listen to its own events.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::event::EngineEvent;
use crate::transfer::upload::TransferContext;

/// Keeps the sum that the time left is reckoned from.
pub(super) async fn keep_open_bytes(
    mut events: broadcast::Receiver<Arc<EngineEvent>>,
    open_bytes: Arc<AtomicU64>,
    quit: CancellationToken,
) {
    loop {
        let event = tokio::select! {
            () = quit.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(event) => {
                if let EngineEvent::JobsChanged { totals, .. } = &*event {
                    let open = totals
                        .bytes
                        .iter()
                        .filter(|(state, _)| !state.is_settled())
                        .map(|(_, sum)| sum)
                        .sum();
                    open_bytes.store(open, Ordering::Relaxed);
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// A new sign-in has left new secrets: transfers read them anew.
pub(super) async fn forget_changed(
    context: Arc<TransferContext>,
    mut events: broadcast::Receiver<Arc<EngineEvent>>,
    quit: CancellationToken,
) {
    loop {
        let event = tokio::select! {
            () = quit.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(event) => {
                if let EngineEvent::AccountsChanged { accounts } = &*event {
                    for account in accounts {
                        context.tenants.forget(account.id);
                    }
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}
