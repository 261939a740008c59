//! The tray: adapts the plain menu and icon to Tauri, only what changed and at most once a second.

mod host;
mod icon;
mod menu;
mod ring;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::error::Outcome;
use engine::model::{JobSelection, SettingKey, SettingView, WatchedChange};
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::Notify;

use crate::commands::queue::control;
use crate::errors::internal;
use crate::events::{self, Heard};
use crate::picture::Picture;
use crate::state::{SharedShell, Shell, lock};
use crate::text::Language;
use crate::{opened, quit, window};
pub use host::shows_icons;
use icon::{Icon, Ink};
use menu::{Action, Item};

pub const ID: &str = "ferry";
const CALM: Duration = Duration::from_secs(1);

/// The icon and what it shows now.
pub struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    shown: Mutex<Option<Shown<R>>>,
}

struct Shown<R: Runtime> {
    icon: (Icon, Ink),
    items: Vec<Item>,
    /// In the order of `items`.
    entries: Vec<Entry<R>>,
}

enum Entry<R: Runtime> {
    Words(MenuItem<R>),
    Check(CheckMenuItem<R>),
    Separator,
}

/// Makes the icon; `None` where the system has no way to show one. To be called on the main thread.
pub fn make<R: Runtime>(app: &AppHandle<R>) -> Option<Tray<R>> {
    let image =
        Icon::Idle.image(Ink::here(None)).inspect_err(|failure| tracing::warn!(%failure, "no tray icon"));
    let image = image.ok()?;
    let build = || {
        TrayIconBuilder::with_id(ID)
            .icon(image)
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

/// Whether closing the window leaves a way back to it. May block for a moment.
pub fn leads_back<R: Runtime>(app: &AppHandle<R>) -> bool {
    cfg!(target_os = "macos") || (app.tray_by_id(ID).is_some() && shows_icons())
}

/// Keeps the tray true.
pub async fn follow<R: Runtime>(app: AppHandle<R>, tray: Tray<R>) {
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    let (seen, tray, changed) =
        (Arc::new(Mutex::new(Picture::default())), Arc::new(tray), Arc::new(Notify::new()));
    changed.notify_one();
    let listen = events::listen(&shell, |heard| {
        let mut seen = lock(&seen);
        match heard {
            Heard::NotStarted(failure) => seen.not_started = Some(failure),
            Heard::Event(event) => {
                seen.not_started = None;
                seen.apply(&event);
            }
        }
        changed.notify_one();
    });
    let draw = async {
        let mut language = Language::chosen(&[]);
        loop {
            let looks = window::looks(&app);
            tokio::select! {
                () = changed.notified() => {}
                () = looks.changed() => {}
            }
            if let Some(settings) = look(&shell, &seen).await {
                language = Language::chosen(&settings);
            }
            let ink = Ink::here(looks.dark());
            let (now, tray, app) = (lock(&seen).clone(), Arc::clone(&tray), app.clone());
            // Menus belong to the main thread; waiting for it must not hold up the engine's tasks.
            let drawn = tokio::task::spawn_blocking(move || tray.show(&app, &now, ink, language)).await;
            if let Err(failure) = drawn.map_err(internal).and_then(|drawn| drawn) {
                tracing::warn!(%failure, "the tray shows something old");
            }
            tokio::time::sleep(CALM).await;
        }
    };
    tokio::join!(listen, draw);
}

/// Asks for what events only hint at: whether something is kept in step, and what is set, if that was changed.
async fn look(shell: &Shell, seen: &Mutex<Picture>) -> Option<Vec<SettingView>> {
    let (set_anew, synced_anew) = {
        let mut seen = lock(seen);
        (std::mem::take(&mut seen.settings_changed), std::mem::take(&mut seen.synced_changed))
    };
    if !set_anew && !synced_anew {
        return None;
    }
    let engine = shell.engine().await.ok()?;
    let keeps = !engine.watched_folders().await.ok()?.is_empty()
        || engine.kept_collections().await.is_ok_and(|kept| !kept.is_empty());
    let settings = engine.list_settings().await.ok()?;
    let on = settings.iter().any(|setting| setting.key == SettingKey::Sync && setting.value == "on");
    lock(seen).sync = keeps.then_some(on);
    Some(settings)
}

impl<R: Runtime> Tray<R> {
    fn show(&self, app: &AppHandle<R>, picture: &Picture, ink: Ink, language: Language) -> Outcome<()> {
        let (icon, items) = ((Icon::of(picture), ink), menu::items(picture, language));
        let mut shown = lock(&self.shown);
        if shown.as_ref().is_none_or(|shown| shown.icon != icon) {
            self.icon.set_icon(Some(icon.0.image(ink)?)).map_err(internal)?;
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
                    match (entry, item) {
                        (Entry::Words(entry), Item::Line(words) | Item::Action(_, words)) => {
                            entry.set_text(plain(words)).map_err(internal)?;
                        }
                        (Entry::Check(entry), Item::Check(_, words, on)) => {
                            entry.set_text(plain(words)).map_err(internal)?;
                            entry.set_checked(*on).map_err(internal)?;
                        }
                        _ => {}
                    }
                }
                shown.entries
            }
            _ => self.rebuild(app, &items).map_err(internal)?,
        };
        *shown = Some(Shown { icon, items, entries });
        Ok(())
    }

    fn rebuild(&self, app: &AppHandle<R>, items: &[Item]) -> tauri::Result<Vec<Entry<R>>> {
        let menu = Menu::new(app)?;
        let none = None::<&str>;
        let mut entries = Vec::new();
        for item in items {
            let entry = match item {
                Item::Separator => Entry::Separator,
                Item::Line(words) => Entry::Words(MenuItem::new(app, plain(words), false, none)?),
                Item::Action(action, words) => {
                    Entry::Words(MenuItem::with_id(app, action.id(), plain(words), true, none)?)
                }
                Item::Check(action, words, on) => {
                    Entry::Check(CheckMenuItem::with_id(app, action.id(), plain(words), true, *on, none)?)
                }
            };
            match &entry {
                Entry::Words(entry) => menu.append(entry)?,
                Entry::Check(entry) => menu.append(entry)?,
                Entry::Separator => menu.append(&PredefinedMenuItem::separator(app)?)?,
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
        (Item::Action(before, _), Item::Action(now, _)) | (Item::Check(before, ..), Item::Check(now, ..)) => {
            before == now
        }
        _ => false,
    };
    before.len() == now.len() && before.iter().zip(now).all(same)
}

/// An ampersand in a menu marks a key.
fn plain(words: &str) -> String {
    words.replace('&', "&&")
}

fn act<R: Runtime>(app: &AppHandle<R>, id: &str) {
    let Some(action) = Action::parse(id) else { return };
    match action {
        Action::Open => return window::show(app),
        Action::Quit => return quit::quit(app),
        Action::Problems | Action::Batch(_) => {
            window::show(app);
            let view = if action == Action::Problems { opened::PROBLEMS } else { opened::HISTORY };
            return opened::view(app, view);
        }
        _ => {}
    }
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    tauri::async_runtime::spawn(async move {
        if let Err(failure) = carry_out(&shell, action).await {
            tracing::warn!(%failure, ?action, "the tray's action failed");
        }
    });
}

async fn carry_out(shell: &Shell, action: Action) -> Outcome<()> {
    let engine = shell.engine().await?;
    match action {
        Action::All(action) => control(shell, JobSelection::All, action).await.map(drop),
        Action::Rest(hours) => engine.rest_for(Duration::from_secs(hours * 3_600)).await,
        Action::Sync(on) => engine.switch_sync(on).await,
        Action::SyncNow => {
            for folder in engine.watched_folders().await?.iter().filter(|folder| folder.on) {
                engine.change_watched(folder.id, WatchedChange::Sync).await?;
            }
            engine.sync_collections(None).await
        }
        Action::Open | Action::Quit | Action::Problems | Action::Batch(_) => Ok(()),
    }
}
