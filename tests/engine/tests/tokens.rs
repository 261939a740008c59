//! Tokens that live for seconds: nobody is asked, nothing fails, nothing is sent twice.
#![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::event::EngineEvent;
use engine::model::{JobStateKind, SignInRequest};
use engine_tests::{Stage, hasty, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, RefreshRule, Rule, Switches, Tenant};

const MIB: usize = 1024 * 1024;
const LIFE: u64 = 20;
const PARTS: usize = 13;
const SMALL: u64 = 30;

/// Signed in through the browser at a library whose tokens live 20 s and whose refresh tokens work once.
async fn stage() -> Stage {
    let switches = Switches { token_seconds: LIFE, refresh: RefreshRule::Rotate, ..Switches::default() };
    let options = Options { parts: true, switches, ..Options::default() };
    let mut stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
    let request = SignInRequest { tenant: stage.tenant.url().to_owned(), ..SignInRequest::default() };
    let started = stage.handle().start_sign_in(request).await.unwrap();
    let (account, _) = stage.signed_in_as(started, "contributor@demo.test", |_| {}).await;
    stage.account = account.unwrap().id;
    stage
}

fn count(stage: &Stage, method: &str, end: &str) -> usize {
    stage.tenant.requests().iter().filter(|call| call.method == method && call.path.ends_with(end)).count()
}

fn parts_sent(stage: &Stage) -> usize {
    stage.tenant.requests().iter().filter(|call| call.method == "PUT").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_lives_twenty_seconds_is_renewed_in_the_middle_of_a_long_upload() {
    let mut stage = stage().await;
    let film = noise(1, (PARTS - 1) * 8 * MIB + 17);
    stage.file("Shoot/film.mov", &film);
    for number in 0..SMALL {
        stage.file(&format!("Shoot/{number}.jpg"), &noise(number + 2, 30_000));
    }
    let slow = |on: Match, ms| Rule::new(on, Action::Delay { ms });
    stage
        .tenant
        .set_faults(Faults { rules: vec![slow(Match::part_put(), 400), slow(Match::object_post(), 150)] });
    let renewed_before = count(&stage, "POST", "/token");
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    // More than a token's life passes after each part, for both sides.
    let mut lives = 0;
    for part in 1..PARTS {
        stage.until(|| parts_sent(&stage) >= part).await;
        let life = Duration::from_secs(LIFE + 5);
        stage.world.advance(life);
        stage.tenant.advance_clock(life);
        lives += 1;
    }
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), SMALL + 1, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.library()["Shoot/film.mov"].md5, md5_of(&film));
    assert_eq!(stage.tenant.assets().len() as u64, SMALL + 1, "nothing is there twice");
    assert_eq!((parts_sent(&stage), stage.posts()), (PARTS, SMALL as usize), "nothing was sent twice");
    let renewed = count(&stage, "POST", "/token") - renewed_before;
    assert!((2..=lives + 1).contains(&renewed), "{renewed} renewals in {lives} lives");
    let calls = stage.tenant.requests();
    let parts = || calls.iter().filter(|call| call.method == "PUT").map(|call| call.n);
    let (first, last) = (parts().min().unwrap(), parts().max().unwrap());
    let between =
        |call: &&ferry_tenant::Call| call.path.ends_with("/token") && (first..last).contains(&call.n);
    assert!(calls.iter().any(|call| between(&call)), "renewed between the parts");

    for job in stage.jobs(batch).await {
        let details = stage.handle().job_details(job.id).await.unwrap();
        assert!(details.attempts.is_empty(), "{details:?}");
    }
    while let Ok(event) = watch.subscription.events.try_recv() {
        match &*event {
            EngineEvent::ConditionChanged { condition } => {
                assert!(!condition.sign_in_required && condition.failure.is_none(), "{condition:?}");
            }
            EngineEvent::JobsChanged { totals, .. } => {
                assert_eq!(totals.count(JobStateKind::Failed) + totals.count(JobStateKind::Blocked), 0);
            }
            _ => {}
        }
    }

    // The last refresh token was kept before it was used: the one before is refused by now.
    stage.stop().await;
    stage.start().await;
    stage.tenant.expire_tokens();
    stage.handle().list_library(stage.account, None).await.unwrap();
}

/// A quarter of its life before the end, and not at every call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_token_serves_many_calls() {
    let stage = stage().await;
    let before = count(&stage, "POST", "/token");
    for _ in 0..20 {
        stage.handle().list_library(stage.account, None).await.unwrap();
    }
    assert_eq!(count(&stage, "POST", "/token"), before);
    stage.pass_time(Duration::from_secs(16)).await;
    for _ in 0..20 {
        stage.handle().list_library(stage.account, None).await.unwrap();
    }
    assert_eq!(count(&stage, "POST", "/token"), before + 1);
}
