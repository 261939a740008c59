//! Several programs on one data directory.
#![cfg(unix)]

use std::time::Duration;

use crate::stage::Stage;
use ferry_tenant::{Action, Faults, Match, Rule};

/// A file large enough that no connection swallows it whole.
const LARGE: u64 = 14 << 20;

/// The bytes of no file get through until the faults are taken back.
fn hold_posts(stage: &Stage) {
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::object_post(), Action::Hang)] });
}

fn large_file(stage: &Stage, name: &str) {
    std::fs::File::create(stage.files.path().join(name)).unwrap().set_len(LARGE).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detached_upload_goes_on_with_the_next_run() {
    let stage = Stage::signed_in().await;
    stage.file("s/a.txt", b"a");
    stage.file("s/b.txt", b"b");
    let ran =
        stage.ferry(&["--json", "upload", "s", "--to", "D", "--create", "--detach"]).await.expect_code(0);
    let queued = ran.last();
    assert_eq!((&queued["event"], &queued["jobs"]), (&"batch_queued".into(), &2.into()));
    assert!(stage.tenant.assets().is_empty());
    // Looking at it starts nothing.
    assert_eq!(stage.ferry(&["--json", "status"]).await.lines()[0]["totals"]["jobs"]["queued"], 2);
    assert!(stage.tenant.assets().is_empty());

    let mut engine = stage.start(&["--json", "run"]);
    let finished = engine.json().await;
    assert_eq!((&finished["event"], &finished["done"]), (&"batch_finished".into(), &2.into()));
    engine.signal("TERM");
    assert_eq!(engine.end().await.0, Some(0));
    assert_eq!(stage.bytes_of("b.txt"), b"b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_uploads_through_the_one_that_runs() {
    let stage = Stage::new().await;
    // It started before anybody had signed in.
    let engine = stage.engine().await;
    stage.ferry(&["login", stage.tenant.url(), "--client-credentials"]).await.expect_code(0);
    for n in 0..20 {
        stage.file(&format!("s/{n}.txt"), n.to_string().as_bytes());
    }
    let ran = stage.upload("Both", &["s"]).await.expect_code(0);
    assert_eq!((ran.jobs().len(), &ran.last()["done"]), (20, &20.into()));
    let ran = stage.ferry(&["--json", "upload", "s/1.txt", "--to", "Inbox", "--detach"]).await.expect_code(0);
    assert_eq!(ran.last()["event"], "batch_queued");
    stage.wait_for("done", 21).await;
    engine.signal("INT");
    assert_eq!(engine.end().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_pauses_resumes_and_cancels() {
    let stage = Stage::signed_in().await;
    let engine = stage.engine().await;
    hold_posts(&stage);
    for n in 0..3 {
        large_file(&stage, &format!("{n}.bin"));
    }
    stage.ferry(&["upload", ".", "--to", "C", "--create", "--detach"]).await.expect_code(0);
    stage.wait_for("uploading", 2).await;
    let ran = stage.ferry(&["--json", "pause", "--all"]).await.expect_code(0);
    assert_eq!(ran.last()["changed"], 3);
    let paused = stage.wait_for("paused", 3).await;
    stage.tenant.set_faults(Faults::default());
    let id = paused[0]["job"].to_string();
    stage.ferry(&["cancel", &id]).await.expect_code(0);
    stage.wait_for("cancelled", 1).await;
    stage.ferry(&["resume", "--batch", "1"]).await.expect_code(0);
    stage.wait_for("done", 2).await;
    stage.ferry(&["retry", &id]).await.expect_code(0);
    stage.wait_for("done", 3).await;
    assert_eq!(stage.tenant.assets().len(), 3);
    engine.signal("TERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_changed_where_nobody_runs_the_engine() {
    let stage = Stage::signed_in().await;
    stage.file("a.txt", b"a");
    stage.file("b.txt", b"b");
    stage.ferry(&["upload", "a.txt", "b.txt", "--to", "Inbox", "--detach"]).await.expect_code(0);
    let first = stage.wait_for("queued", 2).await[0]["job"].to_string();
    stage.ferry(&["top", &first]).await.expect_code(0);
    stage.ferry(&["pause", &first]).await.expect_code(0);
    stage.wait_for("paused", 1).await;
    stage.ferry(&["cancel", "--all"]).await.expect_code(0);
    stage.wait_for("cancelled", 2).await;
    assert!(stage.tenant.assets().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_takes_over_when_the_engine_ends() {
    let stage = Stage::signed_in().await;
    let engine = stage.engine().await;
    hold_posts(&stage);
    large_file(&stage, "a.bin");
    let upload = stage.start(&["--json", "upload", "a.bin", "--to", "Inbox"]);
    stage.wait_for("uploading", 1).await;
    engine.signal("TERM");
    assert_eq!(engine.end().await.0, Some(0));
    stage.tenant.set_faults(Faults::default());
    let (code, last) = upload.end().await;
    assert_eq!((code, &last.unwrap()["done"]), (Some(0), &1.into()));
    assert_eq!(stage.tenant.assets().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_stays_in_the_queue() {
    let stage = Stage::signed_in().await;
    hold_posts(&stage);
    large_file(&stage, "a.bin");
    let upload = stage.start(&["--json", "upload", "a.bin", "--to", "Inbox"]);
    stage.wait_for("uploading", 1).await;
    upload.signal("INT");
    assert_eq!(upload.end().await.0, Some(130));
    stage.tenant.set_faults(Faults::default());
    let engine = stage.engine().await;
    stage.wait_for("done", 1).await;
    assert_eq!(stage.tenant.assets().len(), 1);
    engine.signal("TERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_waits_for_its_turn() {
    let stage = Stage::signed_in().await;
    let first = stage.engine().await;
    let second = stage.start(&["run"]);
    tokio::time::sleep(Duration::from_millis(600)).await;
    first.signal("TERM");
    assert_eq!(first.end().await.0, Some(0));
    stage.file("a.txt", b"a");
    stage.ferry(&["upload", "a.txt", "--to", "Inbox"]).await.expect_code(0);
    second.signal("TERM");
    assert_eq!(second.end().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_rests_for_some_hours_and_a_resume_ends_that() {
    let stage = Stage::signed_in().await;
    stage.file("a.txt", b"later");
    let ran = stage.ferry(&["--json", "pause", "--all", "--for", "2h"]).await.expect_code(0);
    assert_eq!(ran.last()["rest"]["reason"], "user");
    let _engine = stage.engine().await;
    stage.ferry(&["upload", "a.txt", "--to", "Inbox", "--detach"]).await.expect_code(0);
    stage.wait_for("queued", 1).await;
    let status = stage.ferry(&["status"]).await.expect_code(0);
    assert!(status.out.contains("Paused until"), "{status:?}");
    stage.ferry(&["resume", "--all"]).await.expect_code(0);
    stage.wait_for("done", 1).await;
    for wrong in [
        &["pause", "--all", "--for", "soon"][..],
        &["pause", "--all", "--for", "5s"],
        &["pause", "1", "--for", "2h"],
    ] {
        stage.ferry(wrong).await.expect_code(2);
    }
}
