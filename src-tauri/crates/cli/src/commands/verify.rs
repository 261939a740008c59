//! `ferry receipt --verify`: needs no account, no data directory and no engine.

use std::path::{Path, PathBuf};

use engine::error::{ErrorCode, Failure};
use engine::model::JobStateKind;
use engine::receipt::{Checked, LocalFile, ReceiptLine, check, compare};
use indicatif::ProgressBar;

use crate::exit::{Ended, Exit, Problem};
use crate::lines::{Line, ReceiptVerified};
use crate::output::{Output, counted, plain};
use crate::signals;

pub async fn run(file: PathBuf, seal: Option<String>, out: &Output) -> Ended {
    let work = {
        let out = out.clone();
        tokio::task::spawn_blocking(move || verify(&file, seal.as_deref(), &out))
    };
    tokio::select! {
        ended = work => {
            ended.map_err(|error| Problem::from(Failure::new(ErrorCode::Internal).because(error)))?
        }
        () = signals::interrupted() => Err(Problem::Interrupted),
    }
}

fn verify(file: &Path, seal: Option<&str>, out: &Output) -> Ended {
    // The whole chain first: nothing is said of files on the word of a receipt that was changed.
    let checked = check(file, |_, _| Ok(()))?;
    if let Some(seal) = seal {
        checked.expect_seal(seal).map_err(|failure| failure.with("path", file.display()))?;
    }
    let done = checked.totals.count(JobStateKind::Done);
    let bar = out.is_terminal().then(|| out.bars().add(ProgressBar::new(done)));
    let mut found = Found::default();
    let mut untold = None;
    let compared = compare(file, |row, line, local| {
        found.count(line, local);
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        tell(row, line, local, out).map_err(|problem| {
            untold = Some(problem);
            Failure::new(ErrorCode::Internal)
        })
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    match (untold, compared) {
        (Some(problem), _) => Err(problem),
        (None, compared) => sum_up(&compared?, &found, seal.is_some(), out),
    }
}

/// How many local files are how.
#[derive(Default)]
struct Found {
    same: u64,
    changed: u64,
    missing: u64,
    unreadable: u64,
    size_only: u64,
}

impl Found {
    fn count(&mut self, line: &ReceiptLine, local: LocalFile) {
        let count = match local {
            LocalFile::Same => &mut self.same,
            LocalFile::Changed => &mut self.changed,
            LocalFile::Missing => &mut self.missing,
            LocalFile::Unreadable => &mut self.unreadable,
        };
        *count += 1;
        if local == LocalFile::Same && line.md5.is_none() {
            self.size_only += 1;
        }
    }
}

fn tell(row: u64, line: &ReceiptLine, local: LocalFile, out: &Output) -> Result<(), Problem> {
    if local == LocalFile::Same {
        return Ok(());
    }
    out.say(format!("{:<10}  row {row}  {}", local.as_str(), plain(&line.source)))?;
    out.line(&Line::ReceiptFile {
        row,
        path: &line.source,
        result: local.as_str(),
        size: line.size,
        md5: line.md5.as_deref(),
    })
}

fn sum_up(checked: &Checked, found: &Found, was_given: bool, out: &Output) -> Ended {
    let not_done = checked.totals.files - checked.totals.count(JobStateKind::Done);
    let Found { same, changed, missing, unreadable, size_only } = *found;
    out.line(&Line::ReceiptVerified(ReceiptVerified {
        batch: checked.head.batch,
        files: checked.totals.files,
        same,
        changed,
        missing,
        unreadable,
        size_only,
        not_done,
        seal: &checked.seal,
    }))?;
    let others = [
        (changed, "changed"),
        (missing, "missing"),
        (unreadable, "unreadable"),
        (not_done, "never arrived, and not compared"),
        (size_only, "compared by size alone"),
    ];
    let others: String = others
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!(", {count} {word}"))
        .collect();
    let seal = if was_given {
        "It has the seal that was given."
    } else {
        "Compare its seal with one kept elsewhere:"
    };
    out.say(format!(
        "The receipt of batch {} ({}) is whole. {seal}\n{}\n{} the same as what arrived{others}.",
        checked.head.batch,
        plain(&checked.head.label),
        checked.seal,
        counted(same, "file is", "files are"),
    ))?;
    Ok(if changed + missing + unreadable > 0 { Exit::SomeFailed } else { Exit::Well })
}
