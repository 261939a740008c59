//! Asks the tenant what became of everything that was sent: one call for all, then details by the hundred.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use canto_api::Asset;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::doubts::{self, meant_for_others};
use super::failure::failure_of;
use super::look::{
    Account, Awaited, Blind, GRACE_MOST, LIST_PATIENCE, Look, details, hash_of, list, look_into_albums,
};
use super::matching::{ByName, Fit, by_name, candidates, fit, is_target, key_of, pair};
use super::rights;
use super::upload::TransferContext;
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AssetId, JobId, Verification};
use crate::network::reachability::{Heard, Lost, Way};
use crate::queue::concerns_the_way;
use crate::queue::message::{AwaitedJob, Report, ToOwner};
use crate::queue::state::Proof;
use crate::session::Tenant;
use crate::store::jobs;

/// Between two looks, while something changes. Every look is one call of the budget.
const OFTEN: Duration = Duration::from_millis(1_000);
const OFTEN_WHERE_TOLD: Duration = Duration::from_millis(200);
/// And at most when the last look failed.
const TROUBLE: Duration = Duration::from_secs(2);

/// The task that confirms.
pub struct Confirmer {
    context: Arc<TransferContext>,
    probe: UnboundedSender<Heard>,
    accounts: HashMap<AccountId, Account>,
    begun: Millis,
}

impl Confirmer {
    pub fn new(context: Arc<TransferContext>, probe: UnboundedSender<Heard>) -> Self {
        let begun = context.world.now();
        Self { context, probe, accounts: HashMap::new(), begun }
    }

