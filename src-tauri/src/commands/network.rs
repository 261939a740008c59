//! The way to the library.

use std::fs;

use engine::error::Outcome;
use engine::model::{AccountId, ConnectionReport, ConnectionTest, NetworkWay};
use engine::session::Secret;
use tauri::ipc::Channel;
use tauri::{State, command};

use crate::desktop::{file_name, shown};
use crate::errors::unwritable;
use crate::state::SharedShell;

/// What the page for whoever runs the network is suggested to be called.
const PAGE: &str = "Ferry connection test";

/// Without an account it is about the way to the sign-in.
#[command]
pub async fn network_way(shell: State<'_, SharedShell>, account: Option<AccountId>) -> Outcome<NetworkWay> {
    shell.engine().await?.network_way(account).await
}

#[command]
pub async fn has_proxy_password(shell: State<'_, SharedShell>) -> Outcome<bool> {
    shell.engine().await?.has_proxy_password().await
}

/// Without a word it is taken away.
#[command]
pub async fn set_proxy_password(shell: State<'_, SharedShell>, password: Option<Secret>) -> Outcome<()> {
    shell.engine().await?.set_proxy_password(password).await
}

/// Every change goes through the channel; the answer is the last one.
#[command]
pub async fn test_connection(
    shell: State<'_, SharedShell>,
    request: ConnectionTest,
    channel: Channel<ConnectionReport>,
) -> Outcome<ConnectionReport> {
    // A page that was reloaded listens no more, and asks again.
    let tell = move |report: &ConnectionReport| drop(channel.send(report.clone()));
    shell.engine().await?.test_connection(request, tell).await
}

#[command]
pub async fn stop_connection_test(shell: State<'_, SharedShell>) -> Outcome<()> {
    shell.engine().await?.stop_connection_test();
    Ok(())
}

/// What the last test found, to be copied.
#[command]
pub async fn connection_text(shell: State<'_, SharedShell>) -> Outcome<String> {
    shell.engine().await?.connection_text().await
}

/// The path it was saved at, or nothing if the dialog was closed.
#[command]
pub async fn save_connection_page(shell: State<'_, SharedShell>) -> Outcome<Option<String>> {
    let page = shell.engine().await?.connection_page().await?;
    let Some(path) = shell.desktop.pick_target(&file_name(PAGE, "html")).await else { return Ok(None) };
    fs::write(&path, page).map_err(|error| unwritable(&path, &error))?;
    Ok(Some(shown(&path)))
}

/// In the browser, which can print it.
#[command]
pub async fn open_connection_page(shell: State<'_, SharedShell>) -> Outcome<()> {
    let engine = shell.engine().await?;
    let path = engine.data_dir().join(file_name(PAGE, "html"));
    fs::write(&path, engine.connection_page().await?).map_err(|error| unwritable(&path, &error))?;
    shell.desktop.open_file(&path)
}
