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
use super::judge::judge;
use super::library::Library;
use super::page::{Group, LookFor, Picture, groups, how_many};
use super::picture;
use super::policy::{Verdict, verdict};
use super::sums;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, DuplicateBasis, DuplicateOf, JobId, SettingKey, WaitingFor};
use crate::network::reachability::{Heard, Lost, Way};
use crate::queue::concerns_the_way;
use crate::queue::message::{Decision, Made, Report, ToDuplicates, ToOwner};
use crate::store::batches;
use crate::store::file_sums::FileSum;
use crate::store::jobs::{self, SMALL_FILE};
use crate::store::settings;
use crate::transfer::source_watch::volume_away;
use crate::transfer::upload::{TransferContext, failed, failed_with, unreadable_file};

/// Jobs that are looked at together.
const PAGE: usize = 2_000;

pub struct Stage {
    context: Arc<TransferContext>,
    finder: Finder,
    /// Whether pictures are compared without their metadata, where that is set for the whole computer.
    same_picture: Option<bool>,
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

impl Stage {
    pub fn new(
        context: Arc<TransferContext>,
        probe: UnboundedSender<Heard>,
        same_picture: Option<bool>,
    ) -> Self {
        let finder = Finder { tenants: Arc::clone(&context.tenants), readers: context.readers.clone() };
        Self {
            context,
            finder,
            same_picture,
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
            ToDuplicates::Arrived(files) => {
                for (account, name) in files {
                    if let Some(library) = self.libraries.get_mut(&account) {
                        library.arrived(&name);
                    }
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
        let set = self.same_picture;
        let read = move |db: &rusqlite::Connection| {
            let stored = || settings::get(db, SettingKey::DuplicatesPicture.as_str());
            let same_picture = match set {
                Some(set) => set,
                None => stored()?.as_deref() == Some("on"),
            };
            let rows = jobs::to_look_for(db, PAGE, &held)?;
            let left = jobs::count_to_look_for(db)?;
            // What is known of the libraries is needed as long as a folder's files still come.
            let more_come = rows.is_empty() && batches::is_any_scanned_for_duplicates(db)?;
            Ok((groups(db, rows)?, left, more_come, same_picture))
        };
        let (groups, left, more_come, same_picture) = self.context.readers.read(read).await?;
        if groups.is_empty() {
            if !more_come {
                self.libraries.clear();
            }
            return Ok(false);
        }
        let mut left = left;
        for group in groups {
            left = left.saturating_sub(group.files.len() as u64);
            self.one_group(group, left, same_picture, quit).await?;
        }
        Ok(true)
    }

    async fn one_group(
        &mut self,
        mut group: Group,
        left: u64,
        same_picture: bool,
        quit: &CancellationToken,
    ) -> Outcome<()> {
        let Some((basis, _)) = group.rule.parts().filter(|_| group.rule.holds_files()) else {
            // The rule is another one by now.
            let all = group.files.iter().map(|file| (file.row.id, Decision::Send(file.looked_at())));
            let all: Vec<(JobId, Decision)> = all.collect();
            return self.tell(all, Made::default()).await;
        };
        let mut made = Made::default();
        let mut later = Vec::new();
        if basis == DuplicateBasis::Md5 {
            let context = Arc::clone(&self.context);
            group.files = on_a_blocking_thread(move || {
                let mut files = group.files;
                files.iter_mut().for_each(|file| file.look(&context, same_picture));
                files
            })
            .await?;
            // What is known goes first; of the others some are hashed, the small ones before the large.
            let (unknown, known): (Vec<LookFor>, Vec<LookFor>) =
                group.files.into_iter().partition(|file| !file.is_known() && file.trouble.is_none());
            let made_at = self.context.world.now();
            let moved = known.iter().filter_map(|file| Some((file.moved.clone()?, file.md5?)));
            made.sums.extend(moved.map(|(stamp, md5)| FileSum { stamp, md5, made_at }));
            group.files = known;
            let mut unknown = unknown;
            unknown.sort_by_key(|file| file.row.size > SMALL_FILE);
            if group.files.is_empty() {
                later = unknown.split_off(how_many(&unknown));
                (group.files, made) = self.hash(unknown, quit).await?;
            } else {
                later = unknown;
            }
        }
        let left = left + later.len() as u64;
        let decided = self.decide(&group, basis, left).await?;
        self.tell(decided, made).await
    }

    /// Hashes some files on a thread of its own.
    async fn hash(&self, mut files: Vec<LookFor>, quit: &CancellationToken) -> Outcome<(Vec<LookFor>, Made)> {
        let (stop, context) = (Arc::new(AtomicBool::new(false)), Arc::clone(&self.context));
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let (told, heard) = oneshot::channel();
        let stopped = Arc::clone(&stop);
        let shown: Vec<bool> = files.iter().map(|file| file.picture == Picture::Unknown).collect();
        let work = move || {
            let made = sums::of_files(&paths, &stopped);
            let pictures = paths.iter().zip(shown).zip(&made).map(|((path, shown), made)| {
                let (seen, _) = made.as_ref().ok().filter(|_| shown && !stopped.load(Ordering::Relaxed))?;
                picture::of_path(path, seen).ok()
            });
            let pictures: Vec<Option<Option<[u8; 16]>>> = pictures.collect();
            drop(told.send((made, pictures)));
        };
        let began = context.world.now();
        let spawned = std::thread::Builder::new().name("fingerprints".into()).spawn(work);
        spawned.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?;
        // Who ends the wait ends the work.
        let _stops = StopOnDrop(stop);
        let (sums, pictures) = tokio::select! {
            () = quit.cancelled() => return Ok((Vec::new(), Made::default())),
            made = heard => made.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?,
        };
        let keys = Arc::clone(&context.keys);
        on_a_blocking_thread(move || {
            let mut made = Made::default();
            for ((file, sum), shows) in files.iter_mut().zip(sums).zip(pictures) {
                match sum {
                    Ok((seen, md5)) => {
                        file.md5 = Some(md5);
                        file.row.size = seen.size;
                        let stamp = seen.stamp(&file.path, &keys);
                        made.sums.extend(stamp.map(|stamp| FileSum { stamp, md5, made_at: began }));
                        // One that could not be read just now is looked at as a file like any other.
                        if let Some(shows) = shows {
                            file.picture = Picture::Known(shows);
                            made.pictures.push((md5, shows));
                        }
                    }
                    Err(error) => file.trouble = Some(error),
                }
            }
            (files, made)
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
                decided.extend(judge(&self.context.readers, group, basis, &files, found).await?);
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

    /// Durable before the next look.
    async fn tell(&self, decided: Vec<(JobId, Decision)>, made: Made) -> Outcome<()> {
        if decided.is_empty() && made.is_empty() {
            return Ok(());
        }
        let (reply, durable) = oneshot::channel();
        drop(self.context.owner.send(ToOwner::Decided { decided, made, reply }));
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
