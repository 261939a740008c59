//! Does what a plan says. Every step that touches a file looks first whether the folder is the one that is known, and whether
//! the file is the one that was planned with.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use canto_api::AssetRef;
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use super::board::RunCounts;
use super::finish::{Finished, Finisher};
use super::listing;
use super::local::{part_name, parts_in, seen};
use super::location::{HOLDING, Location, md5_of, sync_dir};
use super::plan::{Plan, RemoteAsset, Step, is_as_written};
use super::proof::{Judgement, judge};
use super::run::{Looked, MirrorContext, Ran, bytes_to_fetch, off_the_workers};
use crate::error::{ErrorCode, Failure, FailureClass, Outcome};
use crate::model::{ActivityKind, AssetId, HeldId, MirrorActivity, MirrorId};
use crate::platform::volumes;
use crate::session::Tenant;
use crate::store::held_files::HeldRow;
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_collections::MirrorRow;
use crate::store::mirrored_files::{CheckedBy, Fetching, FileRow, Present, WrittenFile};
use crate::transfer::download::{Fetched, Fetcher, Unfetched, Wanted, write_failure};

/// Files at once; large ones fill the line sooner.
const SMALL_AT_ONCE: usize = 16;
const LARGE_AT_ONCE: usize = 4;
const LARGE: u64 = 8 * 1024 * 1024;
/// Addresses are asked for so many at once, shortly before they are used.
const ADDRESSES: usize = 100;
/// What is left free on the disk.
const SPARE: u64 = 64 * 1024 * 1024;
/// The same bytes may have to come twice to be believed, and once more if the first were damaged.
const DOWNLOADS: u32 = 3;

/// A file to be fetched.
#[derive(Clone)]
struct Task {
    remote: RemoteAsset,
    path: String,
    /// The file that is there and makes room, as Ferry has written it.
    over: Option<Present>,
    fetching: Fetching,
}

struct Applying<'a> {
    context: &'a MirrorContext,
    mirror: MirrorId,
    tenant: Arc<Tenant>,
    location: Location,
    folder: PathBuf,
    rows: BTreeMap<AssetId, FileRow>,
    counts: &'a RunCounts,
    stop: &'a CancellationToken,
}

/// `None`: it was broken off.
///
/// # Errors
/// What concerns all files: the folder, the disk, the way to the tenant, the sign-in.
pub async fn apply(
    context: &MirrorContext,
    mirror: &MirrorRow,
    looked: Looked,
    counts: &RunCounts,
    stop: &CancellationToken,
) -> Outcome<Option<Ran>> {
    let Looked { tenant, location, folder, rows, plan, .. } = looked;
    let mut applying = Applying { context, mirror: mirror.id, tenant, location, folder, rows, counts, stop };
    let removals = plan.unconfirmed.len() as u64;
    applying.clear_parts().await?;
    let needs_room = applying.room(&plan).await;
    let mut tasks = Vec::new();
    for step in plan.steps {
        if stop.is_cancelled() {
            return Ok(None);
        }
        applying.step(step, &mut tasks).await?;
    }
    needs_room?;
    let failure = applying.fetch_all(tasks).await?;
    if stop.is_cancelled() {
        return Ok(None);
    }
    Ok(Some(Ran { removals, failure }))
}

