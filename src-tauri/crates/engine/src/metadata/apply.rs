//! Sets the values of jobs that are done: those with the same values together, a hundred to a call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use canto_api::AssetRef;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::edits::set_values;
use super::schema::Forms;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, JobId, MetadataForm};
use crate::queue::message::ToOwner;
use crate::queue::values::SettledValues;
use crate::store::value_sets::{self, DueJob};
use crate::transfer::failure::failure_of;
use crate::transfer::upload::TransferContext;

/// Assets of one call; more are not evidenced (canto-api.md §9.1).
const TOGETHER: usize = 100;
const PAGE: usize = 1_000;
/// Groups on their way at once; the tenant's budget counts each call.
const SIDE_BY_SIDE: usize = 4;

pub struct Applier {
    context: Arc<TransferContext>,
    forms: Arc<Forms>,
    held: Mutex<HashMap<AccountId, Hold>>,
}

/// A tenant that can't be asked now.
#[derive(Clone, Copy, Debug)]
struct Hold {
    until: Instant,
    delay: Duration,
    /// News may mean that it can be asked again.
    ends_with_news: bool,
}

impl Applier {
    pub fn new(context: Arc<TransferContext>, forms: Arc<Forms>) -> Self {
        Self { context, forms, held: Mutex::default() }
    }

    /// Works whenever it is told that something is due, and tries again where it failed.
    pub async fn run(self, mut inbox: UnboundedReceiver<()>, quit: CancellationToken) {
        loop {
            let next = self.held().values().map(|hold| hold.until).min();
            tokio::select! {
                () = quit.cancelled() => return,
                told = inbox.recv() => match told {
                    Some(()) => self.held().retain(|_, hold| !hold.ends_with_news),
                    None => return,
                },
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
            }
            // Those that become done meanwhile go with the same call.
            tokio::select! {
                () = quit.cancelled() => return,
                () = tokio::time::sleep(self.context.pace.values_gather) => {}
            }
            while inbox.try_recv().is_ok() {}
            tokio::select! {
                () = quit.cancelled() => return,
                result = self.one_round() => {
                    if let Err(failure) = result {
                        tracing::warn!(%failure, "what is to be set can't be read");
                    }
                }
            }
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Hold>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_held(&self, account: AccountId) -> bool {
        self.held().get(&account).is_some_and(|hold| hold.until > Instant::now())
    }

    async fn one_round(&self) -> Outcome<()> {
        let mut after = (0, JobId(0));
        loop {
            let due = self.context.readers.read(move |db| value_sets::due(db, after, PAGE)).await?;
            let Some(last) = due.last() else { return Ok(()) };
            after = (last.values, last.job);
            let groups =
                due.chunk_by(|one, next| one.values == next.values).flat_map(|group| group.chunks(TOGETHER));
            let groups: Vec<Vec<DueJob>> = groups.map(<[DueJob]>::to_vec).collect();
            let mut work = stream::iter(groups.into_iter().map(|group| self.one_group(group)))
                .buffer_unordered(SIDE_BY_SIDE);
            while work.next().await.is_some() {}
        }
    }

    /// Jobs of one account with the same values.
    async fn one_group(&self, group: Vec<DueJob>) {
        let Some(first) = group.first() else { return };
        let account = first.account;
        if self.is_held(account) {
            return;
        }
        match self.set(account, first.values, &group).await {
            Ok(settled) => {
                self.held().remove(&account);
                let (reply, durable) = oneshot::channel();
                drop(self.context.owner.send(ToOwner::ValuesSettled { settled, reply }));
                // Before the next round looks for what is due.
                drop(durable.await);
            }
            Err(failure) => self.hold(account, &failure),
        }
    }

    async fn set(&self, account: AccountId, values: i64, group: &[DueJob]) -> Outcome<Vec<SettledValues>> {
        let set = self.context.readers.read(move |db| value_sets::get(db, values)).await?.unwrap_or_default();
        let tenant = self.context.tenants.get(account).await?;
        // For the names of fields in a refusal.
        let form = self.forms.get(account).await.unwrap_or_else(|_| Arc::new(MetadataForm::default()));
        let assets: Vec<AssetRef> =
            group.iter().map(|due| AssetRef::new(&due.asset.scheme, &due.asset.id)).collect();
        let refused =
            set_values(&tenant.client, &assets, &set, &form).await.map_err(|error| failure_of(&error))?;
        let settled = group.iter().zip(refused);
        Ok(settled.map(|(due, failure)| SettledValues { job: due.job, values, failure }).collect())
    }

    /// Back-off: they stay waiting, and are tried again.
    fn hold(&self, account: AccountId, failure: &Failure) {
        tracing::info!(%failure, "values can't be set yet");
        let pace = self.context.pace;
        let mut held = self.held();
        let delay =
            held.get(&account).map_or(pace.first_probe, |hold| (hold.delay * 2).min(pace.longest_probe));
        let ends_with_news = failure.code != ErrorCode::TenantBusy;
        held.insert(account, Hold { until: Instant::now() + delay, delay, ends_with_news });
    }
}
