//! The connection test against real servers: what it finds, that it leaves nothing, and what each obstacle is called.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::error::{ErrorCode, Outcome, Who};
use engine::model::{
    ConnectionReport, ConnectionTest, HostPurpose, JobStateKind, SettingKey, SignInRequest, StepKind,
    StepState, StepWord, TestStep,
};
use engine_tests::doors;
use engine_tests::secrets::Secrets;
use engine_tests::{Stage, hasty, noise};
use ferry_tenant::{Action, FaultBody, Faults, Match, Options, Rule, Tenant};
use tempfile::TempDir;

const MIB: usize = 1024 * 1024;

async fn stage(options: Options) -> Stage {
    Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await
}

fn in_parts() -> Options {
    Options { parts: true, ..Options::default() }
}

fn request(stage: &Stage) -> ConnectionTest {
    ConnectionTest { account: Some(stage.account), sample: true, ..ConnectionTest::default() }
}

async fn tested(stage: &Stage, request: ConnectionTest) -> Outcome<ConnectionReport> {
    stage.handle().test_connection(request, |_| {}).await
}

fn steps(report: &ConnectionReport, kind: StepKind) -> Vec<&TestStep> {
    report.steps.iter().filter(|step| step.step == kind).collect()
}

/// The one step of a kind.
#[track_caller]
fn step(report: &ConnectionReport, kind: StepKind) -> &TestStep {
    let found = steps(report, kind);
    assert_eq!(found.len(), 1, "{kind:?} in {:#?}", report.steps);
    found[0]
}

#[track_caller]
fn found(report: &ConnectionReport, kind: StepKind, state: StepState, word: StepWord) {
    let step = step(report, kind);
    assert_eq!((step.state, step.word), (state, Some(word)), "{:#?}", report.steps);
}

/// The step that failed, which is the first one.
#[track_caller]
fn failed(report: &ConnectionReport) -> (StepKind, ErrorCode, String, Who) {
    let step = report.steps.iter().find(|step| step.state == StepState::Failed);
    let step = step.unwrap_or_else(|| panic!("nothing failed: {:#?}", report.steps));
    let failure = step.failure.as_ref().unwrap();
    assert_eq!(report.failure(), Some(failure));
    (step.step, failure.code, failure.params.get("reason").cloned().unwrap_or_default(), failure.who)
}

/// Nothing in the library, nothing in the store, nothing in the queue, no file of the test.
fn nothing_left(stage: &Stage) {
    assert!(stage.tenant.assets().is_empty(), "{:?}", stage.tenant.assets());
    let open = std::fs::read_dir(stage.tenant.data().join("parts")).unwrap().count();
    assert_eq!(open, 0, "uploads in parts are left open");
    let files: Vec<_> =
        std::fs::read_dir(stage.data.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().contains("connection test")), "{files:?}");
}

