//! The order in which files that wait are sent, and how it is changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use engine::error::ErrorCode;
use engine::model::{
    BatchId, BatchState, JobAction, JobId, JobOrder, JobQuery, JobSelection, JobStateKind, QueueSpot,
};
use engine_tests::Stage;
use ferry_tenant::{Action, FaultBody, Faults, Match, Rule};

const WAITING: [JobStateKind; 3] = [JobStateKind::Queued, JobStateKind::Waiting, JobStateKind::Paused];

fn one(job: JobId) -> JobSelection {
    JobSelection::Jobs { jobs: vec![job] }
}

/// Ten files that wait: the store refuses them until all are paused.
async fn shoot() -> (Stage, BatchId, Vec<JobId>) {
    let stage = Stage::new().await;
    for number in 0..10u8 {
        stage.file(&format!("Shoot/{number}.jpg"), &[number; 500]);
    }
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::Xml, after_bytes: None };
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::object_post(), busy)] });
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    let mut watch = stage.watch().await;
    watch.until(batch, |view| view.state == BatchState::Open).await;
    stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
    watch.count(batch, JobStateKind::Paused, 10).await;
    stage.tenant.set_faults(Faults::default());
    let ids = stage.jobs(batch).await.iter().map(|job| job.id).collect();
    (stage, batch, ids)
}

async fn listed(stage: &Stage, batch: BatchId) -> String {
    let query = JobQuery {
        batch: Some(batch),
        states: WAITING.to_vec(),
        order: JobOrder::Queue,
        ..JobQuery::default()
    };
    let jobs = stage.handle().list_jobs(query).await.unwrap().jobs;
    jobs.iter().map(|job| job.name.trim_end_matches(".jpg")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_put_before_and_after_another_one() {
    let (stage, batch, ids) = shoot().await;
    let before = JobQuery { batch: Some(batch), states: WAITING.to_vec(), ..JobQuery::default() };
    let names: String = stage.jobs(batch).await.iter().map(|job| job.name.trim_end_matches(".jpg")).collect();
    assert_eq!(listed(&stage, batch).await, names);
    let at = |number: usize| names.chars().nth(number).unwrap();
    let handle = stage.handle();

    let spot = QueueSpot { job: ids[1], after: false };
    assert_eq!(handle.move_jobs(one(ids[8]), spot).await.unwrap().changed, 1);
    let two = JobSelection::Runs { runs: vec![(ids[0], ids[0]), (ids[5], ids[6])] };
    let moved = handle.move_jobs(two, QueueSpot { job: ids[9], after: true }).await.unwrap();
    assert_eq!((moved.changed, moved.unchanged), (3, 0));
    let wanted: String = [8, 1, 2, 3, 4, 7, 9, 0, 5, 6].map(at).iter().collect();
    assert_eq!(listed(&stage, batch).await, wanted);

    // Again, among what was moved before.
    handle.move_jobs(one(ids[6]), QueueSpot { job: ids[0], after: false }).await.unwrap();
    handle.move_jobs(one(ids[3]), QueueSpot { job: ids[8], after: true }).await.unwrap();
    let wanted: String = [8, 3, 1, 2, 4, 7, 9, 6, 0, 5].map(at).iter().collect();
    assert_eq!(listed(&stage, batch).await, wanted);
    assert_eq!(handle.select_jobs(before).await.unwrap(), [(ids[0], ids[9])]);

    let beside_itself = handle.move_jobs(one(ids[6]), QueueSpot { job: ids[6], after: true }).await;
    assert_eq!(beside_itself.unwrap_err().code, ErrorCode::RequestInvalid);
    let nowhere = handle.move_jobs(one(ids[6]), QueueSpot { job: JobId(9_999), after: true }).await;
    assert_eq!(nowhere.unwrap_err().code, ErrorCode::JobMissing);
    assert_eq!(stage.control(one(ids[5]), JobAction::Top).await, 1);
    assert!(listed(&stage, batch).await.starts_with(at(5)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_paused_and_cancelled_and_nothing_else() {
    let (stage, batch, ids) = shoot().await;
    let runs = JobSelection::Runs { runs: vec![(ids[1], ids[3]), (ids[7], ids[7])] };
    assert_eq!(stage.control(runs.clone(), JobAction::Cancel).await, 4);
    let states: Vec<_> = stage.jobs(batch).await.iter().map(|job| job.state).collect();
    let cancelled: Vec<usize> = (0..10).filter(|at| states[*at] == JobStateKind::Cancelled).collect();
    assert_eq!(cancelled, [1, 2, 3, 7]);
    assert_eq!(stage.control(runs, JobAction::Retry).await, 4);
    let mut watch = stage.watch().await;
    stage.control(JobSelection::All, JobAction::Resume).await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_found_however_they_are_written() {
    let stage = Stage::new().await;
    for name in ["Äpfel.jpg", "apfel.JPG", "Straße_50%.jpg", "DSC_0001.NEF"] {
        stage.file(&format!("Shoot/{name}"), name.as_bytes());
    }
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await.id;
    let other = stage.upload(vec![stage.file("Äther.txt", b"x")], stage.top()).await.id;
    let find = async |search: &str, only: Option<BatchId>, order: JobOrder| -> Vec<String> {
        let query = JobQuery { search: Some(search.into()), batch: only, order, ..JobQuery::default() };
        stage.handle().list_jobs(query).await.unwrap().jobs.into_iter().map(|job| job.name).collect()
    };
    // Decomposed, as macOS writes names, and in capitals.
    assert_eq!(find("A\u{308}PFEL", None, JobOrder::Added).await, ["Äpfel.jpg"]);
    assert_eq!(find("ä", None, JobOrder::Newest).await, ["Äther.txt", "Äpfel.jpg"]);
    assert_eq!(find("ä", Some(batch), JobOrder::Newest).await, ["Äpfel.jpg"]);
    assert_eq!(find("_", None, JobOrder::Name).await, ["DSC_0001.NEF", "Straße_50%.jpg"]);
    assert_eq!(find("50%", None, JobOrder::Size).await, ["Straße_50%.jpg"]);
    assert_eq!(find("nothing", None, JobOrder::Queue).await, [""; 0]);
    assert_eq!(find("ä", Some(other), JobOrder::Queue).await, ["Äther.txt"]);
}
