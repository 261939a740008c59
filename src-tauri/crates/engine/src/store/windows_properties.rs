//! Windows, selections and searches against a sort of everything, whatever happened to the jobs before.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq};
use rusqlite::Connection;

use super::jobs::{self, NewJob};
use super::name_order::sort_key;
use super::names::{self, folded};
use super::windows::{page, runs};
use super::{Orders, Store, database_path, job_state, open_reader, totals};
use crate::model::{BatchId, FolderId, JobId, JobOrder, JobQuery, JobStateKind};
use crate::properties::{Checked, Steps, hold};
use crate::queue::state::{Attempt, Held, JobState, Wish};

#[derive(Clone, Debug)]
enum Change {
    Add {
        batch: i64,
        jobs: Vec<(String, u64)>,
    },
    State(usize, JobState),
    Resize(usize, u64),
    /// A scan begins anew.
    Forget(i64),
    /// As from a database that was damaged.
    NoteAnew,
    Look(JobQuery),
}

fn name() -> impl Strategy<Value = String> {
    let letters: Vec<&str> = vec!["a", "B", "b", "IMG_", "ä", "Ä", "a\u{308}", "1", "\n", "\r", " ", "z"];
    vec(select(letters), 1..5).prop_map(|parts| parts.concat())
}

fn state() -> impl Strategy<Value = JobState> {
    let attempt = || Attempt { key_tail: "k".into(), started_at: 1 };
    select(vec![
        JobState::Queued,
        JobState::Cancelled,
        JobState::Uploading { attempt: attempt(), wish: Wish::GoOn },
        JobState::Checking { attempt: attempt(), wish: Wish::GoOn },
        JobState::Paused { held: Held::Nothing },
    ])
}

