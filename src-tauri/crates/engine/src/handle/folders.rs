//! Watched folders.

use std::path::PathBuf;

use futures_util::FutureExt;

use super::{EngineHandle, blocking};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::folder_sync::{Choices, Choose, PreviewContext, preview, volume_on};
use crate::intake::Filter;
use crate::model::{
    DuplicateRule, Frequency, SettingKey, SyncPreview, WatchFolder, WatchedChange, WatchedFolder, WatchedId,
};
use crate::platform::volumes;
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::queue::watched::NewWatched;
use crate::store::watched_folders;

impl EngineHandle {
    /// Every watched folder, in the order in which they were added.
    pub async fn watched_folders(&self) -> Outcome<Vec<WatchedFolder>> {
        self.inner.readers.read(watched_folders::views).await
    }

    /// # Errors
    /// `FolderMissing`.
    pub async fn watched_folder(&self, folder: WatchedId) -> Outcome<WatchedFolder> {
        let all = self.watched_folders().await?;
        let found = all.into_iter().find(|one| one.id == folder);
        found.ok_or_else(|| Failure::new(ErrorCode::FolderMissing).with("folder", folder))
    }

    /// Watches a folder from now on. It appears under *Canto Connect / user / folder*.
    ///
    /// # Errors
    /// `PathUnusable`, `AccountMissing`, `RequestInvalid` with a `reason`: it is watched already, lies in a watched one or holds
    /// one, holds Ferry's own data, or is to go to an album; or with the `pattern` that is none.
    pub async fn watch_folder(&self, folder: WatchFolder) -> Outcome<WatchedId> {
        check_patterns(&folder.include, &folder.exclude)?;
        let own = self.inner.data_dir.clone();
        let new = blocking(move || {
            let unusable = || Failure::new(ErrorCode::PathUnusable).with("path", folder.path.display());
            if !folder.path.is_absolute() || !folder.path.is_dir() {
                return Err(unusable());
            }
            // One folder has one name here: through links it would be watched twice.
            let path = real(&folder.path).ok_or_else(unusable)?;
            let own = real(&own).unwrap_or(own);
            if path.starts_with(&own) {
                let invalid = Failure::new(ErrorCode::RequestInvalid).with("reason", "folder_own");
                return Err(invalid.with("path", path.display()));
            }
            let mounted = volumes::mounted();
            let volume = volumes::of_path(&mounted, &path).map(volume_on);
            Ok(NewWatched { folder: WatchFolder { path, ..folder }, volume })
        })
        .await?;
        let new = Box::new(new);
        if self.is_owner() {
            self.ask(|reply| ToOwner::AddWatched { new, reply }).await
        } else {
            self.request(Request::AddWatched { new }).await
        }
    }

    /// On, off, look now, other patterns, remove.
    ///
    /// # Errors
    /// `FolderMissing`; `RequestInvalid` with the `pattern` that is none, or to look through what is switched off.
    pub async fn change_watched(&self, folder: WatchedId, change: WatchedChange) -> Outcome<()> {
        if let WatchedChange::Patterns { include, exclude } = &change {
            check_patterns(include, exclude)?;
        }
        if change == WatchedChange::Sync {
            let off = |reason: &str| Failure::new(ErrorCode::RequestInvalid).with("reason", reason);
            let view = self.watched_folder(folder).await?;
            if !self.is_sync_on().await? {
                return Err(off("sync_off"));
            }
            if !view.on {
                return Err(off("folder_off").with("path", view.path));
            }
        }
        if self.is_owner() {
            self.ask(|reply| ToOwner::ChangeWatched { folder, change, reply }).await
        } else {
            self.request(Request::ChangeWatched { folder, change }).await
        }
    }

    /// What looking through a folder now would send. Nothing is sent, and no file is opened.
    ///
    /// # Errors
    /// `FolderMissing`, `PathUnusable`.
    pub async fn preview_sync(&self, folder: WatchedId) -> Outcome<SyncPreview> {
        let row = self.inner.readers.read(move |db| watched_folders::get(db, folder)).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::FolderMissing).with("folder", folder))?;
        let context = PreviewContext { readers: self.inner.readers.clone(), now: self.inner.world.now() };
        preview(context, row, self.choices_of_sync().await?, self.inner.data_dir.clone()).await
    }

    async fn choices_of_sync(&self) -> Outcome<Choices> {
        Ok(Choices {
            on: self.is_sync_on().await?,
            frequency: Frequency::parse(&self.setting(SettingKey::SyncFrequency).await?).unwrap_or_default(),
            rule: DuplicateRule::parse(&self.setting(SettingKey::DuplicatesSync).await?).unwrap_or_default(),
            as_version: self.setting(SettingKey::SyncChanged).await? == "version",
        })
    }

    /// What is set, as whoever watches asks for it.
    pub(super) fn sync_choices(&self) -> Choose {
        let handle = self.clone();
        std::sync::Arc::new(move || {
            let handle = handle.clone();
            async move { handle.choices_of_sync().await }.boxed()
        })
    }
}

fn real(path: &std::path::Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok()?;
    // Windows answers with a path that few programs take (`\\?\C:\…`).
    Some(if cfg!(windows) { std::path::absolute(path).ok()? } else { real })
}

fn check_patterns(include: &[String], exclude: &[String]) -> Outcome<()> {
    Filter::of_patterns(include, exclude).map(drop)
}