    pub async fn run(mut self, mut inbox: UnboundedReceiver<Vec<AwaitedJob>>, quit: CancellationToken) {
        loop {
            let next = self
                .accounts
                .values()
                .filter(|account| !account.jobs.is_empty())
                .map(|account| account.next)
                .min();
            tokio::select! {
                () = quit.cancelled() => return,
                jobs = inbox.recv() => match jobs {
                    Some(jobs) => self.take(jobs),
                    None => return,
                },
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    tokio::select! {
                        () = quit.cancelled() => return,
                        () = self.look_where_due() => {}
                    }
                }
            }
        }
    }

    fn take(&mut self, jobs: Vec<AwaitedJob>) {
        let (now, steady) = (self.context.world.now(), self.context.world.steady());
        for job in jobs {
            let account = self.accounts.entry(job.account).or_insert_with(|| Account {
                jobs: HashMap::new(),
                interval: OFTEN_WHERE_TOLD,
                next: Instant::now() + OFTEN_WHERE_TOLD,
                dismissed: HashSet::new(),
                proven: HashSet::new(),
                listing_delay: None,
                last_look: None,
                blind: Blind::default(),
                looks_refused: 0,
                failed_before: HashMap::new(),
            });
            // The asset of a job may have been seen before the job was known here.
            account.dismissed.clear();
            account.interval = account.interval.min(OFTEN);
            account.next = account.next.min(Instant::now() + account.interval);
            // By the steady clock: one that is set must make no file seem lost.
            let since = steady - job.sent_at.map_or(0, |sent| (now - sent).max(0));
            account.jobs.insert(job.id, Awaited::new(job, since, self.begun, steady));
        }
    }

    async fn look_where_due(&mut self) {
        let now = Instant::now();
        let due: Vec<AccountId> = self
            .accounts
            .iter()
            .filter(|(_, account)| account.next <= now && !account.jobs.is_empty())
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let Some(mut account) = self.accounts.remove(&id) else { continue };
            let started = Instant::now();
            let told = match self.look(id, &mut account).await {
                Ok(changed) => changed,
                Err(failure) => {
                    self.look_failed(id, failure).await;
                    account.interval = account.interval.min(TROUBLE);
                    false
                }
            };
            // A list of many thousand lines takes its time: looking is a small part of the work, never most of it.
            account.next = Instant::now()
                + account.pace(told, self.context.pace.seldom_look).max((started.elapsed() * 4).min(TROUBLE));
            if account.jobs.is_empty() {
                account.dismissed.clear();
                account.proven.clear();
                account.last_look = None;
                account.blind = Blind::default();
            }
            self.accounts.insert(id, account);
        }
    }

    /// The tenant can't be asked: where the way is lost, everyone hears of it and the probe looks when it is back.
    async fn look_failed(&self, account: AccountId, failure: Failure) {
        tracing::info!(%failure, "the status of uploads can't be asked");
        let sure = concerns_the_way(failure.code);
        if (sure || failure.code == ErrorCode::UnexpectedAnswer)
            && let Ok(tenant) = self.context.tenants.get(account).await
        {
            let lost = Lost { way: Way::Tenant(tenant.client.clone()), failure, sure };
            // The probe ends only with the engine.
            self.probe.send(Heard::Lost(lost)).unwrap_or_default();
        }
    }

    /// One look at one account. `true`: something was found.
    async fn look(&self, id: AccountId, account: &mut Account) -> Outcome<bool> {
        let tenant = self.context.tenants.get(id).await?;
        account.listing_delay = account.listing_delay.max(tenant.row.listing_delay);
        if !tenant.client.budget().is_told() {
            account.interval = account.interval.max(OFTEN);
        }
        let (now, steady) = (self.context.world.now(), self.context.world.steady());
        let mut look = match list(&tenant, account, now).await {
            Ok(look) => look,
            Err(error) if account.blind.takes(&error) => Look::default(),
            Err(error) => return Err(failure_of(&error)),
        };
        look.add_targets(account);
        let mut assets = match details(&tenant, &look.ready).await {
            Ok(assets) => {
                if look.listed {
                    account.blind.sees();
                }
                assets
            }
            Err(error) if account.blind.takes(&error) => Vec::new(),
            Err(error) => return Err(failure_of(&error)),
        };
        look.note_hidden(&assets);
        let extra = look_into_albums(&tenant, account, (now, steady), self.context.pace.album_look)
            .await
            .map_err(|error| failure_of(&error))?;
        assets.extend(extra);
        let named = by_name(&assets);
        tracing::debug!(
            awaited = account.jobs.len(),
            ready = look.ready.len(),
            working = look.initial.len(),
            assets = assets.len(),
            "looked at the status list"
        );
        doubts::fingerprint(&self.context, account, &named).await;
        let mut reports = Vec::new();
        let (taken, seen) = self.confirm(id, account, &assets, &named, &mut reports).await?;
        self.learn_delay(id, account, &look, seen);
        account.last_look = Some(now);
        let failed = self.judge_the_rest(account, &look, &named, &taken, (now, steady), &mut reports);
        self.say_why(&tenant, failed, &mut reports).await;
        let changed = !reports.is_empty();
        if changed {
            drop(self.context.owner.send(ToOwner::Reports(reports)));
        }
        Ok(changed)
    }

    /// Pairs assets with jobs; returns the assets that are some job's proof, and when the longest confirmed was sent.
    async fn confirm(
        &self,
        id: AccountId,
        account: &mut Account,
        assets: &[Asset],
        named: &ByName<'_>,
        reports: &mut Vec<(JobId, Report)>,
    ) -> Outcome<(HashSet<String>, Option<Millis>)> {
        if assets.is_empty() {
            return Ok((HashSet::new(), None));
        }
        let ids: Vec<String> = assets.iter().map(|asset| asset.id.clone()).collect();
        let mut taken = self.context.readers.read(move |db| jobs::taken(db, id, &ids)).await?;
        let (at, steady) = (self.context.world.now(), self.context.world.steady());
        let long_awaited = |job: &AwaitedJob| {
            account.jobs.get(&job.id).is_some_and(|awaited| steady - awaited.since > LIST_PATIENCE)
        };
        let awaited = || account.jobs.values().map(|awaited| &awaited.job);
        let asking =
            awaited().filter(|job| job.version_of.is_none() && (job.album.is_none() || long_awaited(job)));
        let others = meant_for_others(&self.context, id, asking, named).await?;
        let may_be_elsewhere = |job: &AwaitedJob, asset: &Asset| {
            (job.album.is_none() || long_awaited(job)) && !others.contains(&(job.id, asset.id.clone()))
        };
        let pairs = pair(awaited(), named, &taken, may_be_elsewhere);
        let proofs: Vec<(JobId, Report, String)> = pairs
            .into_iter()
            .map(|(job, asset, verification)| (job.id, proof(job, asset, verification, at), asset.id.clone()))
            .collect();
        let mut seen: Option<Millis> = None;
        for (job, report, asset) in proofs {
            let confirmed = account.jobs.remove(&job);
            // One that was listed as in work before says nothing new.
            let sent = confirmed.filter(|awaited| !awaited.listed).and_then(|awaited| awaited.job.sent_at);
            seen = [seen, sent].into_iter().flatten().min();
            taken.insert(asset);
            reports.push((job, report));
        }
        // What may still become a proof is looked at again: once its job's file is hashed, or for having been moved.
        let mut open: HashMap<Cow<'_, str>, Vec<&AwaitedJob>> = HashMap::new();
        for awaited in account.jobs.values() {
            open.entry(key_of(&awaited.job.name)).or_default().push(&awaited.job);
        }
        let may_prove = |asset: &Asset| {
            open.get(&key_of(&asset.name)).is_some_and(|jobs| {
                jobs.iter().any(|job| {
                    matches!(fit(job, asset), Fit::NeedsFingerprint | Fit::Elsewhere(_) | Fit::Anywhere(_))
                })
            })
        };
        let is_awaited_target =
            |asset: &Asset| account.jobs.values().any(|awaited| is_target(&awaited.job, asset));
        let done = assets
            .iter()
            .filter(|asset| !is_awaited_target(asset) && (taken.contains(&asset.id) || !may_prove(asset)));
        let done: Vec<u64> = done.map(|asset| hash_of(&asset.id)).collect();
        drop(open);
        account.dismissed.extend(done);
        account.proven.extend(taken.iter().map(|asset| hash_of(asset)));
        Ok((taken, seen))
    }

    /// Remembers how long the tenant takes to list what was sent: an attempt of unknown fate is looked for so long.
    /// What is sure is only that a file was not listed at the look before; how seldom we look is not the tenant's pace.
    fn learn_delay(&self, id: AccountId, account: &mut Account, look: &Look, seen: Option<Millis>) {
        let Some(last_look) = account.last_look else { return };
        let listed = account
            .jobs
            .values()
            .filter(|awaited| !awaited.listed && look.initial.contains(&*key_of(&awaited.job.name)))
            .filter_map(|awaited| awaited.job.sent_at);
        let earliest = listed.chain(seen).min();
        let Some(delay) = earliest.map(|sent| (last_look - sent).clamp(0, GRACE_MOST)) else { return };
        if account.listing_delay.is_none_or(|known| delay > known) {
            account.listing_delay = Some(delay);
            drop(self.context.owner.send(ToOwner::ListingDelay { account: id, delay }));
        }
    }

    /// The list names no reason: the album may be closed to this user by now, or the right to upload gone.
    async fn say_why(&self, tenant: &Tenant, failed: Vec<AwaitedJob>, reports: &mut Vec<(JobId, Report)>) {
        if failed.is_empty() {
            return;
        }
        let withdrawn = tenant.rights.ask(&tenant.client).await.is_ok() && !tenant.rights.may_upload();
        let mut asked: HashMap<&str, Option<Failure>> = HashMap::new();
        for job in &failed {
            let Some(album) = job.album.as_deref().filter(|_| !withdrawn) else { continue };
            if asked.contains_key(album) {
                continue;
            }
            let refused = rights::album_is_closed(&self.context, tenant, album, &job.destination).await;
            if refused.is_some() {
                // One that Ferry has made is made anew if it is gone.
                drop(self.context.owner.send(ToOwner::ForgetPlaces { batch: job.folder.batch() }));
            }
            asked.insert(album, refused);
        }
        for job in &failed {
            let closed = job.album.as_deref().and_then(|album| asked.get(album).cloned().flatten());
            let failure = match closed {
                _ if withdrawn => rights::no_upload(tenant),
                Some(closed) => closed,
                None => Failure::new(ErrorCode::IngestRefused),
            };
            reports.push((job.id, Report::IngestFailed { failure: failure.with("name", &job.name) }));
        }
    }

    /// Jobs without a proof: being worked on, not arrived, or still to come. Returns those that failed there.
    fn judge_the_rest(
        &self,
        account: &mut Account,
        look: &Look,
        named: &ByName<'_>,
        taken: &HashSet<String>,
        // When the look began: of what has happened since, a sleep of the computer for instance, it says nothing.
        (clock, now): (Millis, Millis),
        reports: &mut Vec<(JobId, Report)>,
    ) -> Vec<AwaitedJob> {
        let mut failed = Vec::new();
        let grace = account.grace();
        let Account { jobs, blind, failed_before, .. } = account;
        let targets: HashSet<String> = jobs
            .values()
            .filter_map(|awaited| awaited.job.version_of.as_ref())
            .map(|version| version.asset.id.clone())
            .collect();
        let mut names: HashMap<String, u32> = HashMap::new();
        for awaited in jobs.values() {
            *names.entry(key_of(&awaited.job.name).into_owned()).or_default() += 1;
        }
        jobs.retain(|id, awaited| {
            let name = key_of(&awaited.job.name);
            let working = look.initial.contains(&*name);
            let sure = awaited.job.sent_at.is_some();
            if working && sure && !awaited.listed {
                awaited.listed = true;
                reports.push((*id, Report::Listed));
            }
            // The list names an error by file name alone: it is this job's if no other one is meant.
            let errors = look.failed.get(&*name).copied().unwrap_or(0);
            if errors > failed_before.get(&*name).copied().unwrap_or(0)
                && !working
                && names.get(&*name) == Some(&1)
                && now - awaited.since > 1_000
            {
                failed_before.insert(name.into_owned(), errors);
                failed.push(awaited.job.clone());
                return false;
            }
            let other_bytes = sure
                && !working
                && candidates(named, &awaited.job).any(|asset| {
                    let is_another_ones = awaited.job.version_of.is_none()
                        && (taken.contains(&asset.id) || targets.contains(&asset.id));
                    !is_another_ones && fit(&awaited.job, asset) == Fit::OtherBytes
                });
            if other_bytes {
                awaited.other_bytes_since.get_or_insert(now);
            }
            if !working && awaited.other_bytes_since.is_some_and(|since| now - since > grace) {
                let failure = Failure::new(ErrorCode::ChecksumMismatch).with("name", &awaited.job.name);
                reports.push((*id, Report::Damaged { failure }));
                return false;
            }
            let hidden = sure && !working && look.hidden.contains(&*name);
            if hidden {
                awaited.hidden_since.get_or_insert(now);
            } else if look.listed {
                awaited.hidden_since = None;
            }
            if hidden && awaited.stays_hidden(now) {
                let failure = rights::hidden(&awaited.job);
                reports.push((*id, Report::Unseen { failure }));
                return false;
            }
            if !working && awaited.stays_unasked(blind, now) && (sure || !blind.is_silent()) {
                let failure = rights::view_refused(blind.error.as_ref(), &awaited.job.destination);
                reports.push((*id, Report::Unseen { failure: failure.with("name", &awaited.job.name) }));
                return false;
            }
            // Neither sent again, which could make a second asset, nor called done: somebody has to look.
            if sure && awaited.other_bytes_since.is_none() && awaited.stays_unseen(now) {
                let failure = Failure::new(ErrorCode::AssetUnseen).with("name", &awaited.job.name);
                reports.push((*id, Report::Unseen { failure }));
                return false;
            }
            // What was not answered says nothing of it.
            let asked = look.listed || awaited.stays_unasked(blind, now);
            if !sure
                && !working
                && asked
                && now - awaited.since > grace
                && awaited.is_looked_for(clock, grace)
            {
                reports.push((*id, awaited.unreadable.take().unwrap_or(Report::NotArrived)));
                return false;
            }
            true
        });
        failed
    }
}

impl Account {
    fn pace(&mut self, changed: bool, seldom: Duration) -> Duration {
        self.interval = if changed { OFTEN_WHERE_TOLD } else { self.interval.mul_f64(1.5).min(seldom) };
        // A look at what is still unknown, or seems damaged, has a date to keep.
        if self
            .jobs
            .values()
            .any(|awaited| awaited.job.sent_at.is_none() || awaited.other_bytes_since.is_some())
        {
            self.interval = self.interval.min(Duration::from_secs(2));
        }
        self.interval
    }
}

fn proof(job: &AwaitedJob, asset: &Asset, verification: Verification, at: Millis) -> Report {
    Report::Confirmed(Box::new(Proof {
        asset: AssetId { scheme: asset.scheme.clone(), id: asset.id.clone() },
        asset_url: asset.detail_url.clone(),
        verification,
        md5: job.md5.unwrap_or_default(),
        at,
    }))
}
