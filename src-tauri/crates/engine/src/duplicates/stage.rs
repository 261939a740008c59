//! The stage before sending: jobs of a batch with a rule are looked for in the library, ahead of the transfers and in the
//! order of the queue, many in one transaction. It holds no job's state: what is lost with it is looked for again.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::finder::{Asked, Finder, Trouble};
use super::library::Library;
use super::policy::{Verdict, verdict};
use super::sums;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    AccountId, BatchId, Destination, DestinationKind, DuplicateBasis, DuplicateOf, DuplicateRule, FolderId,
    JobId, WaitingFor, name_key,
};
use crate::network::reachability::{Heard, Lost, Way};
use crate::queue::concerns_the_way;
use crate::queue::message::{Decision, LookedAt, Report, ToDuplicates, ToOwner};
use crate::queue::state::JobState;
use crate::store::checked::{self, VersionOf};
use crate::store::file_sums::{self, FileStamp, FileSum};
use crate::store::jobs::{self, JobRow, SMALL_FILE};
use crate::store::{batches, folders};
use crate::transfer::source::Seen;
use crate::transfer::source_watch::volume_away;
use crate::transfer::upload::{TransferContext, failed, failed_with, unreadable_file};

/// Jobs that are looked at together.
const PAGE: usize = 2_000;
/// Files that are hashed before what is known of them is decided, and bytes of them.
const HASHED_TOGETHER: usize = 256;
const MOST_HASHED: u64 = 512 * 1024 * 1024;

pub struct Stage {
    context: Arc<TransferContext>,
    finder: Finder,
    probe: UnboundedSender<Heard>,
    libraries: HashMap<AccountId, Library>,
    held: HashMap<AccountId, Hold>,
    offline: bool,
    rests: bool,
    due: bool,
}

/// A tenant that can't be asked now.
struct Hold {
    until: Instant,
    /// Doubled as long as it goes on.
    delay: Duration,
    is_over: bool,
}

/// Jobs of one batch.
struct Group {
    account: AccountId,
    rule: DuplicateRule,
    destination: Destination,
    files: Vec<LookFor>,
}

struct LookFor {
    row: JobRow,
    path: PathBuf,
    album: Option<String>,
    /// Its sum is known from another place.
    moved: Option<FileStamp>,
    md5: Option<[u8; 16]>,
    trouble: Option<io::Error>,
}

impl Stage {
    pub fn new(context: Arc<TransferContext>, probe: UnboundedSender<Heard>) -> Self {
        let finder = Finder { tenants: Arc::clone(&context.tenants), readers: context.readers.clone() };
        Self {
            context,
            finder,
            probe,
            libraries: HashMap::new(),
            held: HashMap::new(),
            offline: false,
            rests: false,
            due: true,
        }
    }

