//! The way to the library.

use engine::error::Outcome;
use engine::model::{AccountId, NetworkWay};
use engine::session::Secret;
use tauri::{State, command};

use crate::state::SharedShell;

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
