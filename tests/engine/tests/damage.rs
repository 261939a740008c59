//! Bytes that are damaged between the engine and the object store: all of it is noticed and repaired.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::model::JobStateKind;
use engine_tests::relay::{Damage, Kind, On, Relay, Side};
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::Options;

const MIB: usize = 1024 * 1024;

const KINDS: [Kind; 8] = [
    Kind::Flip,
    Kind::Drop(1),
    Kind::Drop(5_000),
    Kind::Repeat(1),
    Kind::Repeat(700),
    Kind::Truncate,
    Kind::Swap(300),
    Kind::Delay(Duration::from_millis(300)),
];

/// Some places in a file, the first and the last among them, the others by the seed.
fn places(seed: u64, bytes: u64, reach: u64) -> Vec<u64> {
    let most = bytes - reach;
    let by_chance = noise(seed, 16);
    let (a, b) = by_chance.split_at(8);
    let place = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap()) % most;
    vec![0, place(a), place(b), most]
}

/// Sends files, one for each place, with the damage at that place of one of them each.
async fn all_arrive(
    on: On,
    kind: Kind,
    sizes: &[usize],
    places_of: impl Fn(u64) -> Vec<u64>,
) -> (usize, usize) {
    let (stage, relay) = Stage::relayed(Options { parts: true, ..Options::default() }).await;
    let mut sums = Vec::new();
    let mut script = Vec::new();
    let smallest = *sizes.iter().min().unwrap() as u64;
    for (number, at) in places_of(smallest).into_iter().enumerate() {
        script.push(Damage { on, side: Side::Request, at, kind });
        for size in sizes {
            let bytes = noise(number as u64 * 100 + *size as u64, *size);
            stage.file(&format!("Shoot/{number}-{size}.mov"), &bytes);
            sums.push((format!("Shoot/{number}-{size}.mov"), md5_of(&bytes)));
        }
    }
    let damages = script.len();
    relay.set_script(script);
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    let view = stage.settled(batch).await;
    let done = view.totals.count(JobStateKind::Done);
    assert_eq!(done, sums.len() as u64, "{on:?} {kind:?}: {:#?}", stage.jobs(batch).await);
    assert_eq!(relay.done().len(), damages, "{on:?} {kind:?}: every damage was done");
    proven(&stage, batch, &sums).await;
    (damages, stage.tenant.assets().len() - sums.len())
}

/// The asset that each job names holds the local file's bytes.
async fn proven(stage: &Stage, batch: engine::model::BatchId, sums: &[(String, String)]) {
    let assets = stage.tenant.assets();
    for job in stage.jobs(batch).await {
        let id = job.asset.unwrap().id;
        let asset = assets.iter().find(|asset| asset.id == id).unwrap();
        let (_, md5) = sums.iter().find(|(place, _)| place.ends_with(&format!("/{}", job.name))).unwrap();
        assert_eq!(&asset.md5, md5, "{}", job.name);
    }
}

fn reach(kind: Kind) -> u64 {
    match kind {
        Kind::Flip | Kind::Truncate | Kind::Delay(_) => 1,
        Kind::Drop(length) | Kind::Repeat(length) => length,
        Kind::Swap(length) => 2 * length,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_to_a_form_is_noticed_wherever_it_strikes_and_repaired() {
    let (mut damages, mut wrong) = (0, 0);
    for (seed, kind) in KINDS.into_iter().enumerate() {
        // In one buffer, in small blocks, in large blocks.
        let sizes = [30_000, 300_000, 2_000_000];
        let (done, left) =
            all_arrive(On::Form, kind, &sizes, |bytes| places(seed as u64, bytes, reach(kind))).await;
        damages += done;
        wrong += left;
    }
    println!(
        "forms: {damages} damages, all noticed; {wrong} damaged assets were left in the library and told of"
    );
    assert_eq!(damages, KINDS.len() * 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_to_a_part_is_noticed_wherever_it_strikes_and_repaired() {
    let (mut damages, mut wrong) = (0, 0);
    for (seed, kind) in KINDS.into_iter().enumerate() {
        // The last part has a mebibyte, in which the places are.
        let places = |_| places(seed as u64, MIB as u64, reach(kind)).into_iter().take(3).collect();
        let (done, left) = all_arrive(On::Part, kind, &[17 * MIB], places).await;
        damages += done;
        wrong += left;
    }
    println!("parts: {damages} damages, all noticed");
    assert_eq!((damages, wrong), (KINDS.len() * 3, 0), "the store compares a part before it takes it");
}

/// A damaged answer may cost a look or another try, never a lie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_to_an_answer_never_makes_anything_done_that_is_not() {
    for (on, size) in [(On::Form, 200_000), (On::Part, 17 * MIB)] {
        let (stage, relay) = Stage::relayed(Options { parts: true, ..Options::default() }).await;
        let mut sums = Vec::new();
        for number in 0..6 {
            let bytes = noise(number, size);
            stage.file(&format!("Shoot/{number}.mov"), &bytes);
            sums.push((format!("Shoot/{number}.mov"), md5_of(&bytes)));
        }
        relay.set_script(answer_script(on));
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        let view = stage.settled(batch).await;
        let done = view.totals.count(JobStateKind::Done);
        assert_eq!(done, 6, "{on:?}: {:#?}", stage.jobs(batch).await);
        assert_eq!(stage.tenant.assets().len(), 6, "{on:?}: nothing is there twice");
        proven(&stage, batch, &sums).await;
        told(&relay);
    }
}

/// The ETag's digits are within the first hundred bytes after the status line.
fn answer_script(on: On) -> Vec<Damage> {
    let of = |at, kind| Damage { on, side: Side::Answer, at, kind };
    vec![
        of(0, Kind::Truncate),
        of(40, Kind::Truncate),
        of(34, Kind::Flip),
        // A status that nobody sends: 604, and 244.
        of(9, Kind::Flip),
        of(10, Kind::Flip),
        of(20, Kind::Delay(Duration::from_millis(300))),
    ]
}

fn told(relay: &Relay) {
    println!("answers: {:?}", relay.done().iter().map(|done| done.damage.kind).collect::<Vec<_>>());
}
