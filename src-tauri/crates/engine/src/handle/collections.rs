//! My Collections, as shells see and change them.

use std::path::PathBuf;
use std::time::Duration;

use super::EngineHandle;
use crate::collection_sync::board::RunCounts;
use crate::collection_sync::location::{self, Location};
use crate::collection_sync::plan::{Plan, Step};
use crate::collection_sync::run::{MirrorContext, bytes_to_fetch, look, off_the_workers};
use crate::collection_sync::task::{MirrorTask, Rules, Surroundings};
use crate::collection_sync::{holding, listing, names};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::EngineEvent;
use crate::model::{
    AccountId, CollectionState, CollectionView, CollectionWay, CollectionsView, HeldId, HeldView,
    MirrorActivity, MirrorId, MirrorPlan, MirrorStep, PlannedStep, SettingKey, SyncFolderView,
};
use crate::platform::volumes;
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_collections::{self, MirrorRow, NewMirror};
use crate::store::mirrored_files::{self, Sums};
use crate::store::{held_files, mirror_activity, sync_folder};
use crate::transfer::failure::failure_of;

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn task(handle: &EngineHandle) -> MirrorTask<EngineHandle> {
    MirrorTask::new(handle.mirror_context(), handle.inner.mirrors.clone(), handle.clone())
}

impl Surroundings for EngineHandle {
    async fn rules(&self) -> Rules {
        let may = self.is_sync_on().await.unwrap_or(false);
        let condition =
            self.inner.condition.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let when = self.setting(SettingKey::CollectionsWhen).await.unwrap_or_default();
        let deleted = self.setting(SettingKey::CollectionsDeleted).await.unwrap_or_default();
        let every = match when.as_str() {
            "every_5_minutes" => Some(5 * MINUTE),
            "every_15_minutes" => Some(15 * MINUTE),
            "every_day" => Some(24 * 60 * MINUTE),
            "at_start" | "by_hand" => None,
            _ => Some(60 * MINUTE),
        };
        Rules {
            may_run: may && condition.rest.is_none(),
            every,
            at_start: when != "by_hand",
            comes_back: deleted == "come_back",
        }
    }

    async fn tell(&self, mirror: MirrorId) {
        let row = self.inner.readers.read(move |db| mirrored_collections::get(db, mirror)).await;
        let sums = self.inner.readers.read(mirrored_files::sums).await.unwrap_or_default();
        let folder = self.inner.readers.read(sync_folder::get).await.ok().flatten();
        if let Ok(Some(row)) = row {
            let view = self.view_of(&row, sums.get(&mirror).copied().unwrap_or_default(), folder.as_ref());
            let changed = EngineEvent::CollectionChanged { collection: Box::new(view) };
            // Nobody may be listening.
            drop(self.inner.events.send(std::sync::Arc::new(changed)));
        }
    }
}

impl EngineHandle {
    /// Collections of an account: those that are kept here, and, where the tenant lists them, the others.
    ///
    /// # Errors
    /// Those of reading the database; what the tenant says no to is in the answer.
    pub async fn collections(&self, account: AccountId) -> Outcome<CollectionsView> {
        let asked = self.listed_collections(account).await;
        let (listed, failure) = match asked {
            Ok(listed) => (listed, None),
            Err(failure) => (None, Some(failure)),
        };
        for mark in listed.iter().flatten() {
            self.follow_mark(account, mark).await?;
        }
        let rows = self.inner.readers.read(mirrored_collections::all).await?;
        let sums = self.inner.readers.read(mirrored_files::sums).await?;
        let folder = self.inner.readers.read(sync_folder::get).await?;
        let rows: Vec<MirrorRow> = rows.into_iter().filter(|row| row.account == account).collect();
        let mut views: Vec<CollectionView> = rows
            .iter()
            .map(|row| self.view_of(row, sums.get(&row.id).copied().unwrap_or_default(), folder.as_ref()))
            .collect();
        for of_tenant in listed.iter().flatten() {
            match views.iter_mut().find(|view| view.collection == of_tenant.id) {
                Some(view) => {
                    (view.way, view.assets, view.marked) =
                        (CollectionWay::Listed, of_tenant.size, of_tenant.sync_to_connect);
                }
                None => views.push(unknown_here(account, of_tenant)),
            }
        }
        let folder = match folder {
            Some(row) => Some(self.folder_view(row).await?),
            None => None,
        };
        Ok(CollectionsView { collections: views, listed: listed.is_some(), folder, failure })
    }

