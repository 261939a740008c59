//! Tells servers to remove what they hold of uploads that were given up: at once, or when they can be reached again.

use std::sync::Arc;

use canto_api::{OpenUpload, PartsServer};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::upload::TransferContext;
use crate::clock::Millis;
use crate::error::Outcome;
use crate::queue::message::ToOwner;
use crate::store::aborts::{self, AbortRow};

const AT_ONCE: usize = 100;
/// Stores sweep what is so old by themselves, or nobody ever will.
const LIFE: Millis = 30 * 24 * 3_600_000;

/// Works whenever it is told that there is something, and tries again where it failed.
pub async fn run(context: Arc<TransferContext>, mut inbox: UnboundedReceiver<()>, quit: CancellationToken) {
    let pace = context.pace;
    let mut delay = pace.first_abort;
    let mut left = false;
    loop {
        tokio::select! {
            () = quit.cancelled() => return,
            told = inbox.recv() => match told {
                Some(()) => delay = pace.first_abort,
                None => return,
            },
            () = tokio::time::sleep(delay), if left => delay = (delay * 2).min(pace.longest_abort),
        }
        while inbox.try_recv().is_ok() {}
        left = tokio::select! {
            () = quit.cancelled() => return,
            left = one_round(&context) => left.unwrap_or(true),
        };
    }
}

/// `true`: some are left for later.
async fn one_round(context: &TransferContext) -> Outcome<bool> {
    let rows = context.readers.read(|db| aborts::first(db, AT_ONCE)).await?;
    let mut left = rows.len() == AT_ONCE;
    for row in rows {
        let old = context.world.now() - row.given_up_at > LIFE;
        if old || abort(context, &row).await {
            drop(context.owner.send(ToOwner::Aborted { id: row.id }));
        } else {
            left = true;
        }
    }
    Ok(left)
}

/// `true`: the server holds nothing of it any more.
async fn abort(context: &TransferContext, row: &AbortRow) -> bool {
    let Ok(tenant) = context.tenants.get(row.account).await else { return false };
    let Ok(server) = PartsServer::of_tenant(&tenant.client, &row.base) else { return false };
    remove(&server, &context.tenants.network().objects(), &row.open).await
}

/// Has the server remove what it holds of an upload. `true`: it holds nothing any more.
pub async fn remove(server: &PartsServer, objects: &reqwest::Client, open: &OpenUpload) -> bool {
    match server.abort(open).await {
        Ok(()) => {}
        Err(error) if server.is_gone(objects, open, &error).await => return true,
        Err(error) => {
            tracing::info!(%error, "an upload can't be aborted yet");
            return false;
        }
    }
    // A part that was in flight may have arrived after the abort, and is to be removed as well (S3's rule).
    match server.stored(open).await {
        Ok(parts) => parts.is_empty(),
        Err(error) => server.is_gone(objects, open, &error).await,
    }
}
