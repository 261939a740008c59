//! Finds the files in what a user has given, and streams them to the owner of the queue in batches.

mod filter;
mod junk;
mod kinds;
mod listing;
mod names;
mod shots;
mod staging;
mod walk;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::mpsc::Sender;

use tokio::sync::oneshot;

use crate::error::Outcome;
use crate::model::{BatchId, Enqueue, FolderId, RenamedFolder};
use crate::platform::volumes::{self, Volume};
use crate::queue::message::ToOwner;
use crate::store::folders::FolderRow;
use crate::store::jobs::NewJob;
use crate::store::volumes::VolumeRow;

pub use filter::Filter;
pub use listing::Listings;
pub use names::{check as check_name, library_name};
pub use shots::walk_all;
pub use staging::summary;
pub use walk::{Found, FoundFile, source_failure};

/// Rows sent at once, and how many such messages may be on their way.
const CHUNK: usize = 5_000;
const AHEAD: usize = 3;

/// Walks a batch's paths; ends with `ScanEnded`, whatever happens.
pub fn run(
    owner: &Sender<ToOwner>,
    batch: BatchId,
    request: &Enqueue,
    folders: &[FolderRow],
    known: Vec<(FolderId, String)>,
) {
    let mut intake = Intake {
        owner,
        batch,
        numbers: folders.iter().map(|row| ((row.parent, row.name.clone()), row.id)).collect(),
        next_number: folders.iter().map(|row| row.id.number()).max().unwrap_or(0) + 1,
        known: known.into_iter().collect(),
        renamed: &request.choices.renamed,
        folders: Vec::new(),
        volumes: Vec::new(),
        mounted: volumes::mounted(),
        jobs: Vec::with_capacity(CHUNK),
        under_way: VecDeque::new(),
    };
    let mut left_out = 0;
    let result = intake.take(request, &mut left_out);
    drop(owner.send(ToOwner::ScanEnded { batch, left_out, failure: result.err() }));
}

struct Intake<'a> {
    owner: &'a Sender<ToOwner>,
    batch: BatchId,
    numbers: HashMap<(Option<FolderId>, String), FolderId>,
    next_number: u32,
    /// Already jobs, from before a restart.
    known: HashSet<(FolderId, String)>,
    renamed: &'a [RenamedFolder],
    folders: Vec<FolderRow>,
    volumes: Vec<VolumeRow>,
    mounted: Vec<Volume>,
    jobs: Vec<NewJob>,
    under_way: VecDeque<oneshot::Receiver<Outcome<()>>>,
}

impl Intake<'_> {
    fn take(&mut self, request: &Enqueue, left_out: &mut u64) -> Outcome<()> {
        let filter = Filter::new(request)?;
        // Folder ids from the top of a path down to where the walk is.
        let mut stack: Vec<FolderId> = Vec::new();
        walk_all(&request.paths, &filter, &mut |found| {
            match found {
                Found::Root { dir, arrives } => {
                    stack.clear();
                    stack.push(self.folder(None, dir.to_string_lossy().into_owned(), arrives));
                }
                Found::Folder { depth, name, .. } => {
                    stack.truncate(depth);
                    let id = self.folder(stack.last().copied(), name, true);
                    stack.push(id);
                }
                Found::File(FoundFile { depth, name, size, modified_ns, failure, .. }) => {
                    stack.truncate(depth);
                    if let Some(folder) = stack.last().copied() {
                        self.file(NewJob { folder, name, size, modified_ns, failure, values: None });
                    }
                }
                Found::LeftOut { .. } => *left_out += 1,
            }
            if self.jobs.len() >= CHUNK || self.folders.len() >= CHUNK { self.send() } else { Ok(()) }
        })?;
        self.send()?;
        while let Some(answer) = self.under_way.pop_front() {
            wait_for(answer)?;
        }
        Ok(())
    }

    fn folder(&mut self, parent: Option<FolderId>, name: String, arrives: bool) -> FolderId {
        // A folder of files that go to the destination itself is another one than the same folder arriving by name.
        let key = if arrives { name.clone() } else { format!("{name}\0") };
        if let Some(id) = self.numbers.get(&(parent, key.clone())) {
            return *id;
        }
        let id = FolderId::of(self.batch, self.next_number);
        self.next_number += 1;
        // Only roots come again by name; below them each folder is walked once.
        if parent.is_none() {
            self.numbers.insert((parent, key), id);
        }
        let mut arrives_as = None;
        if parent.is_none() {
            self.note_volume(id, Path::new(&name));
            let renamed = self.renamed.iter().find(|folder| arrives && folder.path == Path::new(&name));
            arrives_as = renamed.map(|folder| folder.name.clone());
        }
        self.folders.push(FolderRow {
            id,
            parent,
            name,
            arrives,
            arrives_as,
            arrives_in: Vec::new(),
            remote_folder: None,
            remote_album: None,
        });
        id
    }

    /// Where it is, so that it is known again when it was away.
    fn note_volume(&mut self, folder: FolderId, path: &Path) {
        if let Some(on) = volumes::of_path(&self.mounted, path) {
            let (volume, name, mount) = (on.id.clone(), on.name.clone(), on.mount.clone());
            self.volumes.push(VolumeRow { folder, volume, name, mount });
        }
    }

    fn file(&mut self, job: NewJob) {
        if !self.known.is_empty() && self.known.contains(&(job.folder, job.name.clone())) {
            return;
        }
        self.jobs.push(job);
    }

    fn send(&mut self) -> Outcome<()> {
        if self.jobs.is_empty() && self.folders.is_empty() {
            return Ok(());
        }
        let (reply, answer) = oneshot::channel();
        let message = ToOwner::ScanFound {
            batch: self.batch,
            folders: std::mem::take(&mut self.folders),
            volumes: std::mem::take(&mut self.volumes),
            jobs: std::mem::replace(&mut self.jobs, Vec::with_capacity(CHUNK)),
            reply,
        };
        drop(self.owner.send(message));
        self.under_way.push_back(answer);
        if self.under_way.len() >= AHEAD
            && let Some(answer) = self.under_way.pop_front()
        {
            wait_for(answer)?;
        }
        Ok(())
    }
}

fn wait_for(answer: oneshot::Receiver<Outcome<()>>) -> Outcome<()> {
    use crate::error::{ErrorCode, Failure};
    answer
        .blocking_recv()
        .unwrap_or_else(|_| Err(Failure::new(ErrorCode::Internal).because("the queue has stopped")))
}
