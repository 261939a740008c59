//! Parts against a real Companion in front of a real store: what the demo library's own contract can't show.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::sync::atomic::{AtomicUsize, Ordering};

use engine::model::{BatchId, JobAction, JobSelection, JobStateKind, Verification};
use engine_tests::companion::{Companion, OWNER, Seen, Way};
use engine_tests::{Stage, md5_of, noise};
use ferry_tenant::stores::{Store, StoreError};
use ferry_tenant::{Options, Role};

const MIB: usize = 1024 * 1024;
/// Parts of the film that is stopped in its middle.
const PARTS: u32 = 10;

struct Scene {
    companion: Companion,
    stage: Stage,
    /// Ended last.
    store: Store,
}

async fn scene_on(store: Result<Store, StoreError>, way: Way) -> Result<Scene, String> {
    let store = match store {
        Ok(store) => store,
        Err(error @ StoreError::Missing(..)) => return Err(error.to_string()),
        Err(error) => panic!("{error}"),
    };
    let companion = Companion::start(&store, way)?;
    let (object_store, parts_at) = (store.object_store(), Some(companion.parts_at()));
    let stage = Stage::with(Options { object_store, parts_at, ..Options::default() }).await;
    assert!(stage.tenant.users().iter().any(|user| user.email == OWNER && user.role == Role::Admin));
    Ok(Scene { companion, stage, store })
}

/// `None` where node, Companion or the store is missing: said, and nothing was proven.
async fn scene(way: Way) -> Option<Scene> {
    match scene_on(Store::seaweedfs().await, way).await {
        Ok(scene) => Some(scene),
        Err(missing) => {
            println!("skipped: {missing}");
            None
        }
    }
}

impl Scene {
    async fn begin(&self, film: &[u8]) -> BatchId {
        self.stage.file("Shoot/film.mov", film);
        self.stage.enqueue(vec![self.stage.path("Shoot")], self.stage.top()).await
    }

    /// A film of ten parts, five of which the store has when `action` stops it.
    async fn stopped_by(&self, film: &[u8], action: JobAction) -> BatchId {
        self.companion.hold_after(5).await;
        let mut watch = self.stage.watch().await;
        let batch = self.begin(film).await;
        self.companion.until_taken(5).await;
        self.stage.control(JobSelection::Batch { batch }, action).await;
        let state = if action == JobAction::Pause { JobStateKind::Paused } else { JobStateKind::Cancelled };
        watch.count(batch, state, 1).await;
        self.companion.let_all_go().await;
        batch
    }

    async fn resumed(&self, batch: BatchId) {
        let mut watch = self.stage.watch().await;
        self.stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
        let view = watch.finished(batch).await;
        assert_eq!(view.totals.count(JobStateKind::Done), 1, "{:#?}", self.stage.jobs(batch).await);
    }

    fn is_there(&self, film: &[u8]) {
        assert_eq!(self.stage.library()["Shoot/film.mov"].md5, md5_of(film));
        assert_eq!(self.stage.tenant.assets().len(), 1, "nothing is there twice");
    }

    /// Every part was taken once, and nothing is left open at the store.
    async fn each_part_once(&self, what: &str) {
        let mut taken = self.companion.parts_taken().await;
        let (puts, bytes) = (taken.len(), taken.len() * 8 * MIB);
        taken.sort_unstable();
        println!("{what}: {puts} parts taken by the store, {bytes} bytes");
        assert_eq!(taken, (1..=PARTS).collect::<Vec<_>>());
        assert!(self.companion.open_uploads().await.is_empty());
    }

    /// Uploads that the engine has yet to have removed.
    fn aborts_left(&self) -> u32 {
        let path = self.stage.data.path().join("ferry.db");
        let db = rusqlite::Connection::open(path).unwrap();
        db.query_row("SELECT count(*) FROM abort", [], |row| row.get(0)).unwrap()
    }
}

