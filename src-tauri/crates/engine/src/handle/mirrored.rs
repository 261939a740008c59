//! My Collections, as a window shows them: the folder before it is chosen, a plan in figures, what happened lately.

use std::path::PathBuf;

use canto_api::AssetRef;

use super::EngineHandle;
use crate::collection_sync::location::{self, Location};
use crate::collection_sync::run::off_the_workers;
use crate::duplicates::asset_picture;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    ActivityPage, ActivityView, MirrorId, MirrorPlan, MirrorStep, PlanSummary, PlannedStep, SyncFolderOffer,
    SyncFolderView,
};
use crate::platform::volumes;
use crate::store::mirror_changes::MirrorChange;
use crate::store::{held_files, mirror_activity, mirrored_collections, mirrored_files, sync_folder};
use crate::thumbnails::Thumbnail;

/// Steps of a plan that somebody reads.
const MOST_STEPS: usize = 300;

impl EngineHandle {
    /// What choosing a folder would come to. Nothing is made.
    ///
    /// # Errors
    /// `PathUnusable`, also for a folder inside of the present one; `SyncFolderMissing` for one that can't be read.
    pub async fn preview_sync_folder(&self, path: PathBuf) -> Outcome<SyncFolderOffer> {
        let known = self.inner.readers.read(sync_folder::get).await?;
        let sums = self.inner.readers.read(mirrored_files::sums).await?;
        let held = self.inner.readers.read(held_files::all).await?;
        let here: u64 =
            sums.values().map(|sum| sum.bytes).sum::<u64>() + held.iter().map(|file| file.size).sum::<u64>();
        off_the_workers(move || {
            let place = location::place_in(&path)?;
            if let Some(known) = &known
                && place != known.path
                && place.starts_with(&known.path)
            {
                let inside = Failure::new(ErrorCode::PathUnusable).with("path", place.display());
                return Err(inside.with("reason", "inside"));
            }
            let mounted = volumes::mounted();
            let volume = volumes::of_path(&mounted, &place);
            let stays = known.as_ref().is_none_or(|known| {
                place == known.path || volume.is_some_and(|volume| known.volume.as_ref() == Some(&volume.id))
            });
            Ok(SyncFolderOffer {
                free: volumes::free(&place),
                volume: volume.map(|volume| volume.name.clone()),
                is_remote: volume.is_some_and(|volume| volume.is_remote),
                needed: (!stays).then_some(here),
                path: place,
            })
        })
        .await
    }

    /// Another folder in place of one that can't be used any more: nothing is moved, nothing of the old one is touched, and
    /// what the new one does not hold is fetched again. One that can be used is moved, as by `set_sync_folder`.
    ///
    /// # Errors
    /// As `set_sync_folder`.
    pub async fn begin_sync_folder_anew(&self, path: PathBuf) -> Outcome<SyncFolderView> {
        let known = self.inner.readers.read(sync_folder::get).await?;
        let Some(known) = known else { return self.set_sync_folder(path).await };
        let row = known.clone();
        if off_the_workers(move || Ok(Location::find(&row).is_ok())).await? {
            return self.set_sync_folder(path).await;
        }
        let word = crate::clock::random_word(&*self.inner.world, 16);
        let row = off_the_workers(move || location::choose(&path, &word)).await?;
        self.inner.mirrors.folder.end(None);
        let mut changes = vec![MirrorChange::PutFolder(Box::new(row.clone()))];
        if row.marker != known.marker {
            // Or they would count as deleted by the user.
            changes.push(MirrorChange::BeginAnew);
        }
        changes.push(MirrorChange::Want(None));
        self.change_mirror(changes).await?;
        self.folder_view(row).await
    }

    /// What a run would do now, in figures. Looks, and changes nothing.
    ///
    /// # Errors
    /// As `plan_collection`.
    pub async fn preview_collection(&self, mirror: MirrorId) -> Outcome<PlanSummary> {
        Ok(summary_of(self.plan_collection(mirror).await?))
    }

    /// A window of what happened, newest first.
    pub async fn list_mirror_activity(&self, offset: u64, limit: u32) -> Outcome<ActivityPage> {
        let read = move |db: &rusqlite::Connection| mirror_activity::page(db, offset, limit);
        let (total, activity) = self.inner.readers.read(read).await?;
        Ok(ActivityPage { total, activity })
    }

    /// Where a collection is on this computer, or all of them are.
    ///
    /// # Errors
    /// `CollectionMissing`, `SyncFolderMissing`, `VolumeAway`.
    pub async fn mirror_path(&self, mirror: Option<MirrorId>) -> Outcome<PathBuf> {
        let folder = match mirror {
            Some(mirror) => Some(self.mirror_row(mirror).await?.folder),
            None => None,
        };
        let root = self.mirror_context().location().await?.root;
        Ok(folder.map(|folder| root.join(folder)).filter(|path| path.is_dir()).unwrap_or(root))
    }

