//! Files in parts: whole, once, and never a byte twice that the server has and that is right.

use std::time::{Duration, SystemTime};

use engine::model::{JobAction, JobSelection, JobStateKind, PartsView, Verification};
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule};

const MIB: usize = 1024 * 1024;

async fn stage() -> Stage {
    Stage::with(Options { parts: true, ..Options::default() }).await
}

fn faults(stage: &Stage, rules: Vec<Rule>) {
    stage.tenant.set_faults(Faults { rules });
}

/// Bytes of parts that the store was sent, whatever became of them.
fn parts_sent(stage: &Stage) -> usize {
    stage.tenant.requests().iter().filter(|call| call.method == "PUT").count()
}

fn is_there(stage: &Stage, bytes: &[u8]) {
    let library = stage.library();
    assert_eq!(library["Shoot/film.mov"].md5, md5_of(bytes));
    assert_eq!(stage.tenant.assets().len(), 1, "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_arrives_in_parts_and_a_small_one_by_form() {
    let stage = stage().await;
    let film = noise(1, 41 * MIB + 17);
    stage.file("Shoot/film.mov", &film);
    stage.file("Shoot/small.jpg", &noise(2, 50_000));
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch.id).await);
    assert_eq!(stage.library()["Shoot/film.mov"].md5, md5_of(&film));
    assert_eq!((parts_sent(&stage), stage.posts()), (6, 1));
    let job = stage.job(batch.id, "film.mov").await;
    let details = stage.handle().job_details(job.id).await.unwrap();
    assert_eq!(details.verification, Some(Verification::EtagAndMd5));
}

/// So many parts go through; the store takes its time with the others.
fn held_after(parts: u64) -> Rule {
    Rule::new(Match::part_put(), Action::Delay { ms: 30_000 }).after(parts)
}

/// Waits until so many parts were answered.
async fn until_sent(stage: &Stage, parts: usize) {
    stage.until(|| parts_sent(stage) >= parts).await;
}

/// A film of ten parts, stopped by `action` while some of them are with the store and the others are not.
async fn half_sent(stage: &Stage, film: &[u8], action: JobAction) -> engine::model::BatchId {
    stage.file("Shoot/film.mov", film);
    faults(stage, vec![held_after(5)]);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_sent(stage, 5).await;
    stage.control(JobSelection::Batch { batch }, action).await;
    let state = if action == JobAction::Pause { JobStateKind::Paused } else { JobStateKind::Cancelled };
    watch.count(batch, state, 1).await;
    faults(stage, vec![]);
    batch
}

async fn resumed(stage: &Stage, batch: engine::model::BatchId) {
    let mut watch = stage.watch().await;
    stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
}

