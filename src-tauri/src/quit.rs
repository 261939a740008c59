//! Quitting: from the menu, the tray, or by a signal, always after a clean stop of the engine.

use tauri::{AppHandle, Manager, Runtime};

use crate::state::SharedShell;
use crate::window;

pub fn quit<R: Runtime>(app: &AppHandle<R>) {
    window::hide(app);
    app.exit(0);
}

/// The last thing before the process ends; may take a moment.
pub fn stop<R: Runtime>(app: &AppHandle<R>) {
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    tauri::async_runtime::block_on(async move { shell.stop().await });
}

/// A service manager's and a terminal's way of asking.
#[cfg(unix)]
pub async fn on_signals<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal is not heard"));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) =
        (listen(SignalKind::terminate()), listen(SignalKind::interrupt()), listen(SignalKind::hangup()))
    else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
    quit(&app);
}

#[cfg(not(unix))]
pub async fn on_signals<R: Runtime>(_: AppHandle<R>) {}
