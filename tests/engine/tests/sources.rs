//! Local files that change, and disks that go away and come back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::os::unix::fs::FileExt;
use std::time::Duration;

use engine::error::ErrorCode;
use engine::model::{JobAction, JobSelection, JobStateKind, WaitingFor};
#[cfg(target_os = "linux")]
use engine_tests::card::Card;
use engine_tests::relay::{Damage, Kind, On, Side};
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule};

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_was_pulled_is_waited_for_by_name_and_gone_on_with_wherever_it_comes_back() {
    for elsewhere in ["", " 1"] {
        let stage = Stage::new().await;
        let card = match Card::new(stage.files.path(), "SANDISK-04", 64) {
            Ok(card) => card,
            Err(why) => {
                println!("skipped: {why}");
                return;
            }
        };
        for file in 0..6 {
            stage.file(&format!("SANDISK-04/DCIM/{file}.jpg"), &noise(file, 300_000));
        }
        let mut watch = stage.watch().await;
        // Nothing is sent before the card is pulled.
        stage.tenant.set_faults(Faults {
            rules: vec![Rule::new(Match::path("/api/v1/upload/setting"), Action::Delay { ms: 1_000 })],
        });
        let batch = stage.enqueue(vec![stage.path("SANDISK-04/DCIM")], stage.top()).await;
        watch.until(batch, |view| view.totals.all() == 6).await;
        stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
        watch.count(batch, JobStateKind::Paused, 6).await;
        card.pull("");
        stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
        watch.count(batch, JobStateKind::Waiting, 6).await;
        let job = stage.job(batch, "3.jpg").await;
        assert_eq!(job.waiting_for, Some(WaitingFor::Volume));
        let failure = job.failure.unwrap();
        assert_eq!((failure.code, failure.params["volume"].as_str()), (ErrorCode::VolumeAway, "SANDISK-04"));

        stage.tenant.set_faults(Faults::default());
        card.insert(elsewhere).unwrap();
        let view = watch.finished(batch).await;
        card.pull(elsewhere);
        assert_eq!(view.totals.count(JobStateKind::Done), 6);
        for file in 0..6 {
            assert_eq!(stage.library()[&format!("DCIM/{file}.jpg")].md5, md5_of(&noise(file, 300_000)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_gone_from_a_disk_that_is_there_fails_and_can_be_tried_again() {
    let stage = Stage::new().await;
    stage.file("Shoot/a.jpg", b"a");
    let gone = stage.file("Shoot/gone.jpg", b"gone");
    let mut watch = stage.watch().await;
    stage.tenant.set_faults(Faults {
        rules: vec![Rule::new(Match::path("/api/v1/upload/setting"), Action::Delay { ms: 1_000 })],
    });
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.until(batch, |view| view.totals.all() == 2).await;
    stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
    watch.count(batch, JobStateKind::Paused, 2).await;
    std::fs::remove_file(&gone).unwrap();
    stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
    watch.finished(batch).await;
    let job = stage.job(batch, "gone.jpg").await;
    assert_eq!((job.state, job.failure.unwrap().code), (JobStateKind::Failed, ErrorCode::SourceMissing));
    std::fs::write(&gone, b"back").unwrap();
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    watch.count(batch, JobStateKind::Done, 2).await;
    assert_eq!(stage.library()["Shoot/gone.jpg"].md5, md5_of(b"back"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_again_and_again_is_left_alone_until_it_rests() {
    let stage = Stage::new().await;
    let path = stage.file("Shoot/growing.mov", &noise(1, 3_000_000));
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (path, stop) = (path.clone(), std::sync::Arc::clone(&stop));
        move || {
            use std::io::Write;
            let mut file = std::fs::File::options().append(true).open(path).unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(b"more").unwrap();
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
    });
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    loop {
        watch.count(batch, JobStateKind::Waiting, 1).await;
        if stage.job(batch, "growing.mov").await.waiting_for == Some(WaitingFor::Quiet) {
            break;
        }
        watch.next().await;
    }
    assert!(stage.tenant.assets().is_empty(), "nothing half-written arrived");
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(stage.library()["Shoot/growing.mov"].md5, md5_of(&bytes));
}

/// Holds back what a file's first bytes are followed by, until the file has changed at both ends.
async fn changed_at_both_ends(size: usize, parts: bool) {
    let (stage, relay) = Stage::relayed(Options { parts, ..Options::default() }).await;
    let mut film = noise(1, size);
    let path = stage.file("Shoot/film.mov", &film);
    let kind = Kind::Delay(Duration::from_millis(1_500));
    let held = |at| Damage { on: On::Any, side: Side::Request, at, kind };
    relay.set_script(vec![held(0); 6]);
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    stage.until(|| relay.held() > 0).await;
    film[0] ^= 1;
    film[size - 1] ^= 1;
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.write_all_at(&film[..1], 0).unwrap();
    file.write_all_at(&film[size - 1..], size as u64 - 1).unwrap();
    drop(file);
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
    assert_eq!(
        stage.library()["Shoot/film.mov"].md5,
        md5_of(&film),
        "the new content, and nothing of the old"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_while_its_form_is_sent_is_never_mixed() {
    changed_at_both_ends(48 << 20, false).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_while_its_parts_are_sent_is_never_mixed() {
    changed_at_both_ends(120 << 20, true).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_before_it_is_sent_with_a_fresh_policy_is_no_damage() {
    let (stage, _relay) = Stage::relayed(Options::default()).await;
    let path = stage.file("Shoot/a.jpg", &noise(1, 5_000));
    for action in [Action::Delay { ms: 700 }, Action::ExpirePolicies] {
        stage.tenant.add_fault(Rule::new(Match::object_post(), action).times(1));
    }
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    stage.until(|| stage.tenant.under_way() > 0).await;
    stage.until(|| stage.tenant.faults().rules[0].fired == 1).await;
    std::fs::write(&path, noise(2, 6_000)).unwrap();
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1);
    assert_eq!(stage.library()["Shoot/a.jpg"].md5, md5_of(&noise(2, 6_000)));
    assert_eq!((stage.posts(), view.totals.all_bytes()), (2, 6_000));
}