/// Calls of the multipart contract.
fn asked(stage: &Stage, method: &str, end: &str) -> usize {
    let is = |call: &&ferry_tenant::Call| {
        call.method == method && call.path.contains("/s3/multipart") && call.path.ends_with(end)
    };
    stage.tenant.requests().iter().filter(is).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_keeps_what_was_sent_and_a_resume_sends_the_rest() {
    let stage = stage().await;
    let film = noise(3, 80 * MIB);
    let batch = half_sent(&stage, &film, JobAction::Pause).await;
    resumed(&stage, batch).await;
    is_there(&stage, &film);
    let again = parts_sent(&stage) - 10;
    assert!(again <= 4, "{again} parts were sent again; four were in flight");
    assert_eq!(asked(&stage, "POST", "/multipart"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_details_tell_which_parts_are_there_and_which_are_on_their_way() {
    let stage = stage().await;
    let film = noise(16, 80 * MIB);
    stage.file("Shoot/film.mov", &film);
    faults(&stage, vec![held_after(5)]);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_sent(&stage, 5).await;
    let job = stage.job(batch, "film.mov").await.id;
    let told = async || stage.handle().job_details(job).await.unwrap().parts;
    let stored =
        |parts: &PartsView| -> u32 { parts.stored.iter().map(|(first, last)| last - first + 1).sum() };
    let parts = loop {
        match told().await.filter(|parts| stored(parts) >= 5 && !parts.sending.is_empty()) {
            Some(parts) => break parts,
            None => drop(watch.next().await),
        }
    };
    assert_eq!((parts.count, parts.size), (10, 8 * MIB as u64));
    let there = |number: &u32| parts.stored.iter().any(|(first, last)| (*first..=*last).contains(number));
    assert!(!parts.sending.iter().any(there), "{parts:?}");
    assert!(parts.sending.iter().all(|number| (1..=10).contains(number)), "{parts:?}");

    stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
    watch.count(batch, JobStateKind::Paused, 1).await;
    let paused = told().await.unwrap();
    assert!(paused.sending.is_empty() && stored(&paused) >= 5, "{paused:?}");
    faults(&stage, vec![]);
    resumed(&stage, batch).await;
    assert_eq!(told().await, None, "what is done has no parts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_start_goes_on_from_the_parts_that_are_there() {
    for crash in [false, true] {
        let mut stage = stage().await;
        let film = noise(4, 80 * MIB);
        stage.file("Shoot/film.mov", &film);
        faults(&stage, vec![held_after(5)]);
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        until_sent(&stage, 5).await;
        if crash {
            drop(stage.engine.take());
            stage.wait_for_lock().await;
        } else {
            stage.stop().await;
        }
        faults(&stage, vec![]);
        stage.start().await;
        let mut watch = stage.watch().await;
        assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
        is_there(&stage, &film);
        let again = parts_sent(&stage) - 10;
        assert!(again <= 4, "{again} parts were sent again; four were in flight");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_whose_local_bytes_have_changed_is_sent_again_though_size_and_time_are_the_same() {
    let stage = stage().await;
    let mut film = noise(5, 80 * MIB);
    let batch = half_sent(&stage, &film, JobAction::Pause).await;
    let before = parts_sent(&stage);
    let path = stage.path("Shoot/film.mov");
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    film[1_000] ^= 1;
    std::fs::write(&path, &film).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    resumed(&stage, batch).await;
    is_there(&stage, &film);
    assert!(parts_sent(&stage) - before <= 10 - before + 1 + 4, "only what differs is sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_has_changed_starts_anew_and_the_old_parts_are_removed() {
    let stage = stage().await;
    let batch = half_sent(&stage, &noise(6, 80 * MIB), JobAction::Pause).await;
    let other = noise(7, 60 * MIB);
    stage.file("Shoot/film.mov", &other);
    resumed(&stage, batch).await;
    is_there(&stage, &other);
    stage.until(|| asked(&stage, "DELETE", "") >= 1 && stage.tenant.open_uploads() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_has_the_server_remove_the_parts_now_or_when_it_is_back() {
    for away in [false, true] {
        let stage = stage().await;
        stage.file("Shoot/film.mov", &noise(8, 80 * MIB));
        let busy =
            Action::Status { code: 503, retry_after: None, body: Default::default(), after_bytes: None };
        let mut rules = vec![held_after(3)];
        if away {
            rules.push(Rule::new(Match::multipart("DELETE"), busy).times(1));
        }
        faults(&stage, rules);
        let mut watch = stage.watch().await;
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        until_sent(&stage, 3).await;
        assert_eq!(stage.tenant.open_uploads(), 1);
        stage.control(JobSelection::Batch { batch }, JobAction::Cancel).await;
        assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Cancelled), 1);
        stage.until(|| stage.tenant.open_uploads() == 0).await;
        assert!(stage.tenant.assets().is_empty());
        assert_eq!(asked(&stage, "POST", "/complete"), 0);
    }
}

/// Faults on the way of one file, each of which ends well, with the parts that may be sent for it at most.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_on_the_way_ends_with_the_file_there_once() {
    let status = |code: u16| Action::Status {
        code,
        retry_after: None,
        body: ferry_tenant::FaultBody::Xml,
        after_bytes: None,
    };
    let part = Match::part_put;
    let cells: Vec<(&str, Rule, usize)> = vec![
        ("a byte flips on the way", Rule::new(part(), Action::FlipByte { at: 70_000 }).times(1), 6),
        ("the connection breaks", Rule::new(part(), Action::Cut { after_bytes: 900_000 }).times(2), 7),
        ("an answer is lost", Rule::new(part(), Action::LoseAnswer).times(2), 7),
        ("another ETag comes", Rule::new(part(), Action::WrongEtag).times(1), 6),
        ("no ETag comes", Rule::new(part(), Action::NoEtag), 5),
        ("the store is busy", Rule::new(part(), status(503)).times(3), 8),
        ("too many requests", Rule::new(part(), status(429)).times(2), 7),
        ("the address is refused", Rule::new(part(), status(403)).times(2), 7),
        ("something else answers a part", Rule::new(part(), status(404)).times(1), 8),
        ("no list of parts", Rule::new(Match::multipart("GET"), status(500)).times(1), 5),
        ("the upload is not begun", Rule::new(Match::multipart("POST"), status(503)).times(1), 5),
        (
            "the beginning's answer is lost",
            Rule::new(Match::multipart("POST"), Action::LoseAnswer).times(1),
            5,
        ),
        (
            "the end's answer is lost",
            Rule::new(Match::multipart("POST"), Action::LoseAnswer).times(1).after(1),
            5,
        ),
        ("the end is refused", Rule::new(Match::multipart("POST"), status(400)).times(1).after(1), 5),
        ("the end is refused again", Rule::new(Match::multipart("POST"), status(400)).times(2).after(1), 10),
        ("the end is busy", Rule::new(Match::multipart("POST"), status(503)).times(1).after(1), 5),
    ];
    let film = noise(9, 33 * MIB + 5);
    for (name, rule, most) in cells {
        let stage = stage().await;
        stage.file("Shoot/film.mov", &film);
        faults(&stage, vec![rule]);
        let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
        assert_eq!(batch.totals.count(JobStateKind::Done), 1, "{name}: {:#?}", stage.jobs(batch.id).await);
        is_there(&stage, &film);
        let sent = parts_sent(&stage);
        assert!(sent <= most, "{name}: {sent} parts were sent, {most} at most are needed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_have_expired_are_renewed() {
    let stage = stage().await;
    let film = noise(10, 80 * MIB);
    stage.file("Shoot/film.mov", &film);
    faults(&stage, vec![Rule::new(Match::part_put(), Action::Delay { ms: 200 }).after(3)]);
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    until_sent(&stage, 3).await;
    stage.tenant.advance_clock(Duration::from_secs(2 * 3_600));
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    is_there(&stage, &film);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_only_smaller_parts_gets_them() {
    let stage = stage().await;
    // Two films: the second one learns from the first, or both find out.
    let films = [noise(11, 40 * MIB), noise(13, 30 * MIB + 3)];
    stage.file("Shoot/film.mov", &films[0]);
    stage.file("Shoot/second.mov", &films[1]);
    let large = Action::Status {
        code: 413,
        retry_after: None,
        body: ferry_tenant::FaultBody::Html,
        after_bytes: None,
    };
    // The usual part has 8 MiB; half of it would be less than a store takes.
    faults(&stage, vec![Rule::new(Match::part_put().larger_than(6 * MIB as u64), large)]);
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch.id).await);
    let library = stage.library();
    assert_eq!(library["Shoot/film.mov"].md5, md5_of(&films[0]));
    assert_eq!(library["Shoot/second.mov"].md5, md5_of(&films[1]));
    let taken =
        stage.tenant.requests().into_iter().filter(|call| call.method == "PUT" && call.status == Some(200));
    assert_eq!(taken.count(), 8 + 7, "parts of 5 MiB");
    assert_eq!(stage.tenant.open_uploads(), 0, "what was begun with larger parts is given up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_the_server_has_lost_starts_anew() {
    let stage = stage().await;
    let film = noise(12, 80 * MIB);
    let batch = half_sent(&stage, &film, JobAction::Pause).await;
    stage.tenant.lose_open_uploads();
    resumed(&stage, batch).await;
    is_there(&stage, &film);
    assert_eq!(asked(&stage, "POST", "/multipart"), 2);
}

/// The parts were put together, the answer was spoilt, and before the next try the file got another time, or the tenant
/// offers no parts any more: what the server made of them is looked for before anything is sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_together_is_looked_for_before_it_is_sent_again() {
    let film = noise(15, 33 * MIB + 5);
    for touched in [true, false] {
        let mut stage = stage().await;
        let path = stage.file("Shoot/film.mov", &film);
        let spoilt = Rule::new(Match::multipart("POST"), Action::FlipByte { at: 0 }).times(1).after(1);
        faults(&stage, vec![spoilt]);
        let mut watch = stage.watch().await;
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        watch.count(batch, JobStateKind::Waiting, 1).await;
        assert_eq!(asked(&stage, "POST", "/complete"), 1);
        stage.stop().await;
        let sent = parts_sent(&stage);
        if touched {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::now()).unwrap();
        } else {
            let gone =
                Action::Status { code: 404, retry_after: None, body: Default::default(), after_bytes: None };
            faults(&stage, vec![Rule::new(Match::exactly("/api/v1/"), gone)]);
        }
        stage.start().await;
        let view = stage.settled(batch).await;
        assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(batch).await);
        is_there(&stage, &film);
        let again = (parts_sent(&stage) - sent, asked(&stage, "POST", "/multipart"), stage.posts());
        assert_eq!(again, (0, 1, 0), "touched {touched}: nothing is sent again");
    }
}

/// Worth parts on any line.
const FILM: usize = 129 * MIB + 3;

/// Sends a film to one album, and then again to another one; the second batch.
async fn sent_again(stage: &Stage, between: impl FnOnce(&std::path::Path)) -> engine::model::BatchView {
    let film = stage.file("film.mov", &noise(14, FILM));
    let first = stage.upload(vec![film.clone()], stage.folder(&["Marketing"])).await;
    assert_eq!(first.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(first.id).await);
    between(&film);
    stage.upload(vec![film], stage.top()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_sent_again_arrives_by_its_remembered_sums() {
    let stage = stage().await;
    let second = sent_again(&stage, |_| {}).await;
    assert_eq!(second.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(second.id).await);
    let sums: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.md5).collect();
    assert_eq!(sums, vec![md5_of(&noise(14, FILM)); 2]);
    assert_eq!(parts_sent(&stage), 2 * 17, "no part is sent twice");
}

/// A store that compares `Content-MD5` refuses such a part; one that doesn't names another ETag. Either way the file is
/// looked at anew, before the whole can be put together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_bytes_of_the_same_size_and_time_are_noticed_although_the_sums_are_remembered() {
    let stage = stage().await;
    let second = sent_again(&stage, |film| {
        let time = std::fs::metadata(film).unwrap().modified().unwrap();
        std::fs::write(film, noise(15, FILM)).unwrap();
        std::fs::File::options().write(true).open(film).unwrap().set_modified(time).unwrap();
    })
    .await;
    assert_eq!(second.totals.count(JobStateKind::Done), 1, "{:#?}", stage.jobs(second.id).await);
    let mut sums: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.md5).collect();
    let mut wanted = vec![md5_of(&noise(14, FILM)), md5_of(&noise(15, FILM))];
    sums.sort();
    wanted.sort();
    assert_eq!(sums, wanted);
    assert_eq!(stage.tenant.open_uploads(), 0);
    assert_eq!(
        asked(&stage, "POST", "/multipart"),
        3,
        "begun with the remembered sums, and once more with new ones"
    );
}
