//! Where Ferry keeps its database, and the lock beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{ErrorCode, Failure, Outcome};

/// The platform's place for a program's data; `None` where the environment names none.
pub fn default() -> Option<PathBuf> {
    base().map(|base| base.join("Ferry"))
}

#[cfg(target_os = "linux")]
fn base() -> Option<PathBuf> {
    let given = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| home().map(|home| home.join(".local/share")))
}

#[cfg(target_os = "macos")]
fn base() -> Option<PathBuf> {
    home().map(|home| home.join("Library/Application Support"))
}

#[cfg(target_os = "windows")]
fn base() -> Option<PathBuf> {
    // Local, not roaming: a queue of this computer's files means nothing on another one.
    std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
}

#[cfg(unix)]
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Held by the one engine that runs on a data directory; the system frees it when the program ends, however it ends.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// `None`: another program holds it.
    ///
    /// # Errors
    /// `DatabaseUnusable` when the directory can't be written.
    pub fn take(data_dir: &Path) -> Outcome<Option<Self>> {
        let unusable = |error: std::io::Error| {
            let code = match error.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                _ => ErrorCode::DatabaseUnusable,
            };
            Failure::new(code).with("path", data_dir.display()).because(error)
        };
        std::fs::create_dir_all(data_dir).map_err(unusable)?;
        let path = data_dir.join("engine.lock");
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}
