//! Events, dialogs, and what opens outside of the window.

use std::path::PathBuf;
use std::sync::Arc;

use engine::error::Outcome;
use engine::event::{EngineEvent, Snapshot};
use engine::model::JobId;
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State, command};

use crate::desktop::{Pick, shown};
use crate::errors::invalid;
use crate::events::{forward, subscribe};
use crate::opened;
use crate::state::SharedShell;
use crate::window;

/// The present picture; from then on every event goes through the channel. A failed start is told; asked again, it is tried again.
#[command]
pub async fn subscribe_events<R: Runtime>(
    app: AppHandle<R>,
    shell: State<'_, SharedShell>,
    channel: Channel<Arc<EngineEvent>>,
) -> Outcome<Snapshot> {
    shell.start().await?;
    let (subscription, handles) = subscribe(&shell).await?;
    let snapshot = subscription.snapshot.clone();
    let tell = move |event| channel.send(event).is_ok();
    shell.listen(tauri::async_runtime::spawn(forward(subscription, handles, tell)));
    opened::page_is_ready(app);
    Ok(snapshot)
}

/// In the browser.
#[command]
pub async fn open_asset(shell: State<'_, SharedShell>, job: JobId) -> Outcome<()> {
    let details = shell.engine().await?.job_details(job).await?;
    let url = details.asset_url.ok_or_else(|| invalid("it is not in the library yet").with("job", job))?;
    shell.desktop.open_page(&url)
}

#[command]
pub async fn show_in_folder(shell: State<'_, SharedShell>, job: JobId) -> Outcome<()> {
    let details = shell.engine().await?.job_details(job).await?;
    shell.desktop.show_in_folder(PathBuf::from(details.path)).await
}

#[command]
pub async fn pick_files(shell: State<'_, SharedShell>) -> Outcome<Vec<String>> {
    pick(&shell, Pick::Files).await
}

#[command]
pub async fn pick_folders(shell: State<'_, SharedShell>) -> Outcome<Vec<String>> {
    pick(&shell, Pick::Folders).await
}

/// The page has something that nobody has sent yet: closing the window only hides it.
#[command]
pub fn hold_page<R: Runtime>(app: AppHandle<R>, held: bool) {
    window::looks(&app).hold(held);
}

#[command]
pub fn app_version<R: Runtime>(app: AppHandle<R>) -> String {
    app.package_info().version.to_string()
}

async fn pick(shell: &SharedShell, what: Pick) -> Outcome<Vec<String>> {
    Ok(shell.desktop.pick(what).await.iter().map(|path| shown(path)).collect())
}
