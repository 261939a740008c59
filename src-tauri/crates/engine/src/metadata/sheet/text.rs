//! Sheets as text, whatever divides their cells.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::encoding::Utf8;
use super::{MOST_COLUMNS, Visit, is_blank, unreadable};
use crate::error::Outcome;

/// So much of a sheet tells what divides its cells.
const LOOK: u64 = 64 * 1024;
const ROWS_LOOKED_AT: usize = 20;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub fn read(path: &Path, visit: &mut Visit<'_>) -> Outcome<()> {
    let mut input = BufReader::new(Utf8::open(path).map_err(|error| unreadable(path, error))?);
    let mut start = Vec::new();
    input.by_ref().take(LOOK).read_to_end(&mut start).map_err(|error| unreadable(path, error))?;
    let (delimiter, skipped) = delimiter(&start);
    let mut rest = Cursor::new(start);
    rest.set_position(skipped);
    // The last line, too, ends: empty lines before it are counted by that.
    rows(rest.chain(input).chain(b"\n".as_slice()), delimiter, visit).map_err(|stop| match stop {
        Stop::Csv(error) => unreadable(path, error),
        Stop::Visit(failure) => *failure,
    })
}

enum Stop {
    Csv(csv::Error),
    Visit(Box<crate::error::Failure>),
}

fn rows(input: impl Read, delimiter: u8, visit: &mut Visit<'_>) -> Result<(), Stop> {
    let mut reader = builder(delimiter).from_reader(input);
    let mut record = StringRecord::new();
    let mut number = 0;
    let mut cells: Vec<String> = Vec::new();
    loop {
        let before = reader.position().line();
        if !reader.read_record(&mut record).map_err(Stop::Csv)? {
            return Ok(());
        }
        // The reader steps over empty lines, which are rows all the same; a cell may hold lines.
        let lines = reader.position().line() - before;
        let within: u64 = record.iter().map(|cell| cell.matches('\n').count() as u64).sum();
        number += 1 + lines.saturating_sub(1 + within);
        cells.clear();
        cells.extend(record.iter().take(MOST_COLUMNS).map(str::to_owned));
        if !is_blank(&cells) {
            visit(number, &cells).map_err(|failure| Stop::Visit(Box::new(failure)))?;
        }
    }
}

fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}

/// What divides the cells, and how much of the start is no row: Excel's `sep=;`.
fn delimiter(start: &[u8]) -> (u8, u64) {
    let mut first = Vec::new();
    // Reading from memory does not fail.
    let length = Cursor::new(start).read_until(b'\n', &mut first).unwrap_or_default() as u64;
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] = first[..] {
        return (delimiter, length);
    }
    let best = DELIMITERS.into_iter().max_by_key(|delimiter| {
        let (columns, alike) = shape(start, *delimiter).unwrap_or_default();
        // Of equal ones the first in the list; `max_by_key` takes the last.
        (if columns > 1 { alike } else { 0 }, columns, std::cmp::Reverse(*delimiter))
    });
    (best.unwrap_or(b','), 0)
}

/// How many columns the header has, and how many of the rows after it have as many.
fn shape(start: &[u8], delimiter: u8) -> io::Result<(usize, usize)> {
    let mut reader = builder(delimiter).from_reader(start);
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record)? {
        return Ok((0, 0));
    }
    let columns = record.len();
    let mut alike = 1;
    for _ in 0..ROWS_LOOKED_AT {
        if !reader.read_record(&mut record)? {
            break;
        }
        alike += usize::from(record.len() == columns);
    }
    Ok((columns, alike))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u64, Vec<String>)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sheet.csv");
        std::fs::write(&path, text).unwrap();
        let mut rows = Vec::new();
        read(&path, &mut |number, cells| {
            rows.push((number, cells.to_vec()));
            Ok(())
        })
        .unwrap();
        rows
    }

    #[test]
    fn what_divides_the_cells_is_found() {
        for text in [
            "file,credit\na.jpg,Mira\n",
            "file;credit\na.jpg;Mira\n",
            "file\tcredit\na.jpg\tMira\n",
            "file|credit\na.jpg|Mira\n",
            "sep=;\r\nfile;credit\r\na.jpg;Mira\r\n",
        ] {
            let rows = all(text);
            assert_eq!(rows[0], (1, vec!["file".into(), "credit".into()]), "{text}");
            assert_eq!(rows[1], (2, vec!["a.jpg".into(), "Mira".into()]), "{text}");
        }
    }

    #[test]
    fn commas_in_the_cells_of_a_sheet_with_semicolons_divide_nothing() {
        let rows = all("file;keywords;note\na.jpg;Lake, Sea;x\nb.jpg;Lake, Sea, Sky;y\n");
        assert_eq!(rows[1].1, ["a.jpg", "Lake, Sea", "x"]);
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let rows = all("file,note\n\na.jpg,\"two\nlines\"\n,\nb.jpg,x\n\n\nc.jpg,y");
        let numbers: Vec<(u64, &str)> =
            rows.iter().map(|(number, cells)| (*number, cells[0].as_str())).collect();
        assert_eq!(numbers, [(1, "file"), (3, "a.jpg"), (5, "b.jpg"), (8, "c.jpg")]);
    }

    #[test]
    fn rows_may_be_shorter_or_longer_than_the_header() {
        let rows = all("file,credit,note\na.jpg\nb.jpg,Mira,x,more\n");
        assert_eq!(rows[1].1, ["a.jpg"]);
        assert_eq!(rows[2].1.len(), 4);
    }
}
