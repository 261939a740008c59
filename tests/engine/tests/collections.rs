//! My Collections against the demo library: what the tenant has is here, nothing of the user's is lost, and nothing leaves
//! without evidence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::error::{ErrorCode, Failure};
use engine::event::EngineEvent;
use engine::model::{ActivityKind, CollectionState, CollectionView, MirrorId, MirrorStep, SettingKey};
use engine_tests::{Stage, hasty, noise};
use ferry_tenant::{
    Action, AssetKey, Collection, FaultBody, Faults, Match, OddPage, OddPages, Options, Rule, Switches,
    Tenant,
};

const ID: &str = "C0LLECT10N";

struct Mirrored {
    stage: Stage,
    root: PathBuf,
    mirror: MirrorId,
    keys: Vec<AssetKey>,
}

fn collection(tenant: &Tenant, keys: &[AssetKey]) -> Collection {
    Collection {
        id: ID.into(),
        name: "Plane trip".into(),
        owner: tenant.users()[0].email.clone(),
        shared_with: Vec::new(),
        marked: false,
        contents: keys.to_vec(),
        time_ms: tenant.now_ms(),
    }
}

fn bytes_of(number: usize) -> Vec<u8> {
    noise(number as u64, 500 + number * 37)
}

impl Mirrored {
    /// So many assets in a collection that is on; by hand, so that a test says when it runs.
    async fn of(count: usize) -> Self {
        let tenant = Tenant::start(Options::default()).await.unwrap();
        let keys: Vec<AssetKey> = (0..count)
            .map(|number| tenant.put_asset(&format!("picture {number:03}.jpg"), &bytes_of(number)))
            .collect();
        tenant.put_collection(collection(&tenant, &keys));
        Self::on(tenant, keys).await
    }

    async fn on(tenant: Tenant, keys: Vec<AssetKey>) -> Self {
        let stage = Stage::at_pace(tenant, hasty()).await;
        stage.handle_set(SettingKey::CollectionsWhen, Some("by_hand".into())).await;
        let root = stage.path("mirror");
        stage.handle().set_sync_folder(root.clone()).await.unwrap();
        let view = stage.handle().add_collection(stage.account, ID).await.unwrap();
        Self { mirror: view.id.unwrap(), stage, root, keys }
    }

    fn folder(&self) -> PathBuf {
        self.root.join("Plane trip")
    }

    async fn view(&self) -> CollectionView {
        let all = self.stage.handle().kept_collections().await.unwrap();
        all.into_iter().find(|view| view.id == Some(self.mirror)).unwrap()
    }

    /// Waits for the end of a run that was asked for.
    async fn ended(&self, runs: u64) -> CollectionView {
        let mut events = self.stage.handle().subscribe().await.unwrap().events;
        let wait = async {
            loop {
                let view = self.view().await;
                if view.runs > runs && !view.wanted && view.state != CollectionState::Running {
                    return view;
                }
                while !matches!(
                    events.recv().await.as_deref(),
                    Ok(EngineEvent::CollectionChanged { .. }) | Err(_)
                ) {}
            }
        };
        tokio::time::timeout(Duration::from_secs(300), wait).await.expect("a run that ends")
    }

    async fn run(&self) -> CollectionView {
        let runs = self.view().await.runs;
        self.stage.handle().sync_collections(Some(self.mirror)).await.unwrap();
        self.ended(runs).await
    }

    async fn runs_well(&self) -> CollectionView {
        let view = self.run().await;
        assert_eq!(view.failure, None);
        view
    }

    async fn fails(&self) -> Failure {
        self.run().await.failure.expect("a run that fails")
    }

    fn without(&self, gone: &[usize]) {
        let left: Vec<AssetKey> = (0..self.keys.len())
            .filter(|number| !gone.contains(number))
            .map(|number| self.keys[number].clone())
            .collect();
        self.stage.tenant.put_collection(collection(&self.stage.tenant, &left));
    }

    fn faults(&self, rules: Vec<Rule>) {
        self.stage.tenant.set_faults(Faults { rules });
    }

    fn requests(&self) -> usize {
        self.stage.tenant.requests().len()
    }
}

/// Files by name; those of Ferry's own begin with a dot.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

fn whole(count: usize) -> BTreeMap<String, Vec<u8>> {
    (0..count).map(|number| (format!("picture {number:03}.jpg"), bytes_of(number))).collect()
}

