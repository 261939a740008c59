//! Moves against a list, and what is told of them.

use std::sync::Arc;

use super::message::ToTransfers;
use super::owner::{Owner, OwnerLinks};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert_eq;

use crate::clock::SystemWorld;
use crate::event::EngineEvent;
use crate::model::{JobId, JobSelection, QueueSpot};
use crate::properties::{Steps, hold};
use crate::store::{Store, order};

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

type Told = tokio::sync::mpsc::UnboundedReceiver<ToTransfers>;
type Events = tokio::sync::broadcast::Receiver<Arc<EngineEvent>>;

fn owner(data: &std::path::Path) -> (Owner, Told, Events) {
    let store = Store::open(data).unwrap();
    store.connection.execute_batch(FILLED).unwrap();
    let (transfers, told) = tokio::sync::mpsc::unbounded_channel();
    let (tell, events) = tokio::sync::broadcast::channel(64);
    let links = OwnerLinks {
        transfers,
        confirmer: tokio::sync::mpsc::unbounded_channel().0,
        sources: tokio::sync::mpsc::unbounded_channel().0,
        values: tokio::sync::mpsc::unbounded_channel().0,
        duplicates: tokio::sync::mpsc::unbounded_channel().0,
        watched: tokio::sync::mpsc::unbounded_channel().0,
        collections: tokio::sync::mpsc::unbounded_channel().0,
        aborts: tokio::sync::mpsc::unbounded_channel().0,
        events: tell,
        condition: Arc::default(),
        owner: std::sync::mpsc::channel().0,
    };
    (Owner::new(store, Arc::new(SystemWorld), links).unwrap(), told, events)
}

#[test]
fn every_batch_is_told_of_whose_files_were_moved() {
    let data = tempfile::tempdir().unwrap();
    let (mut owner, _told, mut events) = owner(data.path());
    owner
        .db
        .execute_batch(
            "INSERT INTO batch (id, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
                 SELECT id + 1, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at
                 FROM batch;
             INSERT INTO batch (id, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
                 SELECT 3, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at
                 FROM batch WHERE id = 1;
             UPDATE job SET batch_id = 2 WHERE id > 10; UPDATE job SET batch_id = 3 WHERE id > 18;",
        )
        .unwrap();
    let moved = JobSelection::Runs { runs: vec![(JobId(9), JobId(12)), (JobId(11), JobId(13))] };
    let spot = QueueSpot { job: JobId(20), after: true };
    assert_eq!(owner.move_jobs(&moved, spot).unwrap().changed, 5);
    owner.commit().unwrap();
    // It is told with the next change that is due.
    let told = loop {
        owner.publish().unwrap();
        if let Ok(event) = events.try_recv()
            && let EngineEvent::JobsChanged { batches, .. } = &*event
        {
            break batches.iter().map(|batch| batch.id.0).collect::<Vec<_>>();
        }
        std::thread::yield_now();
    };
    assert_eq!(told, [1, 2]);
}

/// First and length of each run, the job beside, and whether after it.
type Gesture = (Vec<(i64, i64)>, i64, bool);

/// Whatever is moved: what is not keeps its order, and what is stands together, in its order, at the spot.
#[test]
fn moves_are_those_of_a_list() {
    let data = tempfile::tempdir().unwrap();
    let (owner, _told, _events) = owner(data.path());
    let owner = std::cell::RefCell::new(owner);
    let listed = |owner: &Owner| -> Vec<i64> {
        let mut statement = owner.db.prepare("SELECT id FROM job ORDER BY position, id").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let gesture = (vec((1..21i64, 0..4i64), 1..4), 1..21i64, any::<bool>());
    let keeps = |moves: Vec<Gesture>, steps: &Steps| {
        let owner = &mut *owner.borrow_mut();
        owner.db.execute("UPDATE job SET position = 0", []).unwrap();
        let mut model: Vec<i64> = (1..=20).collect();
        for (runs, beside, after) in moves {
            steps.add(1);
            let runs: Vec<_> =
                runs.iter().map(|(first, more)| (JobId(*first), JobId(first + more))).collect();
            let is_moved = |id: &i64| runs.iter().any(|(first, last)| (first.0..=last.0).contains(id));
            let selection = JobSelection::Runs { runs: runs.clone() };
            let spot = QueueSpot { job: JobId(beside), after };
            let result = owner.move_jobs(&selection, spot);
            owner.commit().unwrap();
            prop_assert_eq!(result.is_err(), is_moved(&beside));
            if result.is_ok() {
                let (moved, mut rest): (Vec<i64>, Vec<i64>) = model.iter().partition(|id| is_moved(id));
                let at = rest.iter().position(|id| *id == beside).unwrap() + usize::from(after);
                rest.splice(at..at, moved);
                model = rest;
            }
            prop_assert_eq!(listed(owner), model.clone());
        }
        Ok(())
    };
    hold("moves", file!(), 200, vec(gesture, 1..8), keeps);
}

#[test]
fn with_one_permit_files_are_handed_out_in_the_order_that_was_made() {
    let data = tempfile::tempdir().unwrap();
    let (mut owner, mut told, _events) = owner(data.path());
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
