//! The window: made when it is wanted, gone when it is closed, so that its page costs nothing meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tauri::{AppHandle, Manager, Runtime, Theme, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent};
use tokio::sync::Notify;

use crate::state::{SharedShell, lock};
use crate::{drops, opened, quit, tray};

pub const MAIN: &str = "main";

/// What is known of the window beyond its being there.
#[derive(Default)]
pub struct Looks {
    /// Windows of this system are dark; known since the first one was made.
    dark: Mutex<Option<bool>>,
    changed: Notify,
    /// The page has something that nobody has sent or saved yet: closing only hides it.
    is_held: AtomicBool,
}

pub type SharedLooks = Arc<Looks>;

impl Looks {
    pub fn dark(&self) -> Option<bool> {
        *lock(&self.dark)
    }

    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub fn hold(&self, held: bool) {
        self.is_held.store(held, Ordering::Relaxed);
    }

    pub fn is_held(&self) -> bool {
        self.is_held.load(Ordering::Relaxed)
    }

    fn theme(&self, theme: Theme) {
        *lock(&self.dark) = Some(theme == Theme::Dark);
        self.changed.notify_one();
    }
}

pub fn looks<R: Runtime>(app: &AppHandle<R>) -> SharedLooks {
    SharedLooks::clone(&app.state::<SharedLooks>())
}

/// The window of `tauri.conf.json`. Its page can't be led anywhere else.
pub fn make<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned();
    let config = config.unwrap_or_default();
    let home = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let window = WebviewWindowBuilder::from_config(app, &config)?
        .on_navigation(move |url| {
            let ours = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
            ours || home.as_ref().is_some_and(|home| home.origin() == url.origin())
        })
        .build()?;
    if let Ok(theme) = window.theme() {
        looks(app).theme(theme);
    }
    Ok(())
}

/// To the front, made anew where it was closed.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        return bring(&window);
    }
    let app = app.clone();
    // Windows makes none while an event is being handled.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = make(&app) {
            // Somebody else may have been quicker.
            match app.get_webview_window(MAIN) {
                Some(window) => bring(&window),
                None => tracing::error!(%error, "the window can't be opened"),
            }
        }
    });
}

fn bring<R: Runtime>(window: &WebviewWindow<R>) {
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

/// Somebody looks at it.
pub fn is_in_front<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.get_webview_window(MAIN).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Closes it, and frees its page; one that holds what is not sent yet, or that waits for the browser, is kept out of sight.
pub fn close<R: Runtime>(app: &AppHandle<R>) {
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    if looks(app).is_held() || shell.signs_in() {
        return hide(app);
    }
    let Some(window) = app.get_webview_window(MAIN) else { return };
    shell.page_is_gone();
    opened::page_is_gone(app);
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window could not be closed");
        hide(app);
    }
}

/// Tells the page of drops. Closing it leaves Ferry in the tray where that leads back to it; elsewhere it quits, and the queue
/// stays for the next start.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let app = window.app_handle().clone();
    let api = match event {
        WindowEvent::CloseRequested { api, .. } => api,
        WindowEvent::DragDrop(event) => return drops::on_event(&app, event),
        WindowEvent::ThemeChanged(theme) => return looks(&app).theme(*theme),
        _ => return,
    };
    api.prevent_close();
    tauri::async_runtime::spawn_blocking(move || {
        if tray::leads_back(&app) {
            close(&app);
        } else {
            quit::quit(&app);
        }
    });
}
