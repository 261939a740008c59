//! What the first file of an upload will ask the tenant, asked while the user still says where files go: three answers that
//! would come one after another are there when they are needed.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::EngineHandle;
use crate::metadata::schema::Forms;
use crate::model::AccountId;
use crate::session::Tenants;

/// Where wishes go; without an engine behind it they are dropped.
pub(super) struct Ahead {
    wishes: UnboundedSender<AccountId>,
}

impl Ahead {
    pub fn new() -> (Self, UnboundedReceiver<AccountId>) {
        let (wishes, wished) = unbounded_channel();
        (Self { wishes }, wished)
    }
}

impl EngineHandle {
    /// Says that files will be sent to an account soon. Asks nothing in a program that sends nothing, and tells of no failure:
    /// whoever needs an answer asks again.
    pub fn expect_upload(&self, account: AccountId) {
        self.inner.ahead.wishes.send(account).unwrap_or_default();
    }
}

pub(super) async fn run(
    tenants: Arc<Tenants>,
    forms: Arc<Forms>,
    mut wished: UnboundedReceiver<AccountId>,
    quit: CancellationToken,
) {
    loop {
        let account = tokio::select! {
            () = quit.cancelled() => return,
            account = wished.recv() => account,
        };
        // Every handle is gone; the task ends with the engine.
        let Some(account) = account else { return quit.cancelled().await };
        tokio::select! {
            () = quit.cancelled() => return,
            () = ask(&tenants, &forms, account) => {}
        }
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