fn status(code: u16) -> Action {
    Action::Status { code, retry_after: None, body: FaultBody::Json, after_bytes: None }
}

const LIST: &str = "/api/v1/mycollections/";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_is_here_whole_and_a_second_run_fetches_nothing() {
    // The issue's are FERRY_ASSETS=10000.
    let count = std::env::var("FERRY_ASSETS").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let begun = std::time::Instant::now();
    let here = Mirrored::of(count).await;
    let view = here.ended(0).await;
    assert_eq!((view.failure.clone(), view.state), (None, CollectionState::UpToDate));
    assert_eq!((view.files, view.unverified), (count as u64, 0));
    assert_eq!(files(&here.folder()), whole(count));
    println!("{count} assets after {:.1} s", begun.elapsed().as_secs_f64());
    let first = here.requests();
    assert!(
        !here.stage.tenant.requests().iter().any(|call| call.path.starts_with("/cdn") && call.user.is_some())
    );
    here.runs_well().await;
    let second = here.stage.tenant.requests().split_off(first);
    assert!(second.len() * 20 <= first, "{} of {first}", second.len());
    assert!(!second.iter().any(|call| call.path.starts_with("/cdn")));
    println!("first run {first} requests, second {}", second.len());
    let activity = here.stage.handle().mirror_activity(10).await.unwrap();
    assert!(activity.len() == 10 && activity[0].kind == ActivityKind::Downloaded);
    assert_eq!(here.stage.handle().plan_collection(here.mirror).await.unwrap().steps, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaves_without_evidence_whatever_the_tenant_answers() {
    let here = Mirrored::of(30).await;
    here.ended(0).await;
    let assets = Match { method: Some("POST".into()), ..Match::path("/api/v1/batch/content") };
    let cells: Vec<(&str, Vec<Rule>, Option<ErrorCode>)> = vec![
        ("404", vec![Rule::new(Match::path(LIST), status(404))], Some(ErrorCode::CollectionMissing)),
        ("403", vec![Rule::new(Match::path(LIST), status(403))], Some(ErrorCode::NoPermission)),
        ("500", vec![Rule::new(Match::path(LIST), status(500))], Some(ErrorCode::TenantBusy)),
        (
            "cut",
            vec![Rule::new(Match::path(LIST), Action::Cut { after_bytes: 300 })],
            Some(ErrorCode::NetworkInterrupted),
        ),
        (
            "a page",
            vec![Rule::new(
                Match::path(LIST),
                Action::Status { code: 200, retry_after: None, body: FaultBody::Html, after_bytes: None },
            )],
            Some(ErrorCode::UnexpectedAnswer),
        ),
        (
            "empty",
            vec![Rule::new(
                Match::path(LIST),
                Action::Status { code: 200, retry_after: None, body: FaultBody::Nothing, after_bytes: None },
            )],
            None,
        ),
        ("no details", vec![Rule::new(assets.clone(), status(404))], Some(ErrorCode::DestinationMissing)),
        ("details refused", vec![Rule::new(assets.clone(), status(500))], Some(ErrorCode::TenantBusy)),
        ("nobody", vec![Rule::new(Match::path("/api/v1/user"), status(403))], Some(ErrorCode::NoPermission)),
    ];
    // One has left, and was missing once: only two good answers let it go.
    here.without(&[7]);
    here.stage.handle_set(SettingKey::CollectionsDeleted, None).await;
    here.runs_well().await;
    assert_eq!(files(&here.folder()), whole(30), "missing once");
    for (name, rules, code) in cells {
        here.faults(rules);
        for _ in 0..2 {
            let view = here.run().await;
            assert_eq!(view.failure.map(|failure| failure.code), code, "{name}");
            assert_eq!(files(&here.folder()), whole(30), "{name}");
        }
    }
    here.faults(Vec::new());
    assert_eq!(here.stage.handle().held_files().await.unwrap(), []);
    // An emptied collection is no evidence either.
    here.without(&(0..30).collect::<Vec<_>>());
    for _ in 0..3 {
        here.runs_well().await;
        assert_eq!(files(&here.folder()), whole(30), "an empty list");
    }
    // A deleted asset is not shown: that may be a missing right as well.
    here.without(&[7, 8]);
    here.stage.tenant.delete_asset(here.keys[8].scheme, &here.keys[8].id);
    here.runs_well().await;
    let view = here.runs_well().await;
    let mut expected = whole(30);
    expected.remove("picture 007.jpg");
    assert_eq!(files(&here.folder()), expected, "{view:?}");
    let held = here.stage.handle().held_files().await.unwrap();
    assert_eq!((held.len(), held[0].path.as_str(), held[0].days_left), (1, "picture 007.jpg", 30));
    let back = here.stage.handle().restore_held(held[0].id).await.unwrap();
    assert_eq!(std::fs::read(back).unwrap(), bytes_of(7));
    assert_eq!(files(&here.folder()), whole(30));
    here.runs_well().await;
    assert_eq!(files(&here.folder()), whole(30), "what was brought back is the user's own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_do_not_fit_together_are_no_list() {
    let here = Mirrored::of(30).await;
    here.ended(0).await;
    let pages = |how: Option<OddPage>| {
        let odd_pages = how.map(|how| OddPages { most: 10, how });
        here.stage.tenant.set_switches(Switches { odd_pages, ..here.stage.tenant.switches() });
    };
    here.without(&[7]);
    here.runs_well().await;
    for (how, code) in [
        (OddPage::Repeated, Some(ErrorCode::UnexpectedAnswer)),
        (OddPage::Half, Some(ErrorCode::UnexpectedAnswer)),
        // It shows what there is; what it does not name may be there all the same.
        (OddPage::Uncounted, None),
    ] {
        pages(Some(how));
        for _ in 0..2 {
            let view = here.run().await;
            assert_eq!(view.failure.map(|failure| failure.code), code, "{how:?}");
            assert_eq!(files(&here.folder()), whole(30), "{how:?}");
        }
    }
    pages(Some(OddPage::Whole));
    here.runs_well().await;
    assert_eq!(files(&here.folder()).len(), 29, "three pages that fit are a list");
}

/// As an unmounted disk: the folder is gone in the middle of a run, whichever request it is that it goes at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_goes_at_any_step_loses_nothing() {
    let here = Mirrored::of(12).await;
    here.ended(0).await;
    let away = here.stage.path("away");
    for step in ["/api/v1/user", LIST, "/api_binary", "/cdn"] {
        for (number, key) in here.keys.iter().enumerate().take(6) {
            here.stage.tenant.put_version(key, &[step.as_bytes(), &bytes_of(number)].concat());
        }
        let before = files(&here.folder());
        let seen = here.requests();
        here.faults(vec![Rule::new(Match::path(step), Action::Delay { ms: 150 })]);
        let runs = here.view().await.runs;
        here.stage.handle().sync_collections(Some(here.mirror)).await.unwrap();
        // A request is noted when it is answered: the folder goes while the next one waits.
        here.stage.until(|| here.requests() > seen).await;
        std::fs::rename(&here.root, &away).unwrap();
        let view = here.ended(runs).await;
        assert!(!here.root.exists(), "{step}: nothing is made where the folder was");
        if let Some(failure) = &view.failure {
            assert_eq!(failure.code, ErrorCode::SyncFolderMissing, "{step}: {failure}");
        }
        std::fs::rename(&away, &here.root).unwrap();
        let now = files(&here.folder());
        for (name, bytes) in now.iter().filter(|(name, _)| !name.starts_with('.')) {
            let number: usize = name[8..11].parse().unwrap();
            let is_new = *bytes == [step.as_bytes(), &bytes_of(number)].concat();
            assert!(is_new || before[name] == *bytes, "{step}: {name}");
        }
        here.faults(Vec::new());
        // A run that was tried again meanwhile may have done it all.
        here.runs_well().await;
        let now = files(&here.folder());
        assert_eq!(now.len(), 12, "{step}: {:?}", now.keys());
        assert!((0..6).all(|number| {
            now[&format!("picture {number:03}.jpg")] == [step.as_bytes(), &bytes_of(number)].concat()
        }));
    }
    assert_eq!(here.stage.handle().held_files().await.unwrap(), []);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_leaves_no_part_under_a_name() {
    let home = tempfile::TempDir::new().unwrap();
    let card = match engine_tests::card::Card::new(home.path(), "disk", 128) {
        Ok(card) => card,
        Err(why) => return println!("skipped: {why}"),
    };
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let keys: Vec<AssetKey> = (0..4_u64)
        .map(|number| tenant.put_asset(&format!("film {number}.mov"), &noise(number, 20 << 20)))
        .collect();
    tenant.put_collection(collection(&tenant, &keys));
    let stage = Stage::at_pace(tenant, hasty()).await;
    stage.handle_set(SettingKey::CollectionsWhen, Some("by_hand".into())).await;
    let root = card.mount().join("mirror");
    stage.handle().set_sync_folder(root.clone()).await.unwrap();
    let view = stage.handle().add_collection(stage.account, ID).await.unwrap();
    let here = Mirrored { mirror: view.id.unwrap(), stage, root, keys };
    // Before anything is fetched.
    let failure = here.ended(0).await.failure.unwrap();
    assert_eq!((failure.code, failure.params["reason"].as_str()), (ErrorCode::DiskFull, "sync_folder"));
    assert!(!here.stage.tenant.requests().iter().any(|call| call.path.starts_with("/cdn")));
    // Filled by somebody else while it is fetched.
    here.stage.tenant.put_collection(collection(&here.stage.tenant, &here.keys[..1]));
    here.faults(vec![Rule::new(Match::path("/cdn"), Action::Delay { ms: 2_000 }).times(1)]);
    let runs = here.view().await.runs;
    here.stage.handle().sync_collections(Some(here.mirror)).await.unwrap();
    let asked = || here.stage.tenant.requests().iter().any(|call| call.path.ends_with("directuri"));
    here.stage.until(asked).await;
    let filler = card.mount().join("filler");
    drop(std::fs::write(&filler, vec![1_u8; 128 << 20]));
    let failure = here.ended(runs).await.failure.unwrap();
    assert_eq!(failure.code, ErrorCode::DiskFull);
    assert!(files(&here.folder()).keys().all(|name| name.starts_with('.')));
    std::fs::remove_file(filler).unwrap();
    here.faults(Vec::new());
    here.runs_well().await;
    assert_eq!(files(&here.folder())["film 0.mov"], noise(0, 20 << 20));
    let mut here = here;
    here.stage.stop().await;
    drop(card);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_removals_wait_for_somebody_to_agree() {
    let here = Mirrored::of(20).await;
    here.ended(0).await;
    here.without(&[1, 2, 3]);
    here.runs_well().await;
    let view = here.runs_well().await;
    assert_eq!((view.state, view.removals), (CollectionState::ConfirmRemovals, 3));
    assert_eq!(files(&here.folder()), whole(20));
    let plan = here.stage.handle().plan_collection(here.mirror).await.unwrap();
    assert!(plan.confirm && plan.steps.iter().all(|step| step.step == MirrorStep::Remove), "{plan:?}");
    let runs = here.view().await.runs;
    here.stage.handle().confirm_removals(here.mirror).await.unwrap();
    let view = here.ended(runs).await;
    assert_eq!((view.state, view.removals, view.files), (CollectionState::UpToDate, 0, 17));
    assert_eq!(here.stage.handle().held_files().await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_user_changes_is_kept_and_what_they_delete_stays_away() {
    let here = Mirrored::of(5).await;
    here.ended(0).await;
    let file = |number: usize| here.folder().join(format!("picture {number:03}.jpg"));
    std::fs::write(file(0), b"retouched").unwrap();
    std::fs::write(file(1), b"mine by now").unwrap();
    std::fs::remove_file(file(2)).unwrap();
    here.runs_well().await;
    assert_eq!(std::fs::read(file(0)).unwrap(), b"retouched");
    assert!(!file(2).exists());
    here.stage.tenant.put_version(&here.keys[0], b"from the tenant");
    here.stage.tenant.put_version(&here.keys[2], b"also new");
    here.stage.tenant.put_version(&here.keys[3], b"new bytes of another length");
    here.stage.tenant.rename_asset(&here.keys[4], "CON.jpg");
    here.without(&[1]);
    here.runs_well().await;
    here.runs_well().await;
    let now = files(&here.folder());
    assert_eq!(now["picture 000.jpg"], b"from the tenant");
    let aside = now.keys().find(|name| name.starts_with("picture 000 (changed on this computer ")).unwrap();
    assert_eq!(now[aside], b"retouched");
    assert_eq!(now["picture 001.jpg"], b"mine by now", "it left the collection, and is the user's");
    assert!(!now.contains_key("picture 002.jpg"));
    assert_eq!(now["picture 003.jpg"], b"new bytes of another length");
    assert_eq!(now["_CON.jpg"], bytes_of(4));
    assert_eq!(now.len(), 5, "{:?}", now.keys());
    here.stage.handle_set(SettingKey::CollectionsDeleted, Some("come_back".into())).await;
    here.runs_well().await;
    assert_eq!(files(&here.folder())["picture 002.jpg"], b"also new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_clash_are_told_apart_and_stay_so() {
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let names = ["a.jpg", "A.JPG", "a/b.jpg", "a:b.jpg", "u\u{308}.png", "\u{fc}.png", ".hidden", "NUL.txt"];
    let keys: Vec<AssetKey> = names.iter().map(|name| tenant.put_asset(name, name.as_bytes())).collect();
    tenant.put_collection(collection(&tenant, &keys));
    let here = Mirrored::on(tenant, keys).await;
    assert_eq!(here.ended(0).await.failure, None);
    let first = files(&here.folder());
    let mut all: Vec<&[u8]> = first.values().map(Vec::as_slice).collect();
    all.sort_unstable();
    let mut wanted: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    wanted.sort_unstable();
    assert_eq!(all, wanted, "{:?}", first.keys());
    let mut keys: Vec<String> = first.keys().map(|name| name.to_lowercase()).collect();
    keys.dedup();
    assert_eq!(keys.len(), names.len(), "{keys:?}");
    here.runs_well().await;
    assert_eq!(files(&here.folder()), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_goes_on_where_it_was_cut_also_after_a_restart() {
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let film = noise(5, 40 << 20);
    let keys = vec![tenant.put_asset("film.mov", &film)];
    tenant.put_collection(collection(&tenant, &keys));
    tenant.set_faults(Faults {
        rules: vec![
            Rule::new(Match::path("/cdn"), Action::Cut { after_bytes: 20 << 20 }).times(1),
            Rule::new(Match::path("/cdn"), status(503)).after(1),
        ],
    });
    let mut here = Mirrored::on(tenant, keys).await;
    let view = here.ended(0).await;
    assert!(view.failure.is_some());
    assert_eq!(files(&here.folder()).keys().filter(|name| !name.starts_with('.')).count(), 0);
    here.stage.stop().await;
    here.faults(Vec::new());
    here.stage.start().await;
    here.runs_well().await;
    assert_eq!(files(&here.folder())["film.mov"], film);
    let ranged = here.stage.tenant.requests();
    let last = ranged.iter().rev().find(|call| call.path.starts_with("/cdn")).unwrap();
    assert_eq!(last.status, Some(206), "{last:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_expired_addresses_and_sums_of_another_form_are_told_apart() {
    let here = Mirrored::of(6).await;
    here.ended(0).await;
    // Damaged once on the way: the next time they are whole.
    let one = format!("/cdn/{}/{}", here.keys[0].scheme, here.keys[0].id);
    here.faults(vec![Rule::new(Match::path(&one), Action::FlipByte { at: 10 }).times(1)]);
    let new = noise(99, 70_000);
    here.stage.tenant.put_version(&here.keys[0], &new);
    // Its sum is that of another form of the file: here all the same, and told.
    here.stage.tenant.report_md5(&here.keys[1], &"ab".repeat(16));
    here.runs_well().await;
    let now = files(&here.folder());
    assert_eq!((now["picture 000.jpg"].clone(), now["picture 001.jpg"].clone()), (new, bytes_of(1)));
    assert_eq!(here.view().await.unverified, 1);
    let before = here.requests();
    here.runs_well().await;
    assert!(here.requests() - before < 6, "no loop over what can't be verified");
    // An address that is not good any more.
    here.faults(vec![Rule::new(Match::path("/cdn"), status(403)).times(1)]);
    here.stage.tenant.put_version(&here.keys[2], b"later");
    here.runs_well().await;
    assert_eq!(files(&here.folder())["picture 002.jpg"], b"later");
    // Damaged every time: nothing under the file's name, and what was there stays.
    let three = format!("/cdn/{}/{}", here.keys[3].scheme, here.keys[3].id);
    here.faults(
        (0..9).map(|at| Rule::new(Match::path(&three), Action::FlipByte { at }).after(at).times(1)).collect(),
    );
    here.stage.tenant.put_version(&here.keys[3], &noise(3, 9_000));
    assert_eq!(here.fails().await.code, ErrorCode::ChecksumMismatch);
    assert_eq!(files(&here.folder())["picture 003.jpg"], bytes_of(3));
    here.faults(Vec::new());
    here.runs_well().await;
    assert_eq!(files(&here.folder())["picture 003.jpg"], noise(3, 9_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_moves_with_its_files_and_a_missing_one_is_waited_for() {
    let here = Mirrored::of(12).await;
    here.ended(0).await;
    let before = here.requests();
    // Away, as a disk is: an empty place is left.
    let away = here.stage.path("away");
    std::fs::rename(&here.root, &away).unwrap();
    assert_eq!(here.fails().await.code, ErrorCode::SyncFolderMissing);
    std::fs::create_dir(&here.root).unwrap();
    let failure = here.fails().await;
    assert_eq!((failure.code, failure.params["reason"].as_str()), (ErrorCode::SyncFolderMissing, "gone"));
    assert_eq!(files(&here.root), BTreeMap::new(), "nothing is begun in it");
    std::fs::remove_dir(&here.root).unwrap();
    std::fs::rename(&away, &here.root).unwrap();
    here.runs_well().await;
    let elsewhere = here.stage.path("elsewhere");
    here.stage.handle().set_sync_folder(elsewhere.clone()).await.unwrap();
    here.stage.until(|| elsewhere.join("Plane trip").is_dir()).await;
    here.runs_well().await;
    assert_eq!(files(&elsewhere.join("Plane trip")), whole(12));
    assert!(!here.root.exists());
    let later = here.stage.tenant.requests().split_off(before);
    assert!(!later.iter().any(|call| call.path.starts_with("/cdn")), "nothing is fetched again");
    // The collection's own folder gone: nothing follows from that either.
    std::fs::remove_dir_all(elsewhere.join("Plane trip")).unwrap();
    assert_eq!(here.fails().await.params["reason"], "deleted_folder");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_and_somebody_else_change_nothing() {
    let here = Mirrored::of(10).await;
    here.ended(0).await;
    here.without(&[4]);
    for hours in [-5_000, 10_000] {
        here.stage.world.set_clock(hours * 3_600_000);
        here.runs_well().await;
    }
    here.runs_well().await;
    let held = here.stage.handle().held_files().await.unwrap();
    assert_eq!(held.len(), 1, "two complete lists and the asset itself are evidence at any hour");
    here.stage.world.set_clock(24 * 3_600_000 * 365);
    here.runs_well().await;
    assert_eq!(here.stage.handle().held_files().await.unwrap().len(), 1, "a year that did not pass");
    // The tokens are somebody else's by now.
    let other = here.stage.tenant.users()[1].email.clone();
    let user = format!(r#"{{"userId":"{other}"}}"#);
    let db = rusqlite::Connection::open(here.stage.data.path().join("ferry.db")).unwrap();
    db.execute("UPDATE account SET user_id = 'somebody@else.test'", []).unwrap();
    drop((db, user));
    let mut here = here;
    here.stage.stop().await;
    here.stage.start().await;
    let failure = here.fails().await;
    assert!(matches!(failure.code, ErrorCode::WrongAccount | ErrorCode::SignInRequired), "{failure}");
    assert_eq!(files(&here.folder()).len(), 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_lists_its_collections_shows_marks_and_they_are_followed() {
    let switches = Switches { collections_listing: true, ..Switches::default() };
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    let keys = vec![tenant.put_asset("a.jpg", b"a")];
    tenant.put_collection(Collection { marked: true, ..collection(&tenant, &keys) });
    tenant.put_collection(Collection {
        id: "OTHER".into(),
        name: "Other".into(),
        ..collection(&tenant, &keys)
    });
    let stage = Stage::at_pace(tenant, hasty()).await;
    stage.handle().set_sync_folder(stage.path("mirror")).await.unwrap();
    let shown = stage.handle().collections(stage.account).await.unwrap();
    assert!(shown.listed && shown.failure.is_none());
    let on: Vec<(&str, bool, Option<bool>)> =
        shown.collections.iter().map(|view| (view.name.as_str(), view.on, view.marked)).collect();
    assert_eq!(on, [("Plane trip", true, Some(true)), ("Other", false, Some(false))]);
    stage.until(|| stage.path("mirror/Plane trip/a.jpg").exists()).await;
    // What is said here goes before the mark.
    let mirror = shown.collections[0].id.unwrap();
    stage.handle().switch_collection(mirror, false).await.unwrap();
    let again = stage.handle().collections(stage.account).await.unwrap();
    assert!(!again.collections[0].on);
    assert!(stage.path("mirror/Plane trip/a.jpg").exists(), "its files stay");
}