impl Applying<'_> {
    async fn room(&self, plan: &Plan) -> Outcome<()> {
        let parts = self.rows.values().filter_map(|row| row.fetching.as_ref()).map(|part| part.durable);
        let needed = bytes_to_fetch(plan).saturating_sub(parts.sum());
        let root = self.location.root.clone();
        let free = off_the_workers(move || Ok(volumes::free(&root))).await?;
        match free {
            Some(free) if needed > 0 && needed + SPARE > free => Err(Failure::new(ErrorCode::DiskFull)
                .with("reason", "sync_folder")
                .with("needed", needed)
                .with("free", free)),
            _ => Ok(()),
        }
    }

    /// Parts that nobody goes on with.
    async fn clear_parts(&self) -> Outcome<()> {
        let open = self.rows.values().filter(|row| row.fetching.is_some());
        let open: HashSet<String> = open.map(|row| part_name(&row.asset.scheme, &row.asset.id)).collect();
        self.on_disk(move |folder, _| {
            for name in parts_in(folder)?.into_iter().filter(|name| !open.contains(name)) {
                gone_is_fine(fs::remove_file(folder.join(name)))?;
            }
            Ok(())
        })
        .await
    }

    async fn record(&self, changes: Vec<MirrorChange>) -> Outcome<()> {
        self.context.record(changes).await
    }

    fn happened(&self, kind: ActivityKind, asset: &AssetId, path: &str, size: u64) -> MirrorChange {
        let (asset, path, at) = (asset.clone(), path.to_owned(), self.context.world.now());
        MirrorChange::Happened(Box::new(MirrorActivity { mirror: self.mirror, kind, asset, path, size, at }))
    }

    /// Names files, on a thread that may wait, once the folder is seen to be ours.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path, &Location) -> io::Result<T> + Send + 'static,
    ) -> Outcome<T> {
        let (folder, location) = (self.folder.clone(), self.location.clone());
        off_the_workers(move || {
            location.check()?;
            work(&folder, &location).map_err(|error| write_failure(&error, &folder))
        })
        .await
    }

    async fn step(&mut self, step: Step, tasks: &mut Vec<Task>) -> Outcome<()> {
        let mirror = self.mirror;
        match step {
            Step::Download { remote, path } => self.plan_task(tasks, remote, path, false),
            Step::Replace { remote, path } => self.plan_task(tasks, remote, path, true),
            Step::Adopt { remote, path, otherwise, aside } => {
                self.adopt(tasks, remote, path, otherwise, aside).await?;
            }
            Step::Rename { asset, name, from, to } => {
                let (old, new) = (from.clone(), to.clone());
                let Some(present) = self.rows.get(&asset).and_then(|row| row.present.clone()) else {
                    return Ok(());
                };
                let size = present.file.size;
                let is_done = self.on_disk(move |folder, _| rename_if(folder, &old, &new, &present)).await?;
                if is_done {
                    self.renamed(&asset, name, to.clone()).await?;
                    self.record(vec![self.happened(ActivityKind::Renamed, &asset, &to, size)]).await?;
                }
            }
            Step::Renamed { asset, name, path } => self.renamed(&asset, name, path).await?,
            Step::MoveAside { asset, path, to } => self.move_aside(&asset, path, to).await?,
            Step::Hold { asset, path, size } => self.hold(asset, path, size).await?,
            Step::Forget { asset } => {
                let part = part_name(&asset.scheme, &asset.id);
                self.on_disk(move |folder, _| gone_is_fine(fs::remove_file(folder.join(part)))).await?;
                self.rows.remove(&asset);
                self.record(vec![MirrorChange::RemoveFile { mirror, asset }]).await?;
            }
            Step::Missing { asset } => self.missing_since(&asset, Some(self.context.world.now())).await?,
            Step::Found { asset } => self.missing_since(&asset, None).await?,
        }
        Ok(())
    }

    fn plan_task(&self, tasks: &mut Vec<Task>, remote: RemoteAsset, path: String, over: bool) {
        let row = self.rows.get(&remote.asset);
        let fetching = row.and_then(|row| row.fetching.clone()).filter(|part| part.said == remote.said);
        let fetching =
            fetching.unwrap_or_else(|| Fetching { said: remote.said.clone(), ..Fetching::default() });
        let over = row.and_then(|row| row.present.clone()).filter(|_| over);
        tasks.push(Task { remote, path, over, fetching });
    }

    async fn missing_since(&mut self, asset: &AssetId, since: Option<i64>) -> Outcome<()> {
        let Some(row) = self.rows.get_mut(asset) else { return Ok(()) };
        row.missing_since = since;
        let row = Box::new(row.clone());
        self.record(vec![MirrorChange::PutFile { mirror: self.mirror, row }]).await
    }

    async fn renamed(&mut self, asset: &AssetId, name: String, path: String) -> Outcome<()> {
        let Some(row) = self.rows.get_mut(asset) else { return Ok(()) };
        (row.name, row.path) = (name, path);
        let row = Box::new(row.clone());
        self.record(vec![MirrorChange::PutFile { mirror: self.mirror, row }]).await
    }

    /// Known not to be ours any more before it moves: should the program end in between, it is not taken for deleted.
    async fn move_aside(&mut self, asset: &AssetId, path: String, to: String) -> Outcome<()> {
        let Some(row) = self.rows.get_mut(asset) else { return Ok(()) };
        row.present = None;
        let row = Box::new(row.clone());
        self.record(vec![MirrorChange::PutFile { mirror: self.mirror, row }]).await?;
        let (old, new) = (path, to.clone());
        let size = self
            .on_disk(move |folder, _| {
                let size = seen(&folder.join(&old))?.map_or(0, |seen| seen.size);
                rename_to_free(&folder.join(&old), &folder.join(&new))?;
                sync_dir(folder).map(|()| size)
            })
            .await?;
        self.record(vec![self.happened(ActivityKind::MovedAside, asset, &to, size)]).await
    }

    async fn hold(&mut self, asset: AssetId, path: String, size: u64) -> Outcome<()> {
        let Some(present) = self.rows.get(&asset).and_then(|row| row.present.clone()) else { return Ok(()) };
        let (from, now) = (path.clone(), self.context.world.now());
        let mark = format!(
            "{}-{}",
            self.mirror,
            part_name(&asset.scheme, &asset.id).rsplit('-').next().unwrap_or_default()
        );
        let held = self
            .on_disk(move |folder, location| {
                let file = folder.join(&from);
                // The bytes themselves: a change that kept size and time is the user's all the same.
                if !seen(&file)?.is_some_and(|seen| is_as_written(seen, &present))
                    || md5_of(&file)? != present.file.md5
                {
                    return Ok(None);
                }
                let holding = location.root.join(HOLDING);
                if let Err(error) = fs::create_dir(&holding)
                    && error.kind() != io::ErrorKind::AlreadyExists
                {
                    return Err(error);
                }
                let name = (1_u32..).map(|number| format!("{mark}-{number}-{from}"));
                let name = name.into_iter().find(|name| !holding.join(name).exists()).unwrap_or_default();
                rename_to_free(&file, &holding.join(&name))?;
                sync_dir(&holding)?;
                sync_dir(folder).map(|()| Some(name))
            })
            .await?;
        let mut changes = vec![MirrorChange::RemoveFile { mirror: self.mirror, asset: asset.clone() }];
        if let Some(held) = held {
            changes.push(self.happened(ActivityKind::Removed, &asset, &path, size));
            let row = HeldRow {
                id: HeldId(0),
                mirror: self.mirror,
                asset: asset.clone(),
                path,
                held,
                size,
                held_at: now,
                looked_at: now,
                kept_ms: 0,
            };
            changes.push(MirrorChange::Hold(Box::new(row)));
        }
        self.rows.remove(&asset);
        self.record(changes).await
    }

    /// A file of the name is there: the program may have ended between the rename and the word of it.
    async fn adopt(
        &mut self,
        tasks: &mut Vec<Task>,
        remote: RemoteAsset,
        path: String,
        otherwise: String,
        aside: bool,
    ) -> Outcome<()> {
        let (name, wanted) = (path.clone(), remote.said.md5.clone());
        let file = self
            .on_disk(move |folder, _| {
                let file = folder.join(name);
                let before = seen(&file)?.filter(|seen| seen.size != u64::MAX);
                let Some(before) = before else { return Ok(None) };
                let md5 = md5_of(&file)?;
                let is_it =
                    wanted.is_some_and(|wanted| wanted == hex::encode(md5)) && seen(&file)? == Some(before);
                Ok(is_it.then_some(WrittenFile { size: before.size, modified_ns: before.modified_ns, md5 }))
            })
            .await?;
        let Some(file) = file else {
            if aside {
                self.move_aside(&remote.asset, path.clone(), otherwise).await?;
                self.plan_task(tasks, remote, path, false);
            } else {
                self.plan_task(tasks, remote, otherwise, false);
            }
            return Ok(());
        };
        let present = Present { said: remote.said.clone(), file, checked_by: CheckedBy::Md5 };
        let row = row_of(&remote, path, Some(present), None);
        self.record(vec![MirrorChange::PutFile { mirror: self.mirror, row: Box::new(row) }]).await
    }

    /// Fetches what is to be fetched, many at once. The failure of one file keeps no other away.
    async fn fetch_all(&mut self, mut tasks: Vec<Task>) -> Outcome<Option<Failure>> {
        if tasks.is_empty() {
            return Ok(None);
        }
        self.on_disk(|folder, _| match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        })
        .await?;
        let mut remotes: Vec<&mut RemoteAsset> = tasks.iter_mut().map(|task| &mut task.remote).collect();
        tokio::select! {
            () = self.stop.cancelled() => return Ok(None),
            added = listing::add_sums(&self.tenant.client, &mut remotes) => added?,
        }
        let said = tasks.iter().map(|task| task.remote.said.size.unwrap_or(0));
        self.counts.to_fetch.store(tasks.len() as u64, Ordering::Relaxed);
        self.counts.bytes_to_fetch.store(said.sum(), Ordering::Relaxed);
        for chunk in tasks.chunks(1_000) {
            let rows = chunk.iter().map(|task| {
                let present = self.rows.get(&task.remote.asset).and_then(|row| row.present.clone());
                // What is replaced keeps its record until the new bytes are there.
                let present = present.filter(|_| task.over.is_some());
                let row = row_of(&task.remote, task.path.clone(), present, Some(task.fetching.clone()));
                MirrorChange::PutFile { mirror: self.mirror, row: Box::new(row) }
            });
            self.record(rows.collect()).await?;
        }
        let (small, large): (Vec<Task>, Vec<Task>) =
            tasks.into_iter().partition(|task| task.remote.said.size.unwrap_or(0) < LARGE);
        let (finisher, finishing) =
            Finisher::new(self.context.clone(), self.location.clone(), self.folder.clone());
        let give_up = self.stop.child_token();
        let fetcher = Fetcher {
            client: self.tenant.client.clone(),
            pacer: self.context.tenants.network().down().clone(),
            pace: self.context.pace,
            stop: give_up.clone(),
            counted: Arc::clone(&self.counts.bytes_fetched),
        };
        let working = async {
            let small = self.fetch_lane(small, SMALL_AT_ONCE, &fetcher, &finisher, &give_up);
            let large = self.fetch_lane(large, LARGE_AT_ONCE, &fetcher, &finisher, &give_up);
            let (small, large) = tokio::join!(small, large);
            drop(finisher);
            small.or(large)
        };
        let (failure, finished) = tokio::join!(working, finishing);
        finished?;
        match failure {
            Some(failure) if concerns_all(&failure) => Err(failure),
            failure => Ok(failure),
        }
    }

    async fn fetch_lane(
        &self,
        tasks: Vec<Task>,
        at_once: usize,
        fetcher: &Fetcher,
        finisher: &Finisher,
        give_up: &CancellationToken,
    ) -> Option<Failure> {
        let mut failed = None;
        for chunk in tasks.chunks(ADDRESSES) {
            if give_up.is_cancelled() {
                break;
            }
            let asked: Vec<AssetRef> = chunk.iter().map(|task| reference(&task.remote.asset)).collect();
            // Not documented: where it fails, each file is asked for by itself.
            let addresses = tokio::select! {
                () = give_up.cancelled() => break,
                addresses = fetcher.client.direct_addresses(&asked) => addresses.unwrap_or_default(),
            };
            let one = |task: &Task| {
                let asset = reference(&task.remote.asset);
                let address = addresses.iter().find(|address| address.asset == asset).cloned();
                let task = task.clone();
                async move { self.fetch_one(task, address, fetcher, finisher).await }
            };
            let mut running = futures_util::stream::iter(chunk.iter().map(one)).buffer_unordered(at_once);
            while let Some(ended) = running.next().await {
                match ended {
                    Ok(()) => drop(self.counts.fetched.fetch_add(1, Ordering::Relaxed)),
                    Err(Unfetched::Stopped) => {}
                    Err(Unfetched::Failed(failure)) => {
                        if concerns_all(&failure) {
                            give_up.cancel();
                        }
                        let keep = failed.as_ref().is_none_or(|kept| !concerns_all(kept));
                        failed = if keep { Some(*failure) } else { failed };
                    }
                }
            }
        }
        failed
    }

    async fn fetch_one(
        &self,
        task: Task,
        address: Option<canto_api::DirectAddress>,
        fetcher: &Fetcher,
        finisher: &Finisher,
    ) -> Result<(), Unfetched> {
        let asset = task.remote.asset.clone();
        self.location.check()?;
        let mut wanted = Wanted {
            asset: reference(&asset),
            address,
            part: self.folder.join(part_name(&asset.scheme, &asset.id)),
            etag: task.fetching.etag.clone(),
            durable: task.fetching.durable,
            has_md5: task.remote.said.md5.is_some(),
        };
        let mut before = None;
        for _ in 0..DOWNLOADS {
            let told = self.progress_of(&asset);
            let fetched = fetcher.fetch(wanted.clone(), told).await?;
            match judge(&task.remote.said, &fetched, before) {
                Judgement::Proven(way) => {
                    return self.finish(task, fetched, way, finisher).await.map_err(Unfetched::from);
                }
                Judgement::Again => before = Some(fetched.md5),
            }
            // From its beginning, and by another address.
            (wanted.durable, wanted.etag, wanted.address) = (0, None, None);
        }
        let part = wanted.part;
        off_the_workers(move || {
            drop(fs::remove_file(part));
            Ok(())
        })
        .await?;
        Err(Failure::new(ErrorCode::ChecksumMismatch).with("name", &task.remote.name).into())
    }

    fn progress_of(&self, asset: &AssetId) -> crate::transfer::download::OnDurable {
        let (owner, mirror, asset) = (self.context.owner.clone(), self.mirror, asset.clone());
        Arc::new(move |etag, durable| {
            let progress = MirrorChange::Progress { mirror, asset: asset.clone(), etag, durable };
            let (reply, _) = tokio::sync::oneshot::channel();
            let told = crate::queue::message::ToOwner::Mirror { changes: vec![progress], reply };
            // Lost, it costs bytes that come again.
            if let Some(owner) = &owner {
                drop(owner.send(told));
            }
        })
    }

    async fn finish(&self, task: Task, fetched: Fetched, way: CheckedBy, finisher: &Finisher) -> Outcome<()> {
        let kind = if task.over.is_some() { ActivityKind::Replaced } else { ActivityKind::Downloaded };
        let happened = self.happened(kind, &task.remote.asset, &task.path, fetched.size);
        let done = Finished {
            mirror: self.mirror,
            part: part_name(&task.remote.asset.scheme, &task.remote.asset.id),
            over: task.over,
            remote: task.remote,
            path: task.path,
            fetched,
            way,
            happened,
        };
        finisher.take(done).await
    }
}

