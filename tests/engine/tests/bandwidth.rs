//! Limits hold for everything together, and a rest sends nothing, however it came and whatever is restarted meanwhile.
#![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::error::ErrorCode;
use engine::event::EngineEvent;
use engine::model::{BatchId, JobStateKind, RestFor, SettingKey};
use engine_tests::{Stage, Surroundings, Watch, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule};

const MIB: usize = 1024 * 1024;
const HOUR: Duration = Duration::from_secs(3_600);

async fn set(stage: &Stage, key: SettingKey, value: &str) {
    stage.handle().set_setting(key, Some(value.into())).await.unwrap();
}

/// Waits until the engine says that it rests, or goes on.
async fn told(watch: &mut Watch, wanted: Option<RestFor>) {
    let mut rest = watch.subscription.snapshot.condition.rest;
    while rest.map(|rest| rest.reason) != wanted {
        if let Some(EngineEvent::ConditionChanged { condition }) = watch.next().await.as_deref() {
            rest = condition.rest;
        }
    }
}

/// Everything that the object store was sent so far.
fn sends(stage: &Stage) -> usize {
    stage.tenant.requests().iter().filter(|call| call.path.starts_with("/ferry-upload")).count()
}

/// Files that come in ten forms and in parts, whose bytes take two seconds and a half at the limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_every_kind_share_one_limit() {
    let stage = Stage::with(Options { parts: true, ..Options::default() }).await;
    set(&stage, SettingKey::LimitUp, "8 MB/s").await;
    let film = noise(1, 18_000_000);
    stage.file("Shoot/film.mov", &film);
    for at in 0..10 {
        stage.file(&format!("Shoot/{at}.jpg"), &noise(at + 2, 200_000));
    }
    let began = Instant::now();
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    let took = began.elapsed();
    assert_eq!(batch.totals.count(JobStateKind::Done), 11);
    assert_eq!(stage.library()["Shoot/film.mov"].md5, md5_of(&film));
    // Never faster than allowed; how much slower is the benchmark's business.
    assert!(took >= Duration::from_millis(2_400), "20 MB took {took:?}");
    let now = stage.handle().bandwidth().await.unwrap();
    assert_eq!((now.up, now.down, now.by_timetable, now.rest), (Some(8_000_000), None, false, None));
}

