//! Which file it is, beyond its name: volume and number, as the system has them.

use std::fs::{File, Metadata};
use std::path::Path;

/// Stays while the file does, also when it is renamed. Numbers of volumes may change when they are mounted anew, so
/// another one proves nothing over a longer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    volume: u64,
    number: u64,
}

impl FileIdentity {
    /// The device, as long as it is mounted.
    pub fn volume(self) -> u64 {
        self.volume
    }

    pub fn number(self) -> u64 {
        self.number
    }
}

impl std::fmt::Display for FileIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}-{:x}", self.volume, self.number)
    }
}

/// Of an open file. `None`: its file system has no numbers.
#[cfg(unix)]
pub fn of_file(_: &File, metadata: &Metadata) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt;
    Some(FileIdentity { volume: metadata.dev(), number: metadata.ino() })
}

/// The number, where a look at a folder tells it without opening the file.
#[cfg(unix)]
pub fn number_at_hand(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(metadata.ino())
}

/// The number, where a look at a folder tells it without opening the file.
#[cfg(windows)]
pub fn number_at_hand(_: &Metadata) -> Option<u64> {
    None
}

/// Of what a path names now.
#[cfg(unix)]
pub fn of_path(_: &Path, metadata: &Metadata) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt;
    Some(FileIdentity { volume: metadata.dev(), number: metadata.ino() })
}

/// Of an open file. `None`: its file system has no numbers.
#[cfg(windows)]
pub fn of_file(file: &File, _: &Metadata) -> Option<FileIdentity> {
    let known = winapi_util::file::information(file).ok()?;
    Some(FileIdentity { volume: known.volume_serial_number(), number: known.file_index() })
}

/// Of what a path names now.
#[cfg(windows)]
pub fn of_path(path: &Path, metadata: &Metadata) -> Option<FileIdentity> {
    of_file(&File::open(path).ok()?, metadata)
}

/// Of a folder.
#[cfg(unix)]
pub fn of_folder(path: &Path, metadata: &Metadata) -> Option<FileIdentity> {
    of_path(path, metadata)
}

/// Of a folder.
#[cfg(windows)]
pub fn of_folder(path: &Path, _: &Metadata) -> Option<FileIdentity> {
    let handle = winapi_util::Handle::from_path_any(path).ok()?;
    let known = winapi_util::file::information(&handle).ok()?;
    Some(FileIdentity { volume: known.volume_serial_number(), number: known.file_index() })
}

/// The serial number of the file system that a folder is on.
#[cfg(windows)]
pub fn volume_of(folder: &Path) -> Option<u64> {
    // A folder can't be opened as a file is.
    let handle = winapi_util::Handle::from_path_any(folder).ok()?;
    Some(winapi_util::file::information(&handle).ok()?.volume_serial_number())
}
