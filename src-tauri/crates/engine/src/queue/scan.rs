//! Takes what a scan finds into the database.

use std::path::Path;
use std::sync::mpsc::Sender;

use super::message::ToOwner;
use super::owner::Owner;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake;
use crate::model::{BatchId, BatchState, Enqueue, FolderId, JobStateKind};
use crate::store::folders::FolderRow;
use crate::store::jobs::NewJob;
use crate::store::new_values::NewValues;
use crate::store::views::last_name;
use crate::store::volumes::VolumeRow;
use crate::store::{batches, failure_of, file_values, folders, jobs, volumes};

/// Walks the request's paths on a thread of its own.
pub(super) fn spawn_scan(
    owner: Sender<ToOwner>,
    batch: BatchId,
    request: Enqueue,
    folders: Vec<FolderRow>,
    known: Vec<(FolderId, String)>,
) {
    let name = format!("scan-{batch}");
    let spawned = std::thread::Builder::new().name(name).spawn({
        let owner = owner.clone();
        move || intake::run(&owner, batch, &request, &folders, known)
    });
    if let Err(error) = spawned {
        let failure = Some(Failure::new(ErrorCode::Internal).because(error));
        drop(owner.send(ToOwner::ScanEnded { batch, left_out: 0, failure }));
    }
}

impl Owner {
    /// The batch and its paths are durable before anyone is told that they were taken.
    pub(super) fn enqueue(&mut self, mut request: Enqueue, values: &NewValues) -> Outcome<BatchId> {
        if request.paths.is_empty() {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "no_paths"));
        }
        for path in request.paths.iter().chain(request.choices.paths()) {
            if !path.is_absolute() || path.to_str().is_none() {
                return Err(Failure::new(ErrorCode::PathUnusable).with("path", path.display()));
            }
        }
        for folder in &mut request.choices.renamed {
            folder.name = intake::library_name(&folder.name)?;
        }
        let known = crate::store::accounts::get(&self.db, request.account).map_err(failure_of)?;
        if known.is_none() {
            return Err(Failure::new(ErrorCode::AccountMissing).with("account", request.account));
        }
        self.begin()?;
        let label = request.paths.first().map(|path| label(path)).unwrap_or_default();
        let now = self.world.now();
        let batch = batches::insert(&self.db, &request, &label, now).map_err(failure_of)?;
        values.insert(&self.db, (request.account, batch), &request.destination, now).map_err(failure_of)?;
        self.open_batch(batch)?;
        self.publisher.batch_changed(batch, false);
        let owner = self.links.owner.clone();
        self.after_commit.push(Box::new(move |committed| {
            if committed.is_ok() {
                spawn_scan(owner, batch, request, Vec::new(), Vec::new());
            }
        }));
        Ok(batch)
    }

    pub(super) fn scan_found(
        &mut self,
        batch: BatchId,
        folders: &[FolderRow],
        on: &[VolumeRow],
        mut found: Vec<NewJob>,
    ) -> Outcome<()> {
        self.begin()?;
        folders::insert(&self.db, folders).map_err(failure_of)?;
        for row in on {
            volumes::put(&self.db, row).map_err(failure_of)?;
        }
        self.give_values(batch, &mut found)?;
        let position = -self.open_batch(batch)?.priority;
        let looked_for = self.open_batch(batch)?.view.duplicates.holds_files();
        self.look_due |= looked_for;
        let inserted = jobs::insert(&self.db, batch, position, &found, looked_for).map_err(failure_of)?;
        for (state, count, bytes) in inserted {
            self.tally.add(batch, state, count as i64, bytes as i64);
        }
        self.rows += found.len();
        self.claims_held_back = true;
        Ok(())
    }

    pub(super) fn scan_ended(
        &mut self,
        batch: BatchId,
        left_out: u64,
        failure: Option<Failure>,
    ) -> Outcome<()> {
        self.begin()?;
        batches::set_left_out(&self.db, batch, left_out).map_err(failure_of)?;
        file_values::forget(&self.db, batch).map_err(failure_of)?;
        batches::set_failure(&self.db, batch, failure.as_ref()).map_err(failure_of)?;
        batches::set_state(&self.db, batch, BatchState::Open, None).map_err(failure_of)?;
        let open = self.open_batch(batch)?;
        open.view.left_out = left_out;
        open.view.failure = failure;
        open.view.state = BatchState::Open;
        // What is known of the library for its files can be let go of.
        let looked_for = open.view.duplicates.holds_files();
        self.look_due |= looked_for;
        self.tally.add(batch, JobStateKind::Queued, 0, 0);
        Ok(())
    }
}

/// A file's path, as it was given.
pub(super) fn path_of(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

fn label(path: &Path) -> String {
    last_name(&path.to_string_lossy())
}
