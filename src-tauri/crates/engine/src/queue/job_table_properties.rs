//! The job table against a model of it: states come back as they were written, and the queue has one order.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq};
use rusqlite::Connection;

use super::state::{Attempt, Held, JobState, Proof, Sent, Wish};
use crate::error::{ErrorCode, Failure};
use crate::model::{
    AccountId, AssetId, BatchId, Destination, DestinationKind, Enqueue, FolderId, JobId, JobStateKind,
    Verification, WaitingFor,
};
use crate::properties::{Checked, Steps, hold};
use crate::store::jobs::{self, NewJob, SMALL_FILE};
use crate::store::{Store, batches, job_state};

/// Letters that JSON, SQL and people care about.
fn text() -> impl Strategy<Value = String> {
    vec(select(&['a', 'Ü', '"', '\\', '\'', '\n', '\u{0}', '🎏', '%', ' '][..]), 0..6)
        .prop_map(|letters| letters.into_iter().collect())
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (text(), any::<i64>()).prop_map(|(key_tail, started_at)| Attempt { key_tail, started_at })
}

fn wish() -> impl Strategy<Value = Wish> {
    select(&[Wish::GoOn, Wish::Pause, Wish::Cancel][..])
}

fn sent() -> impl Strategy<Value = Sent> {
    (attempt(), any::<[u8; 16]>(), any::<bool>(), any::<i64>(), wish()).prop_map(
        |(attempt, md5, etag_matched, sent_at, wish)| Sent { attempt, md5, etag_matched, sent_at, wish },
    )
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![Just(Held::Nothing), attempt().prop_map(Held::Unsure), sent().prop_map(Held::Sent)]
}

fn failure() -> impl Strategy<Value = Failure> {
    (select(ErrorCode::ALL), vec((text(), text()), 0..3), text()).prop_map(|(code, params, details)| {
        let failure = Failure::new(code).because(details);
        params.into_iter().fold(failure, |failure, (name, value)| failure.with(&name, value))
    })
}

fn proof() -> impl Strategy<Value = Proof> {
    let asset = (text(), text()).prop_map(|(scheme, id)| AssetId { scheme, id });
    (asset, option::of(text()), select(&Verification::ALL[..]), any::<[u8; 16]>(), any::<i64>()).prop_map(
        |(asset, asset_url, verification, md5, at)| Proof { asset, asset_url, verification, md5, at },
    )
}

fn state() -> impl Strategy<Value = JobState> {
    let waiting = (select(&WaitingFor::ALL[..]), option::of(any::<i64>()), option::of(failure()), held());
    prop_oneof![
        Just(JobState::Queued),
        Just(JobState::Cancelled),
        (attempt(), wish()).prop_map(|(attempt, wish)| JobState::Uploading { attempt, wish }),
        (attempt(), wish()).prop_map(|(attempt, wish)| JobState::Checking { attempt, wish }),
        sent().prop_map(|sent| JobState::Finishing { sent }),
        sent().prop_map(|sent| JobState::Processing { sent }),
        proof().prop_map(|proof| JobState::Done { proof }),
        held().prop_map(|held| JobState::Paused { held }),
        waiting.prop_map(|(on, ready_at, failure, held)| JobState::Waiting { on, ready_at, failure, held }),
        (failure(), held()).prop_map(|(failure, held)| JobState::Blocked { failure, held }),
        failure().prop_map(|failure| JobState::Skipped { failure }),
        failure().prop_map(|failure| JobState::Failed { failure }),
    ]
}

fn new_job(size: u64) -> NewJob {
    NewJob { folder: FolderId(1), name: "a.jpg".into(), size, modified_ns: 1, failure: None, values: None }
}

/// One transaction for all cases: nothing of it has to outlive the test.
fn database() -> (tempfile::TempDir, Connection) {
    let data = tempfile::tempdir().unwrap();
    let db = Store::open(data.path()).unwrap().connection;
    db.execute_batch("PRAGMA foreign_keys = OFF; BEGIN").unwrap();
    (data, db)
}

#[test]
fn a_state_comes_back_as_it_was_written() {
    let (_data, db) = database();
    jobs::insert(&db, BatchId(1), 0, &[new_job(1)], false).unwrap();
    let id = JobId(db.query_row("SELECT max(id) FROM job", [], |row| row.get(0)).unwrap());
    let comes_back = |states: Vec<(JobState, u32)>, steps: &Steps| {
        steps.add(states.len() as u64);
        for (state, failures) in states {
            job_state::write(&db, id, failures, &state).unwrap();
            let row = jobs::get(&db, id).unwrap().unwrap();
            prop_assert_eq!((row.state, row.failures), (state, failures));
        }
        Ok(())
    };
    hold("states in the database", file!(), 1_500, vec((state(), any::<u32>()), 1..12), comes_back);
}

/// What a queue is asked to do.
#[derive(Clone, Debug)]
enum Order {
    Add {
        account: usize,
        sizes: Vec<u64>,
        position: i64,
    },
    /// So many of a lane start.
    Claim {
        large: bool,
        limit: usize,
        held: Option<usize>,
    },
    /// One that is not queued is queued again.
    Requeue(usize),
    /// Some go before all others, as one gesture.
    Top(Vec<usize>),
    Resize(usize, u64),
}

