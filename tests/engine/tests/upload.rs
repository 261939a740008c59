//! Files arrive whole, once, in the right place.

use engine::event::EngineEvent;
use engine::model::{BatchState, JobStateKind, Verification};
use engine_tests::{Stage, local_files, md5_of, noise};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_arrives_with_its_structure_and_its_bytes() {
    let stage = Stage::new().await;
    stage.file("Shoot/cover.jpg", &noise(1, 10_000));
    stage.file("Shoot/empty.txt", b"");
    stage.file("Shoot/Selects/Grüße 😀.jpg", &noise(2, 300_000));
    stage.file("Shoot/Selects/u\u{308}ber.jpg", &noise(3, 70_000));
    stage.file("Shoot/Film/master.mov", &noise(4, 5_000_000));
    stage.file("Shoot/.DS_Store", b"junk");
    let batch = stage.upload(vec![stage.path("Shoot")], stage.folder(&["Marketing"])).await;

    assert_eq!(batch.state, BatchState::Finished);
    assert_eq!(batch.totals.count(JobStateKind::Done), 5);
    assert_eq!(batch.totals.all(), 5);
    assert_eq!(batch.left_out, 1);
    let library = stage.library();
    for (place, seed, size) in [
        ("Marketing/Shoot/cover.jpg", 1, 10_000),
        ("Marketing/Shoot/Selects/Grüße 😀.jpg", 2, 300_000),
        ("Marketing/Shoot/Selects/\u{fc}ber.jpg", 3, 70_000),
        ("Marketing/Shoot/Film/master.mov", 4, 5_000_000),
    ] {
        let asset = library.get(place).unwrap_or_else(|| panic!("{place} is not in {:?}", library.keys()));
        assert_eq!(asset.md5, md5_of(&noise(seed, size)), "{place}");
    }
    assert_eq!(library["Marketing/Shoot/empty.txt"].size, 0);
    // A folder with files and subfolders: an album and a folder of one name, side by side.
    assert!(stage.tenant.node_id(&["Marketing", "Shoot"], true).is_some());
    assert!(stage.tenant.node_id(&["Marketing", "Shoot"], false).is_some());
    assert_eq!(stage.posts(), 5, "each file was sent once");
    for job in stage.jobs(batch.id).await {
        let details = stage.handle().job_details(job.id).await.unwrap();
        assert_eq!(details.verification, Some(Verification::EtagAndMd5), "{}", job.name);
        assert!(details.asset_url.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loose_files_go_into_the_chosen_album() {
    let stage = Stage::new().await;
    let paths = vec![stage.file("a.jpg", b"one"), stage.file("b.jpg", b"two")];
    let destination = stage.album(&["Marketing", "Spring", "Selects"]);
    let batch = stage.upload(paths, destination).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2);
    assert_eq!(stage.library()["Marketing/Spring/Selects/a.jpg"].md5, md5_of(b"one"));
}

/// What is asked of the API before the first byte, beside where the file goes.
const QUESTIONS: [&str; 3] = ["/api/v1/upload/setting", "/api/v1/custom/field", "/api/v1/"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_upload_that_is_expected_asks_is_known_when_it_begins() {
    let stage = Stage::new().await;
    let mut watch = stage.watch().await;
    stage.sign_in().await;
    let asked =
        || stage.tenant.requests().iter().filter(|call| QUESTIONS.contains(&call.path.as_str())).count();
    let before = asked();
    stage.handle().expect_upload(stage.account);
    stage.until(|| asked() == before + QUESTIONS.len()).await;
    // Word of the sign-in reaches the transfers after the first question.
    while !matches!(watch.next().await.as_deref(), Some(EngineEvent::AccountsChanged { .. })) {}
    // An account that is not there is nobody's trouble.
    stage.handle().expect_upload(engine::model::AccountId(99));
    stage.file("a.mov", &noise(1, 20_000_000));
    let batch =
        stage.upload(vec![stage.path("a.mov")], stage.album(&["Marketing", "Spring", "Selects"])).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 1);
    assert_eq!(asked(), before + QUESTIONS.len(), "asked again");
}

/// Whether an album is there is found out once, and not at all where the tenant has just said so: that is a whole answer
/// before the first byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_album_that_was_just_shown_or_made_is_not_looked_at() {
    let stage = Stage::new().await;
    let looks = || {
        let is_look = |call: &&ferry_tenant::Call| call.path.starts_with("/api/v1/info/album/");
        stage.tenant.requests().iter().filter(is_look).count()
    };
    let upload = async |name: &str, album| {
        stage.file(name, name.as_bytes());
        let batch = stage.upload(vec![stage.path(name)], album).await;
        assert_eq!(batch.totals.count(JobStateKind::Done), 1);
    };
    // One that is only named, as a window does that remembers it.
    upload("a.jpg", stage.album(&["Marketing", "Spring", "Selects"])).await;
    upload("b.jpg", stage.album(&["Marketing", "Spring", "Selects"])).await;
    assert_eq!(looks(), 1, "once");
    let handle = stage.handle();
    let other = stage.album(&["Marketing", "Spring", "Raw"]).id;
    for text in ["Marketing/Spring/Raw".to_owned(), "Marketing/New".to_owned()] {
        let place = handle.resolve_destination(stage.account, &text, false, true).await.unwrap();
        upload(&format!("{}.jpg", place.id), place).await;
    }
    let place = handle.resolve_destination(stage.account, &format!("album:{other}"), false, false).await;
    upload("c.jpg", place.unwrap()).await;
    assert_eq!(looks(), 2, "and by its id, which is the look");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_already_is_reused() {
    let stage = Stage::new().await;
    stage.file("Shoot/A/one.jpg", b"one");
    stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    stage.file("Shoot/A/two.jpg", b"two");
    std::fs::remove_file(stage.path("Shoot/A/one.jpg")).unwrap();
    stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    let library = stage.library();
    let albums: std::collections::BTreeSet<_> = library
        .values()
        .filter(|asset| asset.name.ends_with(".jpg"))
        .flat_map(|asset| asset.albums.iter().cloned())
        .collect();
    assert_eq!(albums.len(), 1, "both are in one album");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_names_in_many_folders_keep_apart() {
    let stage = Stage::new().await;
    for folder in 0..20 {
        for file in 0..5 {
            stage.file(&format!("Shoot/{folder:02}/DSC_{file}.jpg"), &noise(folder * 100 + file, 2_000));
        }
    }
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 100);
    let library = stage.library();
    for (path, md5) in local_files(&stage.path("Shoot")) {
        let place = format!("Shoot/{}", path.to_string_lossy());
        assert_eq!(library[&place].md5, md5, "{place}");
    }
    let ids: std::collections::HashSet<_> =
        stage.jobs(batch.id).await.into_iter().map(|job| job.asset).collect();
    assert_eq!(ids.len(), 100, "every job has its own asset");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_sent_end_in_a_named_state_and_the_rest_arrives() {
    use engine::error::ErrorCode;
    use std::os::unix::ffi::OsStrExt;

    let stage = Stage::new().await;
    stage.file("Shoot/good.jpg", b"good");
    std::os::unix::fs::symlink("nowhere", stage.path("Shoot/dangling.jpg")).unwrap();
    std::os::unix::net::UnixListener::bind(stage.path("Shoot/socket.jpg")).unwrap();
    stage.file("Shoot/two\nlines.jpg", b"x");
    let odd = stage.path("Shoot").join(std::ffi::OsStr::from_bytes(b"caf\xe9.jpg"));
    std::fs::write(odd, b"x").unwrap();
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 1);
    assert_eq!(batch.totals.count(JobStateKind::Failed), 4);
    for (name, code) in [
        ("dangling.jpg", ErrorCode::SourceMissing),
        ("socket.jpg", ErrorCode::SourceNotAFile),
        ("two\nlines.jpg", ErrorCode::NameRefused),
        ("caf\u{fffd}.jpg", ErrorCode::NameRefused),
    ] {
        assert_eq!(stage.job(batch.id, name).await.failure.unwrap().code, code, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sign_in_in_the_middle_makes_no_album_twice() {
    use ferry_tenant::{Action, Faults, Match, Rule};

    let stage = Stage::new().await;
    for file in 0..60 {
        stage.file(&format!("Shoot/{file:02}.jpg"), &noise(file, 3_000));
    }
    stage.file("Other/Shoot/film.mov", &noise(99, 3_000_000));
    // The album takes its time, so that it is still being made when the film starts after the sign-in.
    let slow = Rule::new(Match::path("/api/v1/album"), Action::Delay { ms: 1_500 });
    stage.tenant.set_faults(Faults { rules: vec![slow] });
    let mut watch = stage.watch().await;
    let first = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
    watch.count(first, JobStateKind::Uploading, 8).await;
    stage.sign_in().await;
    let second = stage.enqueue(vec![stage.path("Other/Shoot")], stage.top()).await;
    assert_eq!(watch.finished(first).await.totals.count(JobStateKind::Done), 60);
    assert_eq!(watch.finished(second).await.totals.count(JobStateKind::Done), 1);
    let made = stage
        .tenant
        .requests()
        .iter()
        .filter(|call| call.method == "POST" && call.path == "/api/v1/album/Shoot")
        .count();
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_looks_like_the_forms_variable_is_kept() {
    let stage = Stage::new().await;
    stage.file("Shoot/${filename}.jpg", b"one");
    stage.file("Shoot/a ${filename}", b"two");
    let batch = stage.upload(vec![stage.path("Shoot")], stage.top()).await;
    assert_eq!(batch.totals.count(JobStateKind::Done), 2);
    let library = stage.library();
    let names: Vec<&str> = library.keys().map(String::as_str).collect();
    assert_eq!(names, ["Shoot/${filename}.jpg", "Shoot/a ${filename}"]);
}
