//! Watched folders: what is asked of them, and what their runs find. The owner writes it, as it writes jobs.

use serde::{Deserialize, Serialize};

use super::owner::Owner;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    BatchId, BatchState, DestinationKind, Enqueue, JobAction, JobId, JobSelection, JobStateKind, SettingKey,
    WatchFolder, WatchedChange, WatchedId, name_key,
};
use crate::store::checked::{self, CheckedRow, VersionOf};
use crate::store::folders::{self, FolderRow};
use crate::store::jobs::{self, NewJob};
use crate::store::seen_files::{self, NewNumber, SeenFolder, SeenWrite};
use crate::store::volumes::{self, VolumeRow};
use crate::store::watched_folders::{self, Standing, VolumeOn, WatchedRow};
use crate::store::{accounts, batches, failure_of, settings};

/// A folder to be watched, and where it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewWatched {
    pub folder: WatchFolder,
    pub volume: Option<VolumeOn>,
}

/// What a run has found so far: durable all together or not at all.
#[derive(Debug, Default)]
pub struct SyncFound {
    pub source_folders: Vec<FolderRow>,
    pub volumes: Vec<VolumeRow>,
    pub jobs: Vec<NewJob>,
    /// Become new versions; numbered after `jobs`.
    pub versions: Vec<(NewJob, VersionOf)>,
    pub seen_folders: Vec<SeenFolder>,
    pub seen: Vec<SeenWrite>,
    /// Failed jobs in whose place others go.
    pub superseded: Vec<JobId>,
}

impl SyncFound {
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
            && self.versions.is_empty()
            && self.seen_folders.is_empty()
            && self.seen.is_empty()
            && self.source_folders.is_empty()
    }

    /// Rows to be written.
    pub fn len(&self) -> usize {
        self.jobs.len() + self.versions.len() + self.seen_folders.len() + self.seen.len()
    }
}

impl Owner {
    pub(super) fn add_watched(&mut self, new: &NewWatched) -> Outcome<WatchedId> {
        let folder = &new.folder;
        let path = folder.path.display().to_string();
        if !folder.path.is_absolute() || folder.path.to_str().is_none() {
            return Err(Failure::new(ErrorCode::PathUnusable).with("path", path));
        }
        let invalid = |reason: &str| Failure::new(ErrorCode::RequestInvalid).with("reason", reason);
        if folder.destination.kind == DestinationKind::Album {
            return Err(invalid("folder_album"));
        }
        let account = accounts::get(&self.db, folder.account).map_err(failure_of)?;
        let account =
            account.ok_or_else(|| Failure::new(ErrorCode::AccountMissing).with("account", folder.account))?;
        for other in watched_folders::all(&self.db).map_err(failure_of)? {
            if other.path == folder.path {
                return Err(invalid("folder_watched").with("path", path));
            }
            if other.path.starts_with(&folder.path) || folder.path.starts_with(&other.path) {
                return Err(invalid("folder_nested").with("path", path).with("other", other.path.display()));
            }
        }
        self.begin()?;
        let own = crate::store::views::last_name(&folder.path.to_string_lossy());
        let name = watched_folders::free_name(&self.db, folder.account, &folder.destination, &own);
        let name = name.map_err(failure_of)?;
        let user = if account.user_name.trim().is_empty() { &account.email } else { &account.user_name };
        let now = self.world.now();
        let id = watched_folders::insert(&self.db, folder, new.volume.as_ref(), user.trim(), &name, now);
        let id = id.map_err(failure_of)?;
        self.watched_changed(id);
        Ok(id)
    }

    pub(super) fn change_watched(&mut self, id: WatchedId, change: WatchedChange) -> Outcome<()> {
        self.watched(id)?;
        self.begin()?;
        match change {
            WatchedChange::On => {
                watched_folders::set_on(&self.db, id, true).map_err(failure_of)?;
                watched_folders::want(&self.db, id).map_err(failure_of)?;
                self.control_watched(Some(id), JobAction::Resume)?;
            }
            WatchedChange::Off => {
                watched_folders::set_on(&self.db, id, false).map_err(failure_of)?;
                self.control_watched(Some(id), JobAction::Pause)?;
            }
            WatchedChange::Sync => watched_folders::want(&self.db, id).map_err(failure_of)?,
            WatchedChange::Patterns { include, exclude } => {
                watched_folders::set_patterns(&self.db, id, &include, &exclude).map_err(failure_of)?;
                watched_folders::want(&self.db, id).map_err(failure_of)?;
            }
            WatchedChange::Remove => {
                self.control_watched(Some(id), JobAction::Cancel)?;
                watched_folders::remove(&self.db, id).map_err(failure_of)?;
            }
        }
        self.watched_changed(id);
        Ok(())
    }

    /// The switch was turned: what is on its way of all watched folders stops or goes on.
    pub(super) fn sync_switched(&mut self, on: bool) -> Outcome<()> {
        self.publisher.sync_switched(on);
        self.watched_due = true;
        self.control_watched(None, if on { JobAction::Resume } else { JobAction::Pause })
    }

    fn control_watched(&mut self, of: Option<WatchedId>, action: JobAction) -> Outcome<()> {
        for batch in watched_folders::open_batches(&self.db, of).map_err(failure_of)? {
            let (reply, _) = tokio::sync::oneshot::channel();
            self.control(JobSelection::Batch { batch }, action, reply)?;
        }
        Ok(())
    }

