//! What a set of paths would send, before anything is sent.

use std::path::PathBuf;

use super::walk::{Filter, Found, walk};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{StagedKind, StagedProblem, StagingSummary};

const MOST_PROBLEMS: usize = 100;
const KINDS: [(&str, &[&str]); 4] = [
    (
        "image",
        &[
            "jpg", "jpeg", "png", "gif", "tif", "tiff", "webp", "heic", "heif", "avif", "bmp", "svg", "psd",
            "ai", "eps", "raw", "nef", "cr2", "cr3", "arw", "dng", "raf", "orf", "rw2",
        ],
    ),
    (
        "video",
        &["mp4", "mov", "m4v", "avi", "mkv", "webm", "mxf", "mpg", "mpeg", "wmv", "mts", "braw", "r3d"],
    ),
    ("audio", &["mp3", "wav", "aif", "aiff", "flac", "m4a", "ogg", "aac"]),
    (
        "document",
        &[
            "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "indd", "key", "pages",
            "numbers", "csv",
        ],
    ),
];

/// A rough kind by file ending, for counting only: the tenant decides the scheme of an asset.
pub fn kind_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    KINDS.iter().find(|(_, endings)| endings.contains(&ending.as_str())).map_or("other", |(kind, _)| kind)
}

/// Walks the paths and counts. Must not run on an async worker.
pub fn summary(paths: &[PathBuf], filter: &Filter) -> Outcome<StagingSummary> {
    let mut summary = StagingSummary::default();
    for path in paths {
        if !path.is_absolute() {
            summary.problem_count += 1;
            let failure = Failure::new(ErrorCode::PathUnusable);
            summary.problems.push(StagedProblem { path: path.display().to_string(), failure });
            continue;
        }
        let mut folder = PathBuf::new();
        walk(path, filter, &mut |found| {
            match found {
                Found::Root { dir, arrives } => {
                    folder = dir;
                    summary.folders += u64::from(arrives);
                }
                Found::Folder { .. } => summary.folders += 1,
                Found::LeftOut => summary.left_out += 1,
                Found::File { name, failure: Some(failure), .. } => {
                    summary.problem_count += 1;
                    if summary.problems.len() < MOST_PROBLEMS {
                        let path = folder.join(name).display().to_string();
                        summary.problems.push(StagedProblem { path, failure });
                    }
                }
                Found::File { name, size, failure: None, .. } => count(&mut summary, &name, size),
            }
            Ok(())
        })?;
    }
    summary.kinds.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.kind.cmp(&b.kind)));
    Ok(summary)
}

fn count(summary: &mut StagingSummary, name: &str, size: u64) {
    summary.files += 1;
    summary.bytes += size;
    let kind = kind_of(name);
    match summary.kinds.iter_mut().find(|entry| entry.kind == kind) {
        Some(entry) => {
            entry.files += 1;
            entry.bytes += size;
        }
        None => summary.kinds.push(StagedKind { kind: kind.to_owned(), files: 1, bytes: size }),
    }
}
