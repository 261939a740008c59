//! What the shell asks of the desktop around it: browser, file manager, dialogs. Tests put another one in its place.

use std::path::{Path, PathBuf};

use engine::error::{ErrorCode, Failure, Outcome};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_autostart::ManagerExt;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_notification::NotificationExt;
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

use crate::errors::internal;
use crate::window::MAIN;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Files,
    Folders,
    /// One folder.
    Folder,
    /// One file with rows.
    Sheet,
}

/// Endings of files that hold rows.
const SHEETS: [&str; 4] = ["csv", "tsv", "txt", "xlsx"];

pub trait Desktop: Send + Sync {
    /// In the system's browser.
    ///
    /// # Errors
    /// `RequestInvalid` for anything but a web address; `Internal` when no browser starts.
    fn open_page(&self, url: &str) -> Outcome<()>;

    /// In the program that the system has for it. Only for files that Ferry itself has written.
    ///
    /// # Errors
    /// `Internal` when no program starts.
    fn open_file(&self, path: &Path) -> Outcome<()>;

    /// A folder, in the file manager.
    ///
    /// # Errors
    /// `SourceMissing`; `Internal` when no file manager starts.
    fn open_folder(&self, path: &Path) -> Outcome<()>;

    /// Selects a file in the file manager.
    ///
    /// # Errors
    /// `SourceMissing`; `Internal` when no file manager answers.
    fn show_in_folder(&self, path: PathBuf) -> BoxFuture<'_, Outcome<()>>;

    /// Nothing when the dialog was closed.
    fn pick(&self, what: Pick) -> BoxFuture<'_, Vec<PathBuf>>;

    /// Whether Ferry starts, without its window, when somebody signs in to this computer.
    ///
    /// # Errors
    /// `Internal` when the system refuses.
    fn start_at_login(&self, on: bool) -> Outcome<()>;

    /// Tells somebody who does not look at the window.
    ///
    /// # Errors
    /// `Internal` when the system has nothing for it.
    fn notify(&self, title: &str, body: &str) -> Outcome<()>;

    /// Where to save a file; `None` when the dialog was closed.
    fn pick_target(&self, file_name: &str) -> BoxFuture<'_, Option<PathBuf>>;
}

/// The real one.
pub struct SystemDesktop<R: Runtime>(pub AppHandle<R>);

impl<R: Runtime> SystemDesktop<R> {
    fn dialog(&self) -> FileDialogBuilder<R> {
        let dialog = self.0.dialog().file();
        match self.0.get_webview_window(MAIN) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }
}

impl<R: Runtime> Desktop for SystemDesktop<R> {
    fn open_page(&self, url: &str) -> Outcome<()> {
        web_address(url)?;
        self.0.opener().open_url(url, None::<&str>).map_err(internal)
    }

    fn open_file(&self, path: &Path) -> Outcome<()> {
        self.0.opener().open_path(path.to_string_lossy(), None::<&str>).map_err(internal)
    }

    fn open_folder(&self, path: &Path) -> Outcome<()> {
        if !path.is_dir() {
            return Err(Failure::new(ErrorCode::SourceMissing).with("path", path.display()));
        }
        self.0.opener().open_path(path.to_string_lossy(), None::<&str>).map_err(internal)
    }

    fn show_in_folder(&self, path: PathBuf) -> BoxFuture<'_, Outcome<()>> {
        async move {
            let missing = Failure::new(ErrorCode::SourceMissing).with("path", path.display());
            let show = move || {
                if path.exists() {
                    tauri_plugin_opener::reveal_item_in_dir(path).map_err(internal)
                } else {
                    Err(missing)
                }
            };
            tokio::task::spawn_blocking(show).await.map_err(internal)?
        }
        .boxed()
    }

    fn pick(&self, what: Pick) -> BoxFuture<'_, Vec<PathBuf>> {
        let (tell, told) = oneshot::channel();
        let answer = |paths: Option<Vec<FilePath>>| drop(tell.send(paths.unwrap_or_default()));
        match what {
            Pick::Files => self.dialog().pick_files(answer),
            Pick::Folders => self.dialog().pick_folders(answer),
            Pick::Folder => self.dialog().pick_folder(|path| answer(path.map(|path| vec![path]))),
            Pick::Sheet => {
                let dialog = self.dialog().add_filter("CSV, Excel", &SHEETS);
                dialog.pick_file(|path| answer(path.map(|path| vec![path])));
            }
        }
        async move {
            let paths: Vec<FilePath> = told.await.unwrap_or_default();
            paths.into_iter().filter_map(|path| path.into_path().ok()).collect()
        }
        .boxed()
    }

    fn start_at_login(&self, on: bool) -> Outcome<()> {
        let starts = self.0.autolaunch();
        // What is registered already stays untouched: a system may have it switched off by its own means.
        if starts.is_enabled().map_err(internal)? == on {
            return Ok(());
        }
        let set = if on { starts.enable() } else { starts.disable() };
        set.map_err(internal)
    }

    fn notify(&self, title: &str, body: &str) -> Outcome<()> {
        self.0.notification().builder().title(title).body(body).show().map_err(internal)
    }

    fn pick_target(&self, file_name: &str) -> BoxFuture<'_, Option<PathBuf>> {
        let (tell, told) = oneshot::channel();
        self.dialog().set_file_name(file_name).save_file(|path| drop(tell.send(path)));
        async move { told.await.ok()??.into_path().ok() }.boxed()
    }
}

/// Addresses come from a tenant: nothing but a page may be opened.
pub fn web_address(url: &str) -> Outcome<()> {
    let web = tauri::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if web { Ok(()) } else { Err(crate::errors::invalid("not a web address").with("url", url)) }
}

/// A name for a file that every system takes.
pub fn file_name(words: &str, extension: &str) -> String {
    let name: String = words
        .chars()
        .map(|char| if char.is_control() || "<>:\"/\\|?*".contains(char) { '_' } else { char })
        .take(120)
        .collect();
    format!("{}.{extension}", name.trim_matches([' ', '.']))
}

/// What the page may be told of a path.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        assert!(
            web_address("https://acme.canto.com/v/x").is_ok() && web_address("http://127.0.0.1:1/").is_ok()
        );
        for url in ["file:///etc/passwd", "javascript:alert(1)", "mailto:a@b.c", "/bin/sh", ""] {
            assert!(web_address(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_label_becomes_a_file_name() {
        assert_eq!(file_name("Receipt Spring/Selects: 1?", "csv"), "Receipt Spring_Selects_ 1_.csv");
        assert_eq!(file_name("Receipt ..", "html"), "Receipt.html");
    }
}
