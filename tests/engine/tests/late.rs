//! What is looked up late, or with a clock that was set: found by chaos runs (`cargo xtask chaos`), each kept here alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::error::ErrorCode;
use engine::model::{BatchId, JobAction, JobSelection, JobStateKind};
use engine_tests::{Stage, hasty, md5_of, noise};
use ferry_tenant::{Action, FaultBody, Match, Options, Rule, Switches, Tenant};

const DAY: Duration = Duration::from_secs(25 * 3_600);

async fn stage_with(switches: Switches) -> Stage {
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    Stage::at_pace(tenant, hasty()).await
}

async fn stage() -> Stage {
    stage_with(Switches::default()).await
}

/// Sends a file whose answer is lost, and stops the engine while it is looked for.
async fn sent_and_stopped(stage: &mut Stage) -> BatchId {
    stage.file("Shoot/a.jpg", &noise(1, 5_000));
    stage.tenant.add_fault(Rule::new(Match::object_post(), Action::LoseAnswer).times(1));
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/upload/status"), Action::Delay { ms: 600 }));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Checking, 1).await;
    drop(watch);
    stage.stop().await;
    stage.tenant.set_faults(Default::default());
    batch
}

async fn there_once(stage: &Stage, batch: BatchId) {
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.tenant.assets().len(), 1, "nothing is there twice");
    assert_eq!(stage.posts(), 1, "looked up, not sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_older_than_the_status_list_is_looked_for_in_the_albums() {
    for trouble in [false, true] {
        let mut stage = stage().await;
        let batch = sent_and_stopped(&mut stage).await;
        stage.pass_time(DAY).await;
        if trouble {
            // A look that was not answered is none.
            let cut = Action::Cut { after_bytes: 0 };
            stage.tenant.add_fault(Rule::new(Match::path("/api/v1/search"), cut).times(2));
        }
        stage.start().await;
        there_once(&stage, batch).await;
    }
}

/// The albums were looked through just before the computer slept for a day, and the store put the file there after that
/// (chaos seed 240456).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_into_the_albums_from_before_a_long_sleep_says_nothing() {
    let mut stage = stage_with(Switches { ingest_delay_ms: 3_600_000, ..Switches::default() }).await;
    let batch = sent_and_stopped(&mut stage).await;
    stage.start().await;
    let searches =
        |stage: &Stage| stage.tenant.requests().iter().filter(|call| call.path == "/api/v1/search").count();
    stage.until(|| searches(&stage) > 0).await;
    stage.pass_time(DAY).await;
    there_once(&stage, batch).await;
}

fn refused(path: &str) -> Rule {
    let no = Action::Status { code: 403, retry_after: None, body: FaultBody::Json, after_bytes: None };
    Rule::new(Match { method: Some("GET".into()), ..Match::path(path) }, no)
}