fn query() -> impl Strategy<Value = JobQuery> {
    use JobStateKind as S;
    let states = select(vec![
        vec![],
        vec![S::Queued, S::Waiting, S::Paused],
        vec![S::Checking, S::Uploading, S::Finishing],
        vec![S::Cancelled],
        vec![S::Queued, S::Cancelled],
        vec![S::Paused, S::Uploading],
    ]);
    let orders = vec![JobOrder::Added, JobOrder::Queue, JobOrder::Newest, JobOrder::Name, JobOrder::Size];
    let search = option::weighted(0.4, select(&["a", "B", "Ä", "g_1", "zz", "\r"][..]));
    let after = option::weighted(0.1, 1..20i64);
    (option::of(1..3i64), states, search, select(orders), after, 0..30u64, 0..20u32).prop_map(
        |(batch, states, search, order, after, offset, limit)| JobQuery {
            account: None,
            batch: batch.map(BatchId),
            states,
            search: search.map(str::to_owned),
            order,
            after: after.map(JobId),
            offset,
            limit,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (1..3i64, vec((name(), 0..4u64), 1..20)).prop_map(|(batch, jobs)| Change::Add { batch, jobs }),
        4 => (any::<usize>(), state()).prop_map(|(job, state)| Change::State(job, state)),
        1 => (any::<usize>(), 0..9u64).prop_map(|(job, size)| Change::Resize(job, size)),
        1 => (1..3i64).prop_map(Change::Forget),
        1 => Just(Change::NoteAnew),
        8 => query().prop_map(Change::Look),
    ]
}

struct Row {
    id: JobId,
    batch: BatchId,
    name: String,
    size: i64,
    position: i64,
    state: JobStateKind,
}

fn all(db: &Connection) -> Vec<Row> {
    let mut statement = db.prepare("SELECT id, batch_id, name, size, position, state FROM job").unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Row {
            id: JobId(row.get(0)?),
            batch: BatchId(row.get(1)?),
            name: row.get(2)?,
            size: row.get(3)?,
            position: row.get(4)?,
            state: JobStateKind::parse(&row.get::<_, String>(5)?).unwrap(),
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What the query says, word for word.
fn naive(db: &Connection, query: &JobQuery) -> Vec<JobId> {
    let mut rows = all(db);
    rows.retain(|row| {
        query.batch.is_none_or(|batch| row.batch == batch)
            && (query.states.is_empty() || query.states.contains(&row.state))
            && query.search.as_deref().is_none_or(|text| folded(&row.name).contains(&folded(text)))
            && query.after.is_none_or(|after| row.id > after)
    });
    rows.sort_by_key(|row| row.id);
    let searched = query.search.is_some();
    match query.order {
        JobOrder::Added => {}
        JobOrder::Queue if query.batch.is_none() && !searched => {}
        JobOrder::Queue => rows.sort_by_key(|row| row.position),
        JobOrder::Newest => rows.reverse(),
        JobOrder::Name => rows.sort_by_key(|row| sort_key(&row.name)),
        JobOrder::Size => rows.sort_by_key(|row| std::cmp::Reverse(row.size)),
    }
    rows.iter().map(|row| row.id).collect()
}

fn obey(db: &Connection, reader: &Connection, orders: &mut Orders, change: Change) -> Checked {
    let nth = |which: usize| {
        let rows = all(db);
        which.checked_rem(rows.len()).map(|at| rows[at].id)
    };
    match change {
        Change::Add { batch, jobs } => {
            let new: Vec<NewJob> = jobs
                .into_iter()
                .map(|(name, size)| NewJob {
                    folder: FolderId(1),
                    name,
                    size,
                    modified_ns: 0,
                    failure: None,
                    values: None,
                })
                .collect();
            jobs::insert(db, BatchId(batch), -batch, &new, false).unwrap();
        }
        Change::State(which, state) => {
            nth(which).into_iter().for_each(|id| job_state::write(db, id, 0, &state).unwrap());
        }
        Change::Resize(which, size) => {
            nth(which).into_iter().for_each(|id| jobs::set_source(db, id, size, 1).unwrap());
        }
        Change::Forget(batch) => jobs::delete_queued(db, BatchId(batch)).unwrap(),
        Change::NoteAnew => {
            db.execute_batch("DELETE FROM name_block; DELETE FROM size_block").unwrap();
            names::note_all(db).unwrap();
        }
        Change::Look(query) => {
            for batch in 1..3 {
                totals::recount(db, BatchId(batch)).unwrap();
            }
            let wanted = naive(db, &query);
            let of = |limit: u32| {
                let from = wanted.iter().skip(query.offset as usize);
                from.take(limit as usize).copied().collect::<Vec<JobId>>()
            };
            let found = page(reader, orders, &query).unwrap();
            let ids: Vec<JobId> = found.jobs.iter().map(|job| job.id).collect();
            prop_assert_eq!(ids, of(if query.limit == 0 { 100 } else { query.limit }), "{:?}", &query);
            if query.search.is_none() && query.after.is_none() {
                prop_assert_eq!(found.total, Some(wanted.len() as u64));
            }
            let mut ids = of(if query.limit == 0 { u32::MAX } else { query.limit });
            ids.sort_unstable();
            let runs = runs(reader, orders, &query).unwrap();
            let spread = runs.iter().flat_map(|(first, last)| first.0..=last.0).map(JobId);
            prop_assert_eq!(spread.collect::<Vec<JobId>>(), ids, "{:?}", &query);
            prop_assert!(runs.is_sorted());
        }
    }
    Ok(())
}

const FILLED: &str = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;
    INSERT INTO batch (id, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
        VALUES (1, 1, 'One', 'library', '', '', '{}', 'open', 0), (2, 1, 'Two', 'library', '', '', '{}', 'open', 0);";

#[test]
fn windows_are_those_of_a_sort_of_everything() {
    let data = tempfile::tempdir().unwrap();
    let db = Store::open(data.path()).unwrap().connection;
    db.execute_batch(FILLED).unwrap();
    let reader = open_reader(&database_path(data.path())).unwrap();
    let orders = std::cell::RefCell::new(Orders::default());
    let keeps = |changes: Vec<Change>, steps: &Steps| {
        db.execute_batch("DELETE FROM job; DELETE FROM name_block; DELETE FROM size_block").unwrap();
        changes.into_iter().try_for_each(|change| {
            steps.add(1);
            obey(&db, &reader, &mut orders.borrow_mut(), change)
        })
    };
    hold("windows of the queue", file!(), 300, vec(change(), 1..40), keeps);
}
