//! What a set of paths would send, before anything is sent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::filter::Filter;
use super::kinds::{is_picture, kind_of};
use super::shots::walk_all;
use super::walk::{Found, FoundFile};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{LeftOut, LeftOutReason, ShotPart, StagedItem, StagedKind, StagedProblem, StagingSummary};

const MOST_PROBLEMS: usize = 100;
/// Of one reason: a thousand junk files must not hide the one that a pattern leaves out.
const MOST_LEFT_OUT: u64 = 40;

/// Walks the paths and counts. Must not run on an async worker.
pub fn summary(paths: &[PathBuf], filter: &Filter) -> Outcome<StagingSummary> {
    let mut summary = StagingSummary::default();
    let (usable, unusable): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| path.is_absolute());
    for path in unusable {
        problem(&mut summary, &path, ErrorCode::PathUnusable.into());
    }
    let given: HashMap<&Path, u32> = (0..).zip(paths).map(|(at, path)| (path.as_path(), at)).collect();
    let mut in_folder = false;
    walk_all(&usable, filter, &mut |found| {
        match found {
            Found::Root { dir, arrives } => {
                in_folder = arrives;
                if arrives {
                    summary.folders += 1;
                    let path = dir.to_string_lossy().into_owned();
                    summary.items.push(StagedItem { path, ..StagedItem::default() });
                }
            }
            Found::Folder { .. } => summary.folders += 1,
            Found::LeftOut { path, folder, reason, .. } => {
                if !in_folder {
                    loose(&mut summary, &given, &path, 0);
                }
                left_out(&mut summary, &path, folder, reason);
            }
            Found::File(FoundFile { path, failure: Some(failure), .. }) => {
                if !in_folder {
                    loose(&mut summary, &given, &path, 0);
                }
                problem(&mut summary, &path, failure);
            }
            Found::File(file) => {
                if !in_folder {
                    loose(&mut summary, &given, &file.path, file.size);
                } else if let Some(item) = summary.items.last_mut() {
                    item.files += 1;
                    item.bytes += file.size;
                }
                count(&mut summary, &file);
            }
        }
        Ok(())
    })?;
    summary.kinds.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.kind.cmp(&b.kind)));
    Ok(summary)
}

/// A file that was given itself.
fn loose(summary: &mut StagingSummary, given: &HashMap<&Path, u32>, path: &Path, bytes: u64) {
    if let Some(at) = given.get(path) {
        summary.loose.given.push(*at);
        summary.loose.bytes.push(bytes);
    }
}

fn problem(summary: &mut StagingSummary, path: &Path, failure: Failure) {
    summary.problem_count += 1;
    if summary.problems.len() < MOST_PROBLEMS {
        summary.problems.push(StagedProblem { path: path.display().to_string(), failure });
    }
}

fn left_out(summary: &mut StagingSummary, path: &Path, folder: bool, reason: LeftOutReason) {
    summary.left_out += 1;
    let of_reason = summary.left_out_reasons.entry(reason).or_default();
    *of_reason += 1;
    if *of_reason <= MOST_LEFT_OUT {
        let path = path.to_string_lossy().into_owned();
        summary.left_out_items.push(LeftOut { path, folder, reason });
    }
}

fn count(summary: &mut StagingSummary, file: &FoundFile) {
    let size = file.size;
    summary.files += 1;
    summary.bytes += size;
    match file.part {
        ShotPart::Alone => {
            let pictures = u64::from(is_picture(&file.name));
            summary.pictures += pictures;
            summary.picture_files += pictures;
        }
        ShotPart::First => {
            summary.pictures += 1;
            summary.picture_files += 1;
        }
        ShotPart::Further => summary.picture_files += 1,
    }
    let kind = kind_of(&file.name);
    match summary.kinds.iter_mut().find(|entry| entry.kind == kind) {
        Some(entry) => {
            entry.files += 1;
            entry.bytes += size;
        }
        None => summary.kinds.push(StagedKind { kind: kind.to_owned(), files: 1, bytes: size }),
    }
}