async fn no_job(stage: &Stage) {
    assert!(stage.handle().list_batches(0, 10, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_parts_the_sample_is_cut_off_gone_on_with_verified_and_removed() {
    let stage = stage(in_parts()).await;
    let told = Arc::<Mutex<Vec<ConnectionReport>>>::default();
    let seen = Arc::clone(&told);
    let tell = move |report: &ConnectionReport| seen.lock().unwrap().push(report.clone());
    let report = stage.handle().test_connection(request(&stage), tell).await.unwrap();
    assert_eq!(report.failure(), None, "{:#?}", report.steps);
    found(&report, StepKind::SignIn, StepState::Fine, StepWord::TokenValid);
    found(&report, StepKind::Rights, StepState::Fine, StepWord::MayUpload);
    found(&report, StepKind::Setting, StepState::Fine, StepWord::SettingParts);
    found(&report, StepKind::Cut, StepState::Fine, StepWord::CutOff);
    let cut = &step(&report, StepKind::Cut).values;
    let (out, of) = (cut["out"].parse::<u64>().unwrap(), cut["bytes"].parse::<u64>().unwrap());
    assert!(out > 0 && out < of, "in the middle: {out} of {of}");
    found(&report, StepKind::Resume, StepState::Fine, StepWord::GoneOn);
    let gone_on = &step(&report, StepKind::Resume).values;
    assert_eq!((gone_on["kept"].as_str(), gone_on["sent"].as_str()), ("2", "2"), "only what was missing");
    found(&report, StepKind::Verify, StepState::Fine, StepWord::Verified);
    found(&report, StepKind::Remove, StepState::Fine, StepWord::Removed);
    found(&report, StepKind::Whole, StepState::Skipped, StepWord::NoAlbum);
    let speed = report.speed.as_ref().unwrap();
    assert!(!speed.levels.is_empty() && speed.levels.iter().all(|level| level.speed > 0), "{speed:?}");
    let advice = speed.advice.unwrap();
    assert!(advice.part_size.is_some() && advice.seconds > 0 && advice.taken_up, "{advice:?}");
    assert_eq!(report.hosts.len(), 1, "all of it is on this computer");
    for purpose in [HostPurpose::Api, HostPurpose::SignIn, HostPurpose::Store] {
        assert!(report.hosts[0].purposes.contains(&purpose), "{:?}", report.hosts);
    }
    assert!(report.latency.is_some() && report.ended && !report.cancelled);
    nothing_left(&stage);
    no_job(&stage).await;
    assert_eq!(stage.posts(), 0);
    // Each step was seen to begin before it was seen to end.
    let told = told.lock().unwrap();
    for (at, ended) in report.steps.iter().enumerate() {
        let states: Vec<StepState> =
            told.iter().filter_map(|report| report.steps.get(at).map(|step| step.state)).collect();
        assert_eq!(states.first(), Some(&StepState::Running), "{ended:?}");
        assert_eq!(states.last(), Some(&ended.state));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_form_it_is_cut_off_and_measured_and_leaves_nothing() {
    let stage = stage(Options::default()).await;
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert_eq!(report.failure(), None, "{:#?}", report.steps);
    found(&report, StepKind::Setting, StepState::Fine, StepWord::SettingForm);
    found(&report, StepKind::Cut, StepState::Fine, StepWord::CutOff);
    found(&report, StepKind::Resume, StepState::Skipped, StepWord::FormAnew);
    found(&report, StepKind::Whole, StepState::Skipped, StepWord::NoAlbum);
    let advice = report.speed.as_ref().unwrap().advice.unwrap();
    assert_eq!(advice.part_size, None);
    assert!(stage.posts() > 1, "the cut one and those of the measurement");
    // What a store would still make of it, it has made by then.
    stage.until(|| stage.tenant.under_way() == 0).await;
    nothing_left(&stage);
    no_job(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_arrives_in_its_album_is_confirmed_and_deleted_again() {
    for options in [Options::default(), in_parts()] {
        let stage = stage(options).await;
        let album = stage.album(&["Marketing", "Spring", "Selects"]);
        let with_album = ConnectionTest { album: Some(album), ..request(&stage) };
        let report = tested(&stage, with_album).await.unwrap();
        assert_eq!(report.failure(), None, "{:#?}", report.steps);
        found(&report, StepKind::Whole, StepState::Fine, StepWord::Confirmed);
        let name = &step(&report, StepKind::Whole).values["name"];
        assert!(name.starts_with("Ferry connection test 20") && name.ends_with(".png"), "{name}");
        found(&report, StepKind::Delete, StepState::Fine, StepWord::Deleted);
        assert!(report.hosts[0].purposes.contains(&HostPurpose::Downloads), "{:?}", report.hosts);
        nothing_left(&stage);
        no_job(&stage).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_can_t_be_deleted_is_said_to_lie_there_and_others_are_left_alone() {
    let stage = stage(Options::default()).await;
    let album = stage.album(&["Marketing", "Spring", "Selects"]);
    stage.upload(vec![stage.file("other.jpg", &noise(1, 9_000))], album.clone()).await;
    let refused = Action::Status { code: 403, retry_after: None, body: FaultBody::Json, after_bytes: None };
    let delete = Match { method: Some("DELETE".into()), ..Match::path("/api/v1/batch/content") };
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(delete, refused)] });
    let with_album = ConnectionTest { album: Some(album.clone()), ..request(&stage) };
    let report = tested(&stage, with_album.clone()).await.unwrap();
    found(&report, StepKind::Delete, StepState::Skipped, StepWord::Left);
    let left = step(&report, StepKind::Delete);
    assert_eq!(left.values["place"], album.path);
    assert_eq!(left.failure.as_ref().unwrap().code, ErrorCode::NoPermission);
    assert_eq!(report.failure(), None, "nothing is wrong with the connection");
    assert!(stage.tenant.assets().iter().any(|asset| asset.name == left.values["name"]));
    stage.tenant.set_faults(Faults::default());
    // Of two pictures of one name, the one of this test goes.
    let again = tested(&stage, with_album).await.unwrap();
    found(&again, StepKind::Delete, StepState::Fine, StepWord::Deleted);
    let names: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.name).collect();
    assert_eq!(names.len(), 2, "the other file, and the one that could not be deleted: {names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_blocked_while_the_library_answers_is_named() {
    let (silent, _) = doors::silent().await;
    for (store, code, reason) in
        [(doors::closed(), ErrorCode::NetworkOffline, "refused"), (silent, ErrorCode::NetworkTimeout, "host")]
    {
        let stage = stage(Options { store_url: Some(store.clone()), ..in_parts() }).await;
        let report = tested(&stage, request(&stage)).await.unwrap();
        found(&report, StepKind::Setting, StepState::Fine, StepWord::SettingParts);
        assert_eq!(failed(&report), (StepKind::Connect, code, reason.to_owned(), Who::It));
        let host = store.strip_prefix("http://").unwrap();
        assert_eq!(report.failure().unwrap().params["host"], host);
        found(&report, StepKind::Send, StepState::Skipped, StepWord::EarlierFailed);
        found(&report, StepKind::Speed, StepState::Skipped, StepWord::EarlierFailed);
        let (page, text) = (
            stage.handle().connection_page().await.unwrap(),
            stage.handle().connection_text().await.unwrap(),
        );
        for page in [page, text] {
            let port = host.rsplit(':').next().unwrap();
            assert!(page.contains(&format!("TCP {port}")) && page.contains(code.as_str()), "{page}");
        }
        nothing_left(&stage);
    }
}

/// The page of a network that wants to be signed in to.
fn portal(on: Match) -> Faults {
    let page = Action::Status { code: 200, retry_after: None, body: FaultBody::Html, after_bytes: None };
    Faults { rules: vec![Rule::new(on, page)] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_page_of_a_network_is_known_before_the_library_and_before_the_store() {
    let stage = stage(Options::default()).await;
    stage.tenant.set_faults(portal(Match::default()));
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert_eq!(failed(&report), (StepKind::Connect, ErrorCode::UnexpectedAnswer, "host".into(), Who::It));
    found(&report, StepKind::SignIn, StepState::Skipped, StepWord::EarlierFailed);
    stage.tenant.set_faults(portal(Match::path("/ferry-upload")));
    let report = tested(&stage, request(&stage)).await.unwrap();
    found(&report, StepKind::Setting, StepState::Fine, StepWord::SettingForm);
    assert_eq!(failed(&report), (StepKind::Connect, ErrorCode::UnexpectedAnswer, "host".into(), Who::It));
    found(&report, StepKind::Send, StepState::Skipped, StepWord::EarlierFailed);
}

async fn of_address(stage: &Stage, address: &str) -> ConnectionReport {
    let typed =
        ConnectionTest { address: Some(address.to_owned()), sample: true, ..ConnectionTest::default() };
    tested(stage, typed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_tested_without_a_sign_in_as_far_as_that_goes() {
    let stage = stage(Options::default()).await;
    let fine = of_address(&stage, stage.tenant.url()).await;
    assert_eq!(fine.failure(), None, "{:#?}", fine.steps);
    found(&fine, StepKind::SignIn, StepState::Skipped, StepWord::NotSignedIn);
    let folder = TempDir::new().unwrap();
    let authority = folder.path().join("authority.pem");
    let untrusted = of_address(&stage, &doors::encrypted("127.0.0.1", &authority).await).await;
    assert_eq!(failed(&untrusted), (StepKind::Connect, ErrorCode::TlsRefused, "untrusted".into(), Who::It));
    let other = of_address(&stage, &doors::encrypted("dam.example.com", &authority).await).await;
    assert_eq!(failed(&other).0, StepKind::Connect);
    assert_eq!(failed(&other).1, ErrorCode::TlsRefused);
    let nobody = of_address(&stage, "nobody.invalid").await;
    assert_eq!(failed(&nobody), (StepKind::Name, ErrorCode::NetworkOffline, "name".into(), Who::It));
    assert_eq!(steps(&nobody, StepKind::Connect)[0].word, Some(StepWord::EarlierFailed));
    let bad = ConnectionTest { address: Some("jo@acme.com".into()), ..ConnectionTest::default() };
    assert_eq!(tested(&stage, bad).await.unwrap_err().code, ErrorCode::TenantUnknown);
    // With its authority trusted, it is a server that is no library.
    stage.handle().set_setting(SettingKey::Authorities, Some(authority.display().to_string())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_has_run_out_is_renewed_and_that_is_said() {
    let stage = stage(Options::default()).await;
    stage.tenant.expire_tokens();
    let quiet = ConnectionTest { sample: false, ..request(&stage) };
    let report = tested(&stage, quiet).await.unwrap();
    found(&report, StepKind::SignIn, StepState::Fine, StepWord::TokenRenewed);
    found(&report, StepKind::Send, StepState::Skipped, StepWord::SampleOff);
    found(&report, StepKind::Speed, StepState::Skipped, StepWord::SampleOff);
    assert_eq!(stage.posts(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_the_right_to_upload_is_told_so() {
    let mut stage = stage(Options::default()).await;
    let request_of = SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        ..SignInRequest::default()
    };
    let started = stage.handle().start_sign_in(request_of).await.unwrap();
    let consumer = stage.signed_in_as(started, "consumer@demo.test", |_| {}).await.0.unwrap();
    stage.account = consumer.id;
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert_eq!(failed(&report).0, StepKind::Rights);
    assert_eq!((failed(&report).1, failed(&report).3), (ErrorCode::NoPermission, Who::Admin));
    found(&report, StepKind::Setting, StepState::Skipped, StepWord::EarlierFailed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_signed_in_a_rest_and_a_place_that_is_no_album_are_answered_at_once() {
    let stage = stage(in_parts()).await;
    let folder = ConnectionTest { album: Some(stage.folder(&["Marketing"])), ..request(&stage) };
    let refused = tested(&stage, folder).await.unwrap_err();
    assert_eq!((refused.code, refused.params["reason"].as_str()), (ErrorCode::RequestInvalid, "test_album"));
    stage.handle().rest_for(Duration::from_secs(3_600)).await.unwrap();
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert!(report.rest.is_some());
    found(&report, StepKind::Setting, StepState::Fine, StepWord::SettingParts);
    found(&report, StepKind::Send, StepState::Skipped, StepWord::Rests);
    assert!(!stage.tenant.requests().iter().any(|call| call.method == "PUT"), "nothing is sent");
    stage.handle().sign_out(stage.account, false).await.unwrap();
    let nobody = tested(&stage, ConnectionTest::default()).await.unwrap_err();
    assert_eq!((nobody.code, nobody.params["reason"].as_str()), (ErrorCode::SignInRequired, "no_account"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_stopped_at_once_and_what_it_began_is_removed() {
    let stage = stage(in_parts()).await;
    let hang = Rule::new(Match::part_put(), Action::Delay { ms: 60_000 });
    stage.tenant.set_faults(Faults { rules: vec![hang] });
    let handle = stage.handle();
    let asked = request(&stage);
    let sends = Arc::new(tokio::sync::Notify::new());
    let notify = Arc::clone(&sends);
    let tell = move |report: &ConnectionReport| {
        if steps(report, StepKind::Send).iter().any(|step| step.state == StepState::Running) {
            notify.notify_one();
        }
    };
    let testing = tokio::spawn(async move { handle.test_connection(asked, tell).await });
    sends.notified().await;
    let second = tested(&stage, request(&stage)).await.unwrap_err();
    assert_eq!(second.params["reason"], "test_running");
    let began = std::time::Instant::now();
    stage.handle().stop_connection_test();
    let report = testing.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(report.cancelled && report.ended);
    found(&report, StepKind::Send, StepState::Skipped, StepWord::Cancelled);
    stage.until(|| std::fs::read_dir(stage.tenant.data().join("parts")).unwrap().count() == 0).await;
    stage.tenant.set_faults(Faults::default());
    nothing_left(&stage);
    assert_eq!(tested(&stage, request(&stage)).await.unwrap().failure(), None, "the next one may begin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_t_be_removed_yet_is_removed_later() {
    let stage = stage(in_parts()).await;
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::Json, after_bytes: None };
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::multipart("DELETE"), busy)] });
    let report = tested(&stage, request(&stage)).await.unwrap();
    found(&report, StepKind::Remove, StepState::Fine, StepWord::RemovedLater);
    let open = || std::fs::read_dir(stage.tenant.data().join("parts")).unwrap().count();
    assert_eq!(open(), 1);
    stage.tenant.set_faults(Faults::default());
    stage.until(|| open() == 0).await;
    no_job(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_which_the_store_says_something_else_are_never_called_fine() {
    let stage = stage(in_parts()).await;
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::part_put(), Action::WrongEtag)] });
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert_eq!(failed(&report).1, ErrorCode::ChecksumMismatch, "{:#?}", report.steps);
    stage.tenant.set_faults(Faults::default());
    stage.until(|| stage.tenant.under_way() == 0).await;
    nothing_left(&stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_that_is_set_holds_and_is_not_taken_for_the_line() {
    let stage = stage(in_parts()).await;
    stage.handle().set_setting(SettingKey::LimitUp, Some("2 MB/s".into())).await.unwrap();
    let report = tested(&stage, request(&stage)).await.unwrap();
    let speed = report.speed.unwrap();
    assert_eq!(speed.limit, Some(2_000_000));
    let advice = speed.advice.unwrap();
    assert!(!advice.taken_up && advice.streams == 1, "{advice:?}");
    assert!((1_000_000..=2_600_000).contains(&advice.speed), "{speed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_go_on_meanwhile() {
    let stage = stage(in_parts()).await;
    stage.file("film.mov", &noise(7, 40 * MIB));
    let slow = Rule::new(Match::part_put().larger_than(4 * MIB as u64), Action::Delay { ms: 400 });
    stage.tenant.set_faults(Faults { rules: vec![slow] });
    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("film.mov")], stage.top()).await;
    watch.count(batch, JobStateKind::Uploading, 1).await;
    let report = tested(&stage, request(&stage)).await.unwrap();
    assert_eq!((report.uploads, report.failure()), (1, None), "{:#?}", report.steps);
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    assert_eq!(stage.tenant.assets().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_gets_into_report_page_or_text() {
    let stage = stage(in_parts()).await;
    let album = stage.album(&["Marketing", "Spring", "Selects"]);
    stage.tenant.expire_tokens();
    let report = tested(&stage, ConnectionTest { album: Some(album), ..request(&stage) }).await.unwrap();
    let mut secrets = Secrets::default();
    secrets.add("app secret", stage.tenant.app_secret());
    for token in stage.tenant.issued_tokens() {
        secrets.add("token", &token);
    }
    assert!(secrets.names().count() > 2);
    for (place, text) in [
        ("report", serde_json::to_string(&report).unwrap()),
        ("page", stage.handle().connection_page().await.unwrap()),
        ("text", stage.handle().connection_text().await.unwrap()),
    ] {
        assert_eq!(secrets.found_in(place, text.as_bytes()), Vec::<String>::new());
        assert!(!text.contains("Signature=") && !text.contains("uploadId"), "{text}");
    }
}

#[cfg(target_os = "linux")]
mod behind_a_proxy {
    use engine::session::Secret;
    use engine_tests::proxies::{self, Squid, USER, WORD};

    use super::*;

    async fn set(stage: &Stage, key: SettingKey, value: &str) {
        stage.handle().set_setting(key, Some(value.to_owned())).await.unwrap();
    }

    async fn through(stage: &Stage, squid: &Squid) {
        set(stage, SettingKey::ProxyExceptions, "<-loopback>").await;
        set(stage, SettingKey::ProxyAddress, &squid.address()).await;
        set(stage, SettingKey::Proxy, "manual").await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_proxy_that_wants_a_login_is_said_to_and_with_it_all_is_fine() {
        if proxies::missing() {
            return;
        }
        let squid = Squid::start(true);
        let stage = stage(in_parts()).await;
        through(&stage, &squid).await;
        let report = tested(&stage, request(&stage)).await.unwrap();
        assert_eq!(failed(&report).0, StepKind::Connect);
        assert_eq!((failed(&report).1, failed(&report).3), (ErrorCode::ProxyAuthRequired, Who::You));
        set(&stage, SettingKey::ProxyUser, USER).await;
        stage.handle().set_proxy_password(Some(Secret::new(WORD))).await.unwrap();
        let report = tested(&stage, request(&stage)).await.unwrap();
        assert_eq!(report.failure(), None, "{:#?}", report.steps);
        assert_eq!(report.hosts[0].proxy, Some(squid.address()));
        let page = stage.handle().connection_page().await.unwrap();
        assert!(page.contains(&squid.address()) && !page.contains(&format!("{USER}:{WORD}")), "{page}");
        nothing_left(&stage);
        assert!(squid.log().contains("/ferry-upload"), "through the proxy: {}", squid.log());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_proxy_that_is_away_is_named() {
        let stage = stage(Options::default()).await;
        set(&stage, SettingKey::ProxyExceptions, "<-loopback>").await;
        set(&stage, SettingKey::ProxyAddress, &doors::closed()).await;
        set(&stage, SettingKey::Proxy, "manual").await;
        let report = tested(&stage, request(&stage)).await.unwrap();
        assert_eq!(failed(&report).0, StepKind::Connect);
        assert_eq!((failed(&report).1, failed(&report).3), (ErrorCode::ProxyUnreachable, Who::It));
        found(&report, StepKind::SignIn, StepState::Skipped, StepWord::EarlierFailed);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_script_that_can_t_be_read_means_no_way_and_is_said_at_once() {
        let stage = stage(Options::default()).await;
        set(&stage, SettingKey::ProxyExceptions, "<-loopback>").await;
        set(&stage, SettingKey::ProxyPac, "/nowhere/proxy.pac").await;
        set(&stage, SettingKey::Proxy, "pac").await;
        let report = tested(&stage, request(&stage)).await.unwrap();
        assert_eq!((failed(&report).0, failed(&report).1), (StepKind::Way, ErrorCode::PacUnusable));
    }
}

#[cfg(unix)]
#[test]
fn a_slow_line_is_measured_as_it_is_and_takes_no_longer_for_it() {
    use engine_tests::far::at_a_line;

    const MEGABITS: u32 = 2;
    at_a_line(in_parts(), async |line, stage| {
        line.limit(MEGABITS).unwrap();
        let began = std::time::Instant::now();
        let report = tested(stage, request(stage)).await.unwrap();
        assert_eq!(report.failure(), None, "{:#?}", report.steps);
        let (speed, took) = (report.speed.unwrap(), began.elapsed());
        println!("{took:?} {:?}", speed.levels);
        let carried = f64::from(MEGABITS) * 1e6 / 8.0;
        for level in &speed.levels {
            let share = level.speed as f64 / carried;
            assert!((0.7..=1.15).contains(&share), "{share} of what the line carries: {speed:?}");
        }
        assert_eq!(speed.advice.unwrap().streams, 1, "one fills it: {speed:?}");
        assert!(took < Duration::from_secs(60), "{took:?}");
        nothing_left(stage);
    });
}
