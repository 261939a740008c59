//! Paths that the system hands over: arguments of this start, and those of a second one.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use tauri::{AppHandle, Emitter, Manager, Runtime};

use crate::desktop::shown;
use crate::state::{SharedShell, lock};

/// The page's name for it.
pub const EVENT: &str = "paths-opened";
/// The page listens as soon as it has drawn the picture that it asked for.
const DRAWING: Duration = Duration::from_millis(500);

/// Paths wait here until the page listens.
#[derive(Default)]
pub struct Opened(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    listens: bool,
    waiting: Vec<String>,
}

/// The absolute paths among a program's arguments, its own name first.
pub fn paths(arguments: impl IntoIterator<Item = impl Into<PathBuf>>, folder: &Path) -> Vec<PathBuf> {
    let path = |argument: PathBuf| {
        // `.` and a trailing slash would end up in the name that is shown.
        (!argument.to_string_lossy().starts_with('-')).then(|| folder.join(argument).components().collect())
    };
    arguments.into_iter().skip(1).map(Into::into).filter_map(path).collect()
}

/// Hands paths to the page, now or as soon as it listens.
pub fn open<R: Runtime>(app: &AppHandle<R>, paths: &[PathBuf]) {
    if paths.is_empty() {
        return;
    }
    let words: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    let shell = app.state::<SharedShell>();
    let now = {
        let mut inner = lock(&shell.opened.0);
        if !inner.listens {
            inner.waiting.extend(words.iter().cloned());
        }
        inner.listens
    };
    if now {
        tell(app, &words);
    }
}

/// The page has its picture.
pub fn page_is_ready<R: Runtime>(app: AppHandle<R>) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(DRAWING).await;
        let waiting = {
            let shell = app.state::<SharedShell>();
            let mut inner = lock(&shell.opened.0);
            inner.listens = true;
            std::mem::take(&mut inner.waiting)
        };
        if !waiting.is_empty() {
            tell(&app, &waiting);
        }
    });
}

fn tell<R: Runtime>(app: &AppHandle<R>, paths: &[String]) {
    if let Err(error) = app.emit(EVENT, paths) {
        tracing::error!(%error, "the page did not hear of opened paths");
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
}