fn order() -> impl Strategy<Value = Order> {
    let size = || prop_oneof![Just(0), Just(SMALL_FILE), Just(SMALL_FILE + 1), 0..3 * SMALL_FILE];
    prop_oneof![
        (0..3usize, vec(size(), 1..8), -3..4i64).prop_map(|(account, sizes, position)| Order::Add {
            account,
            sizes,
            position
        }),
        (any::<bool>(), 0..6usize, option::of(0..3usize)).prop_map(|(large, limit, held)| Order::Claim {
            large,
            limit,
            held
        }),
        any::<usize>().prop_map(Order::Requeue),
        vec(any::<usize>(), 1..4).prop_map(Order::Top),
        (any::<usize>(), size()).prop_map(|(job, size)| Order::Resize(job, size)),
    ]
}

struct Modelled {
    id: i64,
    account: usize,
    position: i64,
    large: bool,
    queued: bool,
}

fn in_order(model: &[Modelled], large: bool, held: Option<usize>) -> Vec<i64> {
    let ready = |job: &&Modelled| job.queued && job.large == large && Some(job.account) != held;
    let mut queue: Vec<(i64, i64)> = model.iter().filter(ready).map(|job| (job.position, job.id)).collect();
    queue.sort_unstable();
    queue.into_iter().map(|(_, id)| id).collect()
}

fn obey(db: &Connection, batches: &[BatchId; 3], model: &mut Vec<Modelled>, order: Order) -> Checked {
    let attempt = Attempt { key_tail: "k".into(), started_at: 1 };
    match order {
        Order::Add { account, sizes, position } => {
            let new: Vec<NewJob> = sizes.iter().map(|size| new_job(*size)).collect();
            jobs::insert(db, batches[account], position, &new, false).unwrap();
            let last: i64 = db.query_row("SELECT max(id) FROM job", [], |row| row.get(0)).unwrap();
            let first = last - sizes.len() as i64 + 1;
            model.extend(sizes.iter().zip(first..).map(|(size, id)| Modelled {
                id,
                account,
                position,
                large: *size > SMALL_FILE,
                queued: true,
            }));
        }
        Order::Claim { large, limit, held } => {
            let words = held.map(|account| (account + 1).to_string()).unwrap_or_default();
            let ready = jobs::ready(db, large, limit, &words).unwrap();
            let mut wanted = in_order(model, large, held);
            wanted.truncate(limit);
            prop_assert_eq!(ready.iter().map(|row| row.id.0).collect::<Vec<_>>(), wanted);
            for row in ready {
                let state = JobState::Uploading { attempt: attempt.clone(), wish: Wish::GoOn };
                job_state::write(db, row.id, 0, &state).unwrap();
                model.iter_mut().filter(|job| job.id == row.id.0).for_each(|job| job.queued = false);
            }
        }
        Order::Requeue(which) => {
            let Some(at) = which.checked_rem(model.len()) else { return Ok(()) };
            job_state::write(db, JobId(model[at].id), 1, &JobState::Queued).unwrap();
            model[at].queued = true;
        }
        Order::Top(which) => {
            let front = crate::store::order::front(db).unwrap();
            prop_assert!(model.iter().filter(|job| job.queued).all(|job| job.position > front));
            for which in which {
                let Some(at) = which.checked_rem(model.len()) else { return Ok(()) };
                jobs::set_position(db, JobId(model[at].id), front).unwrap();
                model[at].position = front;
            }
        }
        Order::Resize(which, size) => {
            let Some(at) = which.checked_rem(model.len()) else { return Ok(()) };
            jobs::set_source(db, JobId(model[at].id), size, 2).unwrap();
            model[at].large = size > SMALL_FILE;
        }
    }
    Ok(())
}

#[test]
fn the_queue_has_one_order() {
    let (_data, db) = database();
    let batches = [1, 2, 3].map(|account| {
        let destination =
            Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() };
        let request = Enqueue {
            account: AccountId(account),
            paths: Vec::new(),
            destination,
            tags: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            priority: 0,
            choices: Default::default(),
            duplicates: None,
            metadata: Default::default(),
        };
        batches::insert(&db, &request, "", 0).unwrap()
    });
    let keeps = |orders: Vec<Order>, steps: &Steps| {
        db.execute("DELETE FROM job", []).unwrap();
        let mut model = Vec::new();
        for order in orders {
            steps.add(1);
            obey(&db, &batches, &mut model, order)?;
            for large in [false, true] {
                let all: Vec<i64> = jobs::ready(&db, large, usize::MAX >> 1, "")
                    .unwrap()
                    .iter()
                    .map(|row| row.id.0)
                    .collect();
                prop_assert_eq!(all, in_order(&model, large, None));
            }
        }
        let queued = jobs::unsettled(&db, JobStateKind::Uploading, JobId(0), 10_000).unwrap().len();
        prop_assert_eq!(queued, model.iter().filter(|job| !job.queued).count());
        Ok(())
    };
    hold("queue order", file!(), 400, vec(order(), 1..40), keeps);
}
