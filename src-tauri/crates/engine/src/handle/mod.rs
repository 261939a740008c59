//! What a shell holds: everything that can be asked of the engine.

mod accounts;
mod address;
mod ahead;
mod bandwidth;
mod collections;
mod connection_test;
mod decisions;
mod duplicates;
mod folders;
mod guest;
mod library;
mod listening;
mod metadata;
mod mirrored;
mod network;
mod places;
mod queue;
mod receipts;
mod settings;
mod start;
mod thumbnails;
pub(crate) mod vault;

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{broadcast, oneshot};

use crate::clock::SharedWorld;
use crate::collection_sync::board::MirrorBoard;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::{Condition, EngineEvent};
use crate::intake::Listings;
use crate::metadata::schema::Forms;
use crate::network::reachability::Heard;
use crate::network::{Network, Rules};
use crate::pace::Pace;
use crate::platform::managed::Managed;
use crate::platform::surroundings::Surroundings;
use crate::queue::message::{Reply, ToOwner};
use crate::session::{LazyVault, SharedVault, SignIns, Tenants};
use crate::store::Readers;
use crate::thumbnails::{FetchedPictures, Thumbnails};
use crate::transfer::progress::Board;
use crate::transfer::upload::TransferContext;

pub use queue::Subscription;
pub use start::{Engine, EngineOptions, Role};

/// The way to the engine. Clones are the same engine.
#[derive(Clone)]
pub struct EngineHandle {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    world: SharedWorld,
    readers: Readers,
    vault: SharedVault,
    /// The same, where it is this computer's.
    lazy_vault: Option<Arc<LazyVault>>,
    network: Arc<Network>,
    tenants: Arc<Tenants>,
    sign_ins: SignIns,
    events: broadcast::Sender<Arc<EngineEvent>>,
    board: Arc<Board>,
    thumbnails: Thumbnails,
    /// Those that the tenant makes of its assets.
    previews: FetchedPictures,
    listings: Listings,
    condition: Arc<Mutex<Condition>>,
    managed: Managed,
    /// The API key of this program's environment.
    app_key: Option<canto_api::AppKey>,
    /// Ends the look at an address that is not typed any more.
    address_check: Mutex<tokio_util::sync::CancellationToken>,
    /// `None`: another program runs the engine; this one asks it through the database.
    owner: Option<Sender<ToOwner>>,
    forms: Arc<Forms>,
    ahead: ahead::Ahead,
    surroundings: Arc<dyn Surroundings>,
    pace: Pace,
    /// Looks whether a lost way is open again; where the engine runs.
    probe: Option<UnboundedSender<Heard>>,
    /// What the network follows, with the certificate files.
    network_in_force: tokio::sync::Mutex<Option<(Rules, Vec<PathBuf>)>>,
    /// What of that it can't.
    network_trouble: Mutex<Option<Failure>>,
    tests: Mutex<connection_test::Tests>,
    /// Runs over collections that are under way.
    mirrors: MirrorBoard,
    /// What files go by, where they are sent in this program.
    transfers: OnceLock<Arc<TransferContext>>,
}

impl std::fmt::Debug for EngineHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineHandle").field("data_dir", &self.inner.data_dir).finish_non_exhaustive()
    }
}

impl EngineHandle {
    /// Whether the engine runs in this program.
    pub fn is_owner(&self) -> bool {
        self.inner.owner.is_some()
    }

    /// Where the database is.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.inner.data_dir
    }

    /// Sends the owner a message and waits for its answer.
    async fn ask<T>(&self, message: impl FnOnce(Reply<T>) -> ToOwner) -> Outcome<T> {
        let stopped = || Failure::new(ErrorCode::Internal).because("the engine has stopped");
        let owner = self.inner.owner.as_ref().ok_or_else(stopped)?;
        let (reply, answer) = oneshot::channel();
        owner.send(message(reply)).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

/// For what may wait for a disk, a keychain or a passphrase's hash.
async fn blocking<T: Send + 'static>(action: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(action)
        .await
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}