    pub(super) fn watched_stands(&mut self, id: WatchedId, standing: &Standing) -> Outcome<()> {
        self.begin()?;
        watched_folders::set_standing(&self.db, id, standing).map_err(failure_of)?;
        self.publisher.folder_changed(id);
        Ok(())
    }

    /// The folder's disk is mounted elsewhere: what waits for it goes on from there by itself.
    pub(super) fn watched_is_at(
        &mut self,
        id: WatchedId,
        path: &std::path::Path,
        on: &VolumeOn,
    ) -> Outcome<()> {
        self.begin()?;
        watched_folders::set_volume(&self.db, id, path, on).map_err(failure_of)?;
        self.watched_changed(id);
        Ok(())
    }

    /// A batch for the files of one run. Until the run has ended it counts as being scanned.
    pub(super) fn begin_sync(&mut self, id: WatchedId, request: &Enqueue) -> Outcome<BatchId> {
        let row = self.taken_from(id)?;
        self.begin()?;
        let now = self.world.now();
        let batch = batches::insert(&self.db, request, &row.name, now).map_err(failure_of)?;
        batches::set_watched(&self.db, batch, id).map_err(failure_of)?;
        self.open_batch(batch)?;
        self.publisher.batch_changed(batch, false);
        Ok(batch)
    }

    pub(super) fn sync_found(
        &mut self,
        folder: WatchedId,
        batch: Option<BatchId>,
        found: SyncFound,
    ) -> Outcome<()> {
        self.taken_from(folder)?;
        self.begin()?;
        self.rows += found.len();
        let mut first = JobId(0);
        if let Some(batch) = batch {
            first = self.sync_jobs(batch, &found)?;
        }
        seen_files::insert_folders(&self.db, &found.seen_folders).map_err(failure_of)?;
        let versions = found.jobs.len();
        let id = |at: usize| JobId(first.0 + i64::try_from(at).unwrap_or(0));
        let job_of = |number| match number {
            NewNumber::Job(at) => id(at),
            NewNumber::Version(at) => id(versions + at),
        };
        seen_files::write(&self.db, &found.seen, job_of).map_err(failure_of)?;
        self.control_jobs(&found.superseded, JobAction::Cancel).map(drop)
    }

    /// The id of the first of them.
    fn sync_jobs(&mut self, batch: BatchId, found: &SyncFound) -> Outcome<JobId> {
        folders::insert(&self.db, &found.source_folders).map_err(failure_of)?;
        for row in &found.volumes {
            volumes::put(&self.db, row).map_err(failure_of)?;
        }
        let first = jobs::highest(&self.db).map_err(failure_of)?.0 + 1;
        let open = self.open_batch(batch)?;
        let (position, account) = (-open.priority, open.context.account);
        let looked_for = open.view.duplicates.holds_files();
        self.look_due |= looked_for;
        let inserted =
            jobs::insert(&self.db, batch, position, &found.jobs, looked_for).map_err(failure_of)?;
        let version_jobs: Vec<NewJob> = found.versions.iter().map(|(job, _)| job.clone()).collect();
        let more = jobs::insert(&self.db, batch, position, &version_jobs, false).map_err(failure_of)?;
        for (state, count, bytes) in inserted.into_iter().chain(more) {
            self.tally.add(batch, state, count as i64, bytes as i64);
        }
        let versions_at = first + i64::try_from(found.jobs.len()).unwrap_or(0);
        for (id, (job, version)) in (versions_at..).zip(&found.versions) {
            let row = CheckedRow {
                job: JobId(id),
                account,
                name_key: name_key(&job.name),
                md5: None,
                twin_of: None,
                version: Some(version.clone()),
            };
            checked::put(&self.db, &row).map_err(failure_of)?;
        }
        self.claims_held_back = true;
        Ok(JobId(first))
    }

    /// After a start: a run that was cut is begun anew by whoever watches; what it had found stays.
    pub(super) fn end_cut_run(&mut self, batch: BatchId) -> Outcome<()> {
        batches::set_state(&self.db, batch, BatchState::Open, None).map_err(failure_of)?;
        self.batches.remove(&batch);
        self.tally.add(batch, JobStateKind::Queued, 0, 0);
        Ok(())
    }

    fn watched(&self, id: WatchedId) -> Outcome<WatchedRow> {
        let row = watched_folders::get(&self.db, id).map_err(failure_of)?;
        row.ok_or_else(|| Failure::new(ErrorCode::FolderMissing).with("folder", id))
    }

    /// A run may still be under way when a folder is switched off or removed.
    fn taken_from(&self, id: WatchedId) -> Outcome<WatchedRow> {
        let row = self.watched(id)?;
        let off = |reason: &str| Err(Failure::new(ErrorCode::RequestInvalid).with("reason", reason));
        let switch = settings::get(&self.db, SettingKey::Sync.as_str()).map_err(failure_of)?;
        match switch.as_deref() {
            Some("off") => off("sync_off"),
            _ if !row.on => off("folder_off"),
            _ => Ok(row),
        }
    }

    fn watched_changed(&mut self, id: WatchedId) {
        self.publisher.folder_changed(id);
        self.watched_due = true;
    }
}
