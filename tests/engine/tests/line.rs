//! The engine over a real line that goes away, is cut, and changes: between two network namespaces of Linux.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::event::EngineEvent;
use engine::model::{BatchId, JobStateKind};
use engine_tests::far::at_a_line;
use engine_tests::{Stage, Watch, md5_of, noise};
use ferry_line::{Cut, Line};
use ferry_tenant::Options;
use tokio::time::Instant;

const MIB: usize = 1024 * 1024;
const MEGABITS: u32 = 60;
/// Files by form, beside one in parts.
const PHOTOS: u64 = 4;
/// What is lost with the line is noticed within this (issue 3's stall).
const NOTICED: Duration = Duration::from_secs(40);
/// Once the system says that the network is back, no back-off counts.
const SOON: Duration = Duration::from_secs(3);

fn in_parts() -> Options {
    Options { parts: true, ..Options::default() }
}

/// A film in parts and some photos by form are under way.
async fn under_way(line: &Line, stage: &Stage) -> (Watch, BatchId) {
    stage.file("Shoot/film.mov", &noise(99, 24 * MIB));
    for number in 0..PHOTOS {
        stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 5 * MIB));
    }
    line.limit(MEGABITS).unwrap();
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_sent(&mut watch, (8 * MIB) as u64).await;
    (watch, batch)
}

/// Waits for so many more bytes than the first frame tells.
async fn until_sent(watch: &mut Watch, more: u64) {
    let wait = async {
        let mut first = None;
        loop {
            let event = watch.next().await;
            if let Some(EngineEvent::Progress { frame }) = event.as_deref() {
                let sent: u64 = frame.jobs.iter().map(|job| job.sent).sum();
                if sent >= *first.get_or_insert(sent) + more {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(NOTICED, wait).await.expect("bytes move");
}

async fn all_there(stage: &Stage, watch: &mut Watch, batch: BatchId) {
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), PHOTOS + 1, "{:#?}", stage.jobs(batch).await);
    let library = stage.library();
    assert_eq!(stage.tenant.assets().len() as u64, PHOTOS + 1, "nothing is there twice");
    assert_eq!(library["Shoot/film.mov"].md5, md5_of(&noise(99, 24 * MIB)));
    assert_eq!(stage.tenant.open_uploads(), 0);
}

/// Waits until the engine says whether it waits for the connection.
async fn until_online(watch: &mut Watch, online: bool, within: Duration) {
    let wait = async {
        if watch.subscription.snapshot.condition.failure.is_none() == online {
            return;
        }
        loop {
            let event = watch.next().await;
            if let Some(EngineEvent::ConditionChanged { condition }) = event.as_deref()
                && condition.failure.is_none() == online
            {
                return;
            }
        }
    };
    tokio::time::timeout(within, wait).await.unwrap_or_else(|_| panic!("online is {online} in time"));
}

/// How many requests the library has been asked for, answered or not.
async fn until_asked(stage: &Stage, within: Duration) -> Duration {
    let (before, since) = (stage.tenant.requests().len(), Instant::now());
    let wait = stage.until(|| stage.tenant.requests().len() > before);
    tokio::time::timeout(within, wait).await.expect("the library is asked again in time");
    since.elapsed()
}

#[test]
fn a_plug_that_is_pulled_for_three_seconds_is_survived() {
    at_a_line(in_parts(), async |line, stage| {
        let (mut watch, batch) = under_way(line, stage).await;
        line.near.plug(false).unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        line.near.plug(true).unwrap();
        let back = Instant::now();
        all_there(stage, &mut watch, batch).await;
        println!("all there {:.1} s after the plug was in again", back.elapsed().as_secs_f64());
    });
}

#[test]
fn an_address_that_comes_back_after_a_long_time_is_used_at_once() {
    at_a_line(in_parts(), async |line, stage| {
        let (mut watch, batch) = under_way(line, stage).await;
        line.near.take(&line.near.address).unwrap();
        let gone = Instant::now();
        until_online(&mut watch, false, NOTICED).await;
        println!("the loss is noticed after {:.1} s", gone.elapsed().as_secs_f64());
        // So long that the probe's back-off has grown to more than what is allowed below.
        tokio::time::sleep_until(gone + Duration::from_secs(20)).await;
        line.near.give(&line.near.address).unwrap();
        let again = until_asked(stage, SOON).await;
        println!("asked again {:.1} s after the address is back", again.as_secs_f64());
        all_there(stage, &mut watch, batch).await;
        println!("all there {:.1} s after it was taken", gone.elapsed().as_secs_f64());
    });
}

#[test]
fn another_address_in_the_middle_is_gone_on_with() {
    at_a_line(in_parts(), async |line, stage| {
        let (mut watch, batch) = under_way(line, stage).await;
        line.near.take(&line.near.address).unwrap();
        line.near.give(&line.another()).unwrap();
        let changed = Instant::now();
        let again = until_asked(stage, SOON).await;
        println!("asked again {:.1} s after the change", again.as_secs_f64());
        all_there(stage, &mut watch, batch).await;
        println!("all there {:.1} s after the change", changed.elapsed().as_secs_f64());
    });
}

fn cut(cut: Cut) {
    at_a_line(in_parts(), async move |line, stage| {
        let (mut watch, batch) = under_way(line, stage).await;
        line.cut_after(3_000_000, cut).unwrap();
        let since = Instant::now();
        let noticed = watch.count(batch, JobStateKind::Waiting, 1);
        tokio::time::timeout(NOTICED, noticed).await.expect("the cut is noticed in time");
        println!("{cut:?}: noticed {:.1} s after the rule was made", since.elapsed().as_secs_f64());
        line.heal().unwrap();
        all_there(stage, &mut watch, batch).await;
        println!("{cut:?}: all there after {:.1} s", since.elapsed().as_secs_f64());
    });
}

#[test]
fn connections_that_are_reset_at_a_byte_are_gone_on_with() {
    cut(Cut::Reset);
}

#[test]
fn a_line_that_swallows_everything_from_a_byte_on_is_noticed_and_gone_on_with() {
    cut(Cut::BlackHole);
}
