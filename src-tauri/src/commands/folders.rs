//! Watched folders. The one switch is the setting `sync`.

use engine::error::Outcome;
use engine::model::{SyncPreview, WatchFolder, WatchedChange, WatchedFolder, WatchedId};
use tauri::{State, command};

use crate::state::SharedShell;

/// In the order in which they were added.
#[command]
pub async fn list_watched(shell: State<'_, SharedShell>) -> Outcome<Vec<WatchedFolder>> {
    shell.engine().await?.watched_folders().await
}

/// Watches a folder from now on.
#[command]
pub async fn watch_folder(shell: State<'_, SharedShell>, folder: WatchFolder) -> Outcome<WatchedId> {
    shell.engine().await?.watch_folder(folder).await
}

/// On, off, look now, other patterns, remove.
#[command]
pub async fn change_watched(
    shell: State<'_, SharedShell>,
    folder: WatchedId,
    change: WatchedChange,
) -> Outcome<()> {
    shell.engine().await?.change_watched(folder, change).await
}

/// What looking through a folder now would send. Nothing is sent, and no file is opened.
#[command]
pub async fn preview_sync(shell: State<'_, SharedShell>, folder: WatchedId) -> Outcome<SyncPreview> {
    shell.engine().await?.preview_sync(folder).await
}
