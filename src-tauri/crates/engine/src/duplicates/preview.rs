//! What a request would find, before anything is sent.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};

use super::finder::{Asked, Finder, Trouble};
use super::library::Library;
use super::sums;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake::{Filter, Found, FoundFile, walk_all};
use crate::model::{
    AccountId, Certainty, DestinationKind, DuplicateBasis, DuplicateOf, DuplicatePreview, Enqueue,
    PreviewedDuplicate, name_key,
};
use crate::platform::file_keys::FileKeys;
use crate::session::Tenants;
use crate::store::{Readers, file_sums};
use crate::transfer::failure::failure_of;
use crate::transfer::source::Seen;

/// Files that are looked for together, which bounds what is in memory.
const TOGETHER: usize = 1_000;
const MOST_NAMED: usize = 100;

pub struct Preview {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
    pub keys: Arc<FileKeys>,
}

struct File {
    path: PathBuf,
    name: String,
    size: u64,
}

impl Preview {
    pub async fn of(self, request: Enqueue, basis: DuplicateBasis) -> Outcome<DuplicatePreview> {
        let mut preview = DuplicatePreview::default();
        let finder = Finder { tenants: Arc::clone(&self.tenants), readers: self.readers.clone() };
        let mut library = Library::default();
        let mut seen: HashSet<(Option<[u8; 16]>, String)> = HashSet::new();
        let mut chunks = walked(request.clone());
        while let Some(chunk) = chunks.recv().await {
            let files = chunk?;
            let md5s = match basis {
                DuplicateBasis::Md5 => self.sums(&files).await?,
                DuplicateBasis::Filename => vec![None; files.len()],
            };
            let album =
                (request.destination.kind == DestinationKind::Album).then(|| request.destination.id.clone());
            // One that can't be read is no duplicate of anything; the staging list names it.
            let readable =
                files.iter().zip(&md5s).filter(|(_, md5)| basis == DuplicateBasis::Filename || md5.is_some());
            let (files, asked): (Vec<&File>, Vec<Asked>) = readable
                .map(|(file, md5)| {
                    let (name, size, album) = (file.name.clone(), file.size, album.clone());
                    (file, Asked { name, size, md5: *md5, album })
                })
                .unzip();
            let left = if files.len() == TOGETHER { TOGETHER as u64 } else { 0 };
            let found = finder
                .find(&mut library, request.account, basis, &request.destination, &asked, left)
                .await
                .map_err(failure)?;
            for ((file, asked), of) in files.into_iter().zip(asked).zip(found) {
                let key = match basis {
                    DuplicateBasis::Md5 => (asked.md5, String::new()),
                    DuplicateBasis::Filename => (None, name_key(&asked.name)),
                };
                let is_twin = !seen.insert(key);
                match &of {
                    Some(of) if of.certainty == Certainty::Certain => preview.certain += 1,
                    Some(_) => preview.probably += 1,
                    None if is_twin => preview.twins += 1,
                    None => continue,
                }
                if preview.files.len() < MOST_NAMED {
                    let path = file.path.to_string_lossy().into_owned();
                    preview.files.push(PreviewedDuplicate { path, of, takes_version: false });
                }
            }
        }
        self.name(&finder, &mut library, request.account, &mut preview).await?;
        Ok(preview)
    }

    /// Says more of those that are named: one call for all of them.
    async fn name(
        &self,
        finder: &Finder,
        library: &mut Library,
        account: AccountId,
        preview: &mut DuplicatePreview,
    ) -> Outcome<()> {
        let found: Vec<DuplicateOf> = preview.files.iter().filter_map(|file| file.of.clone()).collect();
        let mut detailed = finder.with_details(library, account, found).await.map_err(failure)?.into_iter();
        for file in &mut preview.files {
            if file.of.is_none() {
                continue;
            }
            // What is gone at this very moment is still said as it was found.
            if let Some(of) = detailed.next().flatten() {
                let name = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
                let sure = of.certainty == Certainty::Certain && !of.several;
                file.takes_version = sure && of.no_version(name).is_none();
                file.of = Some(of);
            }
        }
        Ok(())
    }

    /// From before, else made now.
    async fn sums(&self, files: &[File]) -> Outcome<Vec<Option<[u8; 16]>>> {
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let (readers, keys) = (self.readers.clone(), Arc::clone(&self.keys));
        let (told, heard) = oneshot::channel();
        // Nobody waits for it any more when this is dropped.
        let stop = StopOnDrop::default();
        let stopped = Arc::clone(&stop.0);
        let work = move || {
            let known = |path: &PathBuf| {
                let stamp = Seen::of_path(path).ok()?.stamp(path, &keys)?;
                readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten().map(|(md5, _)| md5)
            };
            let mut md5s: Vec<Option<[u8; 16]>> = paths.iter().map(known).collect();
            let unknown: Vec<usize> = (0..paths.len()).filter(|at| md5s.get(*at) == Some(&None)).collect();
            let to_hash: Vec<PathBuf> = unknown.iter().filter_map(|at| paths.get(*at).cloned()).collect();
            let made = sums::of_files(&to_hash, &stopped);
            for (at, made) in unknown.into_iter().zip(made) {
                if let (Some(place), Ok((_, md5))) = (md5s.get_mut(at), made) {
                    *place = Some(md5);
                }
            }
            drop(told.send(md5s));
        };
        let spawned = std::thread::Builder::new().name("fingerprints".into()).spawn(work);
        spawned.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        heard.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))
    }
}

#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The files of a request that can be sent, some at a time.
fn walked(request: Enqueue) -> mpsc::Receiver<Outcome<Vec<File>>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut chunk = Vec::with_capacity(TOGETHER);
        let walk = |chunk: &mut Vec<File>| {
            let filter = Filter::new(&request)?;
            walk_all(&request.paths, &filter, &mut |found| {
                if let Found::File(FoundFile { path, name, size, failure: None, .. }) = found {
                    chunk.push(File { path, name, size });
                }
                if chunk.len() == TOGETHER {
                    // Nobody there any more: the walk ends.
                    let full = std::mem::replace(chunk, Vec::with_capacity(TOGETHER));
                    sender.blocking_send(Ok(full)).map_err(|_| Failure::new(ErrorCode::Internal))?;
                }
                Ok(())
            })
        };
        let last = walk(&mut chunk).map(|()| chunk);
        drop(sender.blocking_send(last));
    });
    receiver
}

/// Why nothing could be found out, for whoever asked.
pub fn failure(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Ours(failure) => failure,
        Trouble::Theirs(error, _) => failure_of(&error),
    }
}
