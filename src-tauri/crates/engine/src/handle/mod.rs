//! What a shell holds: everything that can be asked of the engine.

mod accounts;
mod guest;
mod library;
mod metadata;
mod queue;
mod receipts;
mod settings;
mod start;
mod thumbnails;

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use tokio::sync::{broadcast, oneshot};

use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::{Condition, EngineEvent};
use crate::metadata::schema::Forms;
use crate::network::Network;
use crate::platform::managed::Managed;
use crate::queue::message::{Reply, ToOwner};
use crate::session::{SharedVault, SignIns, Tenants};
use crate::store::Readers;
use crate::thumbnails::Thumbnails;
use crate::transfer::progress::Board;

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
    network: Arc<Network>,
    tenants: Arc<Tenants>,
    sign_ins: SignIns,
    events: broadcast::Sender<Arc<EngineEvent>>,
    board: Arc<Board>,
    thumbnails: Thumbnails,
    condition: Arc<Mutex<Condition>>,
    managed: Managed,
    /// `None`: another program runs the engine; this one asks it through the database.
    owner: Option<Sender<ToOwner>>,
    forms: Arc<Forms>,
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
