//! My Collections: what of the library is kept on this computer.

use std::path::PathBuf;

use engine::error::Outcome;
use engine::model::{
    AccountId, ActivityPage, CollectionView, CollectionsView, HeldId, HeldView, MirrorId, PlanSummary,
    SyncFolderOffer, SyncFolderView,
};
use tauri::{AppHandle, Manager, Runtime, State, command};

use crate::desktop::{Pick, shown};
use crate::errors::internal;
use crate::state::SharedShell;

/// The engine's name for it, too: where a person keeps things, at first use.
const USUAL_NAME: &str = "Canto Sync Folder";

/// Asks the library, where that lists its collections.
#[command]
pub async fn list_collections(shell: State<'_, SharedShell>, account: AccountId) -> Outcome<CollectionsView> {
    shell.engine().await?.collections(account).await
}

/// Those that are known on this computer, at once.
#[command]
pub async fn kept_collections(shell: State<'_, SharedShell>) -> Outcome<Vec<CollectionView>> {
    shell.engine().await?.kept_collections().await
}

/// By the id, or the address of its page.
#[command]
pub async fn add_collection(
    shell: State<'_, SharedShell>,
    account: AccountId,
    typed: String,
) -> Outcome<CollectionView> {
    shell.engine().await?.add_collection(account, &typed).await
}

#[command]
pub async fn switch_collection(shell: State<'_, SharedShell>, mirror: MirrorId, on: bool) -> Outcome<()> {
    shell.engine().await?.switch_collection(mirror, on).await
}

/// One, or all that are on.
#[command]
pub async fn sync_collections(shell: State<'_, SharedShell>, mirror: Option<MirrorId>) -> Outcome<()> {
    shell.engine().await?.sync_collections(mirror).await
}

#[command]
pub async fn preview_collection(shell: State<'_, SharedShell>, mirror: MirrorId) -> Outcome<PlanSummary> {
    let engine = shell.engine().await?;
    shell.plan.run(async move { engine.preview_collection(mirror).await }).await
}

#[command]
pub async fn confirm_removals(shell: State<'_, SharedShell>, mirror: MirrorId) -> Outcome<()> {
    shell.engine().await?.confirm_removals(mirror).await
}

#[command]
pub async fn sync_folder_now(shell: State<'_, SharedShell>) -> Outcome<Option<SyncFolderView>> {
    shell.engine().await?.sync_folder().await
}

/// `None`: in the user's own folder.
#[command]
pub async fn preview_sync_folder<R: Runtime>(
    app: AppHandle<R>,
    shell: State<'_, SharedShell>,
    path: Option<PathBuf>,
) -> Outcome<SyncFolderOffer> {
    let path = match path {
        Some(path) => path,
        None => app.path().home_dir().map_err(internal)?.join(USUAL_NAME),
    };
    shell.engine().await?.preview_sync_folder(path).await
}

#[command]
pub async fn pick_sync_folder(shell: State<'_, SharedShell>) -> Outcome<Option<String>> {
    Ok(shell.desktop.pick(Pick::Folder).await.first().map(|path| shown(path)))
}

/// Or has it moved; `anew`, where the present one can't be used: begins there with nothing.
#[command]
pub async fn choose_sync_folder(
    shell: State<'_, SharedShell>,
    path: PathBuf,
    anew: bool,
) -> Outcome<SyncFolderView> {
    let engine = shell.engine().await?;
    if anew { engine.begin_sync_folder_anew(path).await } else { engine.set_sync_folder(path).await }
}

/// Or that of one collection, in the file manager.
#[command]
pub async fn open_sync_folder(shell: State<'_, SharedShell>, mirror: Option<MirrorId>) -> Outcome<()> {
    let path = shell.engine().await?.mirror_path(mirror).await?;
    shell.desktop.open_folder(&path)
}

#[command]
pub async fn list_held_files(shell: State<'_, SharedShell>) -> Outcome<Vec<HeldView>> {
    shell.engine().await?.held_files().await
}

/// Says where it is now.
#[command]
pub async fn restore_held_file(shell: State<'_, SharedShell>, held: HeldId) -> Outcome<String> {
    Ok(shown(&shell.engine().await?.restore_held(held).await?))
}

#[command]
pub async fn list_mirror_activity(
    shell: State<'_, SharedShell>,
    offset: u64,
    limit: u32,
) -> Outcome<ActivityPage> {
    shell.engine().await?.list_mirror_activity(offset, limit).await
}

#[command]
pub async fn show_mirrored_file(shell: State<'_, SharedShell>, activity: i64) -> Outcome<()> {
    let path = shell.engine().await?.mirrored_path(activity).await?;
    shell.desktop.show_in_folder(path).await
}
