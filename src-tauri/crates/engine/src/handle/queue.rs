//! The queue, as shells see and change it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::{Condition, EngineEvent, Snapshot};
use crate::intake;
use crate::model::{
    AccountId, BatchId, BatchView, ControlResult, Destination, Enqueue, JobAction, JobDetails, JobId,
    JobPage, JobQuery, JobSelection, JobStateKind, QueueSpot, RelocateResult, SettingKey, Sidecars,
    StagedPage, StagedQuery, StagingChoices, StagingSummary,
};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::store::{
    Orders, accounts, batches, database_path, failure_of, open_reader, totals, views, windows,
};

/// How often a guest looks whether the database has changed.
const GUEST_LOOK: Duration = Duration::from_millis(250);
const SNAPSHOT_BATCHES: u32 = 200;

/// The present picture and what happens from then on.
#[derive(Debug)]
pub struct Subscription {
    pub snapshot: Snapshot,
    pub events: broadcast::Receiver<Arc<EngineEvent>>,
}

impl EngineHandle {
    /// Adds files and folders; they are found in the background. The batch is durable when this returns.
    ///
    /// # Errors
    /// `RequestInvalid`, `PathUnusable` (not absolute), `AccountMissing`, `MetadataRefused`, and those of writing.
    pub async fn enqueue(&self, mut request: Enqueue) -> Outcome<BatchId> {
        self.inner.listings.forget();
        intake::Filter::new(&request)?;
        // A scan that goes on after a restart must decide as it began.
        request.choices = self.with_setting(request.choices).await?;
        request.duplicates = Some(self.rule_for(request.duplicates).await?);
        let (request, values) = self.prepare_values(request).await?;
        let (request, values) = (Box::new(request), Box::new(values));
        if self.is_owner() {
            self.expect_place(request.account, &request.destination);
            self.ask(|reply| ToOwner::Enqueue { request, values, reply }).await
        } else {
            self.request(Request::Enqueue { request, values }).await
        }
    }

    /// What a set of paths would send.
    pub async fn stage(&self, paths: Vec<PathBuf>, choices: StagingChoices) -> Outcome<StagingSummary> {
        let choices = self.with_setting(choices).await?;
        off_the_workers(move || intake::summary(&paths, &intake::Filter::of(&choices))).await
    }

    /// What a request would send, with its patterns.
    ///
    /// # Errors
    /// `RequestInvalid` with the pattern that is none.
    pub async fn stage_request(&self, mut request: Enqueue) -> Outcome<StagingSummary> {
        request.choices = self.with_setting(request.choices).await?;
        off_the_workers(move || intake::summary(&request.paths, &intake::Filter::new(&request)?)).await
    }

    /// A part of what is directly in a given folder, and what of it would be sent.
    ///
    /// # Errors
    /// `PathUnusable` for a folder that is not within the given one.
    pub async fn list_staged(&self, mut query: StagedQuery) -> Outcome<StagedPage> {
        query.choices = self.with_setting(query.choices).await?;
        let listings = self.inner.listings.clone();
        off_the_workers(move || listings.page(&query)).await
    }

    pub(super) async fn with_setting(&self, mut choices: StagingChoices) -> Outcome<StagingChoices> {
        if choices.sidecars.is_none() {
            choices.sidecars = Sidecars::parse(&self.setting(SettingKey::Sidecars).await?);
        }
        Ok(choices)
    }

    /// Pause, resume, cancel, retry, move to the front. Who lets everything go on ends a pause of hours, too.
    pub async fn control(&self, selection: JobSelection, action: JobAction) -> Outcome<ControlResult> {
        let go_on = selection == JobSelection::All && action == JobAction::Resume;
        if go_on && !self.setting(SettingKey::RestUntil).await?.is_empty() {
            // One that is locked is the administrator's; the jobs are still the user's.
            self.end_rest().await.or_else(|failure| match failure.code {
                ErrorCode::SettingLocked => Ok(()),
                _ => Err(failure),
            })?;
        }
        if self.is_owner() {
            self.ask(|reply| ToOwner::Control { selection, action, reply }).await
        } else {
            self.request(Request::Control { selection, action }).await
        }
    }

    /// Sends an account's files that are not under way to another place; those that the old one had refused are tried again.
    /// What the server may have already stays as it is. Words and values go with them.
    pub async fn retarget(
        &self,
        account: AccountId,
        selection: JobSelection,
        destination: Destination,
    ) -> Outcome<ControlResult> {
        if self.is_owner() {
            self.ask(|reply| ToOwner::Retarget { account, selection, destination, reply }).await
        } else {
            self.request(Request::Retarget { account, selection, destination }).await
        }
    }

    /// Puts jobs that wait beside another one in the order in which they are sent; those in other states are left alone.
    ///
    /// # Errors
    /// `JobMissing`, `RequestInvalid` for a spot beside a job that does not wait or is moved itself.
    pub async fn move_jobs(&self, selection: JobSelection, spot: QueueSpot) -> Outcome<ControlResult> {
        if self.is_owner() {
            self.ask(|reply| ToOwner::Move { selection, spot, reply }).await
        } else {
            self.request(Request::Move { selection, spot }).await
        }
    }

