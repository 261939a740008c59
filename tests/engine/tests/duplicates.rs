//! Files that the library has already: each rule meets each kind of copy, and the assets in the library prove the end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::collections::BTreeMap;

use engine::error::ErrorCode;
use engine::model::{
    BatchId, BatchView, Certainty, DuplicateAnswer, DuplicateOf, DuplicateReach, DuplicateRule, JobAction,
    JobId, JobSelection, JobStateKind, JobView, SettingKey,
};
use engine_tests::{Stage, hasty, md5_of, noise};
use ferry_tenant::{Action, FaultBody, Match, Options, Rule, StoredAsset, Switches, Tenant};
use futures_util::{StreamExt, stream};

const SELECTS: [&str; 3] = ["Marketing", "Spring", "Selects"];
const RAW: [&str; 3] = ["Marketing", "Spring", "Raw"];

async fn stage() -> Stage {
    let switches = Switches { ingest_delay_ms: 20, ..Switches::default() };
    let options = Options { switches, ..Options::default() };
    Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await
}

trait Looks {
    async fn send(&self, files: &[(&str, &[u8])], album: &[&str], rule: DuplicateRule) -> BatchView;
    async fn begin(&self, files: &[(&str, &[u8])], album: &[&str], rule: DuplicateRule) -> BatchId;
    fn named(&self, name: &str) -> Vec<StoredAsset>;
    fn calls(&self, path: &str) -> usize;
}

impl Looks for Stage {
    async fn begin(&self, files: &[(&str, &[u8])], album: &[&str], rule: DuplicateRule) -> BatchId {
        let paths = files.iter().map(|(path, bytes)| self.file(path, bytes)).collect();
        let mut request = self.request(paths, self.album(album));
        request.duplicates = Some(rule);
        self.handle().enqueue(request).await.unwrap()
    }

    async fn send(&self, files: &[(&str, &[u8])], album: &[&str], rule: DuplicateRule) -> BatchView {
        let mut watch = self.watch().await;
        let batch = self.begin(files, album, rule).await;
        watch.finished(batch).await
    }

    /// Every version of every asset of a name.
    fn named(&self, name: &str) -> Vec<StoredAsset> {
        self.tenant.assets().into_iter().filter(|asset| asset.name == name).collect()
    }

    fn calls(&self, path: &str) -> usize {
        self.tenant.requests().iter().filter(|call| call.path.starts_with(path)).count()
    }
}

fn ends(view: &BatchView) -> BTreeMap<&'static str, u64> {
    view.totals
        .jobs
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(state, count)| (state.as_str(), *count))
        .collect()
}

fn of(job: &JobView) -> DuplicateOf {
    let failure = job.failure.as_ref().unwrap_or_else(|| panic!("{job:#?}"));
    DuplicateOf::of(failure).unwrap_or_else(|| panic!("{job:#?}"))
}

/// What is in the library before the files are looked for, as they came there, and what of each file is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// Delivered from here, and unchanged there.
    Exact,
    OtherName,
    OtherContent,
    /// NFC there, NFD here.
    UnicodeTwin,
    LetterTwin,
    /// A tag there has changed its checksum.
    TagChanged,
    Empty,
    OtherAlbum,
    /// Somebody else's, where this user sees nothing.
    Hidden,
    Deleted,
    Nothing,
}

use Case as C;

const CASES: [Case; 11] = [
    C::Exact,
    C::OtherName,
    C::OtherContent,
    C::UnicodeTwin,
    C::LetterTwin,
    C::TagChanged,
    C::Empty,
    C::OtherAlbum,
    C::Hidden,
    C::Deleted,
    C::Nothing,
];

