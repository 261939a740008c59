//! Jobs that wait are put beside another one, and sent in that order.

use super::owner::Owner;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{ControlResult, JobId, JobSelection, QueueSpot};
use crate::store::{failure_of, jobs, order};

impl Owner {
    pub(super) fn move_jobs(&mut self, selection: &JobSelection, spot: QueueSpot) -> Outcome<ControlResult> {
        let runs: Vec<(JobId, JobId)> = match selection {
            JobSelection::Jobs { jobs } => jobs.iter().map(|job| (*job, *job)).collect(),
            JobSelection::Runs { runs } => runs.clone(),
            // Whole batches have a top, but no place among the jobs of others.
            JobSelection::Batch { .. } | JobSelection::Account { .. } | JobSelection::All => {
                return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "selection"));
            }
        };
        let position = self.position_of(spot.job)?;
        if runs.iter().any(|(first, last)| (*first..=*last).contains(&spot.job)) {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("reason", "spot"));
        }
        let mut moved = Vec::new();
        for (first, last) in &runs {
            moved.extend(order::of_run(&self.db, *first, *last).map_err(failure_of)?);
        }
        // They keep the order among themselves; one that was named twice is one.
        moved.sort_unstable();
        moved.dedup();
        let asked: i64 = runs.iter().map(|(first, last)| last.0 - first.0 + 1).sum();
        let changed = moved.len() as u64;
        let result =
            ControlResult { changed, unchanged: u64::try_from(asked).unwrap_or(0).saturating_sub(changed) };
        if moved.is_empty() {
            return Ok(result);
        }
        self.begin()?;
        // Before it is: after all that is before it.
        let beside = if spot.after { spot.job } else { JobId(spot.job.0 - 1) };
        let room = i64::try_from(changed).unwrap_or(i64::MAX);
        let free = order::make_room(&self.db, position, beside, room).map_err(failure_of)?;
        for (place, (_, job)) in (free..).zip(&moved) {
            jobs::set_position(&self.db, *job, place).map_err(failure_of)?;
        }
        self.rows += moved.len();
        let batch = jobs::get(&self.db, spot.job).map_err(failure_of)?.map(|row| row.batch);
        if let Some(batch) = batch {
            self.publisher.batch_changed(batch, false);
        }
        Ok(result)
    }

    fn position_of(&self, job: JobId) -> Outcome<i64> {
        if let Some(position) = order::place_of(&self.db, job).map_err(failure_of)? {
            return Ok(position);
        }
        let known = jobs::get(&self.db, job).map_err(failure_of)?.is_some();
        let failure = Failure::new(if known { ErrorCode::RequestInvalid } else { ErrorCode::JobMissing });
        Err(failure.with("job", job))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemWorld;
    use crate::queue::message::ToTransfers;
    use crate::queue::owner::OwnerLinks;
    use crate::store::Store;

    /// Ten small files and ten large ones, alternately.
    const FILLED: &str = "
        INSERT INTO account (id, tenant_url, user_id, user_name, email, app_id, kind, rights, created_at)
            VALUES (1, 'https://a/', 'u', 'U', 'u@a', 'x', 'browser', '[]', 0);
        INSERT INTO batch (id, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
            VALUES (1, 1, 'Shoot', 'library', '', '', '{}', 'open', 0);
        INSERT INTO source_folder (id, name, arrives) VALUES (4294967297, '/shoot', 1);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO job (id, batch_id, folder_id, name, size, modified_ns, lane, position, state)
            SELECT i, 1, 4294967297, i, 1000, 0, i % 2, 0, 'queued' FROM n;
        INSERT INTO batch_total (batch_id, state, jobs, bytes) VALUES (1, 'queued', 20, 20000);";

    #[test]
    fn with_one_permit_files_are_handed_out_in_the_order_that_was_made() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        store.connection.execute_batch(FILLED).unwrap();
        let (transfers, mut told) = tokio::sync::mpsc::unbounded_channel();
        let links = OwnerLinks {
            transfers,
            confirmer: tokio::sync::mpsc::unbounded_channel().0,
            sources: tokio::sync::mpsc::unbounded_channel().0,
            values: tokio::sync::mpsc::unbounded_channel().0,
            aborts: tokio::sync::mpsc::unbounded_channel().0,
            events: tokio::sync::broadcast::channel(8).0,
            condition: Arc::default(),
            owner: std::sync::mpsc::channel().0,
        };
        let mut owner = Owner::new(store, Arc::new(SystemWorld), links).unwrap();
        let mut next = |owner: &mut Owner| {
            owner.claim(1, 0).unwrap();
            owner.commit().unwrap();
            std::iter::from_fn(|| told.try_recv().ok())
                .find_map(|said| match said {
                    ToTransfers::Claimed { small: Some(small), .. } => small.jobs.first().map(|job| job.id.0),
                    _ => None,
                })
                .unwrap()
        };
        let before = |job| QueueSpot { job: JobId(job), after: false };
        assert_eq!(next(&mut owner), 2);
        // Beside a file of the other lane: both lanes are one order.
        owner.move_jobs(&JobSelection::Jobs { jobs: vec![JobId(18), JobId(10)] }, before(5)).unwrap();
        owner.commit().unwrap();
        assert_eq!([next(&mut owner), next(&mut owner), next(&mut owner)], [4, 10, 18]);
        owner.move_jobs(&JobSelection::Runs { runs: vec![(JobId(6), JobId(9))] }, before(15)).unwrap();
        owner.commit().unwrap();
        assert_eq!([next(&mut owner), next(&mut owner), next(&mut owner)], [12, 14, 6]);
        // Named twice, moved once.
        let twice = JobSelection::Jobs { jobs: vec![JobId(16), JobId(16)] };
        assert_eq!(owner.move_jobs(&twice, before(20)).unwrap().changed, 1);
        owner.commit().unwrap();
        // A file under way can't be moved, nor anything beside it.
        let under_way = owner.move_jobs(&JobSelection::Jobs { jobs: vec![JobId(2)] }, before(20)).unwrap();
        assert_eq!((under_way.changed, under_way.unchanged), (0, 1));
        assert!(owner.move_jobs(&JobSelection::Jobs { jobs: vec![JobId(20)] }, before(2)).is_err());
    }

    #[test]
    fn making_room_keeps_the_order_of_all_others_on_either_side() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let db = &store.connection;
        db.execute_batch(FILLED).unwrap();
        db.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 21 UNION ALL SELECT i + 1 FROM n WHERE i < 21000)
             INSERT INTO job (id, batch_id, folder_id, name, size, modified_ns, lane, position, state)
                 SELECT i, 1, 4294967297, i, 1000, 0, 0, 0, 'queued' FROM n;",
        )
        .unwrap();
        let order = || -> Vec<i64> {
            let mut statement = db.prepare("SELECT id FROM job ORDER BY position, id").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let before = order();
        for beside in [3, 20_999] {
            let free =
                order::make_room(db, order::place_of(db, JobId(beside)).unwrap().unwrap(), JobId(beside), 2);
            let free = free.unwrap();
            assert_eq!(order(), before);
            let taken: i64 = db
                .query_row("SELECT count(*) FROM job WHERE position BETWEEN ?1 AND ?1 + 1", [free], |row| {
                    row.get(0)
                })
                .unwrap();
            assert_eq!(taken, 0);
            let sides: (i64, i64) = db
                .query_row(
                    "SELECT max(id) FILTER (WHERE position < ?1), min(id) FILTER (WHERE position > ?1) FROM job",
                    [free],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            assert_eq!(sides, (beside, beside + 1));
        }
    }
}
