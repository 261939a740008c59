//! A stage for tests of the engine: a real demo library, a data directory, a folder of files, and the engine's handle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

#[cfg(target_os = "linux")]
pub mod card;
#[cfg(unix)]
pub mod chaos;
pub mod companion;
#[cfg(unix)]
pub mod far;
pub mod relay;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use canto_api::Secret;
use engine::clock::{Millis, SystemWorld, World};
use engine::error::Outcome;
use engine::event::EngineEvent;
use engine::handle::Subscription;
use engine::model::{
    AccountId, AccountView, BatchId, BatchView, Destination, DestinationKind, Enqueue, JobAction, JobQuery,
    JobSelection, JobStateKind, JobView, SignInRequest,
};
use engine::pace::Pace;
use engine::session::Vault;
use engine::{Engine, EngineHandle, EngineOptions};
use ferry_tenant::{Options, StoredAsset, Tenant};
use md5::{Digest, Md5};
use relay::Relay;
use tempfile::TempDir;

/// Nothing here takes longer; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, String>>,
    ever: Mutex<Vec<String>>,
}

impl MemoryVault {
    /// Every secret that was ever kept here.
    pub fn ever_stored(&self) -> Vec<String> {
        self.ever.lock().unwrap().clone()
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        Ok(self.secrets.lock().unwrap().get(name).cloned().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.ever.lock().unwrap().push(secret.expose().to_owned());
        self.secrets.lock().unwrap().insert(name.to_owned(), secret.expose().to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
}

/// The system's clocks, moved as the test likes.
#[derive(Debug, Default)]
pub struct MovableWorld {
    system: SystemWorld,
    passed_ms: AtomicI64,
    set_by_ms: AtomicI64,
}

impl MovableWorld {
    /// So much time has passed.
    pub fn advance(&self, by: Duration) {
        self.passed_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Somebody sets the clock, forward or back.
    pub fn set_clock(&self, by_ms: Millis) {
        self.set_by_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl World for MovableWorld {
    fn now(&self) -> Millis {
        self.system.now() + self.passed_ms.load(Ordering::Relaxed) + self.set_by_ms.load(Ordering::Relaxed)
    }

    fn steady(&self) -> Millis {
        self.system.steady() + self.passed_ms.load(Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        self.system.random(bytes);
    }
}

/// What the engine waits for without a sign, cut short.
pub fn hasty() -> Pace {
    Pace {
        first_probe: Duration::from_millis(50),
        longest_probe: Duration::from_millis(400),
        seldom_look: Duration::from_millis(500),
        album_look: Duration::from_secs(1),
        source_look: Duration::from_millis(100),
        quiet: Duration::from_millis(500),
        first_abort: Duration::from_millis(100),
        longest_abort: Duration::from_secs(1),
        no_progress: Duration::from_millis(2_500),
        answer: Duration::from_millis(2_500),
        database: Duration::from_millis(300),
    }
}

pub struct Stage {
    pub world: Arc<MovableWorld>,
    pub tenant: Tenant,
    pub engine: Option<Engine>,
    pub data: TempDir,
    pub files: TempDir,
    pub vault: Arc<MemoryVault>,
    pub account: AccountId,
    pub pace: Pace,
    /// Trusted besides the system's, PEM.
    pub authorities: Option<PathBuf>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let tenant = Tenant::start(options).await.unwrap();
        Self::on(tenant).await
    }

    /// On a tenant that runs already.
    pub async fn on(tenant: Tenant) -> Self {
        Self::at_pace(tenant, Pace::default()).await
    }

    /// With a relay between the engine and the object store, and no patience.
    pub async fn relayed(options: Options) -> (Self, Relay) {
        let relay = Relay::start().await;
        let tenant = Tenant::start(Options { store_url: Some(relay.url()), ..options }).await.unwrap();
        relay.set_upstream(tenant.port());
        (Self::at_pace(tenant, hasty()).await, relay)
    }

    pub async fn at_pace(tenant: Tenant, pace: Pace) -> Self {
        Self::behind(tenant, pace, None).await
    }

    /// On a tenant whose certificate comes from somewhere unknown.
    pub async fn behind(tenant: Tenant, pace: Pace, authorities: Option<PathBuf>) -> Self {
        // Only the first stage of a program sets it up; FERRY_LOG=engine=debug shows what the engine says.
        let filter = tracing_subscriber::EnvFilter::from_env("FERRY_LOG");
        drop(tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init());
        let mut stage = Self {
            world: Arc::default(),
            tenant,
            engine: None,
            data: TempDir::new().unwrap(),
            files: TempDir::new().unwrap(),
            vault: Arc::default(),
            account: AccountId(0),
            pace,
            authorities,
        };
        stage.start().await;
        stage.account = stage.sign_in().await.id;
        stage
    }

    pub fn engine_options(&self) -> EngineOptions {
        EngineOptions {
            vault: Some(self.vault.clone()),
            world: self.world.clone(),
            pace: self.pace,
            authorities: self.authorities.clone(),
            ..EngineOptions::new(self.data.path())
        }
    }

    pub async fn start(&mut self) {
        self.engine = Some(Engine::start(self.engine_options()).await.unwrap());
    }

    pub async fn stop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop().await;
        }
    }

    pub fn handle(&self) -> EngineHandle {
        self.engine.as_ref().unwrap().handle()
    }

    pub async fn sign_in(&self) -> AccountView {
        let request = SignInRequest {
            tenant: self.tenant.url().to_owned(),
            app_id: Some(self.tenant.app_id().to_owned()),
            app_secret: Some(self.tenant.app_secret().to_owned()),
        };
        self.handle().sign_in_with_credentials(request).await.unwrap()
    }

    /// After a crash in play: the engine's lock is free once its thread has ended.
    pub async fn wait_for_lock(&self) {
        let path = self.data.path().join("engine.lock");
        self.until(|| {
            std::fs::File::options().write(true).open(&path).is_ok_and(|file| file.try_lock().is_ok())
        })
        .await;
    }

    /// Waits for what no event tells.
    pub async fn until(&self, is: impl Fn() -> bool) {
        let wait = async {
            while !is() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            let calls = self.tenant.requests();
            let last: Vec<String> = calls
                .iter()
                .rev()
                .take(20)
                .map(|call| format!("{} {} {:?} {} ms", call.method, call.path, call.status, call.millis))
                .collect();
            let jobs = self.handle().list_jobs(JobQuery::default()).await.map(|page| page.jobs);
            panic!("waited too long: {jobs:#?}\nlast calls, newest first: {last:#?}");
        }
    }

    /// Lets time pass, here and there, as long as nothing is on its way.
    pub async fn pass_time(&self, by: Duration) {
        self.until(|| self.tenant.under_way() == 0).await;
        self.world.advance(by);
        self.tenant.advance_clock(by);
    }

    /// Waits until a batch is settled, and skips the time that it waits for nothing but the clock.
    pub async fn settled(&self, batch: BatchId) -> BatchView {
        let mut watch = self.watch().await;
        let end = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < end {
            let some = Duration::from_millis(400);
            if let Ok(view) = tokio::time::timeout(some, watch.finished(batch)).await {
                return view;
            }
            self.pass_time(Duration::from_secs(10)).await;
        }
        watch.finished(batch).await
    }

    /// Writes a file below the stage's folder.
    pub fn file(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.files.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.files.path().join(path)
    }

    pub fn request(&self, paths: Vec<PathBuf>, destination: Destination) -> Enqueue {
        Enqueue {
            account: self.account,
            paths,
            destination,
            tags: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            priority: 0,
            take_junk: false,
        }
    }

    pub async fn enqueue(&self, paths: Vec<PathBuf>, destination: Destination) -> BatchId {
        self.handle().enqueue(self.request(paths, destination)).await.unwrap()
    }

    /// Uploads and waits until everything is settled.
    pub async fn upload(&self, paths: Vec<PathBuf>, destination: Destination) -> BatchView {
        let mut watch = self.watch().await;
        let batch = self.enqueue(paths, destination).await;
        watch.finished(batch).await
    }

    pub async fn watch(&self) -> Watch {
        let handle = self.handle();
        Watch { subscription: handle.subscribe().await.unwrap(), handle }
    }

    /// A destination of the tree that every tenant starts with.
    pub fn folder(&self, path: &[&str]) -> Destination {
        self.place(path, false)
    }

    pub fn album(&self, path: &[&str]) -> Destination {
        self.place(path, true)
    }

    fn place(&self, path: &[&str], album: bool) -> Destination {
        Destination {
            kind: if album { DestinationKind::Album } else { DestinationKind::Folder },
            id: self.tenant.node_id(path, album).expect("a node of the first tree"),
            path: path.join(" / "),
        }
    }

    pub fn top(&self) -> Destination {
        Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() }
    }

    pub async fn jobs(&self, batch: BatchId) -> Vec<JobView> {
        let query = JobQuery { batch: Some(batch), limit: 1_000, ..JobQuery::default() };
        self.handle().list_jobs(query).await.unwrap().jobs
    }

    pub async fn job(&self, batch: BatchId, name: &str) -> JobView {
        self.jobs(batch).await.into_iter().find(|job| job.name == name).expect("a job of that name")
    }

    pub async fn control(&self, selection: JobSelection, action: JobAction) -> u64 {
        self.handle().control(selection, action).await.unwrap().changed
    }

    /// The tenant's assets by the names of album and file; a name that is there twice fails the test.
    pub fn library(&self) -> BTreeMap<String, StoredAsset> {
        let mut library = BTreeMap::new();
        for asset in self.tenant.assets() {
            for album in &asset.albums {
                let album = self.tenant.node_path(album).expect("an album of the library");
                let place = format!("{album}/{}", asset.name);
                assert!(
                    library.insert(place.clone(), asset.clone()).is_none(),
                    "twice in the library: {place}"
                );
            }
        }
        library
    }

    /// How often the object store was posted to.
    pub fn posts(&self) -> usize {
        self.tenant
            .requests()
            .iter()
            .filter(|call| call.method == "POST" && call.path.starts_with("/ferry-upload"))
            .count()
    }
}

/// Waits for what happens.
pub struct Watch {
    pub subscription: Subscription,
    handle: EngineHandle,
}

impl Watch {
    /// Waits until a batch is settled.
    pub async fn finished(&mut self, batch: BatchId) -> BatchView {
        self.until(batch, |view| view.state == engine::model::BatchState::Finished).await
    }

    /// Waits until a batch looks as wanted.
    pub async fn until(&mut self, batch: BatchId, wanted: impl Fn(&BatchView) -> bool) -> BatchView {
        let wait = async {
            loop {
                let view = self.handle.batch(batch).await.unwrap();
                if wanted(&view) {
                    return view;
                }
                self.next().await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(view) => view,
            Err(_) => panic!("waited too long for batch {batch}: {}", self.stuck(batch).await),
        }
    }

    /// What a batch waits for, for the message of a failed test.
    async fn stuck(&self, batch: BatchId) -> String {
        let query = JobQuery { batch: Some(batch), limit: 1_000, ..JobQuery::default() };
        let jobs = self.handle.list_jobs(query).await.unwrap().jobs;
        let open: Vec<String> = jobs
            .into_iter()
            .filter(|job| job.state != JobStateKind::Done)
            .map(|job| format!("{} {}/{} {:?} {:?}", job.id, job.folder, job.name, job.state, job.failure))
            .collect();
        format!("{:#?}\n{}", self.handle.batch(batch).await.map(|view| view.totals), open.join("\n"))
    }

    /// Waits until so many jobs of a batch are in a state.
    pub async fn count(&mut self, batch: BatchId, state: JobStateKind, count: u64) -> BatchView {
        self.until(batch, |view| view.totals.count(state) >= count).await
    }

    /// The next event; one that was missed counts as any.
    pub async fn next(&mut self) -> Option<Arc<EngineEvent>> {
        self.subscription.events.recv().await.ok()
    }
}

pub fn md5_of(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// Bytes that look like nothing, the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    use rand::{RngExt, SeedableRng};
    let mut bytes = vec![0; length];
    rand::rngs::SmallRng::seed_from_u64(seed).fill(&mut bytes[..]);
    bytes
}

/// Every file below a folder with its MD5, by relative path.
pub fn local_files(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let md5 = md5_of(&std::fs::read(&path).unwrap());
                files.insert(path.strip_prefix(root).unwrap().to_path_buf(), md5);
            }
        }
    }
    files
}
