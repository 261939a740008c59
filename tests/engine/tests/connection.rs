//! The way to the tenant, lost in ways that are no plain failure: somebody in between, and clocks that jump.
#![allow(clippy::expect_used, reason = "a test may fail by panic")]

use engine::error::ErrorCode;
use engine::event::EngineEvent;
use engine::model::JobStateKind;
use engine_tests::{Stage, Watch, noise};
use ferry_tenant::{Action, FaultBody, Faults, Match, Options, Rule};

const MIB: usize = 1024 * 1024;
const DAY_MS: i64 = 24 * 3_600_000;

async fn stage() -> Stage {
    let stage = Stage::with(Options { parts: true, ..Options::default() }).await;
    for number in 0..12 {
        stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 40_000));
    }
    stage.file("Shoot/film.mov", &noise(99, 40 * MIB));
    stage
}

fn faults(stage: &Stage, rules: Vec<Rule>) {
    stage.tenant.set_faults(Faults { rules });
}

/// The page of a network that wants to be signed in to, whatever is asked.
fn portal() -> Action {
    Action::Status { code: 200, retry_after: None, body: FaultBody::Html, after_bytes: None }
}

async fn until_condition(watch: &mut Watch, wanted: Option<ErrorCode>) {
    if watch.subscription.snapshot.condition.failure.as_ref().map(|failure| failure.code) == wanted {
        return;
    }
    let heard = async {
        loop {
            let event = watch.next().await.expect("an event");
            if let EngineEvent::ConditionChanged { condition } = &*event
                && condition.failure.as_ref().map(|failure| failure.code) == wanted
            {
                return;
            }
        }
    };
    tokio::time::timeout(engine_tests::PATIENCE, heard).await.expect("the condition comes");
}

/// Every file is there once and nothing has failed.
fn all_there(stage: &Stage) {
    assert_eq!(stage.library().len(), 13);
    assert_eq!(stage.tenant.assets().len(), 13, "nothing is there twice");
}

async fn through_a_portal(on: fn() -> Vec<Match>) {
    let stage = stage().await;
    let slow = Action::Delay { ms: 150 };
    faults(
        &stage,
        vec![Rule::new(Match::object_post(), slow.clone()), Rule::new(Match::part_put(), slow.clone())],
    );
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Uploading, 3).await;
    faults(&stage, on().into_iter().map(|on| Rule::new(on, portal())).collect());
    until_condition(&mut watch, Some(ErrorCode::UnexpectedAnswer)).await;
    let asked = stage.tenant.requests().len();
    // Behind the portal only the probe asks: what else was under way is over by then.
    stage.until(|| stage.tenant.requests().len() > asked + 2).await;
    faults(&stage, vec![]);
    until_condition(&mut watch, None).await;
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 13, "{:#?}", stage.jobs(batch).await);
    all_there(&stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_before_everything_is_waited_out() {
    through_a_portal(|| vec![Match::default()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_before_the_object_store_alone_is_waited_out() {
    through_a_portal(|| vec![Match::path("/ferry-upload")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_before_the_api_alone_is_waited_out() {
    through_a_portal(|| vec![Match::path("/api"), Match::path("/oauth")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_for_one_file_alone_stops_nobody_else() {
    let stage = stage().await;
    faults(&stage, vec![Rule::new(Match::named("3.jpg"), portal()).times(2)]);
    let mut watch = stage.watch().await;
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 13);
    all_there(&stage);
    while let Ok(event) = watch.subscription.events.try_recv() {
        if let EngineEvent::ConditionChanged { condition } = &*event {
            assert_eq!(condition.failure, None, "the way was never lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_makes_no_job_wait_longer() {
    let stage = stage().await;
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::Xml, after_bytes: None };
    faults(&stage, vec![Rule::new(Match::object_post(), busy)]);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Waiting, 12).await;
    stage.world.set_clock(-DAY_MS);
    faults(&stage, vec![]);
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 13);
    all_there(&stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_while_nobody_runs_makes_no_job_wait_longer() {
    let mut stage = stage().await;
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::Xml, after_bytes: None };
    faults(&stage, vec![Rule::new(Match::object_post(), busy)]);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Waiting, 12).await;
    stage.stop().await;
    stage.world.set_clock(-DAY_MS);
    faults(&stage, vec![]);
    stage.start().await;
    // Longer than any back-off, and much less than a day.
    stage.world.advance(std::time::Duration::from_secs(301));
    let mut watch = stage.watch().await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 13);
    all_there(&stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_forward_makes_no_file_seem_lost() {
    let stage = stage().await;
    let late = Action::IngestDelay { ms: 4_000 };
    faults(
        &stage,
        vec![
            Rule::new(Match::named("*"), late),
            Rule::new(Match::object_post(), Action::LoseAnswer).times(6),
        ],
    );
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Checking, 6).await;
    stage.world.set_clock(3 * DAY_MS);
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 13);
    all_there(&stage);
}
