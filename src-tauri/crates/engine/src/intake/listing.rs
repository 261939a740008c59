//! What is directly in a given folder, for choosing file by file. It decides as the scan does.

use super::filter::Filter;
use super::shots::look_into_all;
use super::walk::{Found, FoundFile};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{LeftOutReason, ShotPart, StagedEntry, StagedPage, StagedQuery};

const MOST_ENTRIES: u32 = 1_000;

/// Must not run on an async worker.
///
/// # Errors
/// `PathUnusable` for a folder that is not within the given one.
pub fn list(query: &StagedQuery) -> Outcome<StagedPage> {
    if !query.root.is_absolute() || !query.folder.starts_with(&query.root) {
        return Err(Failure::new(ErrorCode::PathUnusable).with("path", query.folder.display()));
    }
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    look_into_all(&query.root, &query.folder, &Filter::of(&query.choices), &mut |found| {
        let entry = entry(found);
        if entry.folder {
            folders.push(entry)
        } else {
            files.push(entry)
        }
        Ok(())
    })?;
    let total = u32::try_from(folders.len() + files.len()).unwrap_or(u32::MAX);
    let entries = folders
        .into_iter()
        .chain(files)
        .skip(query.offset as usize)
        .take(query.limit.min(MOST_ENTRIES) as usize)
        .collect();
    Ok(StagedPage { entries, total })
}

fn entry(found: Found) -> StagedEntry {
    let plain = |path: &std::path::Path, folder: bool, left_out: Option<LeftOutReason>| StagedEntry {
        path: path.to_string_lossy().into_owned(),
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        folder,
        size: if folder { 0 } else { std::fs::symlink_metadata(path).map_or(0, |metadata| metadata.len()) },
        left_out,
        failure: None,
        part: ShotPart::Alone,
    };
    match found {
        Found::Root { dir, .. } => plain(&dir, true, None),
        Found::Folder { path, .. } => plain(&path, true, None),
        Found::LeftOut { path, folder, reason, .. } => plain(&path, folder, Some(reason)),
        Found::File(FoundFile { name, path, size, failure, part, .. }) => StagedEntry {
            path: path.to_string_lossy().into_owned(),
            name,
            folder: false,
            size,
            left_out: None,
            failure,
            part,
        },
    }
}
