//! Reads a watched folder, a folder at a time, so that memory stays flat. No file is opened. Links to files are taken, those to
//! folders are not followed: no loop has an end.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::diff::Entry;
use super::stable_file::is_partial;
use crate::error::Failure;
use crate::intake::{self, Filter};
use crate::platform::{file_identity, file_times};
use crate::store::seen_files::Stamp;

/// What is directly in a folder.
pub struct Directory {
    /// So many folders below where the walk began.
    pub depth: usize,
    pub name: String,
    pub path: PathBuf,
    /// By the bytes of their names.
    pub entries: Vec<Entry>,
    pub left_out: u64,
    /// Files whose names say that they are not finished.
    pub partial: u64,
    pub problems: Vec<(PathBuf, Failure)>,
    /// The folder could be read to its end.
    pub whole: bool,
}

/// Where it begins, and how far it goes.
pub struct Walk<'a> {
    root: &'a Path,
    filter: &'a Filter,
    /// Ferry's own data.
    own: &'a Path,
    below: bool,
    open: Vec<(usize, PathBuf, String)>,
}

impl<'a> Walk<'a> {
    /// `begin` is `root` or below it; `below`: with the folders in it.
    pub fn new(root: &'a Path, begin: &Path, below: bool, filter: &'a Filter, own: &'a Path) -> Self {
        let name = begin.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { root, filter, own, below, open: vec![(0, begin.to_path_buf(), name)] }
    }

    fn read(&mut self, depth: usize, path: PathBuf, name: String) -> Directory {
        let mut directory = Directory {
            depth,
            name,
            path,
            entries: Vec::new(),
            left_out: 0,
            partial: 0,
            problems: Vec::new(),
            whole: true,
        };
        let mut folders = Vec::new();
        let walker = WalkDir::new(&directory.path)
            .min_depth(1)
            .max_depth(1)
            .follow_root_links(directory.path == self.root);
        for entry in walker {
            match entry {
                Ok(entry) => self.one(&entry, &mut directory, &mut folders),
                Err(error) => {
                    directory.whole = false;
                    let at = error.path().unwrap_or(&directory.path).to_path_buf();
                    let kind = error.io_error().map(io::Error::kind);
                    // What went between the reading of the list and the look is not missed.
                    if at == directory.path || kind != Some(io::ErrorKind::NotFound) {
                        directory.problems.push((at, intake::source_failure(kind, &error)));
                    }
                }
            }
        }
        directory.entries.sort_unstable_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        if self.below {
            folders.sort_unstable_by(|a: &String, b| b.cmp(a));
            let open = folders.into_iter().map(|name| (depth + 1, directory.path.join(&name), name));
            self.open.extend(open);
        }
        directory
    }

    fn one(&self, entry: &walkdir::DirEntry, directory: &mut Directory, folders: &mut Vec<String>) {
        let path = entry.path();
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let (name, refused) = intake::check_name(entry.file_name());
        if entry.file_type().is_dir() {
            if path == self.own || self.filter.leaves_folder(&name, path, relative).is_some() {
                directory.left_out += 1;
            } else if let Some(failure) = refused {
                directory.problems.push((path.to_path_buf(), failure));
            } else {
                folders.push(name);
            }
            return;
        }
        if self.filter.leaves_file(&name, path, relative).is_some() {
            directory.left_out += 1;
            return;
        }
        if is_partial(&name) {
            directory.partial += 1;
            return;
        }
        let seen = if entry.path_is_symlink() {
            std::fs::metadata(path)
        } else {
            entry.metadata().map_err(io::Error::from)
        };
        match seen {
            Ok(seen) if seen.is_file() => match refused {
                Some(failure) => directory.problems.push((path.to_path_buf(), failure)),
                None => directory.entries.push(Entry {
                    name,
                    stamp: Stamp {
                        size: seen.len(),
                        modified_ns: file_times::modified_ns(&seen),
                        number: file_identity::number_at_hand(&seen),
                    },
                    changed_ns: file_times::changed_ns(&seen),
                }),
            },
            // Links to folders, sockets and the like.
            Ok(_) => directory.left_out += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                directory
                    .problems
                    .push((path.to_path_buf(), intake::source_failure(Some(error.kind()), &error)));
            }
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Directory;

    fn next(&mut self) -> Option<Directory> {
        let (depth, path, name) = self.open.pop()?;
        Some(self.read(depth, path, name))
    }
}
