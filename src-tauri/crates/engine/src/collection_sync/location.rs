//! The folder that collections are in: ours by a file in it, and waited for when it is not there.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::board::FolderBoard;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::platform::volumes;
use crate::store::sync_folder::SyncFolderRow;

/// Holds a word that is kept in the database, too.
const MARKER: &str = ".ferry-sync-folder";
/// What is made in a folder that holds other things.
pub const USUAL_NAME: &str = "Canto Sync Folder";
/// Files that left their collections.
pub const HOLDING: &str = ".ferry-held";

/// The folder, as long as it is the one that is known.
#[derive(Clone, Debug)]
pub struct Location {
    pub root: PathBuf,
    marker: String,
}

impl Location {
    /// Where the folder is now; it may have got another mount, or have been moved when the program ended.
    ///
    /// # Errors
    /// `VolumeAway`, `SyncFolderMissing`.
    pub fn find(row: &SyncFolderRow) -> Outcome<Self> {
        let known = |root: &Path| Self { root: root.to_path_buf(), marker: row.marker.clone() };
        let here = known(&row.path);
        let Err(failure) = here.check() else { return Ok(here) };
        if let Some(moved) = &row.moving_to
            && known(moved).check().is_ok()
        {
            return Ok(known(moved));
        }
        let Some(volume) = &row.volume else { return Err(failure) };
        let mounted = volumes::mounted();
        let away = || {
            let failure = Failure::new(ErrorCode::VolumeAway).with("path", row.path.display());
            failure.with("volume", row.volume_name.as_deref().unwrap_or_default())
        };
        let found = mounted.iter().find(|one| one.id == *volume).ok_or_else(away)?;
        let elsewhere = known(&row.below.as_ref().map_or(row.path.clone(), |below| found.mount.join(below)));
        elsewhere.check().map(|()| elsewhere).map_err(|_| failure)
    }

    /// Looked at before anything in it is touched: a mount that is gone leaves an empty folder.
    ///
    /// # Errors
    /// `SyncFolderMissing`.
    pub fn check(&self) -> Outcome<()> {
        match marker_of(&self.root) {
            Ok(word) if word == self.marker => Ok(()),
            Ok(_) => Err(missing("other", &self.root)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(missing("gone", &self.root).because(error))
            }
            Err(error) => Err(missing("unusable", &self.root).because(error)),
        }
    }
}

pub fn missing(reason: &str, path: &Path) -> Failure {
    Failure::new(ErrorCode::SyncFolderMissing).with("reason", reason).with("path", path.display())
}

fn marker_of(root: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(root.join(MARKER))?.trim().to_owned())
}

/// Where the sync folder is when somebody chooses a folder: there, or below it where that holds other things. Makes nothing.
///
/// # Errors
/// `PathUnusable`, `SyncFolderMissing` for a folder that can't be read.
pub fn place_in(path: &Path) -> Outcome<PathBuf> {
    let unusable = || Failure::new(ErrorCode::PathUnusable).with("path", path.display());
    if !path.is_absolute() || path.to_str().is_none() || (path.exists() && !path.is_dir()) {
        return Err(unusable());
    }
    let refused = |error: io::Error| crate::transfer::download::write_failure(&error, path);
    if !path.exists() || marker_of(path).is_ok() || is_empty(path).map_err(refused)? {
        return Ok(path.to_path_buf());
    }
    let below = path.join(USUAL_NAME);
    if below.exists() && !below.is_dir() { Err(unusable()) } else { Ok(below) }
}

/// Makes a folder ours, or finds that it is. One that holds other things gets a folder of our own in it.
///
/// # Errors
/// `PathUnusable`, `SyncFolderMissing` where it can't be written.
pub fn choose(path: &Path, word: &str) -> Outcome<SyncFolderRow> {
    let refused = |error: io::Error| crate::transfer::download::write_failure(&error, path);
    let root = place_in(path)?;
    if root == path && !root.exists() {
        fs::create_dir(&root).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Failure::new(ErrorCode::PathUnusable).with("path", path.display()).because(error)
            }
            _ => refused(error),
        })?;
    } else {
        fs::create_dir_all(&root).map_err(refused)?;
    }
    let marker = match marker_of(&root) {
        Ok(marker) => marker,
        Err(_) => {
            mark(&root, word).map_err(refused)?;
            word.to_owned()
        }
    };
    Ok(row_of(&root, marker))
}

pub fn row_of(root: &Path, marker: String) -> SyncFolderRow {
    let mounted = volumes::mounted();
    let volume = volumes::of_path(&mounted, root);
    SyncFolderRow {
        path: root.to_path_buf(),
        marker,
        volume: volume.map(|volume| volume.id.clone()),
        volume_name: volume.map(|volume| volume.name.clone()),
        below: volume.and_then(|volume| root.strip_prefix(&volume.mount).ok()).map(Path::to_path_buf),
        moving_to: None,
    }
}

fn is_empty(root: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(root)?.next().is_none())
}

pub fn mark(root: &Path, word: &str) -> io::Result<()> {
    let mut file = fs::File::create(root.join(MARKER))?;
    file.write_all(word.as_bytes())?;
    file.sync_all()?;
    sync_dir(root)
}

/// A new name in a folder is safe after this.
#[cfg(unix)]
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

