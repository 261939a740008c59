//! What the user decided about single files before sending: left out, taken anyway, renamed, sidecars.

use std::path::PathBuf;

use engine::error::ErrorCode;
use engine::model::{
    JobStateKind, LeftOutReason, RenamedFolder, SettingKey, ShotPart, Sidecars, StagedQuery, StagingChoices,
};
use engine_tests::{Stage, noise};
use ferry_tenant::{Action, Faults, Match, Rule};

fn shoot(stage: &Stage) {
    for name in ["DSC_1.NEF", "DSC_1.jpg", "DSC_1.xmp", "DSC_2.NEF", "DSC_2.NEF.xmp", "note.xmp", "DSC_1.mov"]
    {
        stage.file(&format!("Shoot/{name}"), &noise(name.len() as u64, 2_000));
    }
    stage.file("Shoot/.DS_Store", b"junk");
    stage.file("Shoot/Out/a.jpg", b"a");
    stage.file("Shoot/Out/Deep/b.jpg", b"b");
    stage.file("Shoot/@eaDir/thumb.jpg", b"t");
}

fn paths(stage: &Stage, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| stage.path(name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_stays_and_what_is_taken_anyway_goes() {
    let stage = Stage::new().await;
    shoot(&stage);
    let choices = StagingChoices {
        leave_out: paths(&stage, &["Shoot/DSC_1.mov", "Shoot/Out"]),
        take_anyway: paths(&stage, &["Shoot/.DS_Store", "Shoot/Out/a.jpg"]),
        ..StagingChoices::default()
    };
    let staged = stage.handle().stage(vec![stage.path("Shoot")], choices.clone()).await.unwrap();
    assert_eq!((staged.files, staged.left_out), (7, 3), "{staged:#?}");
    assert_eq!(
        staged.left_out_reasons[&LeftOutReason::Chosen],
        2,
        "the word of leaving out is the stronger one"
    );
    assert_eq!(staged.left_out_reasons[&LeftOutReason::Junk], 1);
    let folder = staged.left_out_items.iter().find(|item| item.path.ends_with("Out")).unwrap();
    assert!(folder.folder);

    let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
    request.choices = choices;
    let mut watch = stage.watch().await;
    let batch = stage.handle().enqueue(request).await.unwrap();
    let view = watch.finished(batch).await;
    assert_eq!((view.totals.count(JobStateKind::Done), view.left_out), (7, 3));
    let library = stage.library();
    assert!(library.contains_key("Shoot/.DS_Store") && !library.contains_key("Shoot/DSC_1.mov"));
    assert!(!library.contains_key("Shoot/Out/a.jpg"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_folder_arrives_under_the_name_it_was_given() {
    let stage = Stage::new().await;
    shoot(&stage);
    let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
    request.choices.renamed = vec![RenamedFolder { path: stage.path("Shoot"), name: "  Frühling ".into() }];
    let mut watch = stage.watch().await;
    let batch = stage.handle().enqueue(request.clone()).await.unwrap();
    watch.finished(batch).await;
    let job = stage.job(batch, "a.jpg").await;
    assert_eq!(job.place, "Frühling / Out");
    assert_eq!(job.folder, stage.path("Shoot/Out").to_string_lossy());
    assert!(stage.tenant.node_id(&["Frühling"], true).is_some());
    assert!(stage.tenant.node_id(&["Frühling", "Out"], true).is_some());
    assert!(stage.tenant.node_id(&["Shoot"], true).is_none());

    for (name, reason) in [(" ", "empty"), ("two\nlines", "control_character")] {
        request.choices.renamed[0].name = name.into();
        let refused = stage.handle().enqueue(request.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.params["reason"].as_str()), (ErrorCode::NameRefused, reason));
    }
    request.choices.renamed[0].path = "Shoot".into();
    assert_eq!(stage.handle().enqueue(request).await.unwrap_err().code, ErrorCode::PathUnusable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sidecars_go_or_stay_as_the_setting_or_the_request_says() {
    let stage = Stage::new().await;
    shoot(&stage);
    let look = async |choices: StagingChoices| {
        stage.handle().stage(vec![stage.path("Shoot")], choices).await.unwrap()
    };
    let staged = look(StagingChoices::default()).await;
    assert_eq!(
        (staged.pictures, staged.picture_files),
        (4, 7),
        "two shots and two single pictures: {staged:#?}"
    );
    assert_eq!(staged.kinds.iter().find(|kind| kind.kind == "sidecar").unwrap().files, 3);

    stage.handle().set_setting(SettingKey::Sidecars, Some("leave_out".into())).await.unwrap();
    let staged = look(StagingChoices::default()).await;
    assert_eq!(staged.left_out_reasons[&LeftOutReason::Sidecar], 2, "note.xmp is beside no picture");
    let all = StagingChoices { sidecars: Some(Sidecars::Upload), ..StagingChoices::default() };
    assert_eq!(look(all).await.left_out_reasons.get(&LeftOutReason::Sidecar), None);
    // A picture that stays behind does not send its sidecar.
    let alone = StagingChoices {
        leave_out: paths(&stage, &["Shoot/DSC_2.NEF"]),
        take_anyway: paths(&stage, &["Shoot/DSC_1.xmp"]),
        ..StagingChoices::default()
    };
    assert_eq!(look(alone).await.left_out_reasons[&LeftOutReason::Sidecar], 1);
    // Loose files of one folder belong together too.
    let loose = paths(&stage, &["Shoot/DSC_1.NEF", "Shoot/DSC_1.jpg", "Shoot/DSC_1.xmp"]);
    let staged = stage.handle().stage(loose, StagingChoices::default()).await.unwrap();
    assert_eq!((staged.pictures, staged.picture_files, staged.left_out), (1, 2, 1));
    assert_eq!((staged.items.len(), staged.loose.given.as_slice()), (0, [0, 1, 2].as_slice()));
    let (file, folder) = (stage.path("Shoot/DSC_1.jpg"), stage.path("Shoot"));
    let staged = stage.handle().stage(vec![folder, file.clone()], StagingChoices::default()).await.unwrap();
    assert_eq!(staged.items.len(), 1);
    let size = std::fs::metadata(&file).unwrap().len();
    assert_eq!((staged.loose.given, staged.loose.bytes), (vec![1], vec![size]));

    let mut watch = stage.watch().await;
    let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.finished(batch).await;
    let names: Vec<_> = stage.jobs(batch).await.into_iter().map(|job| job.name).collect();
    assert_eq!(
        names,
        ["DSC_1.NEF", "DSC_1.jpg", "DSC_1.mov", "DSC_2.NEF", "note.xmp", "a.jpg", "b.jpg"]
            .map(String::from)
            .to_vec()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choices_outlive_a_restart_in_the_middle_of_the_scan() {
    let mut stage = Stage::new().await;
    // Long enough a scan that the engine is stopped within it.
    for file in 0..4_000 {
        stage.file(&format!("Shoot/{}/{file:04}.jpg", file % 40), b"x");
        if file % 40 == 0 {
            stage.file(&format!("Shoot/{}/{file:04}.xmp", file % 40), b"x");
        }
    }
    let rules = vec![Rule::new(Match::object_post(), Action::Delay { ms: 50 })];
    stage.tenant.set_faults(Faults { rules });
    stage.handle().set_setting(SettingKey::Sidecars, Some("leave_out".into())).await.unwrap();
    let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
    request.choices.leave_out = (1..40).map(|folder| stage.path(&format!("Shoot/{folder}"))).collect();
    request.choices.renamed = vec![RenamedFolder { path: stage.path("Shoot"), name: "Spring".into() }];
    let batch = stage.handle().enqueue(request).await.unwrap();
    stage.stop().await;
    // What the setting says later does not matter to this batch.
    stage.start().await;
    stage.handle().set_setting(SettingKey::Sidecars, Some("upload".into())).await.unwrap();
    let view = stage.watch().await.finished(batch).await;
    assert_eq!((view.totals.count(JobStateKind::Done), view.totals.all()), (100, 100));
    let places: Vec<_> = stage.library().into_keys().collect();
    assert_eq!(places.iter().filter(|place| place.starts_with("Spring/0/")).count(), 100, "{places:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_given_folder_can_be_looked_into_page_by_page() {
    let stage = Stage::new().await;
    shoot(&stage);
    let query = StagedQuery {
        root: stage.path("Shoot"),
        folder: stage.path("Shoot"),
        limit: 200,
        choices: StagingChoices {
            leave_out: paths(&stage, &["Shoot/DSC_1.mov"]),
            ..StagingChoices::default()
        },
        ..StagedQuery::default()
    };
    let page = stage.handle().list_staged(query.clone()).await.unwrap();
    let rows: Vec<_> =
        page.entries.iter().map(|entry| (entry.name.as_str(), entry.left_out, entry.part)).collect();
    let (alone, first, further) = (ShotPart::Alone, ShotPart::First, ShotPart::Further);
    assert_eq!(
        rows,
        [
            ("@eaDir", Some(LeftOutReason::Junk), alone),
            ("Out", None, alone),
            (".DS_Store", Some(LeftOutReason::Junk), alone),
            ("DSC_1.NEF", None, first),
            ("DSC_1.jpg", None, further),
            ("DSC_1.xmp", None, further),
            ("DSC_1.mov", Some(LeftOutReason::Chosen), alone),
            ("DSC_2.NEF", None, first),
            ("DSC_2.NEF.xmp", None, further),
            ("note.xmp", None, alone),
        ]
    );
    assert_eq!(page.entries[3].size, 2_000);
    let part = StagedQuery { offset: 8, limit: 1, ..query.clone() };
    let page = stage.handle().list_staged(part).await.unwrap();
    assert_eq!((page.total, page.entries[0].name.as_str()), (10, "DSC_2.NEF.xmp"));
    let elsewhere = StagedQuery { folder: "/etc".into(), ..query };
    assert_eq!(stage.handle().list_staged(elsewhere).await.unwrap_err().code, ErrorCode::PathUnusable);
}
