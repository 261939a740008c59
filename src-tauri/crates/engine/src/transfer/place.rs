//! Finds or makes the folders and albums that a local tree becomes (product.md 2.4).
//!
//! Canto's folders hold no assets (canto-api.md §4 [C]): a local folder's files go to an album of its name, its
//! subfolders to a folder of its name beside. What is there is reused; nothing is made twice, however many jobs ask.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use canto_api::{ApiError, CantoClient, NodeKind, SharedCall, TreeNode, shared};
use tokio::time::Instant;
use unicode_normalization::UnicodeNormalization;

use super::rights::is_refusal;

use crate::model::{BatchId, Destination, DestinationKind};
use crate::store::folders::FolderRow;

/// The album for loose files at the top of the library.
const TOP_ALBUM: &str = "Uploads";
/// So long nobody asks again where nothing may be made.
const REFUSED: Duration = Duration::from_secs(60);

type ParentId = Option<String>;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    parent: ParentId,
    album: bool,
    /// In NFC, since macOS gives NFD and both mean the same to a person.
    name: String,
}

/// What is known of an account's tree. Clones share it.
#[derive(Clone, Default)]
pub struct Places {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The newest batch that asked: each batch reads the tree anew.
    batch: Option<BatchId>,
    nodes: HashMap<Key, String>,
    /// Folders whose children are all known.
    complete: HashSet<ParentId>,
    reading: HashMap<ParentId, SharedCall<()>>,
    making: HashMap<Key, SharedCall<String>>,
    /// Where nothing of a kind may be made, as was said until then.
    refused: HashMap<(ParentId, bool), (ApiError, Instant)>,
}

impl Places {
    /// The album for the files of the last folder in `chain`, which leads there from the root of what the user gave.
    ///
    /// # Errors
    /// Those of the tree and create calls.
    pub async fn album(
        &self,
        client: &CantoClient,
        batch: BatchId,
        destination: &Destination,
        chain: &[FolderRow],
    ) -> Result<String, ApiError> {
        let mut parent = match destination.kind {
            // An album holds no folders: the whole tree goes into it.
            DestinationKind::Album => return Ok(destination.id.clone()),
            DestinationKind::Folder => Some(destination.id.clone()),
            DestinationKind::Library => None,
        };
        self.renew_for(batch);
        let Some((last, above)) = chain.split_last().filter(|(last, _)| last.arrives) else {
            // Loose files in a folder go to an album of the folder's name in it.
            let name =
                destination.path.rsplit(" / ").next().filter(|name| !name.is_empty()).unwrap_or(TOP_ALBUM);
            return self.node(client, parent, true, name).await;
        };
        for name in chain.first().map(|root| root.arrives_in.as_slice()).unwrap_or_default() {
            parent = Some(self.node(client, parent, false, name).await?);
        }
        for folder in above {
            parent = Some(self.node(client, parent, false, &folder.arrival_name()).await?);
        }
        self.node(client, parent, true, &last.arrival_name()).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn renew_for(&self, batch: BatchId) {
        let mut state = self.lock();
        if state.batch.is_none_or(|known| known < batch) {
            state.batch = Some(batch);
            state.nodes.clear();
            state.complete.clear();
            state.reading.clear();
            state.refused.clear();
        }
    }

    pub fn forget_refusals(&self) {
        self.lock().refused.clear();
    }

    async fn node(
        &self,
        client: &CantoClient,
        parent: ParentId,
        album: bool,
        name: &str,
    ) -> Result<String, ApiError> {
        let key = Key { parent, album, name: name.nfc().collect() };
        if let Some(id) = self.lock().nodes.get(&key) {
            return Ok(id.clone());
        }
        self.read(client, &key.parent).await?;
        let making = {
            let mut state = self.lock();
            if let Some(id) = state.nodes.get(&key) {
                return Ok(id.clone());
            }
            match state.making.get(&key) {
                Some(making) => making.clone(),
                None => {
                    let (places, client, wanted) = (self.clone(), client.clone(), key.clone());
                    let making = shared(async move { places.make(&client, wanted).await });
                    state.making.insert(key.clone(), making.clone());
                    making
                }
            }
        };
        let made = making.await;
        self.lock().making.remove(&key);
        made
    }

    async fn make(&self, client: &CantoClient, key: Key) -> Result<String, ApiError> {
        let there = (key.parent.clone(), key.album);
        if let Some((error, until)) = self.lock().refused.get(&there)
            && *until > Instant::now()
        {
            return Err(error.clone());
        }
        let parent = key.parent.as_deref();
        let made = if key.album {
            client.create_album(parent, &key.name).await
        } else {
            client.create_folder(parent, &key.name).await
        };
        match made {
            Ok(node) => {
                let mut state = self.lock();
                if !key.album {
                    state.complete.insert(Some(node.id.clone()));
                }
                state.nodes.insert(key, node.id.clone());
                Ok(node.id)
            }
            Err(error) => {
                // Someone else may have made it meanwhile; what a tenant then says is not documented [ND].
                self.lock().complete.remove(&key.parent);
                self.read(client, &key.parent).await?;
                let mut state = self.lock();
                if let Some(id) = state.nodes.get(&key) {
                    return Ok(id.clone());
                }
                // A missing right is one for every name.
                if is_refusal(&error) {
                    state.refused.insert(there, (error.clone(), Instant::now() + REFUSED));
                }
                Err(error)
            }
        }
    }

    /// Reads what is below a folder: one call for all levels, but of the library's top only the first.
    async fn read(&self, client: &CantoClient, parent: &ParentId) -> Result<(), ApiError> {
        let reading = {
            let mut state = self.lock();
            if state.complete.contains(parent) {
                return Ok(());
            }
            match state.reading.get(parent) {
                Some(reading) => reading.clone(),
                None => {
                    let (places, client, folder) = (self.clone(), client.clone(), parent.clone());
                    let reading = async move {
                        let layer = if folder.is_some() { -1 } else { 1 };
                        let nodes = client.tree(folder.as_deref(), layer).await?;
                        places.learn(folder, nodes, layer == -1);
                        Ok(())
                    };
                    let reading = shared(reading);
                    state.reading.insert(parent.clone(), reading.clone());
                    reading
                }
            }
        };
        let read = reading.await;
        self.lock().reading.remove(parent);
        read
    }

    fn learn(&self, parent: ParentId, nodes: Vec<TreeNode>, all_levels: bool) {
        let mut state = self.lock();
        let mut levels = vec![(parent, nodes)];
        while let Some((parent, nodes)) = levels.pop() {
            for node in nodes {
                let album = match node.scheme {
                    NodeKind::Folder => false,
                    NodeKind::Album => true,
                    NodeKind::Other(_) => continue,
                };
                let key = Key { parent: parent.clone(), album, name: node.name.nfc().collect() };
                // Of several with one name the first is taken, always the same one: the tree comes sorted.
                state.nodes.entry(key).or_insert_with(|| node.id.clone());
                if !album && all_levels {
                    levels.push((Some(node.id), node.children));
                }
            }
            state.complete.insert(parent);
        }
    }
}
