//! Starts and stops the engine.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use canto_api::{AppKey, Secret};
use checksum::Crew;
use tokio::sync::{broadcast, mpsc::unbounded_channel, oneshot};

use super::ahead::{self, Ahead};
use super::bandwidth;
use super::collections;
use super::listening::{forget_changed, keep_open_bytes};
use super::network as network_settings;
use super::places;
use super::vault::keeps_secrets;
use super::{EngineHandle, Inner};
use crate::clock::{SharedWorld, SystemWorld};
use crate::duplicates;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::{Condition, EngineEvent};
use crate::folder_sync::Syncer;
use crate::metadata::apply::Applier;
use crate::metadata::schema::Forms;
use crate::model::SettingKey;
use crate::network::{Network, changes, reachability};
use crate::pace::Pace;
use crate::platform::data_dir::DataDirLock;
use crate::platform::managed::{self, Managed};
use crate::platform::surroundings::{Surroundings, ThisComputer};
use crate::platform::watches::{SystemWatches, Watches};
use crate::queue::message::ToOwner;
use crate::queue::{Owner, OwnerLinks};
use crate::session::{Keychain, LazyVault, SharedVault, SignIns, Tenants};
use crate::store::{Readers, Store};
use crate::supervisor::Supervisor;
use crate::thumbnails::{FetchedPictures, Thumbnails};
use crate::transfer::aborter;
use crate::transfer::confirm::Confirmer;
use crate::transfer::dispatcher::Dispatcher;
use crate::transfer::gate::Gate;
use crate::transfer::line::LineSpeed;
use crate::transfer::permits::MOST_PARTS_AT_ONCE;
use crate::transfer::progress::{Board, sample};
use crate::transfer::source_watch;
use crate::transfer::upload::TransferContext;

/// Events that a slow listener may fall behind before it has to look anew.
const EVENTS: usize = 1_024;

/// A program that only asks holds the lock for a moment; the engine waits that long for it.
const LOCK_PATIENCE: Duration = Duration::from_millis(400);
const LOCK_LOOK: Duration = Duration::from_millis(40);

/// What this program does with the data directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Runs the engine, unless another program does.
    #[default]
    Engine,
    /// Keeps the queue but sends nothing, unless another program has the engine.
    Queue,
    /// Looks and asks. Whoever runs the engine answers; where nobody does, this program for that moment.
    Guest,
}

/// How to start.
pub struct EngineOptions {
    pub data_dir: PathBuf,
    pub role: Role,
    pub world: SharedWorld,
    /// Opens the encrypted credentials file instead of the keychain.
    pub passphrase: Option<Secret>,
    /// Secrets are kept here instead (tests).
    pub vault: Option<SharedVault>,
    /// The system's keychain.
    pub keychain: SharedVault,
    /// PEM file of certificate authorities trusted besides the system's.
    pub authorities: Option<PathBuf>,
    /// The API key to sign in with, wherever no other is typed.
    pub app_key: Option<AppKey>,
    /// What is set for everyone on this computer.
    pub managed: Option<PathBuf>,
    /// What the computer runs on and how it is connected.
    pub surroundings: Arc<dyn Surroundings>,
    /// How long it waits for what gives no sign.
    pub pace: Pace,
    /// Who tells of changes in watched folders.
    pub watches: Arc<dyn Watches>,
    /// Watched folders are looked through when somebody asks for it, and not by themselves: for a program that is here for one
    /// command.
    pub sync_when_asked: bool,
}

impl EngineOptions {
    /// The usual ones for a data directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            role: Role::default(),
            world: Arc::new(SystemWorld),
            passphrase: None,
            vault: None,
            keychain: Arc::new(Keychain),
            authorities: None,
            app_key: None,
            managed: managed::path(),
            surroundings: Arc::new(ThisComputer),
            pace: Pace::default(),
            watches: Arc::new(SystemWatches),
            sync_when_asked: false,
        }
    }
}

/// The running engine; dropped without `stop`, the queue is as after a crash, which loses nothing.
pub struct Engine {
    handle: EngineHandle,
    running: Option<Running>,
}

struct Running {
    supervisor: Supervisor,
    owner: mpsc::Sender<ToOwner>,
    thread: JoinHandle<()>,
    _lock: DataDirLock,
}