    /// Works whenever it is told that jobs are to be looked for.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<ToDuplicates>, quit: CancellationToken) {
        loop {
            while let Ok(message) = inbox.try_recv() {
                self.hear(message);
            }
            let now = Instant::now();
            for hold in self.held.values_mut().filter(|hold| !hold.is_over && hold.until <= now) {
                hold.is_over = true;
                self.due = true;
            }
            let works = self.due && !self.offline && !self.rests;
            if !works {
                let next = self.held.values().filter(|hold| !hold.is_over).map(|hold| hold.until).min();
                tokio::select! {
                    () = quit.cancelled() => return,
                    told = inbox.recv() => match told {
                        Some(message) => self.hear(message),
                        None => return,
                    },
                    () = tokio::time::sleep_until(next.unwrap_or(now)), if next.is_some() => {}
                }
                continue;
            }
            tokio::select! {
                () = quit.cancelled() => return,
                result = self.one_round(&quit) => match result {
                    Ok(worked) => self.due = worked,
                    Err(failure) => {
                        tracing::warn!(%failure, "what is to be looked for can't be read");
                        self.due = false;
                    }
                }
            }
        }
    }

    fn hear(&mut self, message: ToDuplicates) {
        match message {
            ToDuplicates::Due => self.due = true,
            ToDuplicates::Online(online) => {
                self.offline = !online;
                self.due |= online;
                if online {
                    self.held.clear();
                }
            }
            ToDuplicates::Rest(rests) => {
                self.rests = rests;
                self.due |= !rests;
            }
            ToDuplicates::Arrived { account, name } => {
                if let Some(library) = self.libraries.get_mut(&account) {
                    library.arrived(&name);
                }
            }
        }
    }

    /// One page. `false`: nothing is left that could be looked for now.
    async fn one_round(&mut self, quit: &CancellationToken) -> Outcome<bool> {
        let held: Vec<String> = self
            .held
            .iter()
            .filter(|(_, hold)| !hold.is_over)
            .map(|(account, _)| account.to_string())
            .collect();
        let held = held.join(", ");
        let read = move |db: &rusqlite::Connection| {
            let rows = jobs::to_look_for(db, PAGE, &held)?;
            let left = jobs::count_to_look_for(db)?;
            Ok((groups(db, rows)?, left))
        };
        let (groups, left) = self.context.readers.read(read).await?;
        if groups.is_empty() {
            self.libraries.clear();
            return Ok(false);
        }
        let mut left = left;
        for group in groups {
            left = left.saturating_sub(group.files.len() as u64);
            self.one_group(group, left, quit).await?;
        }
        Ok(true)
    }

    async fn one_group(&mut self, mut group: Group, left: u64, quit: &CancellationToken) -> Outcome<()> {
        let Some((basis, _)) = group.rule.parts().filter(|_| group.rule.holds_files()) else {
            // The rule is another one by now.
            let all = group.files.iter().map(|file| (file.row.id, Decision::Send(file.looked_at())));
            let all: Vec<(JobId, Decision)> = all.collect();
            return self.tell(all, Vec::new()).await;
        };
        let mut sums = Vec::new();
        let mut later = Vec::new();
        if basis == DuplicateBasis::Md5 {
            let context = Arc::clone(&self.context);
            group.files = on_a_blocking_thread(move || {
                let mut files = group.files;
                files.iter_mut().for_each(|file| file.look(&context));
                files
            })
            .await?;
            // What is known goes first; of the others some are hashed, the small ones before the large.
            let (unknown, known): (Vec<LookFor>, Vec<LookFor>) =
                group.files.into_iter().partition(|file| file.md5.is_none() && file.trouble.is_none());
            let made_at = self.context.world.now();
            let moved = known.iter().filter_map(|file| Some((file.moved.clone()?, file.md5?)));
            sums.extend(moved.map(|(stamp, md5)| FileSum { stamp, md5, made_at }));
            group.files = known;
            let mut unknown = unknown;
            unknown.sort_by_key(|file| file.row.size > SMALL_FILE);
            if group.files.is_empty() {
                later = unknown.split_off(how_many(&unknown));
                let (hashed, made) = self.hash(unknown, quit).await?;
                group.files = hashed;
                sums = made;
            } else {
                later = unknown;
            }
        }
        let left = left + later.len() as u64;
        let decided = self.decide(&group, basis, left).await?;
        self.tell(decided, sums).await
    }

    /// Hashes some files on a thread of its own.
    async fn hash(
        &self,
        mut files: Vec<LookFor>,
        quit: &CancellationToken,
    ) -> Outcome<(Vec<LookFor>, Vec<FileSum>)> {
        let (stop, context) = (Arc::new(AtomicBool::new(false)), Arc::clone(&self.context));
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let (told, heard) = oneshot::channel();
        let stopped = Arc::clone(&stop);
        let work = move || {
            let made = sums::of_files(&paths, &stopped);
            drop(told.send(made));
        };
        let began = context.world.now();
        let spawned = std::thread::Builder::new().name("fingerprints".into()).spawn(work);
        spawned.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        // Who ends the wait ends the work.
        let _stops = StopOnDrop(stop);
        let made = tokio::select! {
            () = quit.cancelled() => return Ok((Vec::new(), Vec::new())),
            made = heard => made.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?,
        };
        let keys = Arc::clone(&context.keys);
        on_a_blocking_thread(move || {
            let mut sums = Vec::new();
            for (file, made) in files.iter_mut().zip(made) {
                match made {
                    Ok((seen, md5)) => {
                        file.md5 = Some(md5);
                        file.row.size = seen.size;
                        let stamp = seen.stamp(&file.path, &keys);
                        sums.extend(stamp.map(|stamp| FileSum { stamp, md5, made_at: began }));
                    }
                    Err(error) => file.trouble = Some(error),
                }
            }
            (files, sums)
        })
        .await
    }

    async fn decide(
        &mut self,
        group: &Group,
        basis: DuplicateBasis,
        left: u64,
    ) -> Outcome<Vec<(JobId, Decision)>> {
        let mut decided = Vec::with_capacity(group.files.len());
        let mut files = Vec::with_capacity(group.files.len());
        for file in &group.files {
            match &file.trouble {
                Some(error) => {
                    decided.push((file.row.id, Decision::Trouble(self.unreadable(file, error).await)))
                }
                None => files.push(file),
            }
        }
        if files.is_empty() {
            return Ok(decided);
        }
        let asked: Vec<Asked> = files.iter().map(|file| file.asked()).collect();
        let library = self.libraries.entry(group.account).or_default();
        if library.is_old() {
            *library = Library::default();
        }
        let found = self.finder.find(library, group.account, basis, &group.destination, &asked, left).await;
        let found = match found {
            Ok(found) => self.with_details(group, &files, found).await,
            Err(trouble) => Err(trouble),
        };
        match found {
            Ok(found) => {
                self.held.remove(&group.account);
                decided.extend(self.judge(group, basis, &files, found).await?);
            }
            Err(trouble) => {
                let report = self.in_trouble(group.account, trouble).await;
                let reports = files.iter().map(|file| (file.row.id, Decision::Trouble(report.clone())));
                decided.extend(reports);
            }
        }
        Ok(decided)
    }

    /// Who is asked, and what becomes a new version, needs more than lists tell.
    async fn with_details(
        &mut self,
        group: &Group,
        files: &[&LookFor],
        mut found: Vec<Option<DuplicateOf>>,
    ) -> Result<Vec<Option<DuplicateOf>>, Trouble> {
        let wants = |file: &LookFor, of: &Option<DuplicateOf>| {
            matches!(verdict(group.rule, &file.row.name, of.as_ref()), Verdict::Ask | Verdict::Version)
        };
        let wanted: Vec<usize> = (0..files.len())
            .filter(|at| files.get(*at).zip(found.get(*at)).is_some_and(|(file, of)| wants(file, of)))
            .collect();
        let of: Vec<DuplicateOf> = wanted.iter().filter_map(|at| found.get(*at).cloned().flatten()).collect();
        let library = self.libraries.entry(group.account).or_default();
        let detailed = self.finder.with_details(library, group.account, of).await?;
        for (at, of) in wanted.into_iter().zip(detailed) {
            if let Some(place) = found.get_mut(at) {
                *place = of;
            }
        }
        Ok(found)
    }

    /// What becomes of each file; equal ones wait for the first of them.
    async fn judge(
        &self,
        group: &Group,
        basis: DuplicateBasis,
        files: &[&LookFor],
        found: Vec<Option<DuplicateOf>>,
    ) -> Outcome<Vec<(JobId, Decision)>> {
        let account = group.account;
        let keys: Vec<(JobId, String, Option<[u8; 16]>, u64)> = files
            .iter()
            .map(|file| (file.row.id, name_key(&file.row.name), file.md5, file.row.size))
            .collect();
        let read = move |db: &rusqlite::Connection| {
            let others = checked::unchecked_under_way(db, account)?;
            let one = |(job, key, md5, size): (JobId, String, Option<[u8; 16]>, u64)| {
                let md5 = md5.filter(|_| basis == DuplicateBasis::Md5);
                let known = checked::under_way(db, account, job, &key, md5)?;
                let is_equal = |row: &&JobRow| match basis {
                    // Its sum is known once it is sent: until then any of its size may be the same.
                    DuplicateBasis::Md5 => {
                        row.size == size && sent_sum(row).is_none_or(|sum| Some(sum) == md5)
                    }
                    DuplicateBasis::Filename => name_key(&row.name) == key,
                };
                Ok(known.or_else(|| others.iter().find(is_equal).map(|row| row.id)))
            };
            keys.into_iter().map(one).collect::<rusqlite::Result<Vec<Option<JobId>>>>()
        };
        let under_way = self.context.readers.read(read).await?;
        let mut first: HashMap<(Option<[u8; 16]>, String), JobId> = HashMap::new();
        let mut decided = Vec::with_capacity(files.len());
        for ((file, of), under_way) in files.iter().zip(found).zip(under_way) {
            let looked = file.looked_at();
            let key = match basis {
                DuplicateBasis::Md5 => (looked.md5, String::new()),
                DuplicateBasis::Filename => (None, looked.name_key.clone()),
            };
            let twin = under_way.or_else(|| first.get(&key).copied());
            let decision = match (verdict(group.rule, &file.row.name, of.as_ref()), of, twin) {
                (Verdict::Skip, Some(of), _) => {
                    Decision::Skip(Box::new(of.failure(ErrorCode::DuplicateFound)))
                }
                (Verdict::Ask, Some(of), _) => Decision::Ask(Box::new(of.failure(ErrorCode::DecisionNeeded))),
                (_, _, Some(twin)) => Decision::Twin(looked, twin),
                (Verdict::Version, Some(DuplicateOf { asset, versions: Some(before), .. }), None) => {
                    first.insert(key, file.row.id);
                    Decision::Version(looked, VersionOf { asset, before })
                }
                // Without a history nobody could see that it grew.
                (Verdict::Version, Some(of), None) => {
                    Decision::Ask(Box::new(of.failure(ErrorCode::DecisionNeeded)))
                }
                (_, _, None) => {
                    first.insert(key, file.row.id);
                    Decision::Send(looked)
                }
            };
            decided.push((file.row.id, decision));
        }
        Ok(decided)
    }

    /// Durable before the next look.
    async fn tell(&self, decided: Vec<(JobId, Decision)>, sums: Vec<FileSum>) -> Outcome<()> {
        if decided.is_empty() && sums.is_empty() {
            return Ok(());
        }
        let (reply, durable) = oneshot::channel();
        drop(self.context.owner.send(ToOwner::Decided { decided, sums, reply }));
        durable.await.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
    }

    /// The tenant can't be asked now: it is left alone for a while.
    async fn in_trouble(&mut self, account: AccountId, trouble: Trouble) -> Report {
        let report = match trouble {
            Trouble::Ours(failure) => failed_with(failure),
            Trouble::Theirs(error, tenant) => {
                let report = failed(&error, &tenant);
                if let Report::Failed { failure, .. } = &report {
                    let sure = concerns_the_way(failure.code);
                    if sure || failure.code == ErrorCode::UnexpectedAnswer {
                        let way = Way::Tenant(tenant.client.clone());
                        // The probe ends only with the engine.
                        let lost = Lost { way, failure: failure.clone(), sure };
                        self.probe.send(Heard::Lost(lost)).unwrap_or_default();
                        self.offline |= sure;
                    }
                }
                report
            }
        };
        tracing::info!(?report, "the library can't be looked through");
        let pace = self.context.pace;
        let delay =
            self.held.get(&account).map_or(pace.first_probe, |hold| (hold.delay * 2).min(pace.longest_probe));
        self.held.insert(account, Hold { until: Instant::now() + delay, delay, is_over: false });
        report
    }

    async fn unreadable(&self, file: &LookFor, error: &io::Error) -> Report {
        let report = unreadable_file(error, &file.path);
        let Report::Failed { failure, .. } = &report else { return report };
        if !matches!(failure.code, ErrorCode::SourceMissing | ErrorCode::SourceUnreadable) {
            return report;
        }
        match volume_away(&self.context, file.row.folder, &file.path).await {
            Some(away) => {
                Report::MustWait { on: WaitingFor::Volume, failure: away.because(&failure.details) }
            }
            None => report,
        }
    }
}

