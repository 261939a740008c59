//! What a tenant refuses an account: asked once for all files that would meet it, and again after a while, or when a person
//! says that the right was given.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use canto_api::{ApiError, CantoClient, NodeKind, SharedCall, shared};
use tokio::time::Instant;

use crate::error::Failure;
use crate::model::AccountId;
use crate::queue::message::ToOwner;

/// What may be refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    Uploading,
    Album(String),
    /// What is below a folder, or at the top (an empty id): the album that a file needs there.
    Below(String),
}

#[derive(Default)]
pub struct Refusals {
    known: Mutex<HashMap<Thing, (Failure, Instant)>>,
    albums: Mutex<HashMap<String, SharedCall<()>>>,
    /// Answers in a row that may be a refusal.
    doubts: Mutex<HashMap<Thing, u32>>,
}

impl Refusals {
    pub fn of(&self, thing: &Thing) -> Option<Failure> {
        let known = lock(&self.known);
        known.get(thing).filter(|(_, until)| *until > Instant::now()).map(|(failure, _)| failure.clone())
    }

    /// Whoever meets it so long is told so without a question to the tenant.
    pub fn note(&self, thing: Thing, failure: Failure, long: Duration) {
        lock(&self.known).insert(thing, (failure, Instant::now() + long));
    }

    pub fn forget(&self) {
        lock(&self.known).clear();
        lock(&self.albums).clear();
        lock(&self.doubts).clear();
    }

    /// One more answer that may be a refusal: how many there were in a row.
    pub fn doubt(&self, thing: &Thing) -> u32 {
        let mut doubts = lock(&self.doubts);
        let count = doubts.entry(thing.clone()).or_default();
        *count += 1;
        *count
    }

    /// It was no refusal.
    pub fn is_open(&self, thing: &Thing) {
        lock(&self.doubts).remove(thing);
    }

    /// Whether the tenant shows an album: asked once, as long as it does.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn sees_album(&self, client: &CantoClient, id: &str) -> Result<(), ApiError> {
        let look = {
            let mut albums = lock(&self.albums);
            match albums.get(id) {
                Some(look) => look.clone(),
                None => {
                    let (client, album) = (client.clone(), id.to_owned());
                    let look = shared(async move { client.node(NodeKind::Album, &album).await.map(drop) });
                    albums.insert(id.to_owned(), look.clone());
                    look
                }
            }
        };
        let seen = look.clone().await;
        if seen.is_err() {
            let mut albums = lock(&self.albums);
            if albums.get(id).is_some_and(|known| known.ptr_eq(&look)) {
                albums.remove(id);
            }
        }
        seen
    }

    /// The tenant has just shown it, or made it, in answer to something else.
    pub fn saw_album(&self, id: &str) {
        lock(&self.albums).insert(id.to_owned(), shared(async { Ok(()) }));
    }

    /// Something speaks against it: the next one asks anew.
    pub fn look_again(&self, album: &str) {
        lock(&self.albums).remove(album);
    }
}

/// What the tenant says that the user may do.
pub struct Rights {
    account: AccountId,
    known: Mutex<Vec<String>>,
    asking: Mutex<Option<SharedCall<Vec<String>>>>,
    owner: Sender<ToOwner>,
}

impl Rights {
    pub fn new(account: AccountId, known: Vec<String>, owner: Sender<ToOwner>) -> Self {
        Self { account, known: Mutex::new(known), asking: Mutex::default(), owner }
    }

    /// No word at all says nothing (canto-api.md §3 [ND]).
    pub fn may_upload(&self) -> bool {
        let known = lock(&self.known);
        known.is_empty() || known.iter().any(|right| right == "upload")
    }

    /// Asks the tenant, once for all who want to know, and tells the owner what has changed.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn ask(&self, client: &CantoClient) -> Result<bool, ApiError> {
        let asking = {
            let mut slot = lock(&self.asking);
            match &*slot {
                Some(running) => running.clone(),
                None => {
                    let client = client.clone();
                    let call = shared(async move { client.user().await.map(|user| user.permissions) });
                    slot.insert(call).clone()
                }
            }
        };
        let said = asking.clone().await;
        let mut slot = lock(&self.asking);
        if slot.as_ref().is_some_and(|running| running.ptr_eq(&asking)) {
            *slot = None;
        }
        drop(slot);
        let rights = said?;
        let mut known = lock(&self.known);
        if *known != rights {
            known.clone_from(&rights);
            drop(self.owner.send(ToOwner::RightsSeen { account: self.account, rights }));
        }
        drop(known);
        Ok(self.may_upload())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
