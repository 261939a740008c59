//! Paths that the system hands over: arguments of this start, those of a second one, and on macOS what is dropped on the dock
//! icon or opened with Ferry (`Info.plist` says that it takes files and folders).
//!
//! A drop on the tray icon is no way in: Tauri 2 tells of clicks and of the pointer there (`TrayIconEvent`), not of drops, and
//! trays of Windows and Linux take none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use tauri::{AppHandle, Emitter, Manager, Runtime, Url};

use crate::desktop::shown;
use crate::pieces;
use crate::state::lock;

/// The page's name for it.
pub const EVENT: &str = "paths-opened";
/// The same, of addresses that are no files.
pub const REFUSED: &str = "open-refused";
/// What somebody wants to see, from outside of the window.
pub const VIEW: &str = "view-asked";
pub const PROBLEMS: &str = "problems";
pub const HISTORY: &str = "history";
/// The page listens as soon as it has drawn the picture that it asked for.
const DRAWING: Duration = Duration::from_millis(500);

/// Paths wait here until the page listens. There from the beginning: macOS hands over files before the shell is set up.
#[derive(Default)]
pub struct Opened(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    listens: bool,
    /// Each event's words.
    waiting: BTreeMap<&'static str, Vec<String>>,
}

/// The absolute paths among a program's arguments, its own name first.
pub fn paths(arguments: impl IntoIterator<Item = impl Into<PathBuf>>, folder: &Path) -> Vec<PathBuf> {
    let path = |argument: PathBuf| {
        // `.` and a trailing slash would end up in the name that is shown.
        (!argument.to_string_lossy().starts_with('-')).then(|| folder.join(argument).components().collect())
    };
    arguments.into_iter().skip(1).map(Into::into).filter_map(path).collect()
}

/// The files and folders that some addresses name, and the addresses that name none.
pub fn sorted(urls: &[Url]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut paths, mut refused) = (Vec::new(), Vec::new());
    for url in urls {
        match url.to_file_path() {
            // A folder's address ends with a slash, which would end up in the name that is shown.
            Ok(path) if url.scheme() == "file" => paths.push(path.components().collect()),
            _ => refused.push(url.to_string()),
        }
    }
    (paths, refused)
}

/// What was dropped on the dock icon, or opened with Ferry.
pub fn open_urls<R: Runtime>(app: &AppHandle<R>, urls: &[Url]) {
    let (paths, refused) = sorted(urls);
    open(app, &paths);
    hand_over(app, REFUSED, refused);
}

/// Hands paths to the page, now or as soon as it listens.
pub fn open<R: Runtime>(app: &AppHandle<R>, paths: &[PathBuf]) {
    hand_over(app, EVENT, paths.iter().map(|path| shown(path)).collect());
}

/// The page is to show a view, now or as soon as it listens.
pub fn view<R: Runtime>(app: &AppHandle<R>, view: &str) {
    hand_over(app, VIEW, vec![view.to_owned()]);
}

/// What comes from now on waits for the next one.
pub fn page_is_gone<R: Runtime>(app: &AppHandle<R>) {
    lock(&app.state::<Opened>().0).listens = false;
}

fn hand_over<R: Runtime>(app: &AppHandle<R>, event: &'static str, words: Vec<String>) {
    let opened = app.state::<Opened>();
    let mut inner = lock(&opened.0);
    if !inner.listens {
        inner.waiting.entry(event).or_default().extend(words);
        return;
    }
    drop(inner);
    tell(app, event, &words);
}

/// The page has its picture.
pub fn page_is_ready<R: Runtime>(app: AppHandle<R>) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(DRAWING).await;
        let waiting = {
            let opened = app.state::<Opened>();
            let mut inner = lock(&opened.0);
            inner.listens = true;
            std::mem::take(&mut inner.waiting)
        };
        waiting.iter().for_each(|(event, words)| tell(&app, event, words));
    });
}

fn tell<R: Runtime>(app: &AppHandle<R>, event: &str, words: &[String]) {
    if words.is_empty() {
        return;
    }
    let told = if event == EVENT { pieces::tell(app, event, words) } else { app.emit(event, words) };
    if let Err(error) = told {
        tracing::error!(%error, event, "the page did not hear of what was opened");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_absolute_paths() {
        let folder = std::env::temp_dir();
        let absolute = folder.join("x");
        let arguments = ["ferry-desktop", "a.jpg", "--flag", absolute.to_str().unwrap(), "./b/"];
        assert_eq!(paths(arguments, &folder), [folder.join("a.jpg"), absolute.clone(), folder.join("b")]);
        assert!(paths(["ferry-desktop"], &folder).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn addresses_of_files_become_paths_and_others_are_refused() {
        let url = |text: &str| Url::parse(text).unwrap();
        let urls = [
            url("file:///Volumes/Card%201/B%C3%A4ume/"),
            url("https://acme.canto.com/v/library"),
            url("file:///x/a.jpg"),
            url("file://server/share/b.jpg"),
            url("mailto:mira@acme.example"),
        ];
        let (paths, refused) = sorted(&urls);
        assert_eq!(paths, [Path::new("/Volumes/Card 1/Bäume"), Path::new("/x/a.jpg")]);
        assert!(!paths[0].to_string_lossy().ends_with('/'));
        assert_eq!(refused.len(), 3);
        assert_eq!(refused[0], "https://acme.canto.com/v/library");
    }
}
