//! Signing in and out. The page never opens an address itself: it names the sign-in, and the shell knows its address.

use engine::error::{ErrorCode, Failure, Outcome};
use engine::model::{
    AccountId, AccountView, AddressView, PlaceRequest, SignInRequest, SignInStarted, VaultState,
};
use engine::session::Secret;
use tauri::{State, command};

use crate::state::SharedShell;

#[command]
pub async fn check_address(shell: State<'_, SharedShell>, typed: String) -> Outcome<AddressView> {
    shell.engine().await?.check_address(&typed).await
}

/// Only a Workspace or an Upload Link; the engine reads the address.
#[command]
pub async fn open_place(shell: State<'_, SharedShell>, typed: String) -> Outcome<()> {
    let page = shell.engine().await?.place_page(&typed)?;
    shell.desktop.open_page(&page).map_err(no_browser)
}

/// One that needs no account.
#[command]
pub async fn connect_place(shell: State<'_, SharedShell>, request: PlaceRequest) -> Outcome<AccountView> {
    shell.engine().await?.connect_place(request).await
}

#[command]
pub async fn start_sign_in(shell: State<'_, SharedShell>, request: SignInRequest) -> Outcome<SignInStarted> {
    let started = shell.engine().await?.start_sign_in(request).await?;
    shell.keep_sign_in(&started);
    Ok(started)
}

#[command]
pub async fn open_sign_in_page(shell: State<'_, SharedShell>, flow: u64) -> Outcome<()> {
    shell.desktop.open_page(&shell.sign_in_page(flow)?).map_err(no_browser)
}

#[command]
pub async fn finish_sign_in(shell: State<'_, SharedShell>, flow: u64) -> Outcome<AccountView> {
    let finished = shell.engine().await?.finish_sign_in(flow).await;
    shell.forget_sign_in(flow);
    finished
}

#[command]
pub async fn cancel_sign_in(shell: State<'_, SharedShell>, flow: u64) -> Outcome<()> {
    shell.forget_sign_in(flow);
    shell.engine().await?.cancel_sign_in(flow);
    Ok(())
}

#[command]
pub async fn sign_out(shell: State<'_, SharedShell>, account: AccountId, drop_queue: bool) -> Outcome<()> {
    shell.engine().await?.sign_out(account, drop_queue).await
}

/// Whether a sign-in can be kept.
#[command]
pub async fn vault_state(shell: State<'_, SharedShell>) -> Outcome<VaultState> {
    Ok(shell.engine().await?.vault_state().await)
}

/// Keeps sign-ins in the encrypted file, which this opens or makes.
#[command]
pub async fn unlock_vault(shell: State<'_, SharedShell>, passphrase: Secret) -> Outcome<()> {
    shell.engine().await?.unlock_vault(passphrase).await
}

fn no_browser(failure: Failure) -> Failure {
    Failure::new(ErrorCode::BrowserMissing).because(failure.details)
}
