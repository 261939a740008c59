//! Small tasks of the engine that only listen to its own events.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::event::EngineEvent;
use crate::store::accounts;
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

/// A new sign-in, here or in another program, has left new secrets: transfers read them anew. Whoever has read them already
/// keeps what they have asked the tenant since.
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
            Ok(event) if matches!(*event, EngineEvent::AccountsChanged { .. }) => {}
            // One of them may have been it.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Ok(_) => continue,
            Err(broadcast::error::RecvError::Closed) => return,
        }
        match context.readers.read(accounts::all).await {
            Ok(rows) => context.tenants.forget_outgrown(&rows),
            Err(failure) => {
                tracing::warn!(%failure, "who is signed in can't be read");
                context.tenants.forget_all();
            }
        }
    }
}
