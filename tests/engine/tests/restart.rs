//! Stopping, starting, another program, another version: the queue is as it was.

use engine::error::ErrorCode;
use engine::model::{BatchState, JobAction, JobQuery, JobSelection, JobStateKind};
use engine::{Engine, EngineOptions};
use engine_tests::{Stage, local_files, noise};
use ferry_tenant::{Action, Faults, Match, Rule};

fn shoot(stage: &Stage, files: u64) {
    for file in 0..files {
        stage.file(&format!("Shoot/{}/{file:03}.jpg", file % 7), &noise(file, 30_000 + file as usize * 10));
    }
}

fn slow(stage: &Stage, ms: u64) {
    let rules = vec![Rule::new(Match::object_post(), Action::Delay { ms })];
    stage.tenant.set_faults(Faults { rules });
}

fn all_there_once(stage: &Stage) {
    let library = stage.library();
    let local = local_files(&stage.path("Shoot"));
    assert_eq!(stage.tenant.assets().len(), local.len(), "nothing is there twice");
    for (path, md5) in local {
        let place = format!("Shoot/{}", path.to_string_lossy());
        assert_eq!(library[&place].md5, md5, "{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_engine_goes_on_where_it_was() {
    let mut stage = Stage::new().await;
    shoot(&stage, 120);
    slow(&stage, 60);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    for done in [10, 40, 80] {
        watch.count(batch, JobStateKind::Done, done).await;
        drop(watch);
        stage.stop().await;
        stage.start().await;
        watch = stage.watch().await;
    }
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 120);
    all_there_once(&stage);
}

/// Dropping the runtime is what a crash leaves: nothing is told to stop, nothing more is written.
#[test]
fn an_engine_that_dies_goes_on_where_it_was() {
    let outer = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut stage = outer.block_on(Stage::new());
    outer.block_on(stage.stop());
    shoot(&stage, 100);
    slow(&stage, 40);
    let mut batch = None;
    for done in [0, 15, 50, 75] {
        let life =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        life.block_on(async {
            stage.start().await;
            let mut watch = stage.watch().await;
            let id = match batch {
                Some(id) => id,
                None => *batch.insert(stage.enqueue(vec![stage.path("Shoot")], stage.top()).await),
            };
            watch.count(id, JobStateKind::Done, done).await;
        });
        // The engine's tasks vanish with their runtime; its owner and its lock with the last handle.
        life.shutdown_background();
        stage.engine = None;
    }
    outer.block_on(async {
        stage.start().await;
        let view = stage.watch().await.finished(batch.unwrap()).await;
        assert_eq!(view.totals.count(JobStateKind::Done), 100, "{view:#?}");
    });
    all_there_once(&stage);
    outer.block_on(stage.stop());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_paused_stays_paused() {
    let mut stage = Stage::new().await;
    shoot(&stage, 20);
    slow(&stage, 200);
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    stage.watch().await.until(batch, |view| view.state == BatchState::Open).await;
    stage.control(JobSelection::All, JobAction::Pause).await;
    let mut watch = stage.watch().await;
    watch.until(batch, |view| view.totals.count(JobStateKind::Uploading) == 0).await;
    drop(watch);
    stage.stop().await;
    stage.start().await;
    let mut watch = stage.watch().await;
    let still = |view: &engine::model::BatchView| {
        view.totals.count(JobStateKind::Paused) + view.totals.count(JobStateKind::Done) == 20
    };
    let view = watch.until(batch, still).await;
    assert!(view.totals.count(JobStateKind::Paused) > 0);
    stage.control(JobSelection::All, JobAction::Resume).await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 20);
    all_there_once(&stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_program_works_through_the_first() {
    let stage = Stage::new().await;
    shoot(&stage, 30);
    slow(&stage, 50);
    let guest = Engine::start(stage.engine_options()).await.unwrap();
    let handle = guest.handle();
    assert!(!handle.is_owner());
    let mut events = handle.subscribe().await.unwrap().events;
    let batch = handle.enqueue(stage.request(vec![stage.path("Shoot")], stage.top())).await.unwrap();
    let job = loop {
        let page =
            handle.list_jobs(JobQuery { batch: Some(batch), limit: 1, ..JobQuery::default() }).await.unwrap();
        match page.jobs.into_iter().next() {
            Some(job) => break job,
            None => drop(events.recv().await),
        }
    };
    handle.control(JobSelection::Jobs { jobs: vec![job.id] }, JobAction::Pause).await.unwrap();
    handle.control(JobSelection::Jobs { jobs: vec![job.id] }, JobAction::Resume).await.unwrap();
    loop {
        if handle.batch(batch).await.unwrap().state == BatchState::Finished {
            break;
        }
        drop(events.recv().await);
    }
    assert_eq!(handle.batch(batch).await.unwrap().totals.count(JobStateKind::Done), 30);
    all_there_once(&stage);
    guest.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_later_version_is_left_as_it_is() {
    let mut stage = Stage::new().await;
    stage.stop().await;
    let path = stage.data.path().join("ferry.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let before = std::fs::read(&path).unwrap();
    let failure = Engine::start(stage.engine_options()).await.err().unwrap();
    assert_eq!(failure.code, ErrorCode::DatabaseTooNew);
    assert_eq!(failure.params["found"], "999");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_set_aside_and_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ferry.db"), vec![0x5a; 50_000]).unwrap();
    let failure = Engine::start(EngineOptions::new(dir.path())).await.err().unwrap();
    assert_eq!(failure.code, ErrorCode::DatabaseDamaged);
    let aside = std::path::Path::new(&failure.params["path"]);
    assert_eq!(std::fs::read(aside).unwrap(), vec![0x5a; 50_000], "nothing is deleted");
    Engine::start(EngineOptions::new(dir.path())).await.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unusable_tenant_address_or_key_is_said() {
    use engine::model::SignInRequest;
    let stage = Stage::new().await;
    let request = |tenant: &str, secret: &str| SignInRequest {
        tenant: tenant.to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(secret.into()),
        ..SignInRequest::default()
    };
    let handle = stage.handle();
    let nonsense = handle.sign_in_with_credentials(request("not a tenant!", "x")).await.unwrap_err();
    assert_eq!(nonsense.code, ErrorCode::TenantUnknown);
    let closed = handle.sign_in_with_credentials(request("http://127.0.0.1:9", "x")).await.unwrap_err();
    assert_eq!(closed.code, ErrorCode::TenantUnknown);
    let wrong = handle.sign_in_with_credentials(request(stage.tenant.url(), "wrong")).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::CredentialsRefused);
    assert!(!format!("{wrong:?}").contains("wrong\""), "no secret in an error");
}
