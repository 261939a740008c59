//! Walks one path that a user gave. Links to files are taken, links to folders are not followed.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::filter::Filter;
use super::names;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{LeftOutReason, ShotPart};

/// What a walk meets. `depth` is the number of folders above it within the given path.
pub enum Found {
    Root { dir: PathBuf, arrives: bool },
    Folder { depth: usize, name: String, path: PathBuf },
    File(FoundFile),
    LeftOut { depth: usize, path: PathBuf, folder: bool, reason: LeftOutReason },
}

pub struct FoundFile {
    pub depth: usize,
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    pub modified_ns: i64,
    pub failure: Option<Failure>,
    /// Known once the files beside it are.
    pub part: ShotPart,
}

pub type Visit<'a> = dyn FnMut(Found) -> Outcome<()> + 'a;

/// Reports everything below `path`, folders before what is in them, and a folder's files in the order of their names before
/// its subfolders.
pub fn walk(path: &Path, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let is_dir = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_dir {
        visit(Found::Root { dir: path.to_path_buf(), arrives: true })?;
        return below(path, path, Look::Below, filter, visit);
    }
    let dir = path.parent().unwrap_or(path).to_path_buf();
    visit(Found::Root { dir, arrives: false })?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    file(path, name, 1, Some(std::fs::metadata(path)), filter, Path::new(name), visit)
}

/// Reports what is directly in a folder that is `root` or below it. Files are not looked at: they have no size.
pub fn look_into(root: &Path, folder: &Path, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    below(root, folder, Look::Names, filter, visit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Below,
    Names,
}

fn below(root: &Path, folder: &Path, look: Look, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let mut walker = WalkDir::new(folder)
        .min_depth(1)
        .max_depth(if look == Look::Names { 1 } else { usize::MAX })
        .follow_root_links(true)
        .sort_by(|a, b| {
            let by_kind = a.file_type().is_dir().cmp(&b.file_type().is_dir());
            by_kind.then_with(|| a.file_name().cmp(b.file_name()))
        })
        .into_iter();
    while let Some(entry) = walker.next() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                // The files of a folder whose name is no text follow; they can't be opened by it, as each of them will say.
                let (name, _) = names::check(entry.file_name());
                let (depth, path) = (entry.depth(), entry.into_path());
                match filter.leaves_folder(&name, &path, relative(&path, root)) {
                    Some(reason) => {
                        walker.skip_current_dir();
                        visit(Found::LeftOut { depth, path, folder: true, reason })?;
                    }
                    None => visit(Found::Folder { depth, name, path })?,
                }
            }
            Ok(entry) => one(&entry, root, look, filter, visit)?,
            Err(error) => unreadable(&error, root, visit)?,
        }
    }
    Ok(())
}

fn relative<'a>(path: &'a Path, root: &Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

fn one(entry: &DirEntry, root: &Path, look: Look, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let (depth, path) = (entry.depth(), entry.path());
    let seen = if entry.path_is_symlink() {
        Some(std::fs::metadata(path))
    } else if look == Look::Names && entry.file_type().is_file() {
        None
    } else {
        Some(entry.metadata().map_err(io::Error::from))
    };
    if entry.path_is_symlink() && matches!(&seen, Some(Ok(metadata)) if metadata.is_dir()) {
        let (path, reason) = (path.to_path_buf(), LeftOutReason::FolderLink);
        return visit(Found::LeftOut { depth, path, folder: true, reason });
    }
    file(path, entry.file_name(), depth, seen, filter, relative(path, root), visit)
}

fn file(
    path: &Path,
    name: &OsStr,
    depth: usize,
    seen: Option<io::Result<Metadata>>,
    filter: &Filter,
    relative: &Path,
    visit: &mut Visit<'_>,
) -> Outcome<()> {
    let (name, refused) = names::check(name);
    let path_buf = path.to_path_buf();
    if let Some(reason) = filter.leaves_file(&name, path, relative) {
        return visit(Found::LeftOut { depth, path: path_buf, folder: false, reason });
    }
    let (size, modified_ns, failure) = match seen {
        Some(seen) => judged(seen, refused),
        None => (0, 0, refused),
    };
    let part = ShotPart::Alone;
    visit(Found::File(FoundFile { depth, name, path: path_buf, size, modified_ns, failure, part }))
}

/// Size and time of a file, and why it can't be sent.
pub fn judged(seen: io::Result<Metadata>, refused: Option<Failure>) -> (u64, i64, Option<Failure>) {
    match seen {
        Ok(metadata) if metadata.is_file() => {
            (metadata.len(), crate::platform::file_times::modified_ns(&metadata), refused)
        }
        Ok(_) => (0, 0, Some(Failure::new(ErrorCode::SourceNotAFile))),
        Err(error) => (0, 0, Some(refused.unwrap_or_else(|| source_failure(Some(error.kind()), &error)))),
    }
}

/// A folder that can't be read becomes a job of its name, so that nobody takes its files for delivered.
fn unreadable(error: &walkdir::Error, root: &Path, visit: &mut Visit<'_>) -> Outcome<()> {
    let path = error.path().unwrap_or(root);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let failure = Some(source_failure(error.io_error().map(io::Error::kind), error));
    let (depth, path) = (error.depth().max(1), path.to_path_buf());
    let part = ShotPart::Alone;
    visit(Found::File(FoundFile { depth, name, path, size: 0, modified_ns: 0, failure, part }))
}

/// What an error of the operating system means for a source file.
pub fn source_failure(kind: Option<io::ErrorKind>, details: &dyn std::fmt::Display) -> Failure {
    let code = match kind {
        Some(io::ErrorKind::NotFound) => ErrorCode::SourceMissing,
        Some(io::ErrorKind::IsADirectory) => ErrorCode::SourceNotAFile,
        _ => ErrorCode::SourceUnreadable,
    };
    Failure::new(code).because(details)
}
