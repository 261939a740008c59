//! Local files that change, and disks that go away and come back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use engine::error::ErrorCode;
use engine::model::{JobAction, JobSelection, JobStateKind, WaitingFor};
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Rule};

/// A file system in a file, mounted on a folder; unmounted at the end. Needs to be root on Linux.
#[cfg(target_os = "linux")]
struct Card {
    image: std::path::PathBuf,
    mount: std::path::PathBuf,
}

#[cfg(target_os = "linux")]
impl Card {
    /// `None` where this can't be done.
    fn new(stage: &Stage, name: &str) -> Option<Self> {
        let card = Self { image: stage.path(&format!("{name}.img")), mount: stage.path(name) };
        std::fs::File::create(&card.image).unwrap().set_len(64 << 20).unwrap();
        let made = run("mkfs.ext4", &["-q", "-F", card.image.to_str().unwrap()]);
        (made && card.insert("")).then_some(card)
    }

    /// At its place, or at another one.
    fn insert(&self, elsewhere: &str) -> bool {
        let mount = self.place(elsewhere);
        std::fs::create_dir_all(&mount).unwrap();
        run("mount", &["-o", "loop", self.image.to_str().unwrap(), mount.to_str().unwrap()])
    }

    fn pull(&self, elsewhere: &str) {
        assert!(run("umount", &["-l", self.place(elsewhere).to_str().unwrap()]));
    }

    fn place(&self, elsewhere: &str) -> std::path::PathBuf {
        self.mount.with_file_name(format!("{}{elsewhere}", self.mount.file_name().unwrap().to_string_lossy()))
    }
}

#[cfg(target_os = "linux")]
fn run(program: &str, arguments: &[&str]) -> bool {
    std::process::Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_was_pulled_is_waited_for_by_name_and_gone_on_with_wherever_it_comes_back() {
    for elsewhere in ["", " 1"] {
        let stage = Stage::new().await;
        let Some(card) = Card::new(&stage, "SANDISK-04") else {
            println!("skipped: no file system can be mounted here");
            return;
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
        assert!(card.insert(elsewhere));
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
