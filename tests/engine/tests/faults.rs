//! Trouble on the way: nothing false, nothing twice, nothing lost.

use std::time::Duration;

use engine::error::ErrorCode;
use engine::event::EngineEvent;
use engine::model::{BatchId, JobAction, JobSelection, JobStateKind, WaitingFor};
use engine_tests::{PATIENCE, Stage, Watch, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, RateRule, Rule, Switches, Tenant};

/// Files of which most wait when the tenant goes away.
const AWAY: u64 = 150;

fn faults(rules: Vec<Rule>) -> Faults {
    Faults { rules }
}

/// A stage with one file of a megabyte and a half, and one small one.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.file("Shoot/small.jpg", &noise(1, 20_000));
    stage.file("Shoot/large.mov", &noise(2, 3_000_000));
    stage
}

async fn arrives_once(stage: &Stage) {
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch.id).await);
    let library = stage.library();
    assert_eq!(library["Shoot/small.jpg"].md5, md5_of(&noise(1, 20_000)));
    assert_eq!(library["Shoot/large.mov"].md5, md5_of(&noise(2, 3_000_000)));
    assert_eq!(stage.tenant.assets().len(), 2, "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_after_the_file_was_stored_makes_no_second_asset() {
    let stage = stage().await;
    stage.tenant.set_faults(faults(vec![Rule::new(Match::object_post(), Action::LoseAnswer).times(2)]));
    arrives_once(&stage).await;
    assert_eq!(stage.posts(), 2, "looked up, not sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_in_the_middle_starts_the_file_again() {
    let stage = stage().await;
    let cut = Rule::new(Match::named("*.mov"), Action::Cut { after_bytes: 700_000 }).times(2);
    stage.tenant.set_faults(faults(vec![cut]));
    arrives_once(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_busy_is_tried_again() {
    let stage = stage().await;
    let busy = Action::Status { code: 503, retry_after: None, body: Default::default(), after_bytes: None };
    stage.tenant.set_faults(faults(vec![Rule::new(Match::object_post(), busy).times(3)]));
    arrives_once(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_whose_etag_means_something_else_is_believed_by_the_assets_checksum() {
    for action in [Action::WrongEtag, Action::NoEtag] {
        let stage = stage().await;
        stage.tenant.set_faults(faults(vec![Rule::new(Match::object_post(), action)]));
        arrives_once(&stage).await;
        assert_eq!(stage.posts(), 2);
    }
}

/// Time passes until the file is blocked: however old, it is looked for two minutes from when the confirmer heard of it.
async fn given_up_on(stage: &Stage, watch: &mut Watch, batch: BatchId) {
    let given_up = async {
        loop {
            stage.world.advance(Duration::from_secs(130));
            let blocked = watch.count(batch, JobStateKind::Blocked, 1);
            if tokio::time::timeout(Duration::from_millis(300), blocked).await.is_ok() {
                break;
            }
        }
    };
    assert!(tokio::time::timeout(PATIENCE, given_up).await.is_ok(), "the file is never given up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_and_never_becomes_an_asset_ends_with_someone_who_looks() {
    let stage = stage().await;
    let never = Rule::new(Match::named("large.mov"), Action::NeverIngest);
    stage.tenant.set_faults(faults(vec![never]));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Done, 1).await;
    watch.count(batch, JobStateKind::Finishing, 1).await;
    stage.world.advance(Duration::from_secs(25 * 3_600));
    given_up_on(&stage, &mut watch, batch).await;
    assert_eq!(stage.job(batch, "large.mov").await.failure.unwrap().code, ErrorCode::AssetUnseen);
    assert_eq!(stage.posts(), 2, "never sent again");
    // It can be looked for once more, and given up.
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    watch.count(batch, JobStateKind::Finishing, 1).await;
    stage.world.advance(Duration::from_secs(25 * 3_600));
    given_up_on(&stage, &mut watch, batch).await;
    stage.control(JobSelection::Batch { batch }, JobAction::Cancel).await;
    watch.finished(batch).await;
    assert_eq!(stage.posts(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_were_damaged_on_the_way_are_never_done() {
    let stage = stage().await;
    let flip = Rule::new(Match::named("small.jpg"), Action::FlipByte { at: 1_000 }).times(1);
    stage.tenant.set_faults(faults(vec![flip]));
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2);
    let job = stage.job(batch.id, "small.jpg").await;
    let good = md5_of(&noise(1, 20_000));
    assert_eq!(job.md5.as_deref(), Some(good.as_str()));
    let proof = stage
        .tenant
        .assets()
        .into_iter()
        .find(|asset| Some(&asset.id) == job.asset.as_ref().map(|id| &id.id));
    assert_eq!(proof.unwrap().md5, good, "the asset that the job names holds the right bytes");
    let details = stage.handle().job_details(job.id).await.unwrap();
    assert_eq!(details.attempts[0].failure.code, ErrorCode::ChecksumMismatch, "and the damage is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_and_policies_that_expire_in_the_middle_are_renewed() {
    let stage = stage().await;
    stage.file("Shoot/warm-up.jpg", b"x");
    stage
        .upload(vec![stage.path("Shoot/warm-up.jpg")], stage.album(&["Marketing", "Spring", "Selects"]))
        .await;
    std::fs::remove_file(stage.path("Shoot/warm-up.jpg")).unwrap();
    stage.tenant.expire_policies();
    stage.tenant.expire_tokens();
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2);
    assert_eq!(stage.tenant.assets().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strict_tenant_is_not_overrun() {
    let switches = Switches { rate: RateRule { strict: true, ..RateRule::default() }, ..Switches::default() };
    let stage = Stage::with(Options { switches, ..Options::default() }).await;
    for folder in 0..12 {
        stage.file(&format!("Shoot/{folder}/a.jpg"), &noise(folder, 1_000));
    }
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 12);
    let refused = stage.tenant.requests().iter().filter(|call| call.status == Some(429)).count();
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_goes_away_is_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(home.path().to_path_buf()), ..Options::default() };
    let mut stage = Stage::with(options()).await;
    for file in 0..AWAY {
        stage.file(&format!("Shoot/{file}.jpg"), &noise(file, 50_000));
    }
    // The first ones are through before it goes away, most are not.
    let slow = Rule::new(Match::object_post(), Action::Delay { ms: 2_000 }).after(8);
    stage.tenant.set_faults(faults(vec![slow]));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Done, 5).await;
    let port = stage.tenant.port();
    // Replaced by a stand-in that is dropped at once, so that the real one lets go of its port and files.
    let gone = std::mem::replace(&mut stage.tenant, Tenant::start(Options::default()).await.unwrap());
    gone.stop().await;
    let offline = async {
        loop {
            let event = watch.next().await;
            if let Some(EngineEvent::ConditionChanged { condition }) = event.as_deref()
                && condition.offline
            {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, offline).await.expect("nobody notices");
    stage.tenant = Tenant::start(Options { port, ..options() }).await.unwrap();
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), AWAY, "{:#?}", view);
    assert_eq!(stage.tenant.assets().len() as u64, AWAY, "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_right_is_named_and_nothing_is_sent() {
    use ferry_tenant::Right;
    let stage = stage().await;
    let emails: Vec<String> = stage.tenant.users().into_iter().map(|user| user.email).collect();
    for email in emails {
        stage.tenant.set_rights(&email, &[Right::Download]);
    }
    let account = stage.sign_in().await;
    assert!(!account.rights.contains(&engine::model::Right::Upload));
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Blocked), 2);
    let failure = stage.job(batch.id, "small.jpg").await.failure.unwrap();
    assert_eq!(failure.code, ErrorCode::NoPermission);
    assert_eq!(stage.posts(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_session_waits_for_the_person_and_goes_on_after_the_sign_in() {
    let stage = stage().await;
    stage.tenant.expire_tokens();
    // The key is refused from now on, so that no new token is to be had.
    let refused =
        Action::Status { code: 401, retry_after: None, body: Default::default(), after_bytes: None };
    stage.tenant.set_faults(faults(vec![Rule::new(Match::path("/oauth"), refused)]));
    let mut watch = stage.watch().await;
    // So that the files meet the lost session, not the question for the library's fields before them.
    let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
    request.metadata.incomplete = true;
    let batch = stage.handle().enqueue(request).await.unwrap();
    let view = watch.count(batch, JobStateKind::Waiting, 2).await;
    assert_eq!(view.totals.count(JobStateKind::Failed), 0);
    assert_eq!(stage.job(batch, "small.jpg").await.waiting_for, Some(WaitingFor::SignIn));
    stage.tenant.set_faults(Faults::default());
    stage.sign_in().await;
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 2);
}

/// Chaos seeds 90330 and 90338: the account stayed marked, and its files queued, although the tenant gave tokens again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_gives_tokens_again_needs_no_new_sign_in() {
    let stage = Stage::new().await;
    stage.file("Shoot/small.jpg", &noise(1, 2_000));
    stage.tenant.expire_tokens();
    let refused =
        Action::Status { code: 403, retry_after: None, body: Default::default(), after_bytes: None };
    stage.tenant.set_faults(faults(vec![Rule::new(Match::path("/oauth"), refused)]));
    let mut watch = stage.watch().await;
    // So that the files meet the lost session, not the question for the library's fields before them.
    let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
    request.metadata.incomplete = true;
    let batch = stage.handle().enqueue(request).await.unwrap();
    watch.count(batch, JobStateKind::Waiting, 1).await;
    stage.tenant.set_faults(Faults::default());
    let account = stage.handle().snapshot().await.unwrap().accounts[0].id;
    // Whoever asks first.
    stage.handle().list_library(account, None).await.unwrap();
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1);
    assert!(!stage.handle().snapshot().await.unwrap().condition.sign_in_required);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pause_stops_cancel_removes_and_resume_goes_on() {
    let stage = Stage::new().await;
    for file in 0..30 {
        stage.file(&format!("Shoot/{file:02}.mov"), &noise(file, 1_500_000));
    }
    let hang = Rule::new(Match::object_post(), Action::Hang);
    stage.tenant.set_faults(faults(vec![hang]));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Uploading, 2).await;
    stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
    let paused =
        tokio::time::timeout(Duration::from_secs(3), watch.count(batch, JobStateKind::Paused, 30)).await;
    assert!(paused.is_ok(), "{:#?}", stage.handle().batch(batch).await);
    stage.tenant.set_faults(Faults::default());
    let first = stage.job(batch, "00.mov").await;
    let cancelled = stage.control(JobSelection::Jobs { jobs: vec![first.id] }, JobAction::Cancel).await;
    assert_eq!(cancelled, 1);
    stage.control(JobSelection::All, JobAction::Resume).await;
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 29);
    assert_eq!(view.totals.count(JobStateKind::Cancelled), 1);
    assert_eq!(stage.tenant.assets().len(), 29);
    let done = stage.control(JobSelection::All, JobAction::Cancel).await;
    assert_eq!(done, 0, "what is done is not cancelled");
    stage.control(JobSelection::Jobs { jobs: vec![first.id] }, JobAction::Retry).await;
    let view = watch.until(batch, |view| view.totals.count(JobStateKind::Done) == 30).await;
    assert_eq!(view.totals.all(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_does_not_wait_for_a_tenant_that_says_nothing() {
    let stage = stage().await;
    stage.tenant.set_faults(faults(vec![Rule::new(Match::path("/api/v1/upload/setting"), Action::Hang)]));
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(batch, JobStateKind::Uploading, 2).await;
    stage.control(JobSelection::All, JobAction::Pause).await;
    let paused =
        tokio::time::timeout(Duration::from_secs(3), watch.count(batch, JobStateKind::Paused, 2)).await;
    assert!(paused.is_ok(), "{:#?}", stage.handle().batch(batch).await);
}
