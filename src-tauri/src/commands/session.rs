//! Signing in and out. The page never opens an address itself: it names the sign-in, and the shell knows its address.

use engine::error::Outcome;
use engine::model::{AccountId, AccountView, SignInRequest, SignInStarted};
use tauri::{State, command};

use crate::state::SharedShell;

#[command]
pub async fn start_sign_in(shell: State<'_, SharedShell>, request: SignInRequest) -> Outcome<SignInStarted> {
    let started = shell.engine().await?.start_sign_in(request).await?;
    shell.keep_sign_in(&started);
    Ok(started)
}

#[command]
pub async fn open_sign_in_page(shell: State<'_, SharedShell>, flow: u64) -> Outcome<()> {
    shell.desktop.open_page(&shell.sign_in_page(flow)?)
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