/// A film of ten parts of which some are with the store, and the others have to wait there.
async fn half_sent(stage: &Stage, film: &[u8]) -> BatchId {
    stage.file("Shoot/film.mov", film);
    let held = Rule::new(Match::part_put(), Action::Delay { ms: 30_000 }).after(5);
    stage.tenant.set_faults(Faults { rules: vec![held] });
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    stage.until(|| stage.tenant.requests().iter().filter(|call| call.method == "PUT").count() >= 5).await;
    batch
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_of_hours_stops_what_runs_survives_a_restart_and_ends_by_itself() {
    let mut stage = Stage::with(Options { parts: true, ..Options::default() }).await;
    let film = noise(3, 80 * MIB);
    let mut watch = stage.watch().await;
    let batch = half_sent(&stage, &film).await;
    stage.handle().rest_for(2 * HOUR).await.unwrap();
    told(&mut watch, Some(RestFor::User)).await;
    watch.count(batch, JobStateKind::Queued, 1).await;
    stage.tenant.set_faults(Faults::default());

    stage.stop().await;
    let before = sends(&stage);
    stage.start().await;
    let mut watch = stage.watch().await;
    told(&mut watch, Some(RestFor::User)).await;
    let rest = stage.handle().bandwidth().await.unwrap().rest.unwrap();
    let left = rest.until.unwrap() - engine::clock::World::now(&*stage.world);
    assert!((7_100_000..=7_200_000).contains(&left), "{left}");
    // More work comes in and stays, too.
    stage.file("Later/a.jpg", b"later");
    let later = stage.enqueue(vec![stage.path("Later")], stage.top()).await;
    watch.count(later, JobStateKind::Queued, 1).await;
    stage.handle().set_setting(SettingKey::LimitUp, Some("500 MB/s".into())).await.unwrap();
    assert_eq!(sends(&stage), before, "something was sent during the rest");

    stage.world.advance(2 * HOUR);
    // Any change has it look at the clock; otherwise it does so every few seconds.
    set(&stage, SettingKey::LimitUp, "none").await;
    told(&mut watch, None).await;
    watch.finished(batch).await;
    watch.finished(later).await;
    assert_eq!(stage.library()["Shoot/film.mov"].md5, md5_of(&film));
    assert_eq!(stage.tenant.assets().len(), 2, "nothing is there twice");
    let again = stage.tenant.requests().iter().filter(|call| call.method == "PUT").count() - 10;
    assert!(again <= 5, "{again} parts were sent again; those in flight may be");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rest_can_be_ended_before_its_time() {
    let stage = Stage::new().await;
    let mut watch = stage.watch().await;
    stage.handle().rest_for(HOUR).await.unwrap();
    told(&mut watch, Some(RestFor::User)).await;
    stage.file("Shoot/a.jpg", b"one");
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Queued, 1).await;
    assert_eq!(stage.posts(), 0);
    stage.handle().end_rest().await.unwrap();
    watch.finished(batch).await;
    assert_eq!(stage.posts(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_timetable_and_the_computer_hold_up_only_what_they_are_told_to() {
    let mut stage = Stage::new().await;
    let surroundings = Arc::new(Surroundings::default());
    surroundings.set(Some(true), Some(true));
    stage.surroundings = surroundings.clone();
    stage.stop().await;
    stage.start().await;
    let mut watch = stage.watch().await;
    stage.file("Shoot/a.jpg", b"one");
    // On battery and on a metered line, but nobody said that this matters.
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 1);

    set(&stage, SettingKey::OnBattery, "rest").await;
    told(&mut watch, Some(RestFor::Battery)).await;
    stage.file("Later/b.jpg", b"two");
    let later = stage.enqueue(vec![stage.path("Later")], stage.top()).await;
    watch.count(later, JobStateKind::Queued, 1).await;
    set(&stage, SettingKey::OnMetered, "rest").await;
    surroundings.set(Some(false), Some(true));
    set(&stage, SettingKey::LimitDown, "1 MB/s").await;
    told(&mut watch, Some(RestFor::Metered)).await;
    set(&stage, SettingKey::Timetable, "daily 00:00-24:00 rest").await;
    told(&mut watch, Some(RestFor::Timetable)).await;
    assert_eq!(stage.posts(), 1);
    surroundings.set(Some(false), None);
    set(&stage, SettingKey::Timetable, "daily 00:00-24:00 up 3 MB/s").await;
    watch.finished(later).await;
    let now = stage.handle().bandwidth().await.unwrap();
    assert_eq!((now.up, now.down, now.by_timetable), (Some(3_000_000), None, true));
    assert_eq!((now.on_battery, now.on_metered), (Some(false), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_limit_is_refused_and_changes_nothing() {
    let stage = Stage::new().await;
    set(&stage, SettingKey::LimitUp, "16 Mbit/s").await;
    for (key, value, reason) in [
        (SettingKey::LimitUp, "fast", "limit"),
        (SettingKey::LimitUp, "1 KB/s", "limit_small"),
        (SettingKey::Timetable, "whenever", "timetable_days"),
        (SettingKey::OnBattery, "sometimes", "setting_value"),
        (SettingKey::RestUntil, "tomorrow", "moment"),
    ] {
        let refused = stage.handle().set_setting(key, Some(value.into())).await.unwrap_err();
        assert_eq!((refused.code, refused.params["reason"].as_str()), (ErrorCode::RequestInvalid, reason));
    }
    assert_eq!(stage.handle().bandwidth().await.unwrap().up, Some(2_000_000));
}