/// A look of which a part was refused took what it had found for nothing (chaos seed 210021).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_into_the_albums_that_is_refused_says_nothing() {
    for path in ["/api/v1/search", "/api/v1/album/"] {
        let mut stage = stage().await;
        let batch = sent_and_stopped(&mut stage).await;
        stage.pass_time(DAY).await;
        stage.tenant.add_fault(refused(path).times(2));
        stage.start().await;
        there_once(&stage, batch).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_attempt_is_not_sent_again_while_its_album_may_not_be_looked_into() {
    let mut stage = stage().await;
    let batch = sent_and_stopped(&mut stage).await;
    stage.pass_time(DAY).await;
    stage.tenant.add_fault(refused("/api/v1/album/"));
    stage.tenant.add_fault(refused("/api/v1/search"));
    stage.start().await;
    let mut watch = stage.watch().await;
    watch.count(batch, JobStateKind::Blocked, 1).await;
    let jobs = stage.jobs(batch).await;
    assert_eq!(jobs[0].failure.as_ref().map(|failure| failure.code), Some(ErrorCode::NoPermission));
    assert_eq!(stage.posts(), 1, "it may be there");
    // Once it may be looked into, the file is found.
    stage.tenant.set_faults(Default::default());
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    there_once(&stage, batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_attempt_that_a_clock_makes_young_is_looked_for_in_the_albums() {
    let mut stage = stage().await;
    let batch = sent_and_stopped(&mut stage).await;
    stage.pass_time(DAY).await;
    // By this clock it is one hour old, and the status list of two hours says nothing of it.
    stage.world.set_clock(-24 * 3_600_000);
    stage.start().await;
    there_once(&stage, batch).await;
}

/// The server put the parts together, its answer was spoilt, and nobody looked for a day (chaos seed 70278).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_were_put_together_a_day_ago_are_looked_for_before_the_file_is_sent_again() {
    let tenant = Tenant::start(Options { parts: true, ..Options::default() }).await.unwrap();
    let mut stage = Stage::at_pace(tenant, hasty()).await;
    stage.file("Shoot/film.mov", &noise(6, 20 * 1024 * 1024));
    let complete = || Match { method: Some("POST".into()), ..Match::path("/api/v1/s3/multipart/") };
    stage.tenant.add_fault(Rule::new(complete(), Action::FlipByte { at: 0 }).times(1));
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/upload/status"), Action::Hang));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    let spoilt = |stage: &Stage| stage.tenant.requests().iter().any(|call| call.path.ends_with("/complete"));
    stage.until(|| spoilt(&stage)).await;
    watch.count(batch, JobStateKind::Uploading, 0).await;
    drop(watch);
    stage.stop().await;
    stage.tenant.set_faults(Default::default());
    stage.pass_time(DAY).await;
    stage.start().await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.tenant.assets().len(), 1, "nothing is there twice");
    let begun = |call: &&ferry_tenant::Call| call.method == "POST" && call.path == "/api/v1/s3/multipart";
    assert_eq!(stage.tenant.requests().iter().filter(begun).count(), 1, "looked up, not sent again");
}

/// More than one look asks for. Nobody looked for days, while the tenant made assets of them all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_days_ago_is_looked_for_before_a_person_is_asked() {
    const FILES: usize = 70;
    let mut stage = stage_with(Switches { ingest_delay_ms: 3_600_000, ..Switches::default() }).await;
    for at in 0..FILES {
        stage.file(&format!("Shoot/{at}/{at}.jpg"), &noise(at as u64 + 1, 2_000));
    }
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Processing, FILES as u64).await;
    drop(watch);
    stage.stop().await;
    stage.pass_time(3 * DAY).await;
    stage.start().await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), FILES as u64, "{:#?}", stage.jobs(batch).await);
}

