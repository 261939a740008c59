//! The disk of the database: its power is cut, it is full, it can only be read. Nothing that was acknowledged is lost.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::io::Write;
use std::path::{Path, PathBuf};

use engine::Engine;
use engine::error::ErrorCode;
use engine::event::EngineEvent;
use engine::model::{BatchId, BatchState, JobStateKind, SettingKey};
use engine_tests::card::Card;
use engine_tests::{Stage, Watch, hasty, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule, Tenant};
use tempfile::TempDir;

/// A stage whose data directory is on a disk of its own; `None` where there can't be one, which is said.
async fn stage_on_a_disk(mebibytes: u64) -> Option<(Stage, Card, TempDir)> {
    let home = TempDir::new().unwrap();
    let card = match Card::new(home.path(), "disk", mebibytes) {
        Ok(card) => card,
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let mut stage = Stage::at_pace(tenant, hasty()).await;
    stage.stop().await;
    stage.data = TempDir::new_in(card.mount()).unwrap();
    stage.start().await;
    stage.account = stage.sign_in().await.id;
    Some((stage, card, home))
}

fn shoot(stage: &Stage, files: u64) {
    for file in 0..files {
        stage.file(&format!("Shoot/{}/{file:04}.jpg", file % 9), &noise(file, 300));
    }
}

/// Nothing is sent for now.
fn hold(stage: &Stage) {
    let rules = vec![Rule::new(Match::path("/api/v1/upload/setting"), Action::Hang)];
    stage.tenant.set_faults(Faults { rules });
}

async fn everything_arrives_once(stage: &Stage, batch: BatchId, files: u64) {
    stage.tenant.set_faults(Faults::default());
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), files, "{view:#?}");
    assert_eq!(stage.tenant.assets().len() as u64, files, "nothing is there twice");
}

/// Waits until the engine says what holds it, or that nothing does any more.
async fn condition(watch: &mut Watch, is: impl Fn(Option<ErrorCode>) -> bool) {
    loop {
        let Some(event) = watch.next().await else { continue };
        if let EngineEvent::ConditionChanged { condition } = &*event
            && is(condition.failure.as_ref().map(|failure| failure.code))
        {
            return;
        }
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_power_cut() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let outer = runtime();
    let Some((mut stage, card, _home)) = outer.block_on(stage_on_a_disk(64)) else { return };
    outer.block_on(stage.stop());
    shoot(&stage, 400);
    hold(&stage);
    let life = runtime();
    let batch = life.block_on(async {
        stage.start().await;
        let mut watch = stage.watch().await;
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        watch.until(batch, |view| view.state == BatchState::Open && view.totals.all() == 400).await;
        batch
    });
    let cut = card.cut_power();
    life.shutdown_background();
    stage.engine = None;
    if let Err(why) = cut {
        println!("skipped: {why}");
        return;
    }
    outer.block_on(async {
        card.eject().await;
        card.insert("").unwrap();
        stage.start().await;
        let view = stage.handle().batch(batch).await.expect("the batch that was acknowledged is there");
        assert_eq!(view.totals.all(), 400, "every file that was acknowledged is there");
        everything_arrives_once(&stage, batch, 400).await;
        stage.stop().await;
    });
}

/// Writes until nothing more fits.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file = std::fs::File::create(&path).unwrap();
    for block in [vec![0; 64 << 10], vec![0; 512]] {
        while file.write_all(&block).is_ok() {}
    }
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_waited_for() {
    let Some((mut stage, card, _home)) = stage_on_a_disk(12).await else { return };
    shoot(&stage, 600);
    hold(&stage);
    let ballast = fill(card.mount());
    let mut watch = stage.watch().await;
    let first = stage.handle().enqueue(stage.request(vec![stage.path("Shoot")], stage.top())).await;
    condition(&mut watch, |code| code == Some(ErrorCode::DiskFull)).await;
    let again = stage.handle().enqueue(stage.request(vec![stage.path("Shoot")], stage.top())).await;
    assert_eq!(again.unwrap_err().code, ErrorCode::DiskFull, "who asks meanwhile is told");
    std::fs::remove_file(ballast).unwrap();
    condition(&mut watch, |code| code.is_none()).await;
    let batch = match first {
        Ok(batch) => batch,
        Err(failure) => {
            assert_eq!(failure.code, ErrorCode::DiskFull);
            stage.enqueue(vec![stage.path("Shoot")], stage.top()).await
        }
    };
    drop(watch);
    everything_arrives_once(&stage, batch, 600).await;
    stage.stop().await;
    card.eject().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_can_only_be_read_is_said_and_nothing_is_lost() {
    let Some((mut stage, card, _home)) = stage_on_a_disk(64).await else { return };
    shoot(&stage, 50);
    hold(&stage);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.until(batch, |view| view.state == BatchState::Open && view.totals.all() == 50).await;
    if let Err(why) = card.make_read_only() {
        println!("skipped: {why}");
        return;
    }
    let refused = stage.handle().set_setting(SettingKey::Theme, Some("dark".into())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::DatabaseUnusable, "{refused:?}");
    condition(&mut watch, |code| code == Some(ErrorCode::DatabaseUnusable)).await;
    drop(watch);
    stage.stop().await;
    let refused = Engine::start(stage.engine_options()).await.err().unwrap();
    assert_eq!(refused.code, ErrorCode::DatabaseUnusable, "{refused:?}");
    card.eject().await;
    card.insert("").unwrap();
    stage.start().await;
    assert_eq!(stage.handle().batch(batch).await.unwrap().totals.all(), 50);
    everything_arrives_once(&stage, batch, 50).await;
    stage.stop().await;
    card.eject().await;
}