    /// What is known on this computer alone; asks nobody.
    pub async fn kept_collections(&self) -> Outcome<Vec<CollectionView>> {
        let rows = self.inner.readers.read(mirrored_collections::all).await?;
        let sums = self.inner.readers.read(mirrored_files::sums).await?;
        let folder = self.inner.readers.read(sync_folder::get).await?;
        let view = |row: &MirrorRow| {
            self.view_of(row, sums.get(&row.id).copied().unwrap_or_default(), folder.as_ref())
        };
        Ok(rows.iter().map(view).collect())
    }

    /// Keeps a collection on this computer, by its id or the address of its page.
    ///
    /// # Errors
    /// `CollectionMissing`, `NoPermission`, those of the way.
    pub async fn add_collection(&self, account: AccountId, typed: &str) -> Outcome<CollectionView> {
        let id = id_of(typed)
            .ok_or_else(|| Failure::new(ErrorCode::CollectionMissing).with("collection", typed))?;
        let tenant = self.inner.tenants.get(account).await?;
        let first = tenant.client.collection_content(&id, 0, 1).await;
        let first = first.map_err(|error| listing::refused(&error, &id))?;
        let name = first.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone());
        self.keep(account, &id, &name, true, true, None).await?;
        let known = self.kept_collections().await?;
        let view = known.into_iter().find(|view| view.account == account && view.collection == id);
        view.ok_or_else(|| Failure::new(ErrorCode::Internal).because("the collection was not kept"))
    }

    /// Its files stay where they are when it is switched off.
    pub async fn switch_collection(&self, mirror: MirrorId, on: bool) -> Outcome<()> {
        self.mirror_row(mirror).await?;
        self.change_mirror(vec![MirrorChange::Switch { mirror, is_on: on }]).await?;
        self.tell(mirror).await;
        Ok(())
    }

    /// Asks for a run, of one collection or of all that are on. The engine does it as soon as it runs.
    pub async fn sync_collections(&self, mirror: Option<MirrorId>) -> Outcome<()> {
        if let Some(mirror) = mirror {
            self.mirror_row(mirror).await?;
        }
        self.change_mirror(vec![MirrorChange::Want(mirror)]).await
    }

    /// Nothing is mirrored at present: by the one switch, or since the computer should rest.
    pub async fn synchronization_rests(&self) -> Outcome<bool> {
        let may = self.is_sync_on().await?;
        Ok(!may || self.bandwidth().await?.rest.is_some())
    }

    /// Agrees to the removals that wait; the next run makes so many, and no more.
    pub async fn confirm_removals(&self, mirror: MirrorId) -> Outcome<()> {
        self.mirror_row(mirror).await?;
        self.change_mirror(vec![MirrorChange::Confirm(mirror)]).await
    }

    /// What a run would do now. Looks, and changes nothing.
    ///
    /// # Errors
    /// Whatever keeps it from looking.
    pub async fn plan_collection(&self, mirror: MirrorId) -> Outcome<MirrorPlan> {
        let row = self.mirror_row(mirror).await?;
        let context = self.mirror_context();
        let looked = look(&context, &row, self.rules().await.comes_back).await?;
        let root = looked.location.root.clone();
        let free = off_the_workers(move || Ok(volumes::free(&root))).await?;
        let bytes = bytes_to_fetch(&looked.plan);
        Ok(plan_view(mirror, looked.plan, looked.listing.assets.len() as u64, bytes, free))
    }

    /// Chooses the folder, or has it moved: the files go along, nothing is fetched again. A folder that holds other things
    /// gets one of our own in it.
    ///
    /// # Errors
    /// `PathUnusable`, `SyncFolderMissing`.
    pub async fn set_sync_folder(&self, path: PathBuf) -> Outcome<SyncFolderView> {
        let known = self.inner.readers.read(sync_folder::get).await?;
        let word = crate::clock::random_word(&*self.inner.world, 16);
        let row = match known {
            None => off_the_workers(move || location::choose(&path, &word)).await?,
            // The one that there is: whoever chooses that one wants no move.
            Some(row) if row.path == path => sync_folder::SyncFolderRow { moving_to: None, ..row },
            Some(row) => {
                if !path.is_absolute() || path.to_str().is_none() {
                    return Err(Failure::new(ErrorCode::PathUnusable).with("path", path.display()));
                }
                sync_folder::SyncFolderRow { moving_to: Some(path), ..row }
            }
        };
        self.inner.mirrors.folder.end(None);
        self.change_mirror(vec![MirrorChange::PutFolder(Box::new(row.clone()))]).await?;
        self.folder_view(row).await
    }

    /// `None`: nobody has chosen one yet.
    pub async fn sync_folder(&self) -> Outcome<Option<SyncFolderView>> {
        match self.inner.readers.read(sync_folder::get).await? {
            Some(row) => self.folder_view(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Newest first.
    pub async fn mirror_activity(&self, limit: u32) -> Outcome<Vec<MirrorActivity>> {
        self.inner.readers.read(move |db| mirror_activity::latest(db, limit)).await
    }

    /// Files that left their collections and can be had back.
    pub async fn held_files(&self) -> Outcome<Vec<HeldView>> {
        let rows = self.inner.readers.read(held_files::all).await?;
        let mirrors = self.inner.readers.read(mirrored_collections::all).await?;
        let name = |id: MirrorId| mirrors.iter().find(|one| one.id == id).map(|one| one.name.clone());
        let view = |row: held_files::HeldRow| HeldView {
            id: row.id,
            mirror: row.mirror,
            collection: name(row.mirror).unwrap_or_default(),
            days_left: holding::days_left(&row),
            asset: row.asset,
            path: row.path,
            size: row.size,
            held_at: row.held_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Back to its place, or beside what is there by now; says where.
    ///
    /// # Errors
    /// `RequestInvalid` (`held_unknown`), `SyncFolderMissing`, `VolumeAway`.
    pub async fn restore_held(&self, held: HeldId) -> Outcome<PathBuf> {
        let (path, changes) = holding::restore(&self.mirror_context(), held).await?;
        self.change_mirror(changes).await?;
        Ok(path)
    }

    pub(super) fn mirror_context(&self) -> MirrorContext {
        MirrorContext {
            tenants: std::sync::Arc::clone(&self.inner.tenants),
            readers: self.inner.readers.clone(),
            world: std::sync::Arc::clone(&self.inner.world),
            pace: self.inner.pace,
            owner: self.inner.owner.clone(),
        }
    }

    pub(super) async fn change_mirror(&self, changes: Vec<MirrorChange>) -> Outcome<()> {
        if self.is_owner() {
            self.ask(|reply| ToOwner::Mirror { changes, reply }).await
        } else {
            self.request(Request::Mirror { changes }).await
        }
    }

    pub(super) async fn mirror_row(&self, mirror: MirrorId) -> Outcome<MirrorRow> {
        let row = self.inner.readers.read(move |db| mirrored_collections::get(db, mirror)).await?;
        row.ok_or_else(|| Failure::new(ErrorCode::CollectionMissing).with("collection", mirror))
    }

    /// `None`: this tenant lists none.
    async fn listed_collections(
        &self,
        account: AccountId,
    ) -> Outcome<Option<Vec<canto_api::ListedCollection>>> {
        let tenant = self.inner.tenants.get(account).await?;
        let listed = tenant.client.endpoints().await.map_err(|error| failure_of(&error))?;
        if !listed.offers_collections() {
            return Ok(None);
        }
        tenant.client.collections().await.map(Some).map_err(|error| failure_of(&error))
    }

    /// A mark of the web holds until somebody has said something else here.
    async fn follow_mark(&self, account: AccountId, of_tenant: &canto_api::ListedCollection) -> Outcome<()> {
        let (id, marked) = (of_tenant.id.clone(), of_tenant.sync_to_connect);
        let rows = self.inner.readers.read(mirrored_collections::all).await?;
        let known = rows.iter().find(|row| row.account == account && row.collection == id);
        let is_new = match known {
            Some(row) => row.marked != marked || row.name != of_tenant.name,
            None => marked == Some(true),
        };
        if !is_new {
            return Ok(());
        }
        self.keep(account, &id, &of_tenant.name, marked == Some(true), false, marked).await
    }

    async fn keep(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
        is_on: bool,
        by_user: bool,
        marked: Option<bool>,
    ) -> Outcome<()> {
        let rows = self.inner.readers.read(mirrored_collections::all).await?;
        let folder =
            names::free(&names::safe(name), |key| rows.iter().any(|row| names::key(&row.folder) == key));
        let new = NewMirror {
            account,
            collection: id.to_owned(),
            name: name.to_owned(),
            folder_key: names::key(&folder),
            folder,
            is_on,
            by_user,
            marked,
        };
        self.change_mirror(vec![MirrorChange::Add(Box::new(new))]).await
    }

    pub(super) async fn folder_view(&self, row: sync_folder::SyncFolderRow) -> Outcome<SyncFolderView> {
        let (moving, move_failure) = self.inner.mirrors.folder.now();
        off_the_workers(move || {
            let found = Location::find(&row);
            let path = found.as_ref().map_or(row.path, |found| found.root.clone());
            let free = volumes::free(&path);
            let failure = found.err();
            Ok(SyncFolderView { path, moving_to: row.moving_to, moving, move_failure, failure, free })
        })
        .await
    }

    fn view_of(
        &self,
        row: &MirrorRow,
        sums: Sums,
        folder: Option<&sync_folder::SyncFolderRow>,
    ) -> CollectionView {
        let running = self.inner.mirrors.of(row.id);
        let state = match (row.is_on, &running) {
            (_, Some(_)) => CollectionState::Running,
            (false, None) => CollectionState::Off,
            (true, None) if row.failure.is_some() => CollectionState::Stopped,
            (true, None) if row.removals > 0 => CollectionState::ConfirmRemovals,
            (true, None) if row.ran_at.is_some() => CollectionState::UpToDate,
            (true, None) => CollectionState::Waiting,
        };
        let counts = running.unwrap_or_default();
        CollectionView {
            id: Some(row.id),
            account: row.account,
            collection: row.collection.clone(),
            name: row.name.clone(),
            way: CollectionWay::Added,
            on: row.is_on,
            marked: row.marked,
            state,
            folder: folder.map(|folder| folder.path.join(&row.folder)),
            assets: None,
            files: sums.files,
            bytes: sums.bytes,
            to_fetch: RunCounts::get(&counts.to_fetch),
            fetched: RunCounts::get(&counts.fetched),
            bytes_to_fetch: RunCounts::get(&counts.bytes_to_fetch),
            bytes_fetched: RunCounts::get(&counts.bytes_fetched),
            removals: row.removals,
            unverified: sums.unverified,
            ran_at: row.ran_at,
            runs: row.runs,
            wanted: row.wanted,
            failure: row.failure.clone(),
        }
    }
}

fn unknown_here(account: AccountId, of_tenant: &canto_api::ListedCollection) -> CollectionView {
    CollectionView {
        id: None,
        account,
        collection: of_tenant.id.clone(),
        name: of_tenant.name.clone(),
        way: CollectionWay::Listed,
        on: false,
        marked: of_tenant.sync_to_connect,
        state: CollectionState::Off,
        folder: None,
        assets: of_tenant.size,
        files: 0,
        bytes: 0,
        to_fetch: 0,
        fetched: 0,
        bytes_to_fetch: 0,
        bytes_fetched: 0,
        removals: 0,
        unverified: 0,
        ran_at: None,
        runs: 0,
        wanted: false,
        failure: None,
    }
}

/// An id, or the address of a collection's page: what that looks like is [ND], so its last part is taken.
fn id_of(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let last = match url::Url::parse(typed) {
        Ok(address) => {
            let asked = address.query_pairs().find(|(name, _)| name == "id" || name == "collection");
            let last = address
                .path_segments()
                .and_then(|parts| parts.rev().find(|part| !part.is_empty()).map(str::to_owned));
            asked.map(|(_, id)| id.into_owned()).or(last)?
        }
        Err(_) => typed.rsplit('/').find(|part| !part.is_empty())?.to_owned(),
    };
    let fits = !last.is_empty()
        && last.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    fits.then_some(last)
}

fn plan_view(mirror: MirrorId, plan: Plan, assets: u64, bytes: u64, free: Option<u64>) -> MirrorPlan {
    let confirm = !plan.unconfirmed.is_empty();
    let Plan { steps, unconfirmed, missing, deleted_here, changed_here } = plan;
    let steps = steps.into_iter().chain(unconfirmed).filter_map(planned).collect();
    MirrorPlan { mirror, steps, assets, bytes, free, confirm, missing, deleted_here, changed_here }
}

fn planned(step: Step) -> Option<PlannedStep> {
    let of = |step, asset, path, to, size| Some(PlannedStep { step, asset, path, to, size });
    match step {
        Step::Download { remote, path } => {
            of(MirrorStep::Download, remote.asset, path, None, remote.said.size)
        }
        Step::Adopt { remote, path, otherwise, .. } => {
            of(MirrorStep::Download, remote.asset, path, Some(otherwise), remote.said.size)
        }
        Step::Replace { remote, path } => of(MirrorStep::Replace, remote.asset, path, None, remote.said.size),
        Step::Rename { asset, from, to, .. } => of(MirrorStep::Rename, asset, from, Some(to), None),
        Step::MoveAside { asset, path, to } => of(MirrorStep::MoveAside, asset, path, Some(to), None),
        Step::Hold { asset, path, size } => of(MirrorStep::Remove, asset, path, None, Some(size)),
        Step::Renamed { .. } | Step::Forget { .. } | Step::Missing { .. } | Step::Found { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn a_collection_is_given_by_its_id_or_its_page() {
        for typed in [
            "AB12C",
            " AB12C ",
            "https://acme.canto.com/mycollections/AB12C",
            "https://acme.canto.com/x?id=AB12C",
            "acme.canto.com/mycollections/AB12C/",
        ] {
            assert_eq!(id_of(typed).as_deref(), Some("AB12C"), "{typed}");
        }
        for typed in ["", "/", "two words", "https://acme.canto.com/"] {
            assert_eq!(id_of(typed), None, "{typed}");
        }
    }
}
