//! A stage for tests of the engine: a real demo library, a data directory, a folder of files, and the engine's handle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod bytes;
#[cfg(target_os = "linux")]
pub mod card;
#[cfg(unix)]
pub mod chaos;
pub mod companion;
#[cfg(target_os = "linux")]
pub mod door;
pub mod doors;
mod doubles;
#[cfg(unix)]
pub mod far;
#[cfg(target_os = "linux")]
pub mod proxies;
pub mod relay;
pub mod secrets;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::error::Outcome;
use engine::model::{
    AccountId, AccountView, BatchId, BatchView, Destination, DestinationKind, Enqueue, JobAction, JobQuery,
    JobSelection, JobView, MetadataOrder, SettingKey, SignInRequest, SignInStarted, SignInState,
};
use engine::pace::Pace;
use engine::{Engine, EngineHandle, EngineOptions};
use ferry_tenant::{Options, StoredAsset, Tenant};
use relay::Relay;
use tempfile::TempDir;

pub use bytes::{local_files, md5_of, noise};
pub use doubles::{MemoryVault, MovableWorld, Surroundings, hasty};
pub use watch::Watch;

/// Nothing here takes longer; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Signs in at the page of the library's sign-in, and gives what the browser shows in the end.
pub async fn in_browser(
    tenant: &Tenant,
    page: &str,
    email: &str,
    language: &str,
    change: impl Fn(&mut (String, String)),
) -> String {
    let url = reqwest::Url::parse(page).unwrap();
    let user = tenant.users().into_iter().find(|user| user.email == email).expect("a user");
    let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    fields.push(("email".into(), user.email));
    fields.push(("password".into(), user.password));
    fields.iter_mut().for_each(change);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (page, _) = page.split_once('?').unwrap();
    let request = http.post(page).header("accept-language", language).form(&fields);
    request.send().await.unwrap().text().await.unwrap()
}

pub struct Stage {
    pub world: Arc<MovableWorld>,
    pub tenant: Tenant,
    pub engine: Option<Engine>,
    pub data: TempDir,
    pub files: TempDir,
    pub vault: Arc<MemoryVault>,
    pub surroundings: Arc<Surroundings>,
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
            surroundings: Arc::default(),
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
            surroundings: self.surroundings.clone(),
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
            app_secret: Some(self.tenant.app_secret().into()),
            ..SignInRequest::default()
        };
        self.handle().sign_in_with_credentials(request).await.unwrap()
    }

    /// What a person and a browser do with the page of a sign-in, after `change` went over what the page was asked with. The
    /// browser shows the second.
    pub async fn signed_in(
        &self,
        started: SignInStarted,
        change: impl Fn(&mut (String, String)),
    ) -> (Outcome<AccountView>, String) {
        let user = self.tenant.users().remove(0);
        self.signed_in_as(started, &user.email, change).await
    }

    pub async fn signed_in_as(
        &self,
        started: SignInStarted,
        email: &str,
        change: impl Fn(&mut (String, String)),
    ) -> (Outcome<AccountView>, String) {
        let handle = self.handle();
        let browser = in_browser(&self.tenant, &started.url, email, "", change);
        tokio::join!(handle.finish_sign_in(started.flow), browser)
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
            choices: Default::default(),
            duplicates: None,
            metadata: MetadataOrder::default(),
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

    pub async fn handle_set(&self, key: SettingKey, value: Option<String>) {
        self.handle().set_setting(key, value).await.unwrap();
    }

    /// Nothing is sent from now on, or it goes on: when this returns, it is so.
    pub async fn rest(&self, rests: bool) {
        let until = rests.then(|| "2099-01-01T00:00:00Z".to_owned());
        let mut watch = self.watch().await;
        self.handle_set(SettingKey::RestUntil, until).await;
        while self.handle().snapshot().await.unwrap().condition.rest.is_some() != rests {
            watch.next().await;
        }
    }

    /// Waits until an account is as wanted.
    pub async fn until_state(&self, account: AccountId, wanted: SignInState) {
        let mut watch = self.watch().await;
        loop {
            let accounts = self.handle().accounts().await.unwrap();
            if accounts.iter().any(|one| one.id == account && one.state == wanted) {
                return;
            }
            watch.next().await;
        }
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