impl LookFor {
    /// What the file is like now, and its sum, where it is known. For a blocking thread.
    fn look(&mut self, context: &TransferContext) {
        match Seen::of_path(&self.path) {
            Ok(seen) => {
                self.row.size = seen.size;
                let Some(stamp) = seen.stamp(&self.path, &context.keys) else { return };
                // Without it the file is hashed.
                let known = context.readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten();
                if let Some((md5, moved)) = known {
                    self.md5 = Some(md5);
                    self.moved = moved.then_some(stamp);
                }
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    fn asked(&self) -> Asked {
        Asked { name: self.row.name.clone(), size: self.row.size, md5: self.md5, album: self.album.clone() }
    }

    fn looked_at(&self) -> LookedAt {
        LookedAt { name_key: name_key(&self.row.name), md5: self.md5 }
    }
}

/// Of files that are to be hashed so many that others are not kept waiting for long.
fn how_many(files: &[LookFor]) -> usize {
    let mut bytes = 0u64;
    let fits = |file: &&LookFor| {
        bytes = bytes.saturating_add(file.row.size);
        bytes <= MOST_HASHED
    };
    files.iter().take(HASHED_TOGETHER).take_while(fits).count().max(1).min(files.len())
}

/// Jobs by their batches, in the order of the first of each.
fn groups(db: &rusqlite::Connection, rows: Vec<JobRow>) -> rusqlite::Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut of_batch: HashMap<BatchId, usize> = HashMap::new();
    let mut known: HashMap<FolderId, (PathBuf, Option<String>)> = HashMap::new();
    for row in rows {
        let at = match of_batch.get(&row.batch) {
            Some(at) => *at,
            None => {
                let Some(view) = batches::get(db, row.batch)? else { continue };
                let (account, rule, destination) = (view.account, view.duplicates, view.destination);
                groups.push(Group { account, rule, destination, files: Vec::new() });
                of_batch.insert(row.batch, groups.len() - 1);
                groups.len() - 1
            }
        };
        if !known.contains_key(&row.folder) {
            let album = folders::get(db, row.folder)?.and_then(|folder| folder.remote_album);
            known.insert(row.folder, (folders::path_of(db, row.folder)?, album));
        }
        let (Some(group), Some((dir, album))) = (groups.get_mut(at), known.get(&row.folder)) else {
            continue;
        };
        let album = match group.destination.kind {
            DestinationKind::Album => Some(group.destination.id.clone()),
            DestinationKind::Folder | DestinationKind::Library => album.clone(),
        };
        let path = dir.join(&row.name);
        group.files.push(LookFor { row, path, album, moved: None, md5: None, trouble: None });
    }
    Ok(groups)
}

fn sent_sum(row: &JobRow) -> Option<[u8; 16]> {
    match &row.state {
        JobState::Finishing { sent } | JobState::Processing { sent } => Some(sent.md5),
        _ => None,
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn on_a_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(ErrorCode::Internal).because(error))
}
