//! A running tenant, for tests in the same process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::{self, StoredAsset, stored_assets};
use crate::error::StartError;
use crate::faults::{FaultBook, Faults, Rule};
use crate::object_store::poller;
use crate::options::{Options, Switches};
use crate::requests::Call;
use crate::state::{App, State};
use crate::store::Row;
use crate::store::asset::{Asset, AssetKey, Scheme};
use crate::store::collection::Collection;
use crate::store::place::Place;
use crate::store::token::TokenKind;
use crate::store::user::{Right, User};
use crate::{api, ids, ingester, oauth, places, serve};

pub struct Tenant {
    pub(crate) app: App,
    port: u16,
    stop: CancellationToken,
    tasks: TaskTracker,
    data: PathBuf,
    temporary: bool,
}

impl Tenant {
    /// Listens on a loopback port; everything runs on the caller's runtime.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let temporary = options.data.is_none();
        let data = options
            .data
            .clone()
            .unwrap_or_else(|| std::env::temp_dir().join(format!("ferry-tenant-{}", ids::blob())));
        let (port, public_url) = (options.port, options.public_url.clone());
        let app = Arc::new(State::open(options, &data)?);
        if let Some(s3) = &app.s3 {
            s3.create_bucket().await.map_err(StartError::ObjectStore)?;
        }
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        app.set_url(public_url.unwrap_or_else(|| format!("http://{address}")));
        let router: Router = api::router(&app)
            .merge(oauth::router())
            .merge(places::router())
            .merge(admin::router(&app))
            .with_state(app.clone());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(serve::accept(app.clone(), listener, router, stop.clone(), tasks.clone()));
        for work in [0, 1] {
            let (app, stop) = (app.clone(), stop.clone());
            tasks.spawn(async move {
                let work =
                    async { if work == 0 { ingester::run(app).await } else { poller::run(app).await } };
                tokio::select! { () = work => {}, () = stop.cancelled() => {} }
            });
        }
        tasks.close();
        Ok(Self { app, port: address.port(), stop, tasks, data, temporary })
    }

    /// `http://127.0.0.1:port` or what is in front of it: API, OAuth and embedded store.
    pub fn url(&self) -> &str {
        self.app.url()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn app_id(&self) -> &str {
        &self.app.identity.app_id
    }

    pub fn app_secret(&self) -> &str {
        &self.app.identity.app_secret
    }

    pub fn admin_token(&self) -> &str {
        &self.app.identity.admin_token
    }

    /// The first line that the program prints.
    pub fn announcement(&self) -> Value {
        let users: Vec<Value> = self
            .users()
            .iter()
            .map(|user| json!({ "email": user.email, "password": user.password, "role": user.role }))
            .collect();
        let places: Vec<Value> = self
            .places()
            .iter()
            .filter(|_| self.switches().places)
            .map(|place| {
                json!({ "kind": place.kind, "name": place.name, "address": place.address(self.url()),
                        "password": place.password })
            })
            .collect();
        json!({ "url": self.url(), "app_id": self.app_id(), "app_secret": self.app_secret(),
                "admin_token": self.admin_token(), "users": users, "places": places })
    }

    pub fn places(&self) -> Vec<Place> {
        self.app.library().places.values().cloned().collect()
    }

    /// The one of this name among those of the first library.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.places().into_iter().find(|place| place.name == name)
    }

    /// Adds a place, or changes the one of its id; what it lacks is made.
    pub fn put_place(&self, place: Place) -> Place {
        places::kept(&self.app, place)
    }

    pub fn remove_place(&self, id: &str) {
        self.app.library().places.remove(id);
        self.app.db.delete::<Place>(id.to_owned());
    }

    pub fn users(&self) -> Vec<User> {
        self.app.library().users.values().cloned().collect()
    }

    pub fn put_user(&self, user: User) {
        self.app.db.put(&user);
        self.app.library().users.insert(user.email.clone(), user);
    }

    pub fn set_rights(&self, email: &str, rights: &[Right]) {
        if let Some(user) = self.app.library().users.get_mut(email) {
            user.rights = rights.to_vec();
            self.app.db.put(user);
        }
    }

    /// Whoever is not named, and no administrator, does not see a node and what is below it any more; `None`: everybody does.
    pub fn restrict(&self, node: &str, people: Option<&[&str]>) {
        if let Some(node) = self.app.library().nodes.get_mut(node) {
            node.visible_to = people.map(|people| people.iter().map(|&email| email.to_owned()).collect());
            self.app.db.put(node);
        }
    }

    /// A token without the way through OAuth, for tests of other things.
    pub fn token_for(&self, email: &str) -> String {
        let life = self.switches().token_seconds.cast_signed() * 1000;
        let now = self.app.now_ms();
        self.app.sessions().new_token(TokenKind::Access, email, None, Some(life), now, &self.app.db)
    }

    /// Every token that was issued and not yet replaced, whether it is still good or not.
    pub fn issued_tokens(&self) -> Vec<String> {
        self.app.sessions().issued()
    }

    pub fn expire_tokens(&self) {
        self.app.sessions().expire(TokenKind::Access, &self.app.db);
    }

    pub fn expire_refresh_tokens(&self) {
        self.app.sessions().expire(TokenKind::Refresh, &self.app.db);
    }

    pub fn expire_policies(&self) {
        self.app.end_policies();
    }

    pub fn faults(&self) -> Faults {
        self.app.faults.get()
    }

    pub fn set_faults(&self, faults: Faults) {
        FaultBook::set(&self.app.faults, faults);
    }

    /// One more; what the others have counted so far stays.
    pub fn add_fault(&self, rule: Rule) {
        self.app.faults.add(rule);
    }

    pub fn switches(&self) -> Switches {
        self.app.switches().as_ref().clone()
    }

    pub fn set_switches(&self, switches: Switches) {
        self.app.set_switches(switches);
    }

    /// Every version of every asset, oldest asset first.
    pub fn assets(&self) -> Vec<StoredAsset> {
        stored_assets(&self.app.library())
    }

    /// As if a user had deleted it.
    pub fn delete_asset(&self, scheme: Scheme, id: &str) {
        let key = AssetKey { scheme, id: id.to_owned() };
        if let Some(asset) = self.app.library().remove_asset(&key) {
            self.app.db.delete::<Asset>(asset.key());
        }
    }

    /// Bytes of the current version.
    pub fn asset_bytes(&self, scheme: Scheme, id: &str) -> std::io::Result<Vec<u8>> {
        let (blob, size) = self.blob_of(scheme, id)?;
        self.app.blobs.read(&blob, size)
    }

    /// A file with the current version's bytes, for large ones.
    pub fn asset_file(&self, scheme: Scheme, id: &str) -> std::io::Result<PathBuf> {
        let (blob, size) = self.blob_of(scheme, id)?;
        self.app.blobs.as_file(&blob, size)
    }

    fn blob_of(&self, scheme: Scheme, id: &str) -> std::io::Result<(String, u64)> {
        let library = self.app.library();
        let asset = library.assets.get(&AssetKey { scheme, id: id.to_owned() });
        let version = asset.and_then(|asset| asset.current());
        version
            .map(|version| (version.blob.clone(), version.size))
            .ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }

    pub fn put_collection(&self, collection: Collection) {
        self.app.db.put(&collection);
        self.app.library().collections.insert(collection.id.clone(), collection);
    }

    /// The id of a folder or album by its names from the top; of two of one name the album, if `album`.
    pub fn node_id(&self, path: &[&str], album: bool) -> Option<String> {
        let library = self.app.library();
        let mut parent: Option<String> = None;
        for (place, name) in path.iter().enumerate() {
            let wants_album = album && place + 1 == path.len();
            let node = library
                .children_of(parent.as_deref())
                .find(|node| node.name == *name && (node.kind.as_str() == "album") == wants_album)?;
            parent = Some(node.id.clone());
        }
        parent
    }

    /// Names from the top to a folder or album, with slashes.
    pub fn node_path(&self, id: &str) -> Option<String> {
        let library = self.app.library();
        library.nodes.get(id).map(|node| library.name_path(node))
    }

    /// Uploads in parts that were begun and neither completed nor aborted, in the embedded store.
    pub fn open_uploads(&self) -> usize {
        self.app.open_uploads.count()
    }

    /// As a bucket's rule sweeps them: their parts are gone, and nobody is told.
    pub fn lose_open_uploads(&self) {
        self.app.open_uploads.sweep();
    }

    pub fn requests(&self) -> Vec<Call> {
        self.app.calls.after(0)
    }

    /// Requests that something may still come of, also after whoever sent them is gone.
    pub fn under_way(&self) -> u64 {
        self.app.under_way.load(Ordering::SeqCst)
    }

    pub fn now_ms(&self) -> i64 {
        self.app.now_ms()
    }

    pub fn advance_clock(&self, by: Duration) {
        self.app.clock.advance_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
        self.app.due.notify_one();
    }

    /// May also go back.
    pub fn set_clock_offset_ms(&self, offset: i64) {
        self.app.clock.set_offset_ms(offset);
        self.app.due.notify_one();
    }

    /// Drops all connections and waits until everything is written.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.app.db.close();
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.stop.cancel();
        self.app.db.close();
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}