impl Engine {
    /// Starts on a data directory. If another program runs the engine there, the handle asks that one.
    ///
    /// # Errors
    /// Those of opening the database: `DatabaseTooNew`, `DatabaseDamaged`, `DiskFull`, `DatabaseUnusable`.
    pub async fn start(options: EngineOptions) -> Outcome<Self> {
        let clocks = (options.world.now(), options.world.steady());
        let network = Arc::new(Network::new(options.authorities.as_deref())?);
        let (data_dir, role, managed) = (options.data_dir.clone(), options.role, options.managed.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let lock = match role {
                Role::Engine | Role::Queue => take_lock(&data_dir)?,
                Role::Guest => None,
            };
            // A guest, too, brings the database to its version, or hears that it is too new.
            let managed = managed.as_deref().map(Managed::read).unwrap_or_default();
            Store::open(&data_dir).map(|store| (lock, store, managed))
        });
        let (lock, store, managed) =
            opened.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))??;
        let keeps = match managed.setting(SettingKey::Secrets.as_str()) {
            Some(word) => word != "session",
            None => keeps_secrets(&store.connection),
        };
        let lazy_vault = options.vault.is_none().then(|| {
            let (data_dir, passphrase) = (options.data_dir.clone(), options.passphrase.clone());
            let (keychain, world) = (Arc::clone(&options.keychain), Arc::clone(&options.world));
            Arc::new(LazyVault::new(data_dir, passphrase, keychain, world, keeps))
        });
        let vault = match (&options.vault, &lazy_vault) {
            (None, Some(lazy)) => lazy.clone() as SharedVault,
            (Some(vault), _) => Arc::clone(vault),
            (None, None) => Arc::clone(&options.keychain),
        };
        let (owner, inbox) = mpsc::channel();
        let readers = Readers::new(&options.data_dir);
        let tenants = Arc::new(Tenants::new(
            readers.clone(),
            Arc::clone(&vault),
            Arc::clone(&options.world),
            Arc::clone(&network),
            owner.clone(),
            options.pace,
        ));
        let (events, _) = broadcast::channel(EVENTS);
        let board = Arc::new(Board::default());
        let condition = Arc::<Mutex<Condition>>::default();
        let to_owner = lock.is_some().then(|| owner.clone());
        let forms = Arc::new(Forms::new(
            Arc::clone(&tenants),
            readers.clone(),
            Arc::clone(&options.world),
            to_owner.clone(),
        ));
        let (ahead, expected) = Ahead::new();
        let (to_probe, probe) = unbounded_channel();
        let handle = EngineHandle {
            inner: Arc::new(Inner {
                data_dir: options.data_dir.clone(),
                world: Arc::clone(&options.world),
                readers: readers.clone(),
                vault: Arc::clone(&vault),
                lazy_vault,
                network: Arc::clone(&network),
                tenants: Arc::clone(&tenants),
                sign_ins: SignIns::default(),
                events: events.clone(),
                board: Arc::clone(&board),
                thumbnails: Thumbnails::new(&options.data_dir),
                previews: FetchedPictures::new(&options.data_dir),
                listings: Default::default(),
                condition: Arc::clone(&condition),
                managed,
                app_key: options.app_key.clone(),
                address_check: Mutex::default(),
                owner: to_owner,
                forms: Arc::clone(&forms),
                ahead,
                surroundings: Arc::clone(&options.surroundings),
                pace: options.pace,
                probe: (lock.is_some() && role == Role::Engine).then(|| to_probe.clone()),
                network_in_force: Default::default(),
                network_trouble: Default::default(),
                tests: Default::default(),
                mirrors: Default::default(),
                transfers: Default::default(),
            }),
        };
        // Whoever only looks at the queue is not to be asked for the way into the vault.
        let with_password = role == Role::Engine || options.vault.is_some();
        handle.set_up_network(with_password).await?;
        let Some(lock) = lock else {
            return Ok(Self { handle, running: None });
        };
        let (supervisor, mut early) = Supervisor::new();
        let context_readers = readers.clone();
        let context = Arc::new(TransferContext {
            tenants: Arc::clone(&tenants),
            readers,
            world: Arc::clone(&options.world),
            owner: owner.clone(),
            crew: Crew::start().map_err(|error| Failure::new(ErrorCode::Internal).because(error))?,
            gate: Gate::new(4, 1, MOST_PARTS_AT_ONCE),
            line: LineSpeed::default(),
            pace: options.pace,
            keys: Arc::default(),
        });
        let (to_duplicates, look_ups) = unbounded_channel();
        let (to_watched, watched) = unbounded_channel();
        let (to_collections, to_be_mirrored) = unbounded_channel();
        let (to_transfers, transfers) = unbounded_channel();
        let (to_confirmer, confirmer) = unbounded_channel();
        let (to_aborter, aborts) = unbounded_channel();
        let (to_source_watch, sources) = unbounded_channel();
        let (to_applier, values) = unbounded_channel();
        let links = OwnerLinks {
            transfers: to_transfers,
            confirmer: to_confirmer,
            sources: to_source_watch,
            aborts: to_aborter,
            values: to_applier,
            duplicates: to_duplicates,
            watched: to_watched,
            collections: to_collections,
            events: events.clone(),
            condition: Arc::clone(&condition),
            owner: owner.clone(),
        };
        let thread = start_owner(store, Arc::clone(&options.world), links, inbox, options.pace).await?;
        if role == Role::Queue {
            return Ok(Self { handle, running: Some(Running { supervisor, owner, thread, _lock: lock }) });
        }
        // Nothing else sets it.
        handle.inner.transfers.get_or_init(|| Arc::clone(&context));
        if !keeps {
            handle.ask_for_sign_ins().await?;
        }
        let quit = supervisor.quit();
        let bandwidth = bandwidth::Watch::start(handle.clone()).await?;
        supervisor.spawn("bandwidth", bandwidth.run(quit.clone()));
        let dispatcher = Dispatcher::new(Arc::clone(&context), Arc::clone(&board), to_probe.clone());
        supervisor.spawn("transfers", dispatcher.run(transfers, quit.clone()));
        supervisor.spawn(
            "confirmer",
            Confirmer::new(Arc::clone(&context), to_probe.clone()).run(confirmer, quit.clone()),
        );
        supervisor.spawn("source watch", source_watch::run(Arc::clone(&context), sources, quit.clone()));
        supervisor
            .spawn("ahead", ahead::run(Arc::clone(&tenants), Arc::clone(&forms), expected, quit.clone()));
        let same_picture = handle.locked(SettingKey::DuplicatesPicture).map(|set| set == "on");
        let stage = duplicates::stage::Stage::new(Arc::clone(&context), to_probe.clone(), same_picture);
        supervisor.spawn("duplicates", stage.run(look_ups, quit.clone()));
        let syncer = Syncer::new(
            Arc::clone(&context),
            handle.sync_choices(),
            Arc::clone(&options.watches),
            options.data_dir.clone(),
            options.sync_when_asked,
        );
        supervisor.spawn("watched folders", syncer.run(watched, quit.clone()));
        let applier = Applier::new(Arc::clone(&context), forms);
        supervisor.spawn("values", applier.run(values, quit.clone()));
        supervisor.spawn("aborts", aborter::run(Arc::clone(&context), aborts, quit.clone()));
        let open_bytes = Arc::new(AtomicU64::new(0));
        supervisor
            .spawn("open bytes", keep_open_bytes(events.subscribe(), Arc::clone(&open_bytes), quit.clone()));
        supervisor.spawn("progress", sample(board, events.clone(), open_bytes, quit.clone()));
        supervisor.spawn("account changes", forget_changed(context, events.subscribe(), quit.clone()));
        supervisor.spawn("network settings", network_settings::follow(handle.clone(), quit.clone()));
        let mirror = collections::task(&handle);
        supervisor.spawn("collections", mirror.run(to_be_mirrored, events.subscribe(), quit.clone()));
        let places =
            places::watch(Arc::clone(&tenants), context_readers, owner.clone(), options.pace, quit.clone());
        supervisor.spawn("places", places);
        let renew = {
            let network = Arc::clone(&network);
            move |gone: &[std::net::IpAddr]| {
                network.renew(gone);
                tenants.forget_all();
            }
        };
        let changes =
            changes::watch(Arc::clone(&options.world), clocks, to_probe, owner.clone(), renew, quit.clone());
        supervisor.spawn("network changes", changes);
        let probe =
            reachability::watch(network, Arc::clone(&options.world), options.pace, owner.clone(), probe);
        supervisor.spawn("reachability", {
            let quit = quit.clone();
            async move {
                tokio::select! { () = quit.cancelled() => {}, () = probe => {} }
            }
        });
        let quit_watch = quit.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = quit_watch.cancelled() => {}
                Some(task) = early.recv() => {
                    let failure = Failure::new(ErrorCode::Internal).because(format!("the task '{task}' ended early"));
                    let condition = crate::event::Condition { failure: Some(failure), ..Default::default() };
                    drop(events.send(Arc::new(EngineEvent::ConditionChanged { condition })));
                }
            }
        });
        Ok(Self { handle, running: Some(Running { supervisor, owner, thread, _lock: lock }) })
    }

    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Stops transfers, writes what they say, and closes the database.
    pub async fn stop(mut self) {
        self.handle.stop_connection_test();
        self.handle.leave_nothing().await;
        let Some(running) = self.running.take() else { return };
        running.supervisor.stop().await;
        stop_owner(&running.owner, running.thread).await;
    }
}

