//! Sheets with a row per file: comma-separated text and Excel workbooks, read row by row.

mod book;
mod columns;
mod encoding;
pub mod names;
pub mod preview;
pub mod resolve;
mod text;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{ErrorCode, Failure, Outcome};

/// More columns than this are not looked at.
const MOST_COLUMNS: usize = 1_000;

/// Gets the number of a row, as its program shows it, and its cells.
type Visit<'a> = dyn FnMut(u64, &[String]) -> Outcome<()> + 'a;

/// Reads every row that is not empty; the first is the header. Must not run on an async worker.
///
/// # Errors
/// `MetadataRefused` with the reason `sheet`; what `visit` says.
fn read(path: &Path, visit: &mut Visit<'_>) -> Outcome<()> {
    let mut head = [0; 4];
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let mut filled = 0;
    while filled < head.len() {
        match file
            .read(head.get_mut(filled..).unwrap_or_default())
            .map_err(|error| unreadable(path, error))?
        {
            0 => break,
            more => filled += more,
        }
    }
    match head {
        // A zip archive, and the older form of Excel.
        [b'P', b'K', 3, 4] => book::read(path, visit),
        [0xd0, 0xcf, 0x11, 0xe0] => Err(unreadable(path, "a workbook of Excel before 2007")),
        _ => text::read(path, visit),
    }
}

fn unreadable(path: &Path, why: impl ToString) -> Failure {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Failure::new(ErrorCode::MetadataRefused).with("reason", "sheet").with("path", name).because(why)
}

/// A row of nothing but blanks.
fn is_blank(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}
