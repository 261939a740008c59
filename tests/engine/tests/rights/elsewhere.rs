//! Another place for what can't go where it was to go: kept over a restart, with its words, and nothing is sent twice.

use engine::error::ErrorCode as Code;
use engine::model::{JobAction, JobSelection, JobStateKind, MetadataState};
use engine_tests::{Stage, hasty, noise};
use ferry_tenant::{Action, Match, Options, Rule, Tenant};

use crate::{done, says};

const FILES: usize = 41;

async fn stage() -> Stage {
    Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await
}

fn files(stage: &Stage) {
    for number in 0..FILES {
        stage.file(&format!("Shoot/{number:02}.jpg"), &noise(number as u64, 4_000));
    }
}

fn refuse(on: Match) -> Rule {
    let body = ferry_tenant::FaultBody::Json;
    Rule::new(on, Action::Status { code: 403, retry_after: None, body, after_bytes: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_batch_goes_to_another_album_with_its_words() {
    let mut stage = stage().await;
    files(&stage);
    let press = stage.album(&["Marketing", "Press 24/25"]);
    let address = format!("/api/v1/info/album/{}", press.id);
    stage.tenant.add_fault(refuse(Match::path(&address)));
    let mut request = stage.request(vec![stage.path("Shoot")], press);
    request.tags = vec!["spring".into()];
    request.metadata.values.keywords = vec!["Outdoors".into()];
    let batch = stage.handle().enqueue(request).await.unwrap();
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Blocked), FILES as u64);
    says(&stage.job(batch, "00.jpg").await, Code::NoPermission, "place");

    let inbox = stage.album(&["Inbox"]);
    let jobs = stage.jobs(batch).await.into_iter().map(|job| job.id).collect();
    // Nothing starts before the program does again: the choice is kept.
    stage.rest(true).await;
    let result =
        stage.handle().retarget(stage.account, JobSelection::Jobs { jobs }, inbox.clone()).await.unwrap();
    assert_eq!((result.changed, result.unchanged), (FILES as u64, 0));
    // All of them go there, so the batch does.
    assert_eq!(stage.handle().batch(batch).await.unwrap().destination, inbox);
    stage.stop().await;
    stage.start().await;
    stage.rest(false).await;
    let view = stage.settled(batch).await;
    assert_eq!(done(&view), FILES as u64, "{:#?}", stage.jobs(batch).await);
    assert_eq!(stage.posts(), FILES);
    let library = stage.library();
    assert_eq!(library.len(), FILES);
    let asset = &library["Inbox/00.jpg"];
    assert_eq!(asset.tags, ["spring"]);
    let job = stage.job(batch, "00.jpg").await.id;
    stage.until(|| stage.library()["Inbox/00.jpg"].keywords == ["Outdoors"]).await;
    let mut watch = stage.watch().await;
    loop {
        let state = stage.handle().job_details(job).await.unwrap().job.metadata;
        if state == MetadataState::Applied {
            break;
        }
        watch.next().await;
    }
}

/// Some are there already, and some of the others go elsewhere: each batch of files is where it was said last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_that_are_named_go_elsewhere() {
    let mut stage = stage().await;
    files(&stage);
    stage.file("Shoot/Day 2/99.jpg", &noise(99, 4_000));
    // The album beside is made, the folder is not.
    stage.tenant.add_fault(refuse(Match { method: Some("POST".into()), ..Match::path("/api/v1/folder/") }));
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.folder(&["Events"])).await;
    let view = stage.settled(batch).await;
    assert_eq!((done(&view), view.totals.count(JobStateKind::Blocked)), (FILES as u64, 1));
    let job = stage.job(batch, "99.jpg").await;
    says(&job, Code::DestinationRefused, "create_folder");
    let catalogue = stage.album(&["Products", "2026", "Catalogue"]);
    let all = JobSelection::Batch { batch };
    let result = stage.handle().retarget(stage.account, all, catalogue).await.unwrap();
    assert_eq!(result.changed, 1, "what is there stays there");
    stage.stop().await;
    stage.start().await;
    let view = stage.settled(batch).await;
    assert_eq!(done(&view), FILES as u64 + 1);
    assert_eq!(view.destination.path, "Events");
    let library = stage.library();
    assert!(library.contains_key("Products/2026/Catalogue/99.jpg"), "{:#?}", library.keys());
    assert!(library.contains_key("Events/Shoot/00.jpg"));
    let details = stage.handle().job_details(job.id).await.unwrap();
    assert_eq!(details.job.place, "Products / 2026 / Catalogue");
    let receipt = receipt(&stage, batch).await;
    assert!(receipt.contains("Products / 2026 / Catalogue"), "{receipt}");
}

/// To a folder: the album that becomes of the local folder is made there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_folder_becomes_an_album_of_the_other_folder() {
    let stage = stage().await;
    files(&stage);
    let events = stage.folder(&["Events"]);
    let address = format!("/api/v1/album/{}/", events.id);
    stage.tenant.add_fault(refuse(Match::path(&address)));
    let batch = stage.enqueue(vec![stage.path("Shoot")], events).await;
    stage.settled(batch).await;
    says(&stage.job(batch, "40.jpg").await, Code::DestinationRefused, "create_album");
    let jobs: Vec<_> = stage.jobs(batch).await.into_iter().take(10).map(|job| job.id).collect();
    let empty = stage.folder(&["Empty"]);
    let result = stage.handle().retarget(stage.account, JobSelection::Jobs { jobs }, empty).await.unwrap();
    assert_eq!(result.changed, 10);
    let view = stage.settled(batch).await;
    assert_eq!((done(&view), view.totals.count(JobStateKind::Blocked)), (10, FILES as u64 - 10));
    assert_eq!(stage.library().keys().filter(|place| place.starts_with("Empty/Shoot/")).count(), 10);
    // The others go on where they were to go.
    stage.tenant.set_faults(Default::default());
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    assert_eq!(done(&stage.settled(batch).await), FILES as u64);
    assert_eq!(stage.library().keys().filter(|place| place.starts_with("Events/Shoot/")).count(), FILES - 10);
    assert_eq!(stage.posts(), FILES);
}

/// What the server has may become an asset at its old place: it is not sent to another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_stays_where_it_was_sent() {
    let stage = stage().await;
    let file = stage.file("a.jpg", &noise(1, 4_000));
    for path in ["/api/v1/upload/status", "/api/v1/album/", "/api/v1/search"] {
        stage.tenant.add_fault(refuse(Match::path(path)));
    }
    let batch = stage.enqueue(vec![file], stage.album(&["Inbox"])).await;
    stage.settled(batch).await;
    let job = stage.job(batch, "a.jpg").await;
    says(&job, Code::NoPermission, "view");
    let other = stage.album(&["Marketing", "Spring", "Raw"]);
    let selection = JobSelection::Jobs { jobs: vec![job.id] };
    let result = stage.handle().retarget(stage.account, selection, other).await.unwrap();
    assert_eq!((result.changed, result.unchanged), (0, 1));
    stage.tenant.set_faults(Default::default());
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    assert_eq!(done(&stage.settled(batch).await), 1);
    assert_eq!((stage.posts(), stage.library().contains_key("Inbox/a.jpg")), (1, true));
}

async fn receipt(stage: &Stage, batch: engine::model::BatchId) -> String {
    let path = stage.path("receipt.json");
    let file = std::fs::File::create(&path).unwrap();
    stage.handle().receipt(batch, engine::receipt::ReceiptFormat::Json, file).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}