/// Keeps the queue for the moment of a guest's request, where nobody runs the engine. Nothing is sent.
pub(super) struct StandIn {
    owner: mpsc::Sender<ToOwner>,
    thread: JoinHandle<()>,
    _lock: DataDirLock,
}

impl StandIn {
    /// `None`: another program has the engine.
    pub async fn start(data_dir: PathBuf, world: SharedWorld) -> Outcome<Option<Self>> {
        let opened = tokio::task::spawn_blocking(move || {
            let Some(lock) = DataDirLock::take(&data_dir)? else { return Ok(None) };
            Store::open(&data_dir).map(|store| Some((lock, store)))
        });
        let opened = opened.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))??;
        let Some((lock, store)) = opened else { return Ok(None) };
        let (owner, inbox) = mpsc::channel();
        // Nobody is at the other ends.
        let links = OwnerLinks {
            transfers: unbounded_channel().0,
            confirmer: unbounded_channel().0,
            sources: unbounded_channel().0,
            aborts: unbounded_channel().0,
            values: unbounded_channel().0,
            duplicates: unbounded_channel().0,
            watched: unbounded_channel().0,
            collections: unbounded_channel().0,
            events: broadcast::channel(1).0,
            condition: Arc::default(),
            owner: owner.clone(),
        };
        let thread = start_owner(store, world, links, inbox, Pace::default()).await?;
        Ok(Some(Self { owner, thread, _lock: lock }))
    }

    pub async fn stop(self) {
        stop_owner(&self.owner, self.thread).await;
    }
}

