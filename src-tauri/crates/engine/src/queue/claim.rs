//! Hands work to the transfers.

use std::sync::Arc;

use super::event::JobEvent;
use super::message::{BatchContext, ClaimedJob, LaneClaim, ToTransfers};
use super::owner::{OpenBatch, Owner};
use super::state::Attempt;
use unicode_normalization::UnicodeNormalization;

use crate::clock::random_word;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{BatchId, DestinationKind, Elsewhere};
use crate::store::jobs::JobRow;
use crate::store::{batches, failure_of, jobs, value_sets};

/// Sent but unconfirmed jobs at most, so that memory stays flat when the tenant is slow to list them.
const MOST_OPEN: usize = 4_000;

impl OpenBatch {
    /// Some of its files are told something once they are there.
    pub fn has_values(&self) -> bool {
        self.values.is_some() || self.by_file
    }

    /// The album that every file goes to, where the destination is one.
    pub fn album(&self) -> Option<String> {
        let destination = &self.view.destination;
        (destination.kind == DestinationKind::Album).then(|| destination.id.clone())
    }
}

impl Owner {
    pub(super) fn too_many_open(&self) -> bool {
        self.running.len() >= MOST_OPEN
    }

    pub(super) fn open_batch(&mut self, batch: BatchId) -> Outcome<&mut OpenBatch> {
        use std::collections::hash_map::Entry;
        match self.batches.entry(batch) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let view = batches::get(&self.db, batch)
                    .map_err(failure_of)?
                    .ok_or_else(|| Failure::new(ErrorCode::BatchMissing).with("batch", batch))?;
                let request = batches::request(&self.db, batch).map_err(failure_of)?;
                let (values, by_file) = value_sets::of_batch(&self.db, batch).map_err(failure_of)?;
                let context = Arc::new(BatchContext {
                    batch,
                    account: view.account,
                    destination: view.destination.clone(),
                    tags: request
                        .as_ref()
                        .map(|request| request.tags.iter().map(|tag| tag.nfc().collect()).collect())
                        .unwrap_or_default(),
                });
                let priority = request.map_or(0, |request| i64::from(request.priority));
                Ok(entry.insert(OpenBatch { view, context, priority, values, by_file }))
            }
        }
    }

    /// Gives the transfers up to as many jobs as they have permits for, keys stored.
    pub(super) fn claim(&mut self, small: usize, large: usize) -> Outcome<()> {
        if self.too_many_open() || self.stopping_everything() {
            self.claims_held_back = true;
            let nothing = |asked: usize| (asked > 0).then(|| LaneClaim { jobs: Vec::new(), dry: true });
            let claimed = ToTransfers::Claimed { small: nothing(small), large: nothing(large) };
            drop(self.links.transfers.send(claimed));
            return Ok(());
        }
        let held = self.held_accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let claimed = ToTransfers::Claimed {
            small: self.claim_lane(false, small, &held)?,
            large: self.claim_lane(true, large, &held)?,
        };
        let transfers = self.links.transfers.clone();
        // A key is stored before its request: the transfers hear of the jobs after the commit.
        self.after_commit.push(Box::new(move |committed| {
            if committed.is_ok() {
                drop(transfers.send(claimed));
            }
        }));
        Ok(())
    }

    /// `None`: the lane was not asked. An answer all the same would make it ask, for nothing and without end.
    fn claim_lane(&mut self, large: bool, limit: usize, held: &str) -> Outcome<Option<LaneClaim>> {
        if limit == 0 {
            return Ok(None);
        }
        let rows = jobs::ready(&self.db, large, limit, held).map_err(failure_of)?;
        let dry = rows.len() < limit;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            if self.is_being_stopped(&row) {
                continue;
            }
            claimed.push(self.claim_one(row)?);
        }
        self.claimed |= !claimed.is_empty();
        Ok(Some(LaneClaim { jobs: claimed, dry }))
    }

    fn claim_one(&mut self, row: JobRow) -> Outcome<ClaimedJob> {
        let folder = self.folder_context(row.folder)?;
        let mut context = Arc::clone(&self.open_batch(row.batch)?.context);
        if let Some(Elsewhere { destination, .. }) = &row.elsewhere {
            let BatchContext { batch, account, tags, .. } = &*context;
            let (destination, tags) = (destination.clone(), tags.clone());
            context = Arc::new(BatchContext { batch: *batch, account: *account, destination, tags });
        }
        let album = match &row.elsewhere {
            Some(elsewhere) => elsewhere.album.as_deref().map(Into::into),
            None => folder.album,
        };
        let checked = self.checked(&row)?;
        let hashed = checked.as_ref().is_some_and(|found| found.md5.is_some());
        let version_of = checked.and_then(|found| found.version).map(|version| version.asset);
        let attempt = Attempt { key_tail: self.key_tail(&row.name), started_at: self.attempt_began(row.id)? };
        let job = ClaimedJob {
            id: row.id,
            context,
            folder: row.folder,
            dir: folder.dir,
            name: row.name.clone(),
            size: row.size,
            modified_ns: row.modified_ns,
            attempt: attempt.clone(),
            album,
            elsewhere: row.elsewhere.is_some(),
            failures: row.failures,
            in_parts: self.in_parts.contains_key(&row.id),
            version_of,
            hashed,
            opened: None,
        };
        let failures = row.failures;
        self.apply(row, failures, JobEvent::Claimed(attempt))?;
        Ok(job)
    }

    /// Unique for each attempt, since equal keys overwrite each other (canto-api.md §8.2 [A]). The ending stays, in
    /// case that the tenant looks at it; the true name travels in its own field.
    fn key_tail(&self, name: &str) -> String {
        let word = random_word(&*self.world, 16);
        match name.rsplit_once('.') {
            Some((_, ending))
                if !ending.is_empty()
                    && ending.len() <= 8
                    && ending.bytes().all(|b| b.is_ascii_alphanumeric()) =>
            {
                format!("{word}.{}", ending.to_ascii_lowercase())
            }
            _ => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemWorld;
    use crate::queue::owner::OwnerLinks;
    use crate::store::Store;

    /// An answer for a lane that was not asked made it ask again, and the other lane with it, for nothing and without
    /// end.
    #[test]
    fn a_lane_that_was_not_asked_gets_no_answer() {
        let data = tempfile::tempdir().unwrap();
        let (transfers, mut told) = tokio::sync::mpsc::unbounded_channel();
        let links = OwnerLinks {
            transfers,
            confirmer: tokio::sync::mpsc::unbounded_channel().0,
            sources: tokio::sync::mpsc::unbounded_channel().0,
            aborts: tokio::sync::mpsc::unbounded_channel().0,
            values: tokio::sync::mpsc::unbounded_channel().0,
            duplicates: tokio::sync::mpsc::unbounded_channel().0,
            watched: tokio::sync::mpsc::unbounded_channel().0,
            collections: tokio::sync::mpsc::unbounded_channel().0,
            events: tokio::sync::broadcast::channel(8).0,
            condition: Arc::default(),
            owner: std::sync::mpsc::channel().0,
        };
        let mut owner = Owner::new(Store::open(data.path()).unwrap(), Arc::new(SystemWorld), links).unwrap();
        for (small, large) in [(0, 3), (3, 0)] {
            owner.claim(small, large).unwrap();
            owner.commit().unwrap();
            let answer = std::iter::from_fn(|| told.try_recv().ok())
                .find_map(|said| match said {
                    ToTransfers::Claimed { small, large } => Some((small.is_some(), large.is_some())),
                    _ => None,
                })
                .unwrap();
            assert_eq!(answer, (small > 0, large > 0));
        }
    }
}