/// Every other file would meet it, too.
fn concerns_all(failure: &Failure) -> bool {
    use ErrorCode as C;
    let way = matches!(
        failure.code,
        C::NetworkOffline | C::UnexpectedAnswer | C::NetworkTimeout | C::NetworkInterrupted
    );
    let disk = matches!(failure.code, C::DiskFull | C::SyncFolderMissing | C::VolumeAway | C::Internal);
    let person = failure.code.class() == FailureClass::NeedsSomeone
        && !matches!(failure.code, C::NoPermission | C::DestinationMissing);
    way || disk || person || failure.code == C::DatabaseUnusable
}

pub fn row_of(
    remote: &RemoteAsset,
    path: String,
    present: Option<Present>,
    fetching: Option<Fetching>,
) -> FileRow {
    let (asset, name) = (remote.asset.clone(), remote.name.clone());
    FileRow { asset, name, path, present, missing_since: None, fetching }
}

fn reference(asset: &AssetId) -> AssetRef {
    AssetRef::new(asset.scheme.as_str(), asset.id.as_str())
}

/// To a name that nothing has.
pub fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// `false`: the file is another one by now, or the name is taken; another run plans anew.
fn rename_if(folder: &Path, from: &str, to: &str, present: &Present) -> io::Result<bool> {
    let (from, to) = (folder.join(from), folder.join(to));
    if !seen(&from)?.is_some_and(|seen| is_as_written(seen, present)) {
        return Ok(false);
    }
    // Where the file system knows no case, a name that differs by it alone is the file itself.
    let same = fs::canonicalize(&from).ok() == fs::canonicalize(&to).ok();
    if fs::symlink_metadata(&to).is_ok() && !same {
        return Ok(false);
    }
    fs::rename(&from, &to)?;
    sync_dir(folder).map(|()| true)
}

fn gone_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