/// Something in between says *OK* to the call that puts the parts together, and the server never hears of it (chaos
/// seed 95212).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ok_that_names_nothing_is_no_word_of_the_server() {
    let tenant = Tenant::start(Options { parts: true, ..Options::default() }).await.unwrap();
    let stage = Stage::at_pace(tenant, hasty()).await;
    stage.file("Shoot/film.mov", &noise(7, 20 * 1024 * 1024));
    let complete = Match { method: Some("POST".into()), ..Match::path("/api/v1/s3/multipart/") };
    let ok = Action::Status { code: 200, retry_after: None, body: FaultBody::Json, after_bytes: None };
    stage.tenant.add_fault(Rule::new(complete, ok).times(1));
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.tenant.assets().len(), 1, "nothing is there twice");
    let calls = stage.tenant.requests();
    let asked =
        |path: &str| calls.iter().filter(|call| call.method == "POST" && call.path.ends_with(path)).count();
    assert_eq!((asked("/multipart"), asked("/complete")), (1, 2), "its parts were not sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_only_the_local_file_can_tell_waits_for_the_file() {
    let mut stage = stage().await;
    let batch = sent_and_stopped(&mut stage).await;
    let (here, away) = (stage.path("Shoot/a.jpg"), stage.path("away.jpg"));
    std::fs::rename(&here, &away).unwrap();
    stage.start().await;
    let mut watch = stage.watch().await;
    let blocked = async {
        loop {
            stage.pass_time(Duration::from_secs(30)).await;
            let some = watch.count(batch, JobStateKind::Blocked, 1);
            if tokio::time::timeout(Duration::from_millis(300), some).await.is_ok() {
                break;
            }
        }
    };
    tokio::time::timeout(engine_tests::PATIENCE, blocked).await.unwrap();
    let failure = stage.job(batch, "a.jpg").await.failure.unwrap();
    assert_eq!(failure.code, ErrorCode::SourceMissing);
    std::fs::rename(&away, &here).unwrap();
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    there_once(&stage, batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_computer_that_sleeps_in_the_middle_of_a_look_judges_nothing_by_it() {
    let mut stage = stage().await;
    let batch = sent_and_stopped(&mut stage).await;
    let slow = Rule::new(Match::path("/api/v1/upload/status"), Action::Delay { ms: 700 });
    stage.tenant.add_fault(slow.times(1));
    stage.start().await;
    // The list that this look asks for reaches back one or two hours, from now on too little.
    stage.until(|| stage.tenant.under_way() > 0).await;
    stage.world.advance(Duration::from_secs(7 * 3_600));
    stage.tenant.advance_clock(Duration::from_secs(7 * 3_600));
    there_once(&stage, batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_that_is_found_after_a_day_is_damage_and_is_repaired() {
    let mut stage = stage_with(Switches { ingest_delay_ms: 2_000, ..Switches::default() }).await;
    let bytes = noise(2, 5_000);
    stage.file("Shoot/a.jpg", &bytes);
    stage.tenant.add_fault(Rule::new(Match::named("*"), Action::FlipByte { at: 100 }).times(1));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.until(batch, |view| stored(view.totals.count(JobStateKind::Finishing), view)).await;
    drop(watch);
    stage.stop().await;
    stage.pass_time(DAY).await;
    stage.start().await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
    let id = stage.job(batch, "a.jpg").await.asset.unwrap().id;
    let proof = stage.tenant.assets().into_iter().find(|asset| asset.id == id).unwrap();
    assert_eq!(proof.md5, md5_of(&bytes));
}

/// With the store, whether or not it was listed meanwhile.
fn stored(finishing: u64, view: &engine::model::BatchView) -> bool {
    finishing + view.totals.count(JobStateKind::Processing) == 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_keeps_nothing_waiting() {
    let mut stage = stage().await;
    // One attempt of unknown fate that never arrived, one try that is planned.
    stage.file("Shoot/cut.mov", &noise(3, 300_000));
    stage.file("Shoot/refused.jpg", &noise(4, 1_000));
    let batch = sent_and_stopped(&mut stage).await;
    let busy = Action::Status { code: 503, retry_after: None, body: Default::default(), after_bytes: None };
    stage.tenant.add_fault(Rule::new(Match::named("*"), busy).times(2));
    stage.start().await;
    stage.until(|| stage.posts() >= 3).await;
    stage.world.set_clock(-2 * 24 * 3_600_000);
    // What was sent before seems younger than what is sent now.
    stage.pass_time(Duration::from_secs(5 * 3_600)).await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 3, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.tenant.assets().len(), 3, "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_while_the_tenant_is_busy_does_not_hold_up_the_others() {
    let stage = stage().await;
    for name in ["a", "b"] {
        stage.file(&format!("{name}/x.jpg"), &noise(5, 3_000));
    }
    let busy = Action::Status {
        code: 429,
        retry_after: Some("2".into()),
        body: Default::default(),
        after_bytes: None,
    };
    // The first job's own album waits for its turn, and nobody else asks for it.
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/album/a"), busy).times(1));
    let mut watch = stage.watch().await;
    let first = stage.enqueue(vec![stage.path("a")], stage.top()).await;
    let refused = || stage.tenant.requests().iter().any(|call| call.status == Some(429));
    stage.until(refused).await;
    stage.control(JobSelection::Batch { batch: first }, JobAction::Cancel).await;
    watch.count(first, JobStateKind::Cancelled, 1).await;
    let second = stage.enqueue(vec![stage.path("b")], stage.top()).await;
    let done = tokio::time::timeout(Duration::from_secs(20), watch.finished(second)).await;
    assert!(done.is_ok(), "the other job goes on");
}
