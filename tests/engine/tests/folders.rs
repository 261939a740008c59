//! Watched folders against a real file system and the demo library: what is finally there arrives once, with its final bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::error::ErrorCode;
use engine::model::{SettingKey, WatchFolder, WatchedChange, WatchedFolder, WatchedId, Watching};
use engine::platform::watches::{Hear, Hint, SystemWatches, WatchTrouble, Watched, Watches};
use engine_tests::{Stage, hasty, md5_of, noise};
use ferry_tenant::{Action, Faults, Match, Options, Rule, StoredAsset, Switches, Tenant};

/// Nobody looks anew by themselves within a test, unless it wants to.
async fn stage() -> Stage {
    let switches = Switches { ingest_delay_ms: 10, ..Switches::default() };
    let options = Options { switches, ..Options::default() };
    Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await
}

trait Syncs {
    fn watched_path(&self) -> PathBuf;
    async fn watch_it(&self) -> WatchedId;
    async fn add(&self, folder: WatchFolder) -> WatchedId;
    fn to_top(&self, path: &Path) -> WatchFolder;
    async fn known(&self, id: WatchedId) -> WatchedFolder;
    async fn until_folder(&self, id: WatchedId, is: impl Fn(&WatchedFolder) -> bool) -> WatchedFolder;
    async fn until_there(&self, files: &[(&str, &[u8])]);
    async fn sync(&self, id: WatchedId) -> WatchedFolder;
    async fn change(&self, id: WatchedId, change: WatchedChange);
    fn current(&self) -> Vec<StoredAsset>;
    fn versions_of(&self, name: &str) -> Vec<StoredAsset>;
}

impl Syncs for Stage {
    fn watched_path(&self) -> PathBuf {
        let path = self.path("Photos");
        fs::create_dir_all(&path).unwrap();
        path
    }

    async fn watch_it(&self) -> WatchedId {
        let folder = self.to_top(&self.watched_path());
        self.add(folder).await
    }

    async fn add(&self, folder: WatchFolder) -> WatchedId {
        self.handle().watch_folder(folder).await.unwrap()
    }

    fn to_top(&self, path: &Path) -> WatchFolder {
        WatchFolder {
            account: self.account,
            path: path.to_path_buf(),
            destination: self.top(),
            include: Vec::new(),
            exclude: Vec::new(),
        }
    }

    async fn known(&self, id: WatchedId) -> WatchedFolder {
        self.handle().watched_folder(id).await.unwrap()
    }

    async fn until_folder(&self, id: WatchedId, is: impl Fn(&WatchedFolder) -> bool) -> WatchedFolder {
        let mut watch = self.watch().await;
        loop {
            let folder = self.known(id).await;
            if is(&folder) {
                return folder;
            }
            watch.next().await;
        }
    }

    /// Waits until the library holds these files (place below `Photos`, bytes), and nothing else has them.
    async fn until_there(&self, files: &[(&str, &[u8])]) {
        let wanted: BTreeMap<String, String> =
            files.iter().map(|(path, bytes)| ((*path).to_owned(), md5_of(bytes))).collect();
        let there = || {
            let mut found = BTreeMap::new();
            for asset in self.current() {
                for album in &asset.albums {
                    let Some(place) = self.tenant.node_path(album) else { continue };
                    let place = place.split_once("/Photos").map_or(place.as_str(), |(_, below)| below);
                    // An album of a folder's own name stands beside it.
                    let place = format!("{}/{}", place.trim_start_matches('/'), asset.name);
                    found.insert(place.trim_start_matches('/').to_owned(), asset.md5.clone());
                }
            }
            found
        };
        self.until(|| there() == wanted).await;
    }

    /// Looks through it now, and waits until that is done and everything has arrived.
    async fn sync(&self, id: WatchedId) -> WatchedFolder {
        self.change(id, WatchedChange::Sync).await;
        self.until_folder(id, |folder| !folder.looking && folder.open == 0).await
    }