/// A new name in a folder is safe after this; the system's journal sees to it.
#[cfg(not(unix))]
pub fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Moves the folder with everything in it; across volumes by copies that are compared. Nothing of the old one is removed
/// before the new one is whole.
///
/// # Errors
/// `SyncFolderMissing`, `DiskFull`, `PathUnusable`.
pub fn move_to(from: &Location, target: &Path, board: &FolderBoard) -> Outcome<PathBuf> {
    from.check()?;
    let refused = |error: io::Error| crate::transfer::download::write_failure(&error, target);
    let there = Location { root: target.to_path_buf(), marker: from.marker.clone() };
    if there.check().is_ok() {
        // Somebody has moved it already.
        return Ok(target.to_path_buf());
    }
    if target.starts_with(&from.root) {
        return Err(Failure::new(ErrorCode::PathUnusable).with("path", target.display()));
    }
    if target.exists() {
        if !is_empty(target).map_err(refused)? && !target.join(HOLDING).with_file_name(UNFINISHED).exists() {
            return Err(Failure::new(ErrorCode::PathUnusable)
                .with("path", target.display())
                .with("reason", "not_empty"));
        }
        if is_empty(target).map_err(refused)? {
            fs::remove_dir(target).map_err(refused)?;
        }
    }
    match fs::rename(&from.root, target) {
        Ok(()) => {
            if let Some(parent) = target.parent() {
                drop(sync_dir(parent));
            }
            Ok(target.to_path_buf())
        }
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices || target.exists() => {
            copy_to(from, target, board)
        }
        Err(error) => Err(refused(error)),
    }
}

/// In a folder that is being copied to.
const UNFINISHED: &str = ".ferry-moving";

fn copy_to(from: &Location, target: &Path, board: &FolderBoard) -> Outcome<PathBuf> {
    let refused = |error: io::Error| crate::transfer::download::write_failure(&error, target);
    let (files, bytes) = content(&from.root, target);
    board.begin(files.0, files.1);
    if let Some(free) = volumes::free(target.parent().unwrap_or(target))
        && bytes > free
    {
        let full =
            Failure::new(ErrorCode::DiskFull).with("reason", "sync_folder").with("path", target.display());
        return Err(full.with("needed", bytes).with("free", free));
    }
    fs::create_dir_all(target).map_err(refused)?;
    fs::write(target.join(UNFINISHED), &from.marker).map_err(refused)?;
    let mut copied = Vec::new();
    for entry in walkdir::WalkDir::new(&from.root).min_depth(1) {
        let entry = entry.map_err(|error| missing("unusable", &from.root).because(error))?;
        let Ok(below) = entry.path().strip_prefix(&from.root) else { continue };
        let to = target.join(below);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).map_err(refused)?;
        } else if entry.file_type().is_file() && below != Path::new(MARKER) {
            let stamp = copy_file(entry.path(), &to).map_err(refused)?;
            board.copied(stamp.0);
            copied.push((entry.path().to_path_buf(), stamp));
        }
    }
    let dirs = walkdir::WalkDir::new(target).into_iter().flatten().filter(|entry| entry.file_type().is_dir());
    for dir in dirs {
        sync_dir(dir.path()).map_err(refused)?;
    }
    mark(target, &from.marker).map_err(refused)?;
    fs::remove_file(target.join(UNFINISHED)).map_err(refused)?;
    // The new one is whole. What changed meanwhile in the old one stays there.
    drop(fs::remove_file(from.root.join(MARKER)));
    for (path, stamp) in copied {
        if stamp_of(&path).is_ok_and(|now| now == stamp) {
            drop(fs::remove_file(&path));
        }
    }
    let dirs = walkdir::WalkDir::new(&from.root).contents_first(true).into_iter().flatten();
    dirs.filter(|entry| entry.file_type().is_dir()).for_each(|dir| drop(fs::remove_dir(dir.path())));
    Ok(target.to_path_buf())
}

/// Files and bytes below a folder, and the bytes of those that an earlier try has not brought to the target.
fn content(root: &Path, target: &Path) -> ((u64, u64), u64) {
    let entries =
        walkdir::WalkDir::new(root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let sizes = entries.filter_map(|entry| {
        let size = entry.metadata().ok()?.len();
        let there =
            fs::metadata(target.join(entry.path().strip_prefix(root).ok()?)).map_or(0, |there| there.len());
        Some((size, size.saturating_sub(there)))
    });
    sizes.fold(((0, 0), 0), |((files, bytes), open), (size, rest)| ((files + 1, bytes + size), open + rest))
}

type Stamp = (u64, i64);

fn stamp_of(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.len(), crate::platform::file_times::modified_ns(&metadata)))
}

/// Whole, compared, with its time; one that is there from an earlier try is compared alone.
fn copy_file(from: &Path, to: &Path) -> io::Result<Stamp> {
    let stamp = stamp_of(from)?;
    let modified = fs::metadata(from)?.modified()?;
    if stamp_of(to).ok() != Some(stamp) || md5_of(from)? != md5_of(to)? {
        fs::copy(from, to)?;
        let file = fs::File::options().write(true).open(to)?;
        file.set_modified(modified)?;
        file.sync_all()?;
        if md5_of(from)? != md5_of(to)? || stamp_of(from)? != stamp {
            return Err(io::Error::other("the copy differs"));
        }
    }
    Ok(stamp)
}

/// Of a whole file.
pub fn md5_of(path: &Path) -> io::Result<[u8; 16]> {
    use md5::{Digest, Md5};
    use std::io::Read;
    let (mut file, mut sum, mut block) = (fs::File::open(path)?, Md5::new(), vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(sum.finalize().into());
        }
        sum.update(&block[..read]);
    }
}
