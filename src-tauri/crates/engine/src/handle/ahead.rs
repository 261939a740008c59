//! What the first file of an upload will ask the tenant, asked while the user still says where files go: answers that would
//! come one after another are there when they are needed.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::EngineHandle;
use crate::metadata::schema::Forms;
use crate::model::{AccountId, Destination, DestinationKind};
use crate::session::Tenants;

/// What will be asked for.
pub(super) enum Wish {
    Upload(AccountId),
    /// Whether files may go to an album.
    Album(AccountId, String),
}

/// Where wishes go; without an engine behind it they are dropped.
pub(super) struct Ahead {
    wishes: UnboundedSender<Wish>,
}

impl Ahead {
    pub fn new() -> (Self, UnboundedReceiver<Wish>) {
        let (wishes, wished) = unbounded_channel();
        (Self { wishes }, wished)
    }
}

impl EngineHandle {
    /// Says that files will be sent to an account soon. Asks nothing in a program that sends nothing, and tells of no failure:
    /// whoever needs an answer asks again.
    pub fn expect_upload(&self, account: AccountId) {
        self.inner.ahead.wishes.send(Wish::Upload(account)).unwrap_or_default();
    }

    /// The same of the place that they go to.
    pub(super) fn expect_place(&self, account: AccountId, place: &Destination) {
        if place.kind == DestinationKind::Album {
            self.inner.ahead.wishes.send(Wish::Album(account, place.id.clone())).unwrap_or_default();
        }
    }
}

pub(super) async fn run(
    tenants: Arc<Tenants>,
    forms: Arc<Forms>,
    mut wished: UnboundedReceiver<Wish>,
    quit: CancellationToken,
) {
    // What is still asked for ends with this task.
    let mut asking = JoinSet::new();
    loop {
        let wish = tokio::select! {
            () = quit.cancelled() => return,
            wish = wished.recv() => wish,
            Some(_) = asking.join_next() => continue,
        };
        // Every handle is gone; the task ends with the engine.
        let Some(wish) = wish else { return quit.cancelled().await };
        let (tenants, forms) = (Arc::clone(&tenants), Arc::clone(&forms));
        asking.spawn(async move {
            match wish {
                Wish::Upload(account) => ask(&tenants, &forms, account).await,
                Wish::Album(account, album) => {
                    let Ok(tenant) = tenants.get(account).await else { return };
                    if let Err(error) = tenant.refusals.sees_album(&tenant.client, &album).await {
                        tracing::debug!(%error, %account, "not known ahead");
                    }
                }
            }
        });
    }
}

async fn ask(tenants: &Tenants, forms: &Forms, account: AccountId) {
    let Ok(tenant) = tenants.get(account).await else { return };
    let (parts, setting, form) =
        tokio::join!(tenant.parts(), tenant.settings.get(&tenant.client), forms.get(account));
    for error in [parts.err(), setting.err()].into_iter().flatten() {
        tracing::debug!(%error, %account, "not known ahead");
    }
    if let Err(failure) = form {
        tracing::debug!(%failure, %account, "not known ahead");
    }
}
