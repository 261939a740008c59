//! The tenant's tree, for choosing a destination.

use engine::error::Outcome;
use engine::model::{AccountId, LibraryNode};
use tauri::{State, command};

use crate::state::SharedShell;

#[command]
pub async fn list_library(
    shell: State<'_, SharedShell>,
    account: AccountId,
    folder: Option<String>,
) -> Outcome<Vec<LibraryNode>> {
    shell.engine().await?.list_library(account, folder).await
}

#[command]
pub async fn search_library(
    shell: State<'_, SharedShell>,
    account: AccountId,
    text: String,
) -> Outcome<Vec<LibraryNode>> {
    shell.engine().await?.search_library(account, &text).await
}

#[command]
pub async fn create_folder(
    shell: State<'_, SharedShell>,
    account: AccountId,
    parent: Option<String>,
    name: String,
) -> Outcome<LibraryNode> {
    shell.engine().await?.create_folder(account, parent, &name).await
}

#[command]
pub async fn create_album(
    shell: State<'_, SharedShell>,
    account: AccountId,
    parent: Option<String>,
    name: String,
) -> Outcome<LibraryNode> {
    shell.engine().await?.create_album(account, parent, &name).await
}
