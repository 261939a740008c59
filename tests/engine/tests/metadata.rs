//! Words and values reach the assets, whatever comes between.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::path::PathBuf;
use std::time::Duration;

use engine::error::ErrorCode;
use engine::model::{
    BatchId, ColumnTarget, FileValues, JobSelection, JobStateKind, JobView, MetadataOrder, MetadataState,
    MetadataValues, NearKind, SheetChoice, SheetQuery, WordList,
};
use engine_tests::{PATIENCE, Stage, hasty};
use ferry_tenant::{Action, FaultBody, Match, Options, Rule, StoredAsset, Switches, Tenant};
use serde_json::json;

const USAGE: &str = "meta_choice_0";
const CREDIT: &str = "meta_text_0";
const CHANNELS: &str = "meta_multichoice_0";

async fn stage() -> Stage {
    Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await
}

/// At a library that requires `Usage`.
async fn strict_stage() -> Stage {
    let stage = stage().await;
    stage.tenant.set_switches(Switches { strict_metadata: true, ..stage.tenant.switches() });
    stage
}

fn fields(pairs: &[(&str, &[&str])]) -> MetadataValues {
    let texts = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    MetadataValues {
        fields: pairs.iter().map(|(id, values)| ((*id).to_owned(), texts(values))).collect(),
        ..MetadataValues::default()
    }
}

fn usage(word: &str) -> MetadataValues {
    fields(&[(USAGE, &[word])])
}

trait Told {
    async fn send(&self, paths: Vec<PathBuf>, metadata: MetadataOrder) -> engine::error::Outcome<BatchId>;
    async fn told(&self, batch: BatchId, wanted: MetadataState) -> Vec<JobView>;
    fn asset(&self, name: &str) -> StoredAsset;
    fn edits(&self) -> usize;
}

impl Told for Stage {
    async fn send(&self, paths: Vec<PathBuf>, metadata: MetadataOrder) -> engine::error::Outcome<BatchId> {
        let destination = self.album(&["Marketing", "Spring", "Selects"]);
        let mut request = self.request(paths, destination);
        request.tags = vec!["spring".to_owned()];
        request.metadata = metadata;
        self.handle().enqueue(request).await
    }

