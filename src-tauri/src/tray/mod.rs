//! The tray: adapts the plain menu and icon to Tauri, only what changed and at most once a second.

mod host;
mod icon;
mod menu;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::error::Outcome;
use engine::model::{JobSelection, SettingView};
use tauri::image::Image;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::Notify;

use crate::commands::queue::control;
use crate::errors::internal;
use crate::events::{forward, picture, subscribe};
use crate::picture::Picture;
use crate::state::{SharedShell, lock};
use crate::text::Language;
use crate::{quit, window};
pub use host::shows_icons;
use icon::Icon;
use menu::{Action, Item};

pub const ID: &str = "ferry";
const CALM: Duration = Duration::from_secs(1);

/// The icon and what it shows now.
pub struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    shown: Mutex<Option<Shown<R>>>,
}

struct Shown<R: Runtime> {
    icon: Icon,
    items: Vec<Item>,
    /// In the order of `items`; `None` for separators.
    entries: Vec<Option<MenuItem<R>>>,
}

/// Makes the icon; `None` where the system has no way to show one. To be called on the main thread.
pub fn make<R: Runtime>(app: &AppHandle<R>) -> Option<Tray<R>> {
    let build = || {
        TrayIconBuilder::with_id(ID)
            .icon(Image::from_bytes(Icon::Idle.png())?)
            .icon_as_template(cfg!(target_os = "macos"))
            .show_menu_on_left_click(!cfg!(windows))
            .on_menu_event(|app, event| act(app, event.id().as_ref()))
            .on_tray_icon_event(|tray, event| {
                let left = MouseButton::Left;
                if let TrayIconEvent::Click { button, button_state: MouseButtonState::Up, .. } = event
                    && button == left
                    && cfg!(windows)
                {
                    window::show(tray.app_handle());
                }
            })
            .build(app)
    };
    // On Linux without libayatana-appindicator, the library that looks for it panics.
    match catch_unwind(AssertUnwindSafe(build)) {
        Ok(Ok(icon)) => Some(Tray { icon, shown: Mutex::default() }),
        Ok(Err(error)) => {
            tracing::warn!(%error, "no tray icon");
            None
        }
        Err(_) => {
            tracing::warn!("no tray icon: libayatana-appindicator is not installed");
            None
        }
    }
}

/// Keeps the tray true.
pub async fn follow<R: Runtime>(app: AppHandle<R>, tray: Tray<R>) {
    let (seen, tray, changed) =
        (Arc::new(Mutex::new(Picture::default())), Arc::new(tray), Arc::new(Notify::new()));
    changed.notify_one();
    let listen = listen(&app, Arc::clone(&seen), Arc::clone(&changed));
    let draw = async {
        let mut language = Language::chosen(&[]);
        loop {
            changed.notified().await;
            if let Some(settings) = settings_if_new(&app, &seen).await {
                language = Language::chosen(&settings);
            }
            let (now, tray, app) = (lock(&seen).clone(), Arc::clone(&tray), app.clone());
            // Menus belong to the main thread; waiting for it must not hold up the engine's tasks.
            let drawn = tokio::task::spawn_blocking(move || tray.show(&app, &now, language)).await;
            if let Err(failure) = drawn.map_err(internal).and_then(|drawn| drawn) {
                tracing::warn!(%failure, "the tray shows something old");
            }
            tokio::time::sleep(CALM).await;
        }
    };
    tokio::join!(listen, draw);
}

/// What is set, if that is not known yet or was changed.
async fn settings_if_new<R: Runtime>(app: &AppHandle<R>, seen: &Mutex<Picture>) -> Option<Vec<SettingView>> {
    if !std::mem::take(&mut lock(seen).settings_changed) {
        return None;
    }
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    shell.engine().await.ok()?.list_settings().await.ok()
}

async fn listen<R: Runtime>(app: &AppHandle<R>, seen: Arc<Mutex<Picture>>, changed: Arc<Notify>) {
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    let mut handles = shell.handles();
    let (subscription, handles) = loop {
        let subscribed = match shell.engine().await {
            Ok(_) => subscribe(&shell).await,
            Err(failure) => Err(failure),
        };
        match subscribed {
            Ok(subscribed) => break subscribed,
            Err(failure) => lock(&seen).not_started = Some(failure),
        }
        changed.notify_one();
        // The page's *Try again* may have more luck.
        if handles.changed().await.is_err() {
            return;
        }
    };
    {
        let mut seen = lock(&seen);
        seen.not_started = None;
        picture(&subscription.snapshot).iter().for_each(|event| seen.apply(event));
    }
    changed.notify_one();
    let tell = |event: Arc<_>| {
        lock(&seen).apply(&event);
        changed.notify_one();
        true
    };
    forward(subscription, handles, tell).await;
}

