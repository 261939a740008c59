//! What the system tells of changes below a folder: hints, of which any number may be missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, CreateKind, ModifyKind};
use notify::{Config, ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// In this folder.
    In(PathBuf),
    /// In this folder or below: it is new, or was moved.
    Below(PathBuf),
    /// Nobody knows where.
    Anywhere,
    /// The watched folder itself is gone, or is another one now: it has to be watched anew.
    RootGone,
}

pub type Hear = Arc<dyn Fn(Hint) + Send + Sync>;

/// Why a folder can't be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchTrouble {
    /// The system watches no more folders.
    Limit {
        most: Option<u64>,
    },
    Other(String),
}

/// Watches until it is dropped.
pub trait Watched: Send + Sync {}

/// Whoever can watch folders. Calls may take seconds: for a blocking thread.
pub trait Watches: Send + Sync {
    /// # Errors
    /// Why it can't be watched; then nothing of it is.
    fn watch(&self, root: &Path, hear: Hear) -> Result<Box<dyn Watched>, WatchTrouble>;
}

/// The system's own way.
#[derive(Debug, Default)]
pub struct SystemWatches;

struct SystemWatch(#[allow(dead_code, reason = "watches until it is dropped")] RecommendedWatcher);

impl Watched for SystemWatch {}

impl Watches for SystemWatches {
    fn watch(&self, root: &Path, hear: Hear) -> Result<Box<dyn Watched>, WatchTrouble> {
        let top = root.to_path_buf();
        let listen = move |heard: notify::Result<notify::Event>| match heard {
            Ok(event) => hints(&top, &event).into_iter().for_each(|hint| hear(hint)),
            Err(error) => {
                tracing::debug!(%error, "watching told of a failure");
                hear(Hint::Anywhere);
            }
        };
        // Folders behind links are not looked through, so they are not watched.
        let config = Config::default().with_follow_symlinks(false);
        let mut watcher = RecommendedWatcher::new(listen, config).map_err(|error| trouble(&error))?;
        watcher.watch(root, RecursiveMode::Recursive).map_err(|error| trouble(&error))?;
        Ok(Box::new(SystemWatch(watcher)))
    }
}

fn trouble(error: &notify::Error) -> WatchTrouble {
    let no_space =
        |error: &std::io::Error| error.raw_os_error() == Some(28) || error.raw_os_error() == Some(24);
    match &error.kind {
        ErrorKind::MaxFilesWatch => WatchTrouble::Limit { most: most_watches() },
        // Of watches, or of the programs that watch.
        ErrorKind::Io(error) if cfg!(target_os = "linux") && no_space(error) => {
            WatchTrouble::Limit { most: most_watches() }
        }
        _ => WatchTrouble::Other(error.to_string()),
    }
}

fn most_watches() -> Option<u64> {
    std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches").ok()?.trim().parse().ok()
}

fn hints(root: &Path, event: &notify::Event) -> Vec<Hint> {
    if event.need_rescan() {
        return vec![Hint::Anywhere];
    }
    let of_path = |path: &PathBuf| {
        let gone = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        if path == root {
            return if gone { Hint::RootGone } else { Hint::In(path.clone()) };
        }
        let parent = path.parent().unwrap_or(path).to_path_buf();
        match event.kind {
            EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_)) => Hint::In(parent),
            EventKind::Modify(ModifyKind::Metadata(_)) => Hint::In(parent),
            // What is gone stays in the library.
            EventKind::Remove(_) => Hint::In(parent),
            _ if std::fs::symlink_metadata(path).is_ok_and(|seen| seen.is_dir()) => Hint::Below(path.clone()),
            _ => Hint::In(parent),
        }
    };
    match event.kind {
        // Reading changes nothing. Closing after writing does.
        EventKind::Access(AccessKind::Close(notify::event::AccessMode::Write)) => {}
        EventKind::Access(_) => return Vec::new(),
        _ => {}
    }
    event.paths.iter().map(of_path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{Flag, RemoveKind};

    #[test]
    fn a_hint_names_the_folder_and_an_overflow_names_none() {
        let dir = tempfile::tempdir().unwrap();
        let (root, sub) = (dir.path(), dir.path().join("sub"));
        std::fs::create_dir(&sub).unwrap();
        let of = |kind: EventKind, path: &Path| {
            hints(root, &notify::Event::new(kind).add_path(path.to_path_buf()))
        };
        let file = sub.join("a.jpg");
        assert_eq!(of(EventKind::Create(CreateKind::File), &file), [Hint::In(sub.clone())]);
        assert_eq!(of(EventKind::Create(CreateKind::Folder), &sub), [Hint::Below(sub.clone())]);
        assert_eq!(of(EventKind::Access(AccessKind::Read), &file), []);
        assert_eq!(of(EventKind::Remove(RemoveKind::Folder), root), [Hint::RootGone]);
        let overflow = notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(hints(root, &overflow), [Hint::Anywhere]);
    }
}