    /// Waits until every job of the batch is done and its values are as wanted.
    async fn told(&self, batch: BatchId, wanted: MetadataState) -> Vec<JobView> {
        let wait = async {
            loop {
                let jobs = self.jobs(batch).await;
                let fits = |job: &JobView| job.state == JobStateKind::Done && job.metadata == wanted;
                if !jobs.is_empty() && jobs.iter().all(fits) {
                    return jobs;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(jobs) => jobs,
            Err(_) => panic!("{:#?}", self.jobs(batch).await),
        }
    }

    fn asset(&self, name: &str) -> StoredAsset {
        self.tenant.assets().into_iter().find(|asset| asset.name == name && asset.current).expect(name)
    }

    fn edits(&self) -> usize {
        self.tenant.requests().iter().filter(|call| call.path.ends_with("/batch/edit")).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_gets_words_fields_and_a_description_by_few_calls() {
    let stage = stage().await;
    let paths = (0..30).map(|number| stage.file(&format!("a{number}.jpg"), b"x")).collect();
    let values = MetadataValues {
        tags: vec!["selects".into()],
        keywords: vec!["Outdoors".into(), "Lake, north".into()],
        description: Some("On the lake".into()),
        ..fields(&[(USAGE, &["press"]), (CHANNELS, &["Web", "Print"])])
    };
    let batch = stage.send(paths, MetadataOrder { values, ..Default::default() }).await.unwrap();
    let jobs = stage.told(batch, MetadataState::Applied).await;
    for number in 0..30 {
        let asset = stage.asset(&format!("a{number}.jpg"));
        assert_eq!(asset.tags, ["spring", "selects"]);
        assert_eq!(asset.keywords, ["Outdoors", "Lake, north"]);
        assert_eq!(asset.description, "On the lake");
        assert_eq!(asset.custom[USAGE], json!("Press"));
        assert_eq!(asset.custom[CHANNELS], json!("Web,Print"));
    }
    assert!(stage.edits() <= 30 / 2, "{} calls", stage.edits());
    let details = stage.handle().job_details(jobs[0].id).await.unwrap().metadata.unwrap();
    assert_eq!(details.values.fields[USAGE], ["Press"]);
    let known = stage.handle().known_words(stage.account, WordList::Keywords, "out").await.unwrap();
    assert_eq!(known, ["Outdoors"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_alone_go_with_the_upload_and_cost_no_call() {
    let stage = stage().await;
    let paths = vec![stage.file("a.jpg", b"x")];
    let values = MetadataValues { tags: vec!["selects".into()], ..Default::default() };
    let batch = stage.send(paths, MetadataOrder { values, ..Default::default() }).await.unwrap();
    stage.told(batch, MetadataState::None).await;
    assert_eq!(stage.asset("a.jpg").tags, ["spring", "selects"]);
    assert_eq!(stage.edits(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_one_file_are_over_those_for_all() {
    let stage = stage().await;
    let (a, b) = (stage.file("a.jpg", b"a"), stage.file("b.jpg", b"b"));
    let file = MetadataValues {
        tags: vec!["cover".into()],
        ..fields(&[(CREDIT, &["Mira"]), (USAGE, &["Internal"])])
    };
    let order = MetadataOrder {
        values: usage("Press"),
        files: vec![FileValues { path: b.display().to_string(), values: file }],
        ..Default::default()
    };
    let batch = stage.send(vec![a, b], order).await.unwrap();
    stage.told(batch, MetadataState::Applied).await;
    assert_eq!(stage.asset("a.jpg").custom[USAGE], json!("Press"));
    let asset = stage.asset("b.jpg");
    assert_eq!((&asset.custom[USAGE], &asset.custom[CREDIT]), (&json!("Internal"), &json!("Mira")));
    assert_eq!(asset.tags, ["spring", "cover"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_gives_each_file_its_own() {
    let stage = stage().await;
    let paths: Vec<PathBuf> = ["a.jpg", "B.JPG", "c.jpg"]
        .iter()
        .map(|name| stage.file(&format!("shoot/{name}"), name.as_bytes()))
        .collect();
    let sheet = stage.file(
        "list.csv",
        "File name;Photo credit;Channels;Remark\na.jpg;Mira;Web|Print;x\nb.jpg;J\u{f6}rg;;x\nnowhere.jpg;Nobody;;x\n".as_bytes(),
    );
    let query = SheetQuery {
        account: stage.account,
        path: sheet.clone(),
        columns: None,
        take_near: true,
        paths: paths.clone(),
        destination: None,
    };
    let preview = stage.handle().read_sheet(query.clone()).await.unwrap();
    assert_eq!((preview.rows, preview.matched, preview.near_count, preview.unmatched_count), (3, 1, 1, 1));
    assert_eq!((preview.near[0].kind, preview.files_without_row), (NearKind::Case, 1));
    assert_eq!(preview.columns[0], ColumnTarget::FileName);

    let mut columns = preview.columns.clone();
    columns[3] = ColumnTarget::Description;
    let order = MetadataOrder {
        values: usage("Press"),
        sheet: Some(SheetChoice { path: sheet, columns, take_near: true }),
        ..Default::default()
    };
    let batch = stage.send(paths, order).await.unwrap();
    stage.told(batch, MetadataState::Applied).await;
    let asset = stage.asset("a.jpg");
    assert_eq!((&asset.custom[CREDIT], &asset.custom[CHANNELS]), (&json!("Mira"), &json!("Web,Print")));
    assert_eq!((&asset.custom[USAGE], asset.description.as_str()), (&json!("Press"), "x"));
    assert_eq!(stage.asset("B.JPG").custom[CREDIT], json!("J\u{f6}rg"));
    assert!(!stage.asset("c.jpg").custom.contains_key(CREDIT));
    // For this destination the columns are known from now on.
    let destination = Some(stage.album(&["Marketing", "Spring", "Selects"]));
    let preview = stage.handle().read_sheet(SheetQuery { destination, ..query }).await.unwrap();
    assert_eq!(preview.columns[3], ColumnTarget::Description);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_refused_before_anything_is_taken() {
    let stage = stage().await;
    let path = stage.file("a.jpg", b"x");
    let order = |values| MetadataOrder { values, ..Default::default() };
    for (values, reason) in [
        (fields(&[(USAGE, &["Press"]), ("meta_date_0", &["soon"])]), "date"),
        (usage("Private"), "choice"),
        (fields(&[(USAGE, &["Press"]), ("meta_text_9", &["x"])]), "unknown_field"),
    ] {
        let failure = stage.send(vec![path.clone()], order(values.clone())).await.unwrap_err();
        assert_eq!((failure.code, failure.params["reason"].as_str()), (ErrorCode::MetadataRefused, reason));
        let told = stage.handle().check_metadata(stage.account, values).await.unwrap();
        assert_eq!(told.last().unwrap().failure.code, ErrorCode::MetadataRefused);
    }
    let sheet = stage.file("list.csv", b"file,Usage\na.jpg,Private\n");
    let columns = vec![ColumnTarget::FileName, ColumnTarget::Field { id: USAGE.into() }];
    let sheet = Some(SheetChoice { path: sheet, columns, take_near: false });
    let failure = stage.send(vec![path], MetadataOrder { sheet, ..Default::default() }).await.unwrap_err();
    assert_eq!(failure.params["row"], "2");
    assert!(stage.handle().list_batches(0, 10, None).await.unwrap().is_empty());
    assert!(stage.tenant.assets().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_value_is_corrected_without_another_upload() {
    let stage = stage().await;
    let refused = |code| {
        let status =
            Action::Status { code, retry_after: None, body: FaultBody::default(), after_bytes: None };
        Rule::new(Match::path("/api/v1/batch/edit"), status)
    };
    stage.tenant.add_fault(refused(400));
    let paths = vec![stage.file("a.jpg", b"a"), stage.file("b.jpg", b"b")];
    let order = MetadataOrder { values: usage("Press"), ..Default::default() };
    let batch = stage.send(paths, order).await.unwrap();
    let jobs = stage.told(batch, MetadataState::Refused).await;
    let details = stage.handle().job_details(jobs[0].id).await.unwrap().metadata.unwrap();
    let failure = details.failure.unwrap();
    assert_eq!((failure.code, failure.params["field"].as_str()), (ErrorCode::MetadataRefused, "Usage"));
    assert_eq!(stage.handle().metadata_open(batch).await.unwrap().refused, 2);

    stage.tenant.set_faults(Default::default());
    let posts = stage.posts();
    let corrected = stage.handle().correct_metadata(JobSelection::Batch { batch }, usage("Internal")).await;
    assert_eq!(corrected.unwrap(), 2);
    stage.told(batch, MetadataState::Applied).await;
    assert_eq!(stage.asset("b.jpg").custom[USAGE], json!("Internal"));
    assert_eq!(stage.posts(), posts, "nothing was uploaded again");
    // What is set already is not asked for again.
    let again = stage.handle().correct_metadata(JobSelection::Batch { batch }, usage("Press")).await;
    assert_eq!(again.unwrap(), 0);
    let wrong = stage.handle().correct_metadata(JobSelection::Batch { batch }, usage("Private")).await;
    assert_eq!(wrong.unwrap_err().code, ErrorCode::MetadataRefused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_asset_is_the_only_one_that_is_refused() {
    let stage = stage().await;
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::default(), after_bytes: None };
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/batch/edit"), busy));
    let paths = (0..7).map(|number| stage.file(&format!("a{number}.jpg"), b"x")).collect();
    let batch =
        stage.send(paths, MetadataOrder { values: usage("Press"), ..Default::default() }).await.unwrap();
    stage.told(batch, MetadataState::Waiting).await;
    let gone = stage.asset("a3.jpg");
    stage.tenant.delete_asset(gone.scheme, &gone.id);
    stage.tenant.set_faults(Default::default());
    stage.until(|| stage.tenant.assets().iter().all(|asset| asset.custom.contains_key(USAGE))).await;
    let wait = async {
        while stage.handle().metadata_open(batch).await.unwrap().waiting > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    for job in stage.jobs(batch).await {
        let wanted = if job.name == "a3.jpg" { MetadataState::Refused } else { MetadataState::Applied };
        assert_eq!(job.metadata, wanted, "{}", job.name);
    }
    let refused = stage.handle().metadata_refused(batch, 10).await.unwrap();
    assert_eq!((refused.len(), refused[0].1.params["reason"].as_str()), (1, "gone"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_tenant_is_left_alone_and_a_restart_forgets_nothing() {
    let mut stage = stage().await;
    let busy = Action::Status { code: 429, retry_after: None, body: FaultBody::default(), after_bytes: None };
    stage.tenant.add_fault(Rule::new(Match::path("/api/v1/batch/edit"), busy));
    let paths = vec![stage.file("a.jpg", b"a")];
    let batch =
        stage.send(paths, MetadataOrder { values: usage("Press"), ..Default::default() }).await.unwrap();
    stage.told(batch, MetadataState::Waiting).await;
    stage.until(|| stage.edits() > 0).await;
    stage.stop().await;
    stage.tenant.set_faults(Default::default());
    assert!(!stage.asset("a.jpg").custom.contains_key(USAGE));
    stage.start().await;
    stage.told(batch, MetadataState::Applied).await;
    assert_eq!(stage.asset("a.jpg").custom[USAGE], json!("Press"));
    assert_eq!(stage.posts(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_library_requires_is_there_before_the_first_byte_or_not_wanted_by_word() {
    let stage = strict_stage().await;
    let (a, b) = (stage.file("a.jpg", b"a"), stage.file("b.jpg", b"b"));
    let of_b = |values| vec![FileValues { path: b.display().to_string(), values }];
    let order = |values, files| MetadataOrder { values, files, ..Default::default() };
    let sheet = stage.file("list.csv", b"file,Usage\na.jpg,Press\n");
    let columns = vec![ColumnTarget::FileName, ColumnTarget::Field { id: USAGE.into() }];
    let sheet = Some(SheetChoice { path: sheet, columns, take_near: false });
    let nothing = MetadataValues::default;
    for (order, files, first) in [
        (order(nothing(), Vec::new()), None, None),
        (order(fields(&[(CREDIT, &["Mira"])]), Vec::new()), None, None),
        (order(nothing(), of_b(usage("Press"))), Some("1"), Some("a.jpg: ")),
        (MetadataOrder { sheet: sheet.clone(), ..Default::default() }, Some("1"), Some("b.jpg: ")),
        (order(usage("Press"), of_b(fields(&[(USAGE, &[])]))), Some("1"), Some("b.jpg: ")),
    ] {
        let failure = stage.send(vec![a.clone(), b.clone()], order.clone()).await.unwrap_err();
        let param = |name: &str| failure.params.get(name).map(String::as_str);
        assert_eq!((failure.code, param("reason")), (ErrorCode::MetadataRefused, Some("unfilled")));
        assert_eq!((param("field"), param("files"), param("at")), (Some("Usage"), files, first), "{order:?}");
        let mut request = stage.request(vec![a.clone(), b.clone()], stage.album(&["Inbox"]));
        request.metadata = order;
        let missing = stage.handle().missing_metadata(request).await.unwrap();
        assert_eq!((missing.len(), missing[0].field.as_str()), (1, USAGE));
    }
    assert!(stage.handle().list_batches(0, 10, None).await.unwrap().is_empty());
    assert_eq!(stage.posts(), 0);

    let all = MetadataOrder { files: of_b(usage("Internal")), sheet, ..Default::default() };
    let batch = stage.send(vec![a.clone(), b.clone()], all).await.unwrap();
    stage.told(batch, MetadataState::Applied).await;
    assert_eq!(stage.asset("b.jpg").custom[USAGE], json!("Internal"));
    let without = MetadataOrder { incomplete: true, ..Default::default() };
    let batch = stage.send(vec![stage.file("c.jpg", b"c")], without).await.unwrap();
    stage.told(batch, MetadataState::None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_required_is_remembered_and_a_library_that_never_told_is_not_waited_for() {
    let mut stage = stage().await;
    let silent = Rule::new(Match::path("/api/v1/custom/field"), Action::Hang);
    stage.tenant.add_fault(silent.clone());
    let batch = stage.send(vec![stage.file("a.jpg", b"a")], MetadataOrder::default()).await.unwrap();
    stage.told(batch, MetadataState::None).await;

    stage.tenant.set_faults(Default::default());
    stage.tenant.set_switches(Switches { strict_metadata: true, ..stage.tenant.switches() });
    stage.handle().metadata_form(stage.account).await.unwrap();
    stage.stop().await;
    stage.start().await;
    stage.tenant.add_fault(silent);
    let failure = stage.send(vec![stage.file("b.jpg", b"b")], MetadataOrder::default()).await.unwrap_err();
    assert_eq!(failure.params["reason"], "unfilled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strict_library_takes_no_wrong_numbers_and_a_correction_completes_what_it_refused() {
    let stage = strict_stage().await;
    let keywords = MetadataValues { keywords: vec!["Outdoors".into()], ..Default::default() };
    let order = MetadataOrder { values: keywords.clone(), incomplete: true, ..Default::default() };
    let batch = stage.send(vec![stage.file("a.jpg", b"a")], order).await.unwrap();
    stage.told(batch, MetadataState::Refused).await;
    let complete = MetadataValues { fields: usage("Press").fields, ..keywords };
    let corrected = stage.handle().correct_metadata(JobSelection::Batch { batch }, complete).await;
    assert_eq!(corrected.unwrap(), 1);
    stage.told(batch, MetadataState::Applied).await;
    assert_eq!((stage.asset("a.jpg").keywords, stage.posts()), (vec!["Outdoors".to_owned()], 1));
}
