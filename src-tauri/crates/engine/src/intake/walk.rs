//! Walks one path that a user gave. Links to files are taken, links to folders are not followed.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use super::junk::{is_junk, is_junk_folder};
use super::names;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::Enqueue;

/// What a walk meets. `depth` is the number of folders above it within the given path.
pub enum Found {
    Root { dir: PathBuf, arrives: bool },
    Folder { depth: usize, name: String },
    File { depth: usize, name: String, size: u64, modified_ns: i64, failure: Option<Failure> },
    LeftOut,
}

/// Which files are taken.
pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    take_junk: bool,
}

impl Filter {
    /// # Errors
    /// `RequestInvalid` with the pattern that is none.
    pub fn new(request: &Enqueue) -> Outcome<Self> {
        Ok(Self {
            include: if request.include.is_empty() { None } else { Some(patterns(&request.include)?) },
            exclude: patterns(&request.exclude)?,
            take_junk: request.take_junk,
        })
    }

    pub fn all(take_junk: bool) -> Self {
        Self { include: None, exclude: GlobSet::empty(), take_junk }
    }

    fn takes_file(&self, name: &str, relative: &Path) -> bool {
        (self.take_junk || !is_junk(name))
            && self.include.as_ref().is_none_or(|set| set.is_match(name) || set.is_match(relative))
            && !self.excludes(name, relative)
    }

    fn excludes(&self, name: &str, relative: &Path) -> bool {
        self.exclude.is_match(name) || self.exclude.is_match(relative)
    }
}

fn patterns(texts: &[String]) -> Outcome<GlobSet> {
    let invalid = |text: &str, error: globset::Error| {
        Failure::new(ErrorCode::RequestInvalid).with("pattern", text).because(error)
    };
    let mut builder = GlobSetBuilder::new();
    for text in texts {
        builder.add(Glob::new(text).map_err(|error| invalid(text, error))?);
    }
    builder.build().map_err(|error| invalid("", error))
}

type Visit<'a> = dyn FnMut(Found) -> Outcome<()> + 'a;

/// Reports everything below `path`, folders before what is in them.
pub fn walk(path: &Path, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let is_dir = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !is_dir {
        let dir = path.parent().unwrap_or(path).to_path_buf();
        visit(Found::Root { dir, arrives: false })?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        return file(name, 1, std::fs::metadata(path), filter, Path::new(name), visit);
    }
    visit(Found::Root { dir: path.to_path_buf(), arrives: true })?;
    let mut left_out_folders = 0u64;
    let walker = WalkDir::new(path).min_depth(1).follow_root_links(true).into_iter().filter_entry(|entry| {
        let taken = !entry.file_type().is_dir() || takes_folder(entry, path, filter);
        left_out_folders += u64::from(!taken);
        taken
    });
    for entry in walker {
        match entry {
            Ok(entry) => one(&entry, path, filter, visit)?,
            Err(error) => unreadable(&error, path, visit)?,
        }
    }
    for _ in 0..left_out_folders {
        visit(Found::LeftOut)?;
    }
    Ok(())
}

fn takes_folder(entry: &DirEntry, root: &Path, filter: &Filter) -> bool {
    let name = entry.file_name().to_string_lossy();
    (filter.take_junk || !is_junk_folder(&name)) && !filter.excludes(&name, relative(entry.path(), root))
}

fn relative<'a>(path: &'a Path, root: &Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

fn one(entry: &DirEntry, root: &Path, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let depth = entry.depth();
    if entry.file_type().is_dir() {
        // The files of a folder whose name is no text follow; they can't be opened by it, as each of them will say.
        let (name, _) = names::check(entry.file_name());
        return visit(Found::Folder { depth, name });
    }
    let metadata = if entry.path_is_symlink() {
        std::fs::metadata(entry.path())
    } else {
        entry.metadata().map_err(io::Error::from)
    };
    if entry.path_is_symlink() && metadata.as_ref().is_ok_and(Metadata::is_dir) {
        return visit(Found::LeftOut);
    }
    file(entry.file_name(), depth, metadata, filter, relative(entry.path(), root), visit)
}

fn file(
    name: &std::ffi::OsStr,
    depth: usize,
    metadata: io::Result<Metadata>,
    filter: &Filter,
    relative: &Path,
    visit: &mut Visit<'_>,
) -> Outcome<()> {
    let (name, refused) = names::check(name);
    if !filter.takes_file(&name, relative) {
        return visit(Found::LeftOut);
    }
    let (size, modified_ns, failure) = match metadata {
        Ok(metadata) if metadata.is_file() => {
            (metadata.len(), crate::platform::file_times::modified_ns(&metadata), refused)
        }
        Ok(_) => (0, 0, Some(Failure::new(ErrorCode::SourceNotAFile))),
        Err(error) => (0, 0, Some(refused.unwrap_or_else(|| source_failure(Some(error.kind()), &error)))),
    };
    visit(Found::File { depth, name, size, modified_ns, failure })
}

/// A folder that can't be read becomes a job of its name, so that nobody takes its files for delivered.
fn unreadable(error: &walkdir::Error, root: &Path, visit: &mut Visit<'_>) -> Outcome<()> {
    let path = error.path().unwrap_or(root);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let failure = source_failure(error.io_error().map(io::Error::kind), error);
    let depth = error.depth().max(1);
    visit(Found::File { depth, name, size: 0, modified_ns: 0, failure: Some(failure) })
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
