//! A run over a watched folder: looks, compares, and tells the owner of the queue what is to be sent, many rows at once.

use std::collections::{BTreeSet, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::oneshot;

use super::diff::{Absence, Difference, Entry, Step, absence, compare, step};
use super::library::Answer;
use super::stable_file::{Look, Now, Settling};
use super::walk::{Directory, Walk};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake::Filter;
use crate::model::{AssetId, BatchId, Enqueue, FolderId, JobStateKind, StagedProblem, SyncPreview};
use crate::platform::{file_identity, file_locks};
use crate::queue::message::ToOwner;
use crate::queue::watched::SyncFound;
use crate::store::Readers;
use crate::store::checked::VersionOf;
use crate::store::folders::FolderRow;
use crate::store::jobs::NewJob;
use crate::store::seen_files::{self, NewNumber, SeenFile, SeenFolder, SeenFolderId, SeenWrite, TOP};
use crate::store::volumes::VolumeRow;
use crate::store::watched_folders::WatchedRow;

/// Rows that are written together.
const CHUNK: usize = 5_000;
/// Assets that the library is asked for together.
const ASKED: usize = 100;
const MOST_TOLD: usize = 100;

pub type AskLibrary<'a> = &'a dyn Fn(&[AssetId]) -> Outcome<Vec<Answer>>;
pub type Clock<'a> = &'a dyn Fn() -> (Duration, i64);

/// What a run needs to know and to reach.
pub struct Tools<'a> {
    pub readers: &'a Readers,
    /// `None`: it only counts.
    pub owner: Option<&'a Sender<ToOwner>>,
    pub ask: AskLibrary<'a>,
    /// Time that only goes on, and Unix milliseconds.
    pub clock: Clock<'a>,
    pub stop: &'a AtomicBool,
    pub quiet: Duration,
    /// So long after the first word that an asset is gone the second one counts, milliseconds.
    pub apart: i64,
    pub own: &'a Path,
}

/// What it is about.
pub struct Task<'a> {
    pub folder: &'a WatchedRow,
    pub request: &'a Enqueue,
    pub as_version: bool,
    /// Folders, `true`: with what is below them.
    pub at: &'a [(PathBuf, bool)],
}

/// How it ended.
#[derive(Default)]
pub struct Ran {
    pub counts: SyncPreview,
    /// Folders with files that have to be looked at again later, whatever happens there.
    pub later: BTreeSet<PathBuf>,
    /// What kept it from looking at everything, or from asking the library.
    pub failure: Option<Failure>,
    pub stopped: bool,
}

/// A folder on the way from the watched one to where the run is.
struct Level {
    name: String,
    seen: Option<SeenFolderId>,
    source: Option<FolderId>,
}

/// A file whose asset the library is asked for.
struct Changed {
    entry: Entry,
    asset: AssetId,
    missed: Option<i64>,
}

/// Runs on a thread of its own.
pub fn run(tools: &Tools<'_>, task: &Task<'_>, settling: &mut Settling) -> Ran {
    let mut run = Run {
        tools,
        task,
        levels: Vec::new(),
        found: SyncFound::default(),
        changed: Vec::new(),
        moved: HashSet::new(),
        unasked: None,
        batch: None,
        next_seen: 0,
        next_source: 1,
        ran: Ran::default(),
    };
    let result = run.all(settling).and_then(|()| run.flush());
    match result {
        // Switched off or removed meanwhile.
        Err(failure) if is_end(&failure) => run.ran.stopped = true,
        Err(failure) => run.ran.failure = Some(failure),
        Ok(()) => {}
    }
    if let (Some(batch), Some(owner)) = (run.batch, tools.owner) {
        let left_out = run.ran.counts.left_out;
        drop(owner.send(ToOwner::ScanEnded { batch, left_out, failure: None }));
    }
    run.ran
}

struct Run<'a> {
    tools: &'a Tools<'a>,
    task: &'a Task<'a>,
    levels: Vec<Level>,
    found: SyncFound,
    changed: Vec<Changed>,
    /// Files that were found under other names since the last commit.
    moved: HashSet<(SeenFolderId, String)>,
    /// Why the library could not be asked: it is not asked again in this run.
    unasked: Option<Failure>,
    batch: Option<BatchId>,
    next_seen: i64,
    next_source: u32,
    ran: Ran,
}

