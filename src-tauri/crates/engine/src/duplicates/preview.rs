//! What a request would find, before anything is sent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use tokio::sync::{mpsc, oneshot};

use super::finder::{Asked, Finder, Trouble};
use super::library::Library;
use super::picture::{self, may_be_picture};
use super::sums;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake::{Filter, Found, FoundFile, walk_all};
use crate::model::{
    AccountId, Certainty, DestinationKind, DuplicateBasis, DuplicateOf, DuplicatePreview, Enqueue,
    PreviewedDuplicate, name_key,
};
use crate::platform::file_keys::FileKeys;
use crate::queue::message::{Made, ToOwner};
use crate::session::Tenants;
use crate::store::file_sums::{self, FileSum};
use crate::store::{Readers, pictures};
use crate::transfer::failure::failure_of;
use crate::transfer::source::Seen;

/// Files that are looked for together, which bounds what is in memory.
const TOGETHER: usize = 1_000;
const MOST_NAMED: usize = 100;

pub struct Preview {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
    pub keys: Arc<FileKeys>,
    /// Pictures are compared without their metadata, too.
    pub same_picture: bool,
    /// Keeps the sums that are made, so that sending reads each file once less; `None` where another program does.
    pub owner: Option<Sender<ToOwner>>,
    /// When the preview was asked for: no sum is made before that. Unix milliseconds.
    pub began: i64,
}

/// Of a file, and of the picture in it.
#[derive(Clone, Copy, Default)]
struct Sums {
    md5: Option<[u8; 16]>,
    picture: Option<[u8; 16]>,
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
            let sums = match basis {
                DuplicateBasis::Md5 => self.sums(&files).await?,
                DuplicateBasis::Filename => vec![Sums::default(); files.len()],
            };
            let album =
                (request.destination.kind == DestinationKind::Album).then(|| request.destination.id.clone());
            // One that can't be read is no duplicate of anything; the staging list names it.
            let readable = files
                .iter()
                .zip(&sums)
                .filter(|(_, sums)| basis == DuplicateBasis::Filename || sums.md5.is_some());
            let (files, asked): (Vec<&File>, Vec<Asked>) = readable
                .map(|(file, &Sums { md5, picture })| {
                    let (name, size, album) = (file.name.clone(), file.size, album.clone());
                    (file, Asked { name, size, md5, picture, album })
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
                let name = Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
                let sure = of.certainty == Certainty::Certain && !of.several;
                file.takes_version = sure && of.no_version(&name).is_none();
                file.of = Some(of);
            }
        }
        Ok(())
    }

    /// From before, else made now.
    async fn sums(&self, files: &[File]) -> Outcome<Vec<Sums>> {
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let (readers, keys, same_picture) = (self.readers.clone(), Arc::clone(&self.keys), self.same_picture);
        let (told, heard) = oneshot::channel();
        // Nobody waits for it any more when this is dropped.
        let stop = StopOnDrop::default();
        let stopped = Arc::clone(&stop.0);
        let began = self.began;
        let work = move || {
            let mut kept = Made::default();
            let known = |path: &PathBuf| {
                let stamp = Seen::of_path(path).ok()?.stamp(path, &keys)?;
                readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten().map(|(md5, _)| md5)
            };
            let mut md5s: Vec<Option<[u8; 16]>> = paths.iter().map(known).collect();
            let unknown: Vec<usize> = (0..paths.len()).filter(|at| md5s.get(*at) == Some(&None)).collect();
            let to_hash: Vec<PathBuf> = unknown.iter().filter_map(|at| paths.get(*at).cloned()).collect();
            let made = sums::of_files(&to_hash, &stopped);
            for (at, made) in unknown.into_iter().zip(made) {
                if let (Some(place), Some(path), Ok((seen, md5))) = (md5s.get_mut(at), paths.get(at), made) {
                    *place = Some(md5);
                    let stamp = seen.stamp(path, &keys);
                    kept.sums.extend(stamp.map(|stamp| FileSum { stamp, md5, made_at: began }));
                }
            }
            let mut shown = |path: &PathBuf, md5: [u8; 16]| {
                if let Some(known) = readers.read_now(|db| pictures::of_file(db, md5)).ok().flatten() {
                    return known;
                }
                let shows = picture::of_path(path, &Seen::of_path(path).ok()?).ok()?;
                kept.pictures.push((md5, shows));
                shows
            };
            let sums = paths.iter().zip(md5s).map(|(path, md5)| {
                let is_looked_at = same_picture && may_be_picture(&path.to_string_lossy());
                Sums { md5, picture: md5.filter(|_| is_looked_at).and_then(|md5| shown(path, md5)) }
            });
            let sums = sums.collect();
            drop(told.send((sums, kept)));
        };
        let spawned = std::thread::Builder::new().name("fingerprints".into()).spawn(work);
        spawned.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        let (sums, made) = heard.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        self.keep(made).await;
        Ok(sums)
    }

    /// Until they are kept, so that who sends next finds them. What can't be kept is made again.
    async fn keep(&self, made: Made) {
        let Some(owner) = self.owner.as_ref().filter(|_| !made.is_empty()) else { return };
        let (reply, kept) = oneshot::channel();
        drop(owner.send(ToOwner::Decided { decided: Vec::new(), made, reply }));
        if let Ok(Err(failure)) = kept.await {
            tracing::debug!(%failure, "the sums of a preview are not kept");
        }
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