/// The tenant's token is for the tenant. Only Companion itself signs what it asks of the store.
fn no_token_anywhere(seen: &[Seen]) {
    assert!(seen.iter().any(|call| call.at_store) && seen.iter().any(|call| !call.at_store));
    for call in seen {
        let signed = call.at_store && call.part.is_none() && call.secrets == ["AWS4-HMAC-SHA256"];
        assert!(signed || call.secrets.is_empty(), "{call:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_arrive_and_no_token_leaves_for_another_host() {
    for (name, store) in [("SeaweedFS", Store::seaweedfs().await), ("s3s-fs", Store::s3s_fs().await)] {
        let scene = match scene_on(store, Way::default()).await {
            Ok(scene) => scene,
            Err(missing) => {
                println!("skipped: {missing}");
                continue;
            }
        };
        let stage = &scene.stage;
        let (film, small) = (noise(1, 40 * MIB + 17), noise(2, 50_000));
        stage.file("Shoot/Grüße & Käse 🎏.mov", &film);
        stage.file("Shoot/small.jpg", &small);
        let mut request = stage.request(vec![stage.path("Shoot")], stage.top());
        request.tags = vec!["Süß".into(), "zwei".into()];
        let mut watch = stage.watch().await;
        let batch = stage.handle().enqueue(request).await.unwrap();
        let view = watch.finished(batch).await;
        assert_eq!(view.totals.count(JobStateKind::Done), 2, "{:#?}", stage.jobs(batch).await);
        let library = stage.library();
        assert_eq!(library["Shoot/Grüße & Käse 🎏.mov"].md5, md5_of(&film));
        assert_eq!(library["Shoot/Grüße & Käse 🎏.mov"].tags, ["Süß", "zwei"]);
        assert_eq!(library["Shoot/small.jpg"].md5, md5_of(&small));
        let seen = scene.companion.seen().await;
        no_token_anywhere(&seen);
        assert_eq!(scene.companion.parts_taken().await.len(), 6);
        // s3s-fs does not list them.
        assert!(name == "s3s-fs" || scene.companion.open_uploads().await.is_empty());
        let job = stage.job(batch, "Grüße & Käse 🎏.mov").await;
        let details = stage.handle().job_details(job.id).await.unwrap();
        assert_eq!(details.verification, Some(Verification::EtagAndMd5));
        println!("{name}: 6 parts taken, {} calls of Companion and its store", seen.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resume_sends_only_what_is_missing() {
    let Some(scene) = scene(Way::default()).await else { return };
    let film = noise(3, PARTS as usize * 8 * MIB);
    let batch = scene.stopped_by(&film, JobAction::Pause).await;
    assert_eq!(scene.companion.open_uploads().await.len(), 1);
    scene.resumed(batch).await;
    scene.is_there(&film);
    scene.each_part_once("pause and resume").await;
    assert_eq!(scene.companion.asked("POST", "/multipart").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_start_after_a_kill_goes_on() {
    let Some(mut scene) = scene(Way::default()).await else { return };
    let film = noise(4, PARTS as usize * 8 * MIB);
    scene.companion.hold_after(5).await;
    let batch = scene.begin(&film).await;
    scene.companion.until_taken(5).await;
    drop(scene.stage.engine.take());
    scene.stage.wait_for_lock().await;
    scene.companion.let_all_go().await;
    scene.stage.start().await;
    let mut watch = scene.stage.watch().await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    scene.is_there(&film);
    scene.each_part_once("kill and new start").await;
}

/// In production, Companion does not say that the store knows an upload no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_leaves_nothing_open_and_ends() {
    for mode in ["production", "development"] {
        let Some(scene) = scene(Way { mode, ..Way::default() }).await else { return };
        let film = noise(5, PARTS as usize * 8 * MIB);
        scene.stopped_by(&film, JobAction::Cancel).await;
        scene.stage.until(|| scene.aborts_left() == 0).await;
        assert!(scene.companion.open_uploads().await.is_empty(), "{mode}");
        let asked = scene.companion.asked("DELETE", "").await;
        assert!((1..=2).contains(&asked), "{mode}: asked {asked} times");
        assert!(scene.stage.tenant.assets().is_empty());
        assert_eq!(scene.companion.asked("POST", "/complete").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_the_store_has_lost_begins_anew() {
    for mode in ["production", "development"] {
        let Some(scene) = scene(Way { mode, ..Way::default() }).await else { return };
        let film = noise(6, PARTS as usize * 8 * MIB);
        let batch = scene.stopped_by(&film, JobAction::Pause).await;
        scene.companion.lose_uploads().await;
        scene.resumed(batch).await;
        scene.is_there(&film);
        assert_eq!(scene.companion.asked("POST", "/multipart").await, 2, "{mode}");
        // The line is known by now, and the parts are larger.
        assert!(scene.companion.parts_taken().await.len() > 5, "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_have_expired_are_renewed() {
    let Some(scene) = scene(Way { expires: 2, ..Way::default() }).await else { return };
    let film = noise(7, PARTS as usize * 8 * MIB);
    scene.companion.make_late(2).await;
    let mut watch = scene.stage.watch().await;
    let batch = scene.begin(&film).await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    scene.is_there(&film);
    let refused = scene.companion.seen().await.into_iter().filter(|call| call.status == Some(403)).count();
    assert!(refused >= 2, "{refused} addresses were refused");
    scene.each_part_once("expired addresses").await;
}

/// As Companion does it out of the box: this store refuses every part. Files go by form then, and what is to be done is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_addresses_fit_no_body_files_go_by_form() {
    let Some(scene) = scene(Way { checksums: true, ..Way::default() }).await else { return };
    let mut watch = scene.stage.watch().await;
    let film = noise(9, 20 * MIB);
    let batch = scene.begin(&film).await;
    assert_eq!(watch.finished(batch).await.totals.count(JobStateKind::Done), 1);
    scene.is_there(&film);
    let job = scene.stage.job(batch, "film.mov").await;
    let attempts = scene.stage.handle().job_details(job.id).await.unwrap().attempts;
    assert!(format!("{attempts:?}").contains("WHEN_REQUIRED"), "{attempts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companion_that_is_away_is_waited_for() {
    let Some(mut scene) = scene(Way::default()).await else { return };
    let film = noise(8, PARTS as usize * 8 * MIB);
    let batch = scene.stopped_by(&film, JobAction::Pause).await;
    let port = scene.companion.port();
    scene.companion.stop();
    let mut watch = scene.stage.watch().await;
    scene.stage.control(JobSelection::Batch { batch }, JobAction::Resume).await;
    watch.count(batch, JobStateKind::Waiting, 1).await;
    // Freed and lost again, it would be seen uploading in between: nothing tells of what does not happen.
    let turns = AtomicUsize::new(0);
    let unrest = async {
        loop {
            watch.count(batch, JobStateKind::Uploading, 1).await;
            turns.fetch_add(1, Ordering::Relaxed);
            watch.count(batch, JobStateKind::Waiting, 1).await;
        }
    };
    let _: Result<(), _> = tokio::time::timeout(std::time::Duration::from_secs(3), unrest).await;
    assert_eq!(turns.into_inner(), 0, "it is tried while nobody is there");
    scene.companion = Companion::start(&scene.store, Way { port, ..Way::default() }).unwrap();
    let view = watch.finished(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), 1);
    scene.is_there(&film);
    assert_eq!(scene.companion.parts_taken().await.len(), 5, "the other five were there");
}