impl<R: Runtime> Tray<R> {
    fn show(&self, app: &AppHandle<R>, picture: &Picture, language: Language) -> Outcome<()> {
        let (icon, items) = (Icon::of(picture), menu::items(picture, language));
        let mut shown = lock(&self.shown);
        if shown.as_ref().is_none_or(|shown| shown.icon != icon) {
            self.icon.set_icon(Some(Image::from_bytes(icon.png()).map_err(internal)?)).map_err(internal)?;
            self.icon.set_icon_as_template(cfg!(target_os = "macos")).map_err(internal)?;
        }
        if shown.as_ref().is_none_or(|shown| shown.items != items) {
            let status = menu::status(picture, language);
            self.icon.set_tooltip(Some(format!("Ferry: {status}"))).map_err(internal)?;
        }
        let entries = match shown.take() {
            Some(shown) if shown.items == items => shown.entries,
            // Menus that are open stay open when only words change.
            Some(shown) if same_shape(&shown.items, &items) => {
                for (entry, item) in shown.entries.iter().zip(&items) {
                    if let (Some(entry), Item::Line(words) | Item::Action(_, words)) = (entry, item) {
                        entry.set_text(plain(words)).map_err(internal)?;
                    }
                }
                shown.entries
            }
            _ => self.rebuild(app, &items).map_err(internal)?,
        };
        *shown = Some(Shown { icon, items, entries });
        Ok(())
    }

    fn rebuild(&self, app: &AppHandle<R>, items: &[Item]) -> tauri::Result<Vec<Option<MenuItem<R>>>> {
        let menu = Menu::new(app)?;
        let mut entries = Vec::new();
        for item in items {
            let entry = match item {
                Item::Separator => None,
                Item::Line(words) => Some(MenuItem::new(app, plain(words), false, None::<&str>)?),
                Item::Action(action, words) => {
                    Some(MenuItem::with_id(app, action.id(), plain(words), true, None::<&str>)?)
                }
            };
            match &entry {
                Some(entry) => menu.append(entry as &dyn IsMenuItem<R>)?,
                None => menu.append(&PredefinedMenuItem::separator(app)?)?,
            }
            entries.push(entry);
        }
        self.icon.set_menu(Some(menu))?;
        Ok(entries)
    }
}

fn same_shape(before: &[Item], now: &[Item]) -> bool {
    let same = |pair: (&Item, &Item)| match pair {
        (Item::Line(_), Item::Line(_)) | (Item::Separator, Item::Separator) => true,
        (Item::Action(before, _), Item::Action(now, _)) => before == now,
        _ => false,
    };
    before.len() == now.len() && before.iter().zip(now).all(same)
}

/// An ampersand in a menu marks a key.
fn plain(words: &str) -> String {
    words.replace('&', "&&")
}

fn act<R: Runtime>(app: &AppHandle<R>, id: &str) {
    match Action::parse(id) {
        Some(Action::Open | Action::Problems | Action::Batch(_)) => window::show(app),
        Some(Action::Quit) => quit::quit(app),
        Some(Action::All(action)) => {
            let shell = SharedShell::clone(&app.state::<SharedShell>());
            tauri::async_runtime::spawn(async move {
                if let Err(failure) = control(&shell, JobSelection::All, action).await {
                    tracing::warn!(%failure, ?action, "the tray's action failed");
                }
            });
        }
        Some(Action::Rest(hours)) => {
            let shell = SharedShell::clone(&app.state::<SharedShell>());
            tauri::async_runtime::spawn(async move {
                let time = Duration::from_secs(hours * 3_600);
                let rests = async { shell.engine().await?.rest_for(time).await };
                if let Err(failure) = rests.await {
                    tracing::warn!(%failure, hours, "the tray's pause failed");
                }
            });
        }
        None => {}
    }
}