/// A name and bytes.
type Named = (&'static str, Vec<u8>);

impl Case {
    /// Name and bytes in the library, and of the file.
    fn files(self) -> (Named, Named) {
        let bytes = noise(7, 70_000);
        match self {
            C::OtherName => (("there.jpg", bytes.clone()), ("here.jpg", bytes)),
            C::OtherContent => (("a.jpg", bytes), ("a.jpg", noise(8, 70_000))),
            C::UnicodeTwin => (("\u{fc}ber.jpg", bytes.clone()), ("u\u{308}ber.jpg", bytes)),
            C::LetterTwin => (("IMG_1.JPG", bytes.clone()), ("img_1.jpg", bytes)),
            C::Empty => (("empty.txt", Vec::new()), ("empty.txt", Vec::new())),
            C::Nothing => (("other.jpg", noise(9, 100)), ("a.jpg", bytes)),
            _ => (("a.jpg", bytes.clone()), ("a.jpg", bytes)),
        }
    }

    /// Whether it is found by name, and by its bytes; as surely as that.
    fn found(self, by_name: bool) -> Option<Certainty> {
        use Certainty::{Certain, Probably};
        match (self, by_name) {
            (C::Hidden | C::Deleted | C::Nothing, _) | (C::OtherName, true) | (C::OtherContent, false) => {
                None
            }
            (C::LetterTwin, true) => Some(Probably),
            _ => Some(Certain),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    /// From this computer, by the same account.
    FromHere,
    /// From elsewhere: only the tenant knows of it.
    FromElsewhere,
}

/// Puts the case's asset into the library, and gives the stage that looks for its file.
async fn prepared(case: Case, came: Came) -> Stage {
    let mut stage = stage().await;
    let ((name, bytes), _) = case.files();
    if case == C::Hidden {
        // Of the administrator, in a place that a contributor does not see.
        let place = ["Management", "Board portraits"];
        let batch = stage.send(&[(&format!("before/{name}"), &bytes)], &place, DuplicateRule::Off).await;
        assert_eq!(ends(&batch), [("done", 1)].into());
        return as_contributor(stage).await;
    }
    let album = if case == C::OtherAlbum { RAW } else { SELECTS };
    let batch = stage.send(&[(&format!("before/{name}"), &bytes)], &album, DuplicateRule::Off).await;
    assert_eq!(ends(&batch), [("done", 1)].into(), "{case:?}");
    let asset = stage.tenant.assets().remove(0);
    match case {
        C::TagChanged => {
            stage.tenant.set_switches(Switches { md5_changes_on_edit: true, ..stage.tenant.switches() });
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            let address =
                format!("{}/api/v1/{}/{}/tag/new", stage.tenant.url(), asset.scheme.as_str(), asset.id);
            let token = stage.tenant.token_for("admin@demo.test");
            let answer = http.put(address).bearer_auth(token).send().await.unwrap();
            assert!(answer.status().is_success());
            assert_ne!(told_md5(&stage, &asset).await, md5_of(&bytes));
        }
        C::Deleted => stage.tenant.delete_asset(asset.scheme, &asset.id),
        _ => {}
    }
    if came == Came::FromElsewhere {
        // Another computer: nothing is known here of what was delivered.
        stage.stop().await;
        stage.data = tempfile::TempDir::new().unwrap();
        stage.start().await;
        stage.account = stage.sign_in().await.id;
    }
    stage
}

/// As the API tells it.
async fn told_md5(stage: &Stage, asset: &StoredAsset) -> String {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("{}/api/v1/{}/{}", stage.tenant.url(), asset.scheme.as_str(), asset.id);
    let answer =
        http.get(address).bearer_auth(stage.tenant.token_for("admin@demo.test")).send().await.unwrap();
    let told: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    told["md5"].as_str().unwrap().to_owned()
}

async fn as_contributor(mut stage: Stage) -> Stage {
    stage.stop().await;
    stage.data = tempfile::TempDir::new().unwrap();
    stage.start().await;
    let request = engine::model::SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        ..Default::default()
    };
    let started = stage.handle().start_sign_in(request).await.unwrap();
    let (account, _) = stage.signed_in_as(started, "contributor@demo.test", |_| {}).await;
    stage.account = account.unwrap().id;
    stage
}

/// Each rule × each case, from here and from elsewhere: the job's end, and the assets in the library.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_meets_each_copy() {
    let mut cells = Vec::new();
    for came in [Came::FromHere, Came::FromElsewhere] {
        for case in CASES {
            cells.extend(DuplicateRule::ALL.map(|rule| cell(case, came, rule)));
        }
    }
    let count = cells.len();
    assert_eq!(stream::iter(cells).buffer_unordered(6).collect::<Vec<()>>().await.len(), count);
}

async fn cell(case: Case, came: Came, rule: DuplicateRule) {
    use DuplicateRule as R;
    // What a tag has changed is known to nobody but the local record.
    let unknown = case == C::TagChanged && came == Came::FromElsewhere;
    let stage = prepared(case, came).await;
    let before = stage.tenant.assets().len();
    let (_, (name, bytes)) = case.files();
    let batch = stage.send(&[(&format!("now/{name}"), &bytes)], &SELECTS, rule).await;
    let what = format!("{case:?} {came:?} {rule:?}");
    let by_name = rule.as_str().starts_with("filename");
    let found = case.found(by_name).filter(|_| by_name || !unknown).filter(|_| rule.holds_files());
    let (end, more, versions) = match (found, rule) {
        (None, _) => ("done", 1, 1),
        (Some(_), R::FilenameSkip | R::Md5Skip) => ("skipped", 0, 1),
        (Some(Certainty::Certain), R::FilenameVersion) => ("done", 1, 2),
        (Some(_), _) => ("blocked", 0, 1),
    };
    assert_eq!(ends(&batch), [(end, 1)].into(), "{what}: {:#?}", stage.jobs(batch.id).await);
    let assets = stage.tenant.assets();
    assert_eq!(assets.len(), before + more, "{what}: {assets:#?}");
    let job = stage.jobs(batch.id).await.remove(0);
    if end == "done" {
        let id = &job.asset.as_ref().unwrap().id;
        let own: Vec<_> = assets.iter().filter(|asset| asset.id == *id).collect();
        assert_eq!(own.len(), versions, "{what}: {own:#?}");
        let current = own.iter().find(|asset| asset.current).unwrap();
        assert_eq!(current.md5, md5_of(&bytes), "{what}");
        return;
    }
    let of = of(&job);
    assert_eq!(Some(of.certainty), found, "{what}");
    assert!(assets.iter().any(|asset| asset.id == of.asset.id), "{what}");
    let place = if case == C::OtherAlbum { RAW } else { SELECTS }.join(" / ");
    assert_eq!(of.place, place, "{what}");
    let code = job.failure.as_ref().unwrap().code;
    let wanted = if end == "blocked" { ErrorCode::DecisionNeeded } else { ErrorCode::DuplicateFound };
    assert_eq!(code, wanted, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_equal_files_in_one_batch_one_is_sent_and_the_others_follow_the_rule() {
    use DuplicateRule as R;
    let bytes = noise(1, 3_000);
    for (rule, end, assets, versions) in [
        (R::Md5Skip, "skipped", 1, 1),
        (R::Md5Ask, "blocked", 1, 1),
        (R::Md5New, "done", 3, 1),
        (R::FilenameSkip, "skipped", 1, 1),
        (R::FilenameVersion, "done", 1, 3),
        (R::Off, "done", 3, 1),
    ] {
        let stage = stage().await;
        let files: [(&str, &[u8]); 3] = [("x/a.jpg", &bytes), ("y/a.jpg", &bytes), ("z/a.jpg", &bytes)];
        let batch = stage.send(&files, &SELECTS, rule).await;
        let mut wanted = BTreeMap::from([("done", 1)]);
        *wanted.entry(end).or_default() += 2;
        assert_eq!(ends(&batch), wanted, "{rule:?}: {:#?}", stage.jobs(batch.id).await);
        let all = stage.named("a.jpg");
        let ids: std::collections::BTreeSet<&str> = all.iter().map(|asset| asset.id.as_str()).collect();
        assert_eq!((ids.len(), all.len()), (assets, assets * versions), "{rule:?}: {all:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_what_another_batch_is_sending_waits_for_what_becomes_of_it() {
    let bytes = noise(1, 3_000);
    for (fails, end) in [(false, JobStateKind::Skipped), (true, JobStateKind::Done)] {
        let stage = stage().await;
        let slow = Rule::new(Match::object_post(), Action::IngestDelay { ms: 1_500 }).times(1);
        stage.tenant.add_fault(slow);
        if fails {
            stage.tenant.add_fault(Rule::new(Match::object_post(), Action::IngestError).times(1));
        }
        let mut watch = stage.watch().await;
        let first = stage.begin(&[("x/a.jpg", &bytes)], &SELECTS, DuplicateRule::Off).await;
        stage.until(|| stage.posts() == 1).await;
        let second = stage.begin(&[("y/b.jpg", &bytes)], &SELECTS, DuplicateRule::Md5Skip).await;
        watch.finished(second).await;
        let first = stage.jobs(first).await.remove(0);
        assert_eq!(first.state, if fails { JobStateKind::Failed } else { JobStateKind::Done });
        let second = stage.jobs(second).await.remove(0);
        assert_eq!(second.state, end, "{second:#?}");
        if !fails {
            assert_eq!(of(&second).job, Some(first.id));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_decides_for_one_for_a_kind_and_for_a_batch() {
    let stage = stage().await;
    let names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"];
    let old: Vec<(String, Vec<u8>)> =
        names.iter().zip(1..).map(|(name, seed)| (format!("old/{name}"), noise(seed, 2_000))).collect();
    let old: Vec<(&str, &[u8])> = old.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    stage.send(&old, &SELECTS, DuplicateRule::Off).await;
    let new: Vec<(String, Vec<u8>)> =
        names.iter().zip(11..).map(|(name, seed)| (format!("new/{name}"), noise(seed, 2_000))).collect();
    let new: Vec<(&str, &[u8])> = new.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let batch = stage.send(&new, &SELECTS, DuplicateRule::FilenameAsk).await;
    assert_eq!(ends(&batch), [("blocked", 4)].into());
    let asked = of(&stage.job(batch.id, "a.jpg").await);
    // Both sides can be shown.
    assert_eq!((asked.size, asked.versions), (Some(2_000), Some(1)));
    assert!(asked.owner.is_some() && asked.uploaded.is_some() && asked.url.is_some(), "{asked:#?}");
    assert_eq!(stage.named("a.jpg").len(), 1, "nothing is sent while nobody has decided");

    let mut watch = stage.watch().await;
    let decide = async |answer, reach| stage.handle().decide_duplicates(answer, reach).await.unwrap();
    let id = async |name: &str| stage.job(batch.id, name).await.id;
    let these = |job: JobId| DuplicateReach::These { selection: JobSelection::Jobs { jobs: vec![job] } };
    assert_eq!(decide(DuplicateAnswer::Version, these(id("a.jpg").await)).await.changed, 1);
    assert_eq!(decide(DuplicateAnswer::Upload, these(id("b.jpg").await)).await.changed, 1);
    assert_eq!(
        decide(DuplicateAnswer::Skip, DuplicateReach::Kind { job: id("c.jpg").await }).await.changed,
        2
    );
    let settled = watch.finished(batch.id).await;
    assert_eq!(ends(&settled), [("done", 2), ("skipped", 2)].into());
    let [a, b, c] = ["a.jpg", "b.jpg", "c.jpg"].map(|name| stage.named(name));
    assert_eq!((a.len(), a[0].id == a[1].id), (2, true), "{a:#?}");
    assert_eq!((b.len(), b[0].id == b[1].id), (2, false), "{b:#?}");
    assert_eq!(c.len(), 1);
    // Twice means nothing; a retry of a skipped file uploads it regardless.
    assert_eq!(decide(DuplicateAnswer::Skip, these(id("a.jpg").await)).await.unchanged, 1);
    let jobs = vec![id("c.jpg").await];
    assert_eq!(stage.control(JobSelection::Jobs { jobs }, JobAction::Retry).await, 1);
    watch.finished(batch.id).await;
    assert_eq!(stage.named("c.jpg").len(), 2);
    // With all the others it is left alone.
    assert_eq!(stage.control(JobSelection::Batch { batch: batch.id }, JobAction::Retry).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_can_not_be_asked_is_asked_again_and_nothing_is_sent_meanwhile() {
    for (path, rule) in
        [("/api/v1/search", DuplicateRule::FilenameSkip), ("/api/v1/batch/content", DuplicateRule::Md5Skip)]
    {
        for action in [
            Action::Status { code: 503, retry_after: None, body: FaultBody::default(), after_bytes: None },
            Action::Status { code: 200, retry_after: None, body: FaultBody::Empty, after_bytes: None },
            Action::Cut { after_bytes: 0 },
        ] {
            let stage = stage().await;
            stage.send(&[("x/a.jpg", b"same")], &SELECTS, DuplicateRule::Off).await;
            stage.tenant.add_fault(Rule::new(Match::path(path), action.clone()).times(4));
            let batch = stage.begin(&[("y/a.jpg", b"same")], &SELECTS, rule).await;
            let batch = stage.settled(batch).await;
            assert_eq!(
                ends(&batch),
                [("skipped", 1)].into(),
                "{path} {action:?}: {:#?}",
                stage.jobs(batch.id).await
            );
            assert_eq!(stage.posts(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pause_cancel_and_a_crash_while_files_are_looked_for_lose_nothing() {
    let mut stage = stage().await;
    stage.send(&[("x/a.jpg", b"same")], &SELECTS, DuplicateRule::Off).await;
    let rule = || Rule::new(Match::path("/api/v1/search"), Action::Delay { ms: 800 });
    stage.tenant.add_fault(rule());
    let files: [(&str, &[u8]); 3] = [("y/a.jpg", b"same"), ("y/b.jpg", b"new"), ("y/c.jpg", b"newer")];
    let batch = stage.begin(&files, &SELECTS, DuplicateRule::FilenameSkip).await;
    stage.until(|| stage.tenant.under_way() > 0).await;
    let paused = stage.control(JobSelection::Batch { batch }, JobAction::Pause).await;
    assert_eq!(paused, 3);
    let cancelled = stage.job(batch, "c.jpg").await.id;
    stage.control(JobSelection::Jobs { jobs: vec![cancelled] }, JobAction::Cancel).await;
    // The look that was under way decides nothing about them.
    stage.until(|| stage.tenant.under_way() == 0).await;
    assert_eq!(stage.job(batch, "a.jpg").await.state, JobStateKind::Paused);
    stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
    // As with kill -9.
    drop(stage.engine.take());
    stage.wait_for_lock().await;
    stage.tenant.set_faults(Default::default());
    stage.start().await;
    let mut watch = stage.watch().await;
    let view = watch.finished(batch).await;
    assert_eq!(ends(&view), [("cancelled", 1), ("done", 1), ("skipped", 1)].into());
    assert_eq!(stage.named("a.jpg").len(), 1);
    assert_eq!(stage.named("b.jpg").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_hashed_once_wherever_it_is_moved_and_again_when_it_changed_under_its_old_time() {
    let stage = stage().await;
    let path = stage.file("x/a.jpg", b"0123456789");
    let send = async |path: &std::path::Path, rule| {
        let mut request = stage.request(vec![path.to_path_buf()], stage.album(&SELECTS));
        request.duplicates = Some(rule);
        let mut watch = stage.watch().await;
        let batch = stage.handle().enqueue(request).await.unwrap();
        ends(&watch.finished(batch).await)
    };
    assert_eq!(send(&path, DuplicateRule::Off).await, [("done", 1)].into());
    let moved = stage.path("b.jpg");
    std::fs::rename(&path, &moved).unwrap();
    assert_eq!(send(&moved, DuplicateRule::Md5Skip).await, [("skipped", 1)].into());
    // Other bytes, the same size, and the old time: only the time of the change tells.
    let time = std::fs::metadata(&moved).unwrap().modified().unwrap();
    let mut file = std::fs::File::options().write(true).open(&moved).unwrap();
    std::io::Write::write_all(&mut file, b"9876543210").unwrap();
    file.set_modified(time).unwrap();
    drop(file);
    assert_eq!(send(&moved, DuplicateRule::Md5Skip).await, [("done", 1)].into());
    assert_eq!(stage.named("b.jpg")[0].md5, md5_of(b"9876543210"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rule_that_is_set_counts_and_where_roles_are_told_only_an_administrator_sets_it() {
    let stage = stage().await;
    let handle = stage.handle();
    handle.set_setting(SettingKey::DuplicatesUpload, Some("md5:skip".into())).await.unwrap();
    let paths = vec![stage.file("x/a.jpg", b"a"), stage.file("y/b.jpg", b"a")];
    let batch = stage.upload(paths, stage.album(&SELECTS)).await;
    assert_eq!(batch.duplicates, DuplicateRule::Md5Skip);
    assert_eq!(ends(&batch), [("done", 1), ("skipped", 1)].into());

    stage.tenant.set_switches(Switches { tell_role: true, ..stage.tenant.switches() });
    let stage = as_contributor(stage).await;
    let handle = stage.handle();
    let refused = handle.set_setting(SettingKey::DuplicatesUpload, Some("md5:ask".into())).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.params["reason"].as_str()),
        (ErrorCode::SettingLocked, "administrators")
    );
    let shown = handle.list_settings().await.unwrap();
    let rule = shown.iter().find(|setting| setting.key == SettingKey::DuplicatesUpload).unwrap();
    assert!(rule.administrators_only && rule.value == "off");
    let mut request = stage.request(vec![stage.file("z/c.jpg", b"c")], stage.album(&SELECTS));
    request.duplicates = Some(DuplicateRule::Md5Skip);
    assert_eq!(handle.enqueue(request).await.unwrap_err().code, ErrorCode::SettingLocked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_becomes_a_new_version_in_parts_and_nobody_else_gets_its_asset() {
    let switches = Switches { ingest_delay_ms: 20, ..Switches::default() };
    let options = Options { switches, parts: true, ..Options::default() };
    let stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
    let (old, new) = (noise(1, 3_000), noise(2, 30_000_000));
    stage.send(&[("x/film.mov", &old)], &SELECTS, DuplicateRule::Off).await;
    let batch = stage.send(&[("y/film.mov", &new)], &RAW, DuplicateRule::FilenameVersion).await;
    assert_eq!(ends(&batch), [("done", 1)].into(), "{:#?}", stage.jobs(batch.id).await);
    let all = stage.named("film.mov");
    assert_eq!((all.len(), all[0].id == all[1].id), (2, true), "{all:#?}");
    assert_eq!(all.iter().find(|asset| asset.current).unwrap().md5, md5_of(&new));
    // It stays where it was.
    assert_eq!(all[0].albums, [stage.album(&SELECTS).id]);
    assert!(stage.calls("/api/v1/s3/multipart") > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_whose_answer_was_lost_is_not_sent_twice() {
    let stage = stage().await;
    stage.send(&[("x/a.jpg", &noise(1, 3_000))], &SELECTS, DuplicateRule::Off).await;
    stage.tenant.add_fault(Rule::new(Match::object_post(), Action::LoseAnswer).times(1));
    let new = noise(2, 3_000);
    let batch = stage.begin(&[("y/a.jpg", &new)], &SELECTS, DuplicateRule::FilenameVersion).await;
    let batch = stage.settled(batch).await;
    assert_eq!(ends(&batch), [("done", 1)].into());
    let all = stage.named("a.jpg");
    assert_eq!((all.len(), all[0].id == all[1].id), (2, true), "{all:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_looked_through_before_anything_is_sent() {
    let stage = stage().await;
    stage.send(&[("x/a.jpg", b"a"), ("x/b.jpg", b"b")], &SELECTS, DuplicateRule::Off).await;
    let posts = stage.posts();
    let files: [(&str, &[u8]); 4] =
        [("y/a.jpg", b"a"), ("y/new.jpg", b"n"), ("y/twin.jpg", b"n"), ("y/b.jpg", b"other")];
    let paths = files.iter().map(|(path, bytes)| stage.file(path, bytes)).collect();
    let mut request = stage.request(paths, stage.album(&SELECTS));
    for (rule, found, twins) in [(DuplicateRule::Md5Skip, 1, 1), (DuplicateRule::FilenameAsk, 2, 0)] {
        request.duplicates = Some(rule);
        let preview = stage.handle().preview_duplicates(request.clone(), None).await.unwrap();
        assert_eq!((preview.certain, preview.probably, preview.twins), (found, 0, twins), "{preview:#?}");
        assert_eq!(preview.files.len() as u64, found + twins);
    }
    assert_eq!(stage.posts(), posts);
}

/// The smallest thing with the shape of a JPEG: what a camera says of itself, and a picture.
fn photo(tag: &str, pixels: &[u8]) -> Vec<u8> {
    let segment = |marker: u8, contents: &[u8]| {
        let length = u16::try_from(contents.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], contents].concat()
    };
    let tag = segment(0xe1, &[b"Exif\0\0", tag.as_bytes()].concat());
    [&[0xff, 0xd8][..], &tag, &segment(0xda, &[1, 1, 0, 0, 63, 0]), pixels, &[0xff, 0xd9]].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_whose_tags_alone_differ_is_found_where_that_is_wanted() {
    let stage = stage().await;
    let handle = stage.handle();
    let rule = DuplicateRule::Md5Skip;
    let first = [("x/a.jpg", &photo("by Jo", b"harbour")[..])];
    handle.set_setting(SettingKey::DuplicatesPicture, Some("on".into())).await.unwrap();
    assert_eq!(ends(&stage.send(&first, &SELECTS, rule).await), [("done", 1)].into());

    let tagged = [("y/b.jpg", &photo("by Jo, 5 stars", b"harbour")[..])];
    let other = [("y/c.jpg", &photo("by Jo", b"forest")[..])];
    let batch = stage.send(&[tagged[0], other[0]], &RAW, rule).await;
    assert_eq!(ends(&batch), [("done", 1), ("skipped", 1)].into());
    let skipped = stage.jobs(batch.id).await.into_iter().find(|job| job.name == "b.jpg").unwrap();
    let found = of(&skipped);
    assert!(found.same_picture, "{found:#?}");
    assert_eq!((found.certainty, found.name.as_str()), (Certainty::Certain, "a.jpg"));
    assert_eq!(found.asset.id, stage.named("a.jpg")[0].id);
    assert_eq!(skipped.failure.unwrap().params["reason"], "picture");
    let mut request = stage.request(vec![stage.path("y/b.jpg")], stage.album(&RAW));
    request.duplicates = Some(rule);
    let preview = handle.preview_duplicates(request, None).await.unwrap();
    assert!(preview.files[0].of.as_ref().unwrap().same_picture, "{preview:#?}");

    // Where nobody wants it, other bytes are another file.
    handle.set_setting(SettingKey::DuplicatesPicture, None).await.unwrap();
    let again = [("z/d.jpg", &photo("by Jo, 4 stars", b"harbour")[..])];
    assert_eq!(ends(&stage.send(&again, &RAW, rule).await), [("done", 1)].into());
}
