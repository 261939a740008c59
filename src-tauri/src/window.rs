//! The window: made once, hidden when it is closed, shown again from the tray or by a second start.

use tauri::{AppHandle, Manager, Runtime, WebviewWindowBuilder, Window, WindowEvent};

use crate::{drops, quit, tray};

pub const MAIN: &str = "main";

/// The window of `tauri.conf.json`. Its page can't be led anywhere else.
pub fn make<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned();
    let config = config.unwrap_or_default();
    let home = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    WebviewWindowBuilder::from_config(app, &config)?
        .on_navigation(move |url| {
            let ours = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
            ours || home.as_ref().is_some_and(|home| home.origin() == url.origin())
        })
        .build()?;
    Ok(())
}

pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

pub fn hide<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        drop(window.hide());
    }
}

/// Tells the page of drops. Closing hides where the tray leads back to the window; elsewhere it quits, and the queue stays for
/// the next start.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let app = window.app_handle().clone();
    let api = match event {
        WindowEvent::CloseRequested { api, .. } => api,
        WindowEvent::DragDrop(event) => return drops::on_event(&app, event),
        _ => return,
    };
    api.prevent_close();
    tauri::async_runtime::spawn_blocking(move || {
        if cfg!(target_os = "macos") || (app.tray_by_id(tray::ID).is_some() && tray::shows_icons()) {
            hide(&app);
        } else {
            quit::quit(&app);
        }
    });
}