    /// Tells that what was below `old` is below `new` now: a copied data directory on another computer, a share that is
    /// mounted elsewhere. `old` is compared as text; `new` is an existing folder.
    ///
    /// # Errors
    /// `PathUnusable` for a `new` that is no folder.
    pub async fn relocate(&self, old: String, new: PathBuf) -> Outcome<RelocateResult> {
        let there = new.clone();
        let is_folder = tokio::task::spawn_blocking(move || there.is_dir()).await.unwrap_or(false);
        if !is_folder {
            return Err(Failure::new(ErrorCode::PathUnusable).with("path", new.display()));
        }
        if self.is_owner() {
            self.ask(|reply| ToOwner::Relocate { old, new, reply }).await
        } else {
            self.request(Request::Relocate { old, new }).await
        }
    }

    /// A window of the queue.
    pub async fn list_jobs(&self, query: JobQuery) -> Outcome<JobPage> {
        let mut page =
            self.look(windows::sorts(&query), move |db, orders| windows::page(db, orders, &query)).await?;
        for job in &mut page.jobs {
            job.sent = match job.state {
                JobStateKind::Uploading => self.inner.board.sent(job.id).unwrap_or(0),
                JobStateKind::Finishing | JobStateKind::Processing | JobStateKind::Done => job.size,
                _ => 0,
            };
        }
        Ok(page)
    }

    /// Ids of the jobs that a query finds from its offset on, as runs; a limit of 0 means all.
    pub async fn select_jobs(&self, query: JobQuery) -> Outcome<Vec<(JobId, JobId)>> {
        self.look(windows::sorts(&query), move |db, orders| windows::runs(db, orders, &query)).await
    }

    async fn look<T: Send + 'static>(
        &self,
        sorts: bool,
        query: impl FnOnce(&rusqlite::Connection, &mut Orders) -> rusqlite::Result<T> + Send + 'static,
    ) -> Outcome<T> {
        if sorts {
            self.inner.readers.sort(query).await
        } else {
            self.inner.readers.read(move |db| query(db, &mut Orders::default())).await
        }
    }

    /// # Errors
    /// `JobMissing`.
    pub async fn job_details(&self, job: JobId) -> Outcome<JobDetails> {
        let found = self.inner.readers.read(move |db| views::details(db, job)).await?;
        let mut details = found.ok_or_else(|| Failure::new(ErrorCode::JobMissing).with("job", job))?;
        if let Some(parts) = &mut details.parts {
            parts.sending = self.inner.board.parts_on_their_way(job);
        }
        Ok(details)
    }

    /// # Errors
    /// `BatchMissing`.
    pub async fn batch(&self, batch: BatchId) -> Outcome<BatchView> {
        let found = self.inner.readers.read(move |db| batches::get(db, batch)).await?;
        found.ok_or_else(|| Failure::new(ErrorCode::BatchMissing).with("batch", batch))
    }

    /// Newest first; `finished`: only those, or only the others.
    pub async fn list_batches(
        &self,
        offset: u64,
        limit: u32,
        finished: Option<bool>,
    ) -> Outcome<Vec<BatchView>> {
        self.inner.readers.read(move |db| batches::list(db, offset, limit, finished)).await
    }

    /// The present picture and the stream of events, with no gap between them.
    pub async fn subscribe(&self) -> Outcome<Subscription> {
        let events = self.inner.events.subscribe();
        if !self.is_owner() {
            self.follow();
        }
        let snapshot = self.snapshot().await?;
        Ok(Subscription { snapshot, events })
    }

    pub async fn snapshot(&self) -> Outcome<Snapshot> {
        let mut snapshot = self.inner.readers.read(snapshot_of).await?;
        let open =
            snapshot.totals.bytes.iter().filter(|(state, _)| !state.is_settled()).map(|(_, sum)| sum).sum();
        snapshot.progress = self.inner.board.frame(Instant::now(), open);
        if self.is_owner() {
            let condition = self.inner.condition.lock().unwrap_or_else(PoisonError::into_inner).clone();
            snapshot.condition = Condition { paused: snapshot.condition.paused, ..condition };
        }
        Ok(snapshot)
    }

    /// In a guest: turns changes of the database into events, until nobody listens.
    fn follow(&self) {
        let inner = Arc::clone(&self.inner);
        let follow = move || -> Outcome<()> {
            let db = open_reader(&database_path(&inner.data_dir))?;
            let mut known = None;
            while inner.events.receiver_count() > 0 {
                // Counts the commits of other connections, as seen from this one.
                let version: i64 =
                    db.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(failure_of)?;
                if known != Some(version) {
                    known = Some(version);
                    let Snapshot { batches, totals, .. } = snapshot_of(&db).map_err(failure_of)?;
                    let event = EngineEvent::JobsChanged { changes: Vec::new(), batches, totals };
                    drop(inner.events.send(Arc::new(event)));
                }
                std::thread::sleep(GUEST_LOOK);
            }
            Ok(())
        };
        let spawned = std::thread::Builder::new().name("follow".into()).spawn(move || {
            if let Err(failure) = follow() {
                tracing::warn!(%failure, "the engine of the other program can't be followed");
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to follow the other program's engine");
        }
    }
}

/// A walk waits for disks.
async fn off_the_workers<T: Send + 'static>(
    look: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}

fn snapshot_of(db: &rusqlite::Connection) -> rusqlite::Result<Snapshot> {
    let accounts: Vec<_> = accounts::all(db)?.iter().map(accounts::AccountRow::view).collect();
    let sign_in_required =
        accounts.iter().any(|account| account.state == crate::model::SignInState::SignInRequired);
    let totals = totals::of_all(db)?;
    Ok(Snapshot {
        accounts,
        batches: batches::list(db, 0, SNAPSHOT_BATCHES, None)?,
        condition: Condition { sign_in_required, paused: totals.is_paused(), ..Default::default() },
        totals,
        progress: Default::default(),
    })
}