    async fn change(&self, id: WatchedId, change: WatchedChange) {
        self.handle().change_watched(id, change).await.unwrap();
    }

    fn current(&self) -> Vec<StoredAsset> {
        self.tenant.assets().into_iter().filter(|asset| asset.current).collect()
    }

    fn versions_of(&self, name: &str) -> Vec<StoredAsset> {
        self.tenant.assets().into_iter().filter(|asset| asset.name == name).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_arrives_with_its_tree_and_then_what_comes_into_it() {
    let mut stage = stage().await;
    let (one, two, three) = (noise(1, 40_000), noise(2, 2_000_000), noise(3, 9));
    stage.file("Photos/a.jpg", &one);
    stage.file("Photos/Sub/Deep/b.mov", &two);
    stage.file("Photos/.DS_Store", b"junk");
    let id = stage.watch_it().await;
    stage.until_there(&[("a.jpg", &one), ("Sub/Deep/b.mov", &two)]).await;
    let folder = stage
        .until_folder(id, |folder| {
            folder.watching == Watching::Watching && !folder.looking && folder.done == 2
        })
        .await;
    assert_eq!((folder.files, folder.done, folder.problems), (2, 2, 0), "{folder:#?}");
    assert!(
        folder.place.starts_with("Canto Connect / ") && folder.place.ends_with(" / Photos"),
        "{folder:#?}"
    );
    assert!(folder.last_run.is_some() && folder.next_run > folder.last_run);
    // By themselves.
    stage.file("Photos/New folder/c.txt", &three);
    let all: [(&str, &[u8]); 3] = [("a.jpg", &one), ("Sub/Deep/b.mov", &two), ("New folder/c.txt", &three)];
    stage.until_there(&all).await;
    // After a start nothing is new.
    let posts = stage.posts();
    stage.stop().await;
    stage.start().await;
    stage.until_folder(id, |now| now.last_run > folder.last_run && !now.looking && now.open == 0).await;
    stage.sync(id).await;
    assert_eq!(stage.posts(), posts);
    stage.until_there(&all).await;
}

/// A second of a writer's work: nobody but the writer waits for it.
async fn beat() {
    tokio::time::sleep(Duration::from_millis(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_written_in_any_manner_arrive_once_and_whole() {
    use std::io::{Seek, SeekFrom, Write};
    let stage = stage().await;
    let root = stage.watched_path();
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.watching == Watching::Watching).await;
    let bytes: Vec<Vec<u8>> = (0..8).map(|seed| noise(seed + 20, 30_000)).collect();
    let at = |name: &str| root.join(name);
    let slow = async {
        let mut file = fs::File::create(at("slow.bin")).unwrap();
        for piece in bytes[0].chunks(1_000) {
            file.write_all(piece).unwrap();
            beat().await;
        }
    };
    let pausing = async {
        let mut file = fs::File::create(at("pausing.bin")).unwrap();
        for piece in bytes[1].chunks(10_000) {
            file.write_all(piece).unwrap();
            for _ in 0..5 {
                beat().await;
            }
        }
    };
    let renaming = async {
        for piece in bytes[2].chunks(3_000) {
            let mut file =
                fs::File::options().append(true).create(true).open(at("renamed.bin.part")).unwrap();
            file.write_all(piece).unwrap();
            beat().await;
        }
        // Long enough to be taken, were it not for its name.
        for _ in 0..15 {
            beat().await;
        }
        fs::rename(at("renamed.bin.part"), at("renamed.bin")).unwrap();
    };
    let rewriting = async {
        for _ in 0..4 {
            fs::write(at("rewritten.bin"), &bytes[7][..9_000]).unwrap();
            beat().await;
            beat().await;
        }
        fs::write(at("rewritten.bin"), &bytes[3]).unwrap();
    };
    let preallocated = async {
        let mut file = fs::File::create(at("preallocated.bin")).unwrap();
        file.set_len(bytes[4].len() as u64).unwrap();
        for piece in bytes[4].chunks(2_000) {
            file.write_all(piece).unwrap();
            beat().await;
        }
    };
    let rendering = async {
        let mut file = fs::File::create(at("render.mov")).unwrap();
        file.write_all(&[0; 100]).unwrap();
        for piece in bytes[5][100..].chunks(2_000) {
            file.write_all(piece).unwrap();
            beat().await;
        }
        for _ in 0..5 {
            beat().await;
        }
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&bytes[5][..100]).unwrap();
    };
    let copying = async {
        let mut file = fs::File::create(at("copied.bin")).unwrap();
        for piece in bytes[6].chunks(3_000) {
            file.write_all(piece).unwrap();
            beat().await;
        }
        // As copy tools do: at the end, the times of the original.
        let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        file.set_modified(old).unwrap();
    };
    let waiting = stage.until_folder(id, |folder| folder.unfinished > 0);
    tokio::join!(slow, pausing, renaming, rewriting, preallocated, rendering, copying, waiting);
    let names = [
        "slow.bin",
        "pausing.bin",
        "renamed.bin",
        "rewritten.bin",
        "preallocated.bin",
        "render.mov",
        "copied.bin",
    ];
    let all: Vec<(&str, &[u8])> =
        names.iter().zip(&bytes).map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    stage.until_there(&all).await;
    assert_eq!(stage.sync(id).await.unfinished, 0);
    // Each once: nothing was taken before it was whole.
    assert_eq!(stage.tenant.assets().len(), names.len());
    assert_eq!(stage.posts(), names.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_finished_or_left_out_is_never_taken() {
    let stage = stage().await;
    let bytes = noise(1, 500);
    for name in ["a.jpg.part", "b.crdownload", "~$c.docx", ".DS_Store", "d.tif", "private/e.jpg", "f.jpg"] {
        stage.file(&format!("Photos/{name}"), &bytes);
    }
    std::os::unix::fs::symlink(stage.path("Photos"), stage.path("Photos/loop")).unwrap();
    let mut folder = stage.to_top(&stage.path("Photos"));
    folder.exclude = vec!["*.tif".into(), "private".into()];
    let id = stage.add(folder).await;
    stage.until_there(&[("f.jpg", &bytes)]).await;
    let preview = stage.handle().preview_sync(id).await.unwrap();
    assert_eq!((preview.new, preview.changed, preview.unstable), (0, 0, 2), "{preview:#?}");
    // Other patterns are seen at once.
    stage.change(id, WatchedChange::Patterns { include: vec![], exclude: vec!["private".into()] }).await;
    stage.until_there(&[("f.jpg", &bytes), ("d.tif", &bytes)]).await;
    let wrong = WatchedChange::Patterns { include: vec!["[".into()], exclude: vec![] };
    let refused = stage.handle().change_watched(id, wrong).await.unwrap_err();
    assert_eq!((refused.code, refused.params["pattern"].as_str()), (ErrorCode::RequestInvalid, "["));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_would_be_sent_and_sends_nothing() {
    let stage = stage().await;
    stage.handle_set(SettingKey::SyncFrequency, Some("by_hand".into())).await;
    stage.file("Photos/a.jpg", &noise(1, 400));
    stage.file("Photos/b/c.jpg", &noise(2, 600));
    let id = stage.watch_it().await;
    // A folder that is added is looked through once, whatever is set.
    stage.until_there(&[("a.jpg", &noise(1, 400)), ("b/c.jpg", &noise(2, 600))]).await;
    stage.until_folder(id, |folder| !folder.looking && folder.open == 0).await;
    stage.file("Photos/new.jpg", &noise(3, 1_000));
    stage.file("Photos/a.jpg", &noise(4, 500));
    fs::rename(stage.path("Photos/b/c.jpg"), stage.path("Photos/c2.jpg")).unwrap();
    let preview = stage.handle().preview_sync(id).await.unwrap();
    assert_eq!((preview.files, preview.new, preview.changed, preview.moved), (3, 1, 1, 1), "{preview:#?}");
    assert_eq!((preview.bytes, preview.paths.len()), (1_500, 2));
    assert_eq!(stage.known(id).await.watching, Watching::Not);
    assert_eq!(stage.posts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_becomes_a_new_version_or_a_new_asset() {
    let stage = stage().await;
    let (first, second, third) = (noise(1, 4_000), noise(2, 5_000), noise(3, 6_000));
    stage.file("Photos/a.jpg", &first);
    let id = stage.watch_it().await;
    stage.until_there(&[("a.jpg", &first)]).await;
    stage.until_folder(id, |folder| folder.done == 1).await;
    stage.file("Photos/a.jpg", &second);
    stage.until_there(&[("a.jpg", &second)]).await;
    let folder = stage.until_folder(id, |folder| folder.done == 2 && folder.open == 0).await;
    assert_eq!(folder.problems, 0);
    let versions = stage.versions_of("a.jpg");
    assert_eq!(versions.iter().map(|asset| asset.version).collect::<Vec<_>>(), [1, 2]);
    stage.handle_set(SettingKey::SyncChanged, Some("new".into())).await;
    stage.file("Photos/a.jpg", &third);
    stage.until(|| stage.versions_of("a.jpg").len() == 3).await;
    let ids: std::collections::BTreeSet<String> =
        stage.versions_of("a.jpg").into_iter().map(|asset| asset.id).collect();
    assert_eq!(ids.len(), 2);
}

/// So many by an environment variable, or fewer.
fn so_many(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The are `FERRY_FILES=1000 FERRY_RENAMES=100`.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_renamed_again_and_again_is_not_sent_again() {
    let (files, renames) = (so_many("FERRY_FILES", 300), so_many("FERRY_RENAMES", 10));
    let stage = stage().await;
    for number in 0..files {
        stage.file(&format!("Photos/one/{}/{number}.txt", number % 7), format!("file {number}").as_bytes());
    }
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.done == files as u64 && !folder.looking).await;
    let posts = stage.posts();
    for round in 0..renames {
        let (from, to) = if round % 2 == 0 { ("one", "two") } else { ("two", "one") };
        fs::rename(stage.path("Photos").join(from), stage.path("Photos").join(to)).unwrap();
        stage.sync(id).await;
    }
    // Moved out of its folder, too, under another name.
    fs::rename(stage.path("Photos/one/3/3.txt"), stage.path("Photos/moved.txt")).unwrap();
    let folder = stage.sync(id).await;
    assert_eq!((stage.posts(), folder.problems), (posts, 0));
    println!("{renames} renames of {files} files: {} uploads", stage.posts() - posts);
    // A second name of a file is another file to the library.
    fs::hard_link(stage.path("Photos/moved.txt"), stage.path("Photos/linked.txt")).unwrap();
    stage.until(|| stage.versions_of("linked.txt").len() == 1).await;
}

/// The are `FERRY_FILES=1000`.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_in_the_library_is_not_sent_again() {
    let files = so_many("FERRY_FILES", 50);
    let stage = stage().await;
    for number in 0..files {
        stage.file(&format!("Photos/{number}.txt"), format!("file {number}").as_bytes());
    }
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.done == files as u64 && !folder.looking).await;
    let posts = stage.posts();
    for asset in stage.current() {
        stage.tenant.delete_asset(asset.scheme, &asset.id);
    }
    for _ in 0..3 {
        stage.sync(id).await;
    }
    assert_eq!(stage.posts(), posts);
    println!("{files} assets deleted: {} uploads", stage.posts() - posts);
    // Also when it changes: the library is asked, twice.
    stage.file("Photos/7.txt", b"another content");
    for _ in 0..3 {
        stage.sync(id).await;
        stage.until(|| stage.tenant.under_way() == 0).await;
        beat().await;
        beat().await;
        beat().await;
        beat().await;
    }
    let folder = stage.sync(id).await;
    assert_eq!((stage.posts(), folder.failure), (posts, None));
    // Deleting here deletes nothing there, and what comes back is known.
    let bytes = fs::read(stage.path("Photos/8.txt")).unwrap();
    let times = fs::metadata(stage.path("Photos/8.txt")).unwrap().modified().unwrap();
    fs::remove_file(stage.path("Photos/8.txt")).unwrap();
    stage.sync(id).await;
    fs::write(stage.path("Photos/8.txt"), bytes).unwrap();
    fs::File::options().write(true).open(stage.path("Photos/8.txt")).unwrap().set_modified(times).unwrap();
    stage.sync(id).await;
    assert_eq!(stage.posts(), posts);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_library_that_answers_nonsense_nothing_follows() {
    use ferry_tenant::FaultBody;
    let stage = stage().await;
    stage.file("Photos/a.jpg", &noise(1, 4_000));
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.done == 1 && !folder.looking).await;
    let posts = stage.posts();
    let second = noise(2, 5_000);
    let status =
        |code: u16, body: FaultBody| Action::Status { code, retry_after: None, body, after_bytes: None };
    let answers = [
        ("/api/v1", status(404, FaultBody::Json)),
        ("/api/v1", status(403, FaultBody::Json)),
        ("/api/v1", status(500, FaultBody::Html)),
        ("/api/v1", status(200, FaultBody::Nothing)),
        ("/api/v1", status(200, FaultBody::Empty)),
    ];
    for (number, (prefix, action)) in answers.into_iter().enumerate() {
        stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::path(prefix), action)] });
        stage.file("Photos/a.jpg", &noise(30 + number as u64, 4_500 + number));
        for _ in 0..3 {
            stage.change(id, WatchedChange::Sync).await;
            stage.until_folder(id, |folder| !folder.looking).await;
            beat().await;
            beat().await;
            beat().await;
            beat().await;
        }
        let folder = stage.known(id).await;
        assert!(folder.failure.is_some(), "{number}: {folder:#?}");
        assert_eq!(stage.posts(), posts, "{number}");
    }
    stage.tenant.set_faults(Faults::default());
    stage.file("Photos/a.jpg", &second);
    stage.until_there(&[("a.jpg", &second)]).await;
    let versions = stage.versions_of("a.jpg");
    assert_eq!(versions.len(), 2, "a version of the same asset: {versions:#?}");
    stage.until_folder(id, |folder| folder.failure.is_none()).await;
}

/// Watches as the test says.
#[derive(Default)]
struct Told {
    refuses: Mutex<Option<WatchTrouble>>,
    hear: Mutex<Option<Hear>>,
    deaf: bool,
}

struct Nothing;

impl Watched for Nothing {}

impl Watches for Told {
    fn watch(&self, root: &Path, hear: Hear) -> Result<Box<dyn Watched>, WatchTrouble> {
        if let Some(trouble) = self.refuses.lock().unwrap().clone() {
            return Err(trouble);
        }
        *self.hear.lock().unwrap() = Some(hear.clone());
        if self.deaf { Ok(Box::new(Nothing)) } else { SystemWatches.watch(root, hear) }
    }
}

async fn stage_with(told: &Arc<Told>) -> Stage {
    let mut stage = stage().await;
    stage.stop().await;
    let options = engine::EngineOptions { watches: told.clone(), ..stage.engine_options() };
    stage.engine = Some(engine::Engine::start(options).await.unwrap());
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_overflow_everything_is_looked_through() {
    let told = Arc::new(Told { deaf: true, ..Told::default() });
    let stage = stage_with(&told).await;
    let id = {
        stage.watched_path();
        stage.watch_it().await
    };
    stage.until_folder(id, |folder| folder.watching == Watching::Watching && folder.last_run.is_some()).await;
    let bytes = noise(1, 900);
    stage.file("Photos/deep/down/a.jpg", &bytes);
    // Nobody says so, but that something was missed.
    let hear = told.hear.lock().unwrap().clone().unwrap();
    hear(Hint::Anywhere);
    stage.until_there(&[("deep/down/a.jpg", &bytes)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_can_not_be_watched_is_polled_and_says_why() {
    let told = Arc::new(Told::default());
    *told.refuses.lock().unwrap() = Some(WatchTrouble::Limit { most: Some(8_192) });
    let stage = stage_with(&told).await;
    stage.watched_path();
    let id = stage.watch_it().await;
    let folder = stage.until_folder(id, |folder| folder.watching == Watching::Polling).await;
    let failure = folder.failure.unwrap();
    assert_eq!((failure.code, failure.params["limit"].as_str()), (ErrorCode::WatchLimit, "8192"));
    let bytes = noise(1, 900);
    stage.file("Photos/a.jpg", &bytes);
    stage.until_there(&[("a.jpg", &bytes)]).await;
    assert_eq!(stage.known(id).await.failure.unwrap().code, ErrorCode::WatchLimit);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_and_comes_back_is_watched_again() {
    let stage = stage().await;
    let (one, two) = (noise(1, 900), noise(2, 900));
    stage.file("Photos/a.jpg", &one);
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.done == 1 && folder.watching == Watching::Watching).await;
    fs::rename(stage.path("Photos"), stage.path("away")).unwrap();
    let folder = stage.until_folder(id, |folder| folder.failure.is_some()).await;
    assert_eq!(folder.failure.unwrap().code, ErrorCode::PathUnusable);
    // Another one in its place, with what was in it and something more.
    fs::create_dir(stage.path("Photos")).unwrap();
    fs::rename(stage.path("away/a.jpg"), stage.path("Photos/a.jpg")).unwrap();
    stage.file("Photos/b.jpg", &two);
    stage.until_there(&[("a.jpg", &one), ("b.jpg", &two)]).await;
    stage.until_folder(id, |folder| folder.failure.is_none() && folder.watching == Watching::Watching).await;
    // And it is watched, not only looked through.
    stage.file("Photos/c.jpg", &one);
    stage.until_there(&[("a.jpg", &one), ("b.jpg", &two), ("c.jpg", &one)]).await;
    assert_eq!(stage.posts(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_switch_and_that_of_a_folder_stop_and_let_go_on() {
    let stage = stage().await;
    let bytes = noise(1, 900);
    stage.watched_path();
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.watching == Watching::Watching).await;
    let mut watch = stage.watch().await;
    stage.handle().switch_sync(false).await.unwrap();
    assert!(!stage.handle().is_sync_on().await.unwrap());
    let said = engine::event::EngineEvent::SyncSwitched { on: false };
    while *watch.next().await.unwrap() != said {}
    stage.until_folder(id, |folder| folder.watching == Watching::Not).await;
    stage.file("Photos/a.jpg", &bytes);
    let refused = stage.handle().change_watched(id, WatchedChange::Sync).await.unwrap_err();
    assert_eq!((refused.code, refused.params["reason"].as_str()), (ErrorCode::RequestInvalid, "sync_off"));
    assert_eq!(stage.known(id).await.open, 0);
    stage.handle().switch_sync(true).await.unwrap();
    stage.until_there(&[("a.jpg", &bytes)]).await;
    // A folder's own.
    stage.change(id, WatchedChange::Off).await;
    stage.until_folder(id, |folder| !folder.on && folder.watching == Watching::Not).await;
    stage.file("Photos/b.jpg", &bytes);
    stage.change(id, WatchedChange::On).await;
    stage.until_there(&[("a.jpg", &bytes), ("b.jpg", &bytes)]).await;
    // Removed, it is forgotten; the library keeps what it has.
    stage.change(id, WatchedChange::Remove).await;
    assert_eq!(stage.handle().watched_folders().await.unwrap(), []);
    let gone = stage.handle().change_watched(id, WatchedChange::Sync).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::FolderMissing);
    assert_eq!(stage.current().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_folders_of_one_name_get_two_places_and_no_folder_is_watched_twice() {
    let stage = stage().await;
    let (one, two) = (noise(1, 900), noise(2, 900));
    stage.file("Photos/a.jpg", &one);
    stage.file("other/Photos/a.jpg", &two);
    let first = stage.watch_it().await;
    let second = stage.add(stage.to_top(&stage.path("other/Photos"))).await;
    assert_eq!(stage.known(first).await.name, "Photos");
    assert_eq!(stage.known(second).await.name, "Photos (2)");
    stage.until(|| stage.current().len() == 2).await;
    let places: std::collections::BTreeSet<String> = stage
        .current()
        .iter()
        .flat_map(|asset| &asset.albums)
        .filter_map(|album| stage.tenant.node_path(album))
        .collect();
    let ends: Vec<&str> = places.iter().map(|place| place.rsplit('/').next().unwrap()).collect();
    assert_eq!(ends, ["Photos", "Photos (2)"]);
    let refuse = async |folder: WatchFolder| {
        let failure = stage.handle().watch_folder(folder).await.unwrap_err();
        failure.params.get("reason").cloned().unwrap_or_else(|| failure.code.as_str().to_owned())
    };
    std::os::unix::fs::symlink(stage.path("Photos"), stage.path("link")).unwrap();
    assert_eq!(refuse(stage.to_top(&stage.path("link"))).await, "folder_watched");
    assert_eq!(refuse(stage.to_top(&stage.path("other"))).await, "folder_nested");
    assert_eq!(refuse(stage.to_top(&stage.path("missing"))).await, "PathUnusable");
    assert_eq!(refuse(stage.to_top(stage.data.path())).await, "folder_own");
    fs::create_dir(stage.path("third")).unwrap();
    let to_album = WatchFolder {
        destination: stage.album(&["Marketing", "Spring", "Raw"]),
        ..stage.to_top(&stage.path("third"))
    };
    assert_eq!(refuse(to_album).await, "folder_album");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_under_way_when_the_program_dies_arrives_once() {
    const FILES: usize = 60;
    let mut stage = stage().await;
    stage.watched_path();
    let id = stage.watch_it().await;
    for round in 0..4 {
        for number in 0..FILES / 4 {
            let number = round * FILES / 4 + number;
            stage
                .file(&format!("Photos/{}/{number}.bin", number % 5), &noise(number as u64, 10_000 + number));
        }
        // Killed when so many of them are queued.
        let queued = (round * FILES / 4 + round * 4) as u64;
        stage.until_folder(id, |folder| folder.open + folder.done >= queued).await;
        drop(stage.engine.take());
        stage.wait_for_lock().await;
        stage.start().await;
    }
    let folder = stage.until_folder(id, |folder| folder.done == FILES as u64 && !folder.looking).await;
    assert_eq!((folder.open, folder.problems), (0, 0), "{folder:#?}");
    stage.sync(id).await;
    let mut names: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), stage.tenant.assets().len()), (FILES, FILES));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_computers_on_one_folder_upload_its_files_once_where_the_rule_looks() {
    let mut stage = stage().await;
    stage.handle_set(SettingKey::DuplicatesSync, Some("md5:skip".into())).await;
    let bytes: Vec<Vec<u8>> = (0..20u64).map(|seed| noise(seed, 3_000 + seed as usize)).collect();
    for (number, bytes) in bytes.iter().enumerate() {
        stage.file(&format!("Photos/{number}.jpg"), bytes);
    }
    let id = stage.watch_it().await;
    stage.until_folder(id, |folder| folder.done == 20 && !folder.looking).await;
    // Another computer with a data directory of its own.
    let first = (std::mem::replace(&mut stage.data, tempfile::TempDir::new().unwrap()), stage.engine.take());
    stage.start().await;
    stage.account = stage.sign_in().await.id;
    stage.handle_set(SettingKey::DuplicatesSync, Some("md5:skip".into())).await;
    let other = stage.watch_it().await;
    let folder = stage
        .until_folder(other, |folder| folder.last_run.is_some() && !folder.looking && folder.open == 0)
        .await;
    assert_eq!((folder.done, folder.problems, folder.files), (0, 0, 20), "{folder:#?}");
    assert_eq!(stage.tenant.assets().len(), 20);
    first.1.unwrap().stop().await;
}