async fn stop_owner(owner: &mpsc::Sender<ToOwner>, thread: JoinHandle<()>) {
    let (reply, stopped) = oneshot::channel();
    if owner.send(ToOwner::Stop { reply }).is_ok() {
        drop(stopped.await);
    }
    // The thread ends right after its answer.
    drop(tokio::task::spawn_blocking(move || thread.join()).await);
}

fn take_lock(data_dir: &Path) -> Outcome<Option<DataDirLock>> {
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        match DataDirLock::take(data_dir)? {
            None if Instant::now() < until => std::thread::sleep(LOCK_LOOK),
            taken => return Ok(taken),
        }
    }
}

impl Drop for Engine {
    /// The owner of the queue ends soon after; nobody waits for it.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            let (reply, _) = oneshot::channel();
            drop(running.owner.send(ToOwner::Stop { reply }));
        }
    }
}

/// Recovery reads and writes: it happens on the owner's own thread, and a failure comes back from there.
async fn start_owner(
    store: Store,
    world: SharedWorld,
    links: OwnerLinks,
    inbox: mpsc::Receiver<ToOwner>,
    pace: Pace,
) -> Outcome<JoinHandle<()>> {
    let (started, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name("queue owner".into()).spawn(move || {
        match Owner::new(store, world, links) {
            Ok(owner) => {
                drop(started.send(Ok(())));
                owner.run(&inbox, pace);
            }
            Err(failure) => drop(started.send(Err(failure))),
        }
    });
    let thread = thread.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
    result.await.map_err(|_| Failure::new(ErrorCode::Internal).because("the queue did not start"))??;
    Ok(thread)
}