impl Run<'_> {
    fn all(&mut self, settling: &mut Settling) -> Outcome<()> {
        self.next_seen = self.tools.readers.read_now(seen_files::highest_folder)? + 1;
        let filter = Filter::of_patterns(&self.task.folder.include, &self.task.folder.exclude)?;
        let root = &self.task.folder.path;
        for (begin, below) in self.task.at {
            let Some(base) = self.descend(begin, &filter)? else {
                drop(settling.look(begin, self.now()));
                continue;
            };
            for directory in Walk::new(root, begin, *below, &filter, self.tools.own) {
                if self.tools.stop.load(Ordering::Relaxed) {
                    self.ran.stopped = true;
                    return Ok(());
                }
                self.directory(directory, base, settling)?;
            }
        }
        Ok(())
    }

    /// The levels down to a folder. `None`: it is left out, or is gone.
    fn descend(&mut self, begin: &Path, filter: &Filter) -> Outcome<Option<usize>> {
        let (watched, root) = (self.task.folder.id, &self.task.folder.path);
        let Ok(relative) = begin.strip_prefix(root) else { return Ok(None) };
        let seen = self.tools.readers.read_now(|db| seen_files::folder_named(db, watched, TOP, ""))?;
        // What a run has made so far and not yet written is known here alone.
        let top =
            self.levels.first().map(|level| (level.seen.or(seen), level.source)).unwrap_or((seen, None));
        self.flush()?;
        self.levels.clear();
        self.levels.push(Level { name: String::new(), seen: top.0, source: top.1 });
        let mut path = root.clone();
        for part in relative.components() {
            let name = part.as_os_str().to_string_lossy().into_owned();
            path.push(&name);
            let below = path.strip_prefix(root).unwrap_or(&path);
            if path == self.tools.own || filter.leaves_folder(&name, &path, below).is_some() {
                return Ok(None);
            }
            // A link to a folder is none of its own; one that is gone is no news.
            if !std::fs::symlink_metadata(&path).is_ok_and(|seen| seen.is_dir()) {
                return Ok(None);
            }
            let above = self.levels.last().and_then(|level| level.seen);
            let seen = match above {
                Some(above) => {
                    self.tools.readers.read_now(|db| seen_files::folder_named(db, watched, above, &name))?
                }
                None => None,
            };
            self.levels.push(Level { name, seen, source: None });
        }
        Ok(Some(self.levels.len() - 1))
    }

    fn directory(&mut self, directory: Directory, base: usize, settling: &mut Settling) -> Outcome<()> {
        let watched = self.task.folder.id;
        if directory.depth > 0 {
            self.levels.truncate(base + directory.depth);
            let above = self.levels.last().and_then(|level| level.seen);
            let name = &directory.name;
            let seen = match above {
                Some(above) => {
                    self.tools.readers.read_now(|db| seen_files::folder_named(db, watched, above, name))?
                }
                None => None,
            };
            self.levels.push(Level { name: directory.name.clone(), seen, source: None });
        }
        let rows = match self.levels.last().and_then(|level| level.seen) {
            Some(seen) => self.tools.readers.read_now(|db| seen_files::files_in(db, seen))?,
            None => Vec::new(),
        };
        let counts = &mut self.ran.counts;
        counts.files += directory.entries.len() as u64;
        counts.left_out += directory.left_out;
        counts.unstable += directory.partial;
        for (path, failure) in directory.problems {
            self.ran.failure.get_or_insert_with(|| failure.clone().with("path", path.display()));
            if counts.problems.len() < MOST_TOLD {
                counts.problems.push(StagedProblem { path: path.display().to_string(), failure });
            }
        }
        let mut look = settling.look(&directory.path, self.now());
        let at = directory.path.as_path();
        for difference in compare(&directory.entries, &rows) {
            match difference {
                Difference::New(entry) => self.new_file(entry, at, &mut look)?,
                Difference::Changed(entry, row) => self.changed(entry, row, at, &mut look)?,
                Difference::Renumbered(entry, _) => self.touch(entry),
            }
            if self.found.len() >= CHUNK {
                self.flush()?;
            }
        }
        self.settle_changed(at)
    }

    fn now(&self) -> Now {
        let (steady, wall_ms) = (self.tools.clock)();
        Now { steady, wall_ns: wall_ms.saturating_mul(1_000_000), quiet: self.tools.quiet }
    }

    fn new_file(&mut self, entry: &Entry, at: &Path, look: &mut Look<'_>) -> Outcome<()> {
        let path = at.join(&entry.name);
        let mut entry = entry.clone();
        if entry.stamp.number.is_none() {
            let seen = std::fs::metadata(&path).ok();
            entry.stamp.number =
                seen.and_then(|seen| file_identity::of_path(&path, &seen)).map(|id| id.number());
        }
        match self.was_elsewhere(&entry, &path)? {
            Elsewhere::Sent => {
                self.ran.counts.moved += 1;
                return Ok(());
            }
            Elsewhere::UnderWay => {
                self.ran.later.insert(at.to_path_buf());
                return Ok(());
            }
            Elsewhere::Nowhere => {}
        }
        if !self.is_stable(&entry, &path, look) {
            return Ok(());
        }
        self.ran.counts.new += 1;
        self.send(&entry, &path)
    }

    fn changed(&mut self, entry: &Entry, row: &SeenFile, at: &Path, look: &mut Look<'_>) -> Outcome<()> {
        let path = at.join(&entry.name);
        let fate = self.tools.readers.read_now(|db| seen_files::fate_of(db, row.job))?;
        let step = step(entry.stamp, row, fate.as_ref(), self.task.as_version);
        match step {
            Step::Touch => {
                self.touch(entry);
                return Ok(());
            }
            Step::Later => {
                self.ran.later.insert(at.to_path_buf());
                return Ok(());
            }
            Step::Send | Step::Version(_) => {}
        }
        if !self.is_stable(entry, &path, look) {
            return Ok(());
        }
        self.ran.counts.changed += 1;
        if fate.is_some_and(|fate| fate.state == JobStateKind::Failed) {
            self.found.superseded.push(row.job);
        }
        let Step::Version(asset) = step else { return self.send(entry, &path) };
        self.tell(entry, &path);
        if self.tools.owner.is_none() {
            return Ok(());
        }
        look.rests(entry);
        let missed = row.missed;
        self.changed.push(Changed { entry: entry.clone(), asset, missed });
        Ok(())
    }

    fn is_stable(&mut self, entry: &Entry, path: &Path, look: &mut Look<'_>) -> bool {
        let mut stable = look.is_stable(entry);
        if stable && std::fs::File::open(path).is_err_and(|error| file_locks::is_locked(&error)) {
            look.is_held(entry);
            stable = false;
        }
        self.ran.counts.unstable += u64::from(!stable);
        stable
    }

    /// Whether it is a file that was seen under another name, and is there no more.
    fn was_elsewhere(&mut self, entry: &Entry, path: &Path) -> Outcome<Elsewhere> {
        let Some(number) = entry.stamp.number else { return Ok(Elsewhere::Nowhere) };
        for (folder, row) in self.tools.readers.read_now(|db| seen_files::of_number(db, number))? {
            let same = (row.stamp.size, row.stamp.modified_ns) == (entry.stamp.size, entry.stamp.modified_ns);
            if !same || self.moved.contains(&(folder, row.name.clone())) {
                continue;
            }
            let Some(before) = self.path_of(folder)? else { continue };
            let before = before.join(&row.name);
            if before == path || is_still_there(&before, path, number) {
                continue;
            }
            match self.tools.readers.read_now(|db| seen_files::fate_of(db, row.job))? {
                Some(fate) if !fate.state.is_settled() => return Ok(Elsewhere::UnderWay),
                // It was looked for under its old name.
                Some(fate) if fate.state == JobStateKind::Failed => {
                    self.found.superseded.push(row.job);
                    return Ok(Elsewhere::Nowhere);
                }
                _ => {}
            }
            if self.tools.owner.is_some() {
                let to = (self.seen_folder(), entry.name.clone());
                self.moved.insert((folder, row.name.clone()));
                let stamp = entry.stamp;
                self.found.seen.push(SeenWrite::Moved { from: (folder, row.name), to, stamp });
            }
            return Ok(Elsewhere::Sent);
        }
        Ok(Elsewhere::Nowhere)
    }

    /// Where a seen folder of this watched one is.
    fn path_of(&self, folder: SeenFolderId) -> Outcome<Option<PathBuf>> {
        let (watched, mut names, mut next) = (self.task.folder.id, Vec::new(), folder);
        while next != TOP {
            let row = self.tools.readers.read_now(|db| seen_files::folder(db, next))?;
            let Some(row) = row.filter(|row| row.watched == watched) else { return Ok(None) };
            next = row.parent;
            names.push(row.name);
        }
        let mut path = self.task.folder.path.clone();
        path.extend(names.into_iter().rev().filter(|name| !name.is_empty()));
        Ok(Some(path))
    }

    fn touch(&mut self, entry: &Entry) {
        if let (Some(folder), Some(_)) = (self.levels.last().and_then(|level| level.seen), self.tools.owner) {
            let (name, stamp) = (entry.name.clone(), entry.stamp);
            self.found.seen.push(SeenWrite::Touched { folder, name, stamp });
        }
    }

    fn send(&mut self, entry: &Entry, path: &Path) -> Outcome<()> {
        self.tell(entry, path);
        if self.tools.owner.is_none() {
            return Ok(());
        }
        let folder = self.seen_folder();
        let job = self.job(entry)?;
        let number = NewNumber::Job(self.found.jobs.len());
        self.found.jobs.push(job);
        let (name, stamp) = (entry.name.clone(), entry.stamp);
        self.found.seen.push(SeenWrite::Queued { folder, name, stamp, job: number });
        Ok(())
    }

    fn tell(&mut self, entry: &Entry, path: &Path) {
        let counts = &mut self.ran.counts;
        counts.bytes += entry.stamp.size;
        if counts.paths.len() < MOST_TOLD {
            counts.paths.push(path.to_string_lossy().into_owned());
        }
    }

    fn job(&mut self, entry: &Entry) -> Outcome<NewJob> {
        let folder = self.source_folder(self.levels.len() - 1)?;
        let Entry { name, stamp, .. } = entry.clone();
        let (size, modified_ns) = (stamp.size, stamp.modified_ns);
        Ok(NewJob { folder, name, size, modified_ns, failure: None, values: None })
    }

    /// The present folder, and those above it, among what is seen.
    fn seen_folder(&mut self) -> SeenFolderId {
        let mut parent = TOP;
        for level in &mut self.levels {
            parent = *level.seen.get_or_insert_with(|| {
                let id = SeenFolderId(self.next_seen);
                self.next_seen += 1;
                let watched = self.task.folder.id;
                self.found.seen_folders.push(SeenFolder { id, watched, parent, name: level.name.clone() });
                id
            });
        }
        parent
    }

    /// A folder of the batch, with those above it.
    fn source_folder(&mut self, at: usize) -> Outcome<FolderId> {
        if let Some(id) = self.levels.get(at).and_then(|level| level.source) {
            return Ok(id);
        }
        let batch = self.batch()?;
        let parent = if at == 0 { None } else { Some(self.source_folder(at - 1)?) };
        let id = FolderId::of(batch, self.next_source);
        self.next_source += 1;
        let watched = self.task.folder;
        let mut row = FolderRow {
            id,
            parent,
            name: self.levels.get(at).map(|level| level.name.clone()).unwrap_or_default(),
            arrives: true,
            arrives_as: None,
            arrives_in: Vec::new(),
            remote_folder: None,
            remote_album: None,
        };
        if parent.is_none() {
            row.name = watched.path.to_string_lossy().into_owned();
            row.arrives_as = Some(watched.name.clone());
            row.arrives_in = watched.arrives_in();
            self.found.volumes.extend(watched.volume.clone().map(|on| VolumeRow {
                folder: id,
                volume: on.id,
                name: on.name,
                mount: on.mount,
            }));
        }
        self.found.source_folders.push(row);
        if let Some(level) = self.levels.get_mut(at) {
            level.source = Some(id);
        }
        Ok(id)
    }

    fn batch(&mut self) -> Outcome<BatchId> {
        if let Some(batch) = self.batch {
            return Ok(batch);
        }
        let (folder, request) = (self.task.folder.id, Box::new(self.task.request.clone()));
        let batch = self.ask_owner(|reply| ToOwner::BeginSync { folder, request, reply })?;
        self.batch = Some(batch);
        Ok(batch)
    }

    fn ask_owner<T>(&self, message: impl FnOnce(oneshot::Sender<Outcome<T>>) -> ToOwner) -> Outcome<T> {
        let stopped = || Failure::new(ErrorCode::Internal).because("the queue has stopped");
        let owner = self.tools.owner.ok_or_else(stopped)?;
        let (reply, answer) = oneshot::channel();
        owner.send(message(reply)).map_err(|_| stopped())?;
        answer.blocking_recv().map_err(|_| stopped())?
    }

    /// What is found so far becomes durable.
    fn flush(&mut self) -> Outcome<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        let (folder, batch) = (self.task.folder.id, self.batch);
        let found = Box::new(std::mem::take(&mut self.found));
        self.ask_owner(|reply| ToOwner::SyncFound { folder, batch, found, reply })?;
        self.moved.clear();
        Ok(())
    }

    /// The library is asked what has become of the assets of files of the present folder that changed.
    fn settle_changed(&mut self, at: &Path) -> Outcome<()> {
        let changed = std::mem::take(&mut self.changed);
        for some in changed.chunks(ASKED) {
            let assets: Vec<AssetId> = some.iter().map(|file| file.asset.clone()).collect();
            let answers = match &self.unasked {
                Some(failure) => Err(failure.clone()),
                None => (self.tools.ask)(&assets),
            };
            match answers {
                Ok(answers) => {
                    for (file, answer) in some.iter().zip(answers) {
                        self.answered(file, answer, at)?;
                    }
                }
                Err(failure) => {
                    self.ran.later.insert(at.to_path_buf());
                    self.ran.failure = Some(failure.clone());
                    self.unasked = Some(failure);
                }
            }
        }
        if self.found.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn answered(&mut self, file: &Changed, answer: Answer, at: &Path) -> Outcome<()> {
        let (name, stamp) = (file.entry.name.clone(), file.entry.stamp);
        let (folder, missed) = (self.seen_folder(), file.missed);
        match answer {
            Answer::There { versions } => {
                let job = self.job(&file.entry)?;
                // Without a history nobody could see that it grew: the library can't tell of versions.
                let job = if versions == 0 {
                    self.found.jobs.push(job);
                    NewNumber::Job(self.found.jobs.len() - 1)
                } else {
                    let version = VersionOf { asset: file.asset.clone(), before: versions };
                    self.found.versions.push((job, version));
                    NewNumber::Version(self.found.versions.len() - 1)
                };
                self.found.seen.push(SeenWrite::Queued { folder, name, stamp, job });
            }
            Answer::Absent => {
                let (_, now) = (self.tools.clock)();
                match absence(missed, now, self.tools.apart) {
                    Absence::Believed => {
                        let missed = SeenWrite::Missed { folder, name: name.clone(), at: Some(-1) };
                        self.found.seen.push(missed);
                        self.found.seen.push(SeenWrite::Touched { folder, name, stamp });
                    }
                    Absence::Doubted(first) => {
                        self.found.seen.push(SeenWrite::Missed { folder, name, at: Some(first) });
                        self.ran.later.insert(at.to_path_buf());
                    }
                }
            }
            Answer::Unknown(failure) => {
                self.ran.later.insert(at.to_path_buf());
                self.ran.failure = Some(failure);
            }
        }
        Ok(())
    }
}

/// The owner takes nothing more of this folder.
fn is_end(failure: &Failure) -> bool {
    let off =
        failure.params.get("reason").is_some_and(|reason| reason == "sync_off" || reason == "folder_off");
    off || failure.code == ErrorCode::FolderMissing
}

/// What became of a file under its name of before.
enum Elsewhere {
    Nowhere,
    UnderWay,
    Sent,
}

/// Whether the file of a number is still where it was, so that what was found is a second name of it (a hard link). Where names
/// differ in case alone, a file system may find it under both.
fn is_still_there(before: &Path, now: &Path, number: u64) -> bool {
    let seen = match std::fs::symlink_metadata(before) {
        Ok(seen) => seen,
        // What can't be looked at may be there.
        Err(error) => return !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    if file_identity::of_path(before, &seen).map(|id| id.number()) != Some(number) {
        return false;
    }
    let listed = |path: &Path| {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return true };
        std::fs::read_dir(folder).map_or(true, |list| list.flatten().any(|entry| entry.file_name() == name))
    };
    let lower = |path: &Path| path.to_string_lossy().to_lowercase();
    lower(before) != lower(now) || listed(before)
}