    /// Where the file that something happened to is, if it still is.
    ///
    /// # Errors
    /// `SourceMissing` for one that nobody knows of; those of `mirror_path`.
    pub async fn mirrored_path(&self, activity: i64) -> Outcome<PathBuf> {
        let found = self.activity(activity).await?;
        self.path_of(&found).await
    }

    /// A small picture of it: of the file here, else the tenant's own. `None` where there is neither, or not now.
    ///
    /// # Errors
    /// `SourceMissing` for one that nobody knows of.
    pub async fn mirrored_picture(&self, activity: i64) -> Outcome<Option<Thumbnail>> {
        let found = self.activity(activity).await?;
        if let Ok(path) = self.path_of(&found).await
            && let Some(picture) = self.thumbnail_of_file(path).await
        {
            return Ok(Some(picture));
        }
        let Ok(tenant) = self.inner.tenants.get(found.account).await else { return Ok(None) };
        let shut = tenant.row.sign_in_required || tenant.row.signed_out;
        if shut || self.bandwidth().await.is_ok_and(|now| now.rest.is_some()) {
            return Ok(None);
        }
        let (account, size) = (found.account.to_string(), found.size.to_string());
        // Another version of an asset has another size, nearly always; a picture of the one before does no harm.
        let words = [account.as_str(), &found.asset.scheme, &found.asset.id, &size];
        let asset = AssetRef::new(found.asset.scheme.as_str(), found.asset.id.as_str());
        Ok(self.inner.previews.get(&words, || asset_picture::asked(&tenant.client, &asset)).await)
    }

    async fn activity(&self, id: i64) -> Outcome<ActivityView> {
        let found = self.inner.readers.read(move |db| mirror_activity::get(db, id)).await?;
        found.ok_or_else(|| Failure::new(ErrorCode::SourceMissing).with("path", id))
    }

    async fn path_of(&self, found: &ActivityView) -> Outcome<PathBuf> {
        let mirror = found.mirror;
        let row = self.inner.readers.read(move |db| mirrored_collections::get(db, mirror)).await?;
        let missing = || Failure::new(ErrorCode::SourceMissing).with("path", &found.path);
        let folder = row.ok_or_else(missing)?.folder;
        Ok(self.mirror_context().location().await?.root.join(folder).join(&found.path))
    }
}

/// Whatever removes is asked about, so it is read first.
fn summary_of(plan: MirrorPlan) -> PlanSummary {
    let MirrorPlan { mirror, mut steps, assets, bytes, free, confirm, missing, deleted_here, changed_here } =
        plan;
    let count = |kind: MirrorStep| steps.iter().filter(|step| step.step == kind).count() as u64;
    let (download, replace, rename) =
        (count(MirrorStep::Download), count(MirrorStep::Replace), count(MirrorStep::Rename));
    let (move_aside, remove) = (count(MirrorStep::MoveAside), count(MirrorStep::Remove));
    let order = |step: &PlannedStep| match step.step {
        MirrorStep::Remove => 0,
        MirrorStep::MoveAside => 1,
        MirrorStep::Replace => 2,
        MirrorStep::Rename => 3,
        MirrorStep::Download => 4,
    };
    steps.sort_by_key(order);
    let more = steps.len().saturating_sub(MOST_STEPS) as u64;
    steps.truncate(MOST_STEPS);
    PlanSummary {
        mirror,
        download,
        replace,
        rename,
        move_aside,
        remove,
        steps,
        more,
        assets,
        bytes,
        free,
        confirm,
        missing,
        deleted_here,
        changed_here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AssetId;

    #[test]
    fn what_removes_is_read_first_and_everything_is_counted() {
        let step = |number: usize, step: MirrorStep| PlannedStep {
            step,
            asset: AssetId { scheme: "image".into(), id: number.to_string() },
            path: format!("{number}.jpg"),
            to: None,
            size: None,
        };
        let kind = |number: usize| if number.is_multiple_of(10) { MirrorStep::Remove } else { MirrorStep::Download };
        let plan = MirrorPlan {
            mirror: MirrorId(1),
            steps: (0..1_000).map(|number| step(number, kind(number))).collect(),
            assets: 900,
            bytes: 1,
            free: None,
            confirm: true,
            missing: 0,
            deleted_here: 0,
            changed_here: 0,
        };
        let summary = summary_of(plan);
        assert_eq!((summary.download, summary.remove, summary.more), (900, 100, 700));
        assert!(summary.steps.len() == MOST_STEPS);
        assert!(summary.steps[..100].iter().all(|step| step.step == MirrorStep::Remove));
    }
}
