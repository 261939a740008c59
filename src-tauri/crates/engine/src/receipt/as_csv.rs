//! Receipts as CSV: a row for each file, and nothing but rows, as spreadsheets and scripts expect it.

use std::io::{self, BufRead, Write};

use csv::{ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};
use serde::de::DeserializeOwned;

use super::read::{self, Sink, Stop, unfit};
use super::record::{ReceiptEnd, ReceiptFailure, ReceiptHead, ReceiptLine, ReceiptTotals};
use super::writer::Form;

/// The mark tells Excel that the file is UTF-8.
const MARK: char = '\u{feff}';

/// The first twelve are older than the chain. The last two have one value each, in the first and in the last row.
const COLUMNS: [&str; 19] = [
    "file",
    "size",
    "md5",
    "state",
    "destination",
    "asset_scheme",
    "asset_id",
    "verified_by",
    "confirmed",
    "source",
    "error",
    "details",
    "who",
    "params",
    "reason",
    "metadata",
    "hash",
    "head",
    "seal",
];
const OLDER: usize = 12;
/// The column that version 1 does not have.
const METADATA: usize = 15;
const HEAD: usize = 17;

pub(super) struct CsvForm<W: Write> {
    out: Writer<W>,
    head: String,
    /// The row before, held back: the last one has the seal.
    held: Option<ReceiptLine>,
}

impl<W: Write> CsvForm<W> {
    pub fn new(out: W) -> Self {
        let out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        Self { out, head: String::new(), held: None }
    }

    fn row(&mut self, line: Option<&ReceiptLine>, seal: &str) -> io::Result<()> {
        let cells = line.map(cells).transpose()?.unwrap_or_default();
        let head = std::mem::take(&mut self.head);
        let row = cells.iter().map(String::as_str).chain([head.as_str(), seal]);
        Ok(self.out.write_record(row.map(as_text))?)
    }
}

impl<W: Write> Form for CsvForm<W> {
    fn head(&mut self, head: &ReceiptHead) -> io::Result<()> {
        self.head = serde_json::to_string(head)?;
        let [first, rest @ ..] = COLUMNS;
        self.out.write_record(std::iter::once(format!("{MARK}{first}")).chain(rest.map(str::to_owned)))?;
        Ok(())
    }

    fn line(&mut self, line: ReceiptLine) -> io::Result<()> {
        match self.held.replace(line) {
            Some(before) => self.row(Some(&before), ""),
            None => Ok(()),
        }
    }

    fn end(&mut self, totals: &ReceiptTotals, seal: &str) -> io::Result<()> {
        let end = ReceiptEnd { totals: totals.clone(), seal: seal.to_owned() };
        let end = serde_json::to_string(&end)?;
        // Without files, a row without a file carries both.
        let last = self.held.take();
        self.row(last.as_ref(), &end)?;
        self.out.flush()
    }
}

/// A row but for its last two cells.
fn cells(line: &ReceiptLine) -> io::Result<[String; HEAD]> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let params = line.failure.as_ref().map(|failure| serde_json::to_string(&failure.params)).transpose()?;
    let failure = line.failure.clone().unwrap_or_default();
    let metadata = line.metadata.as_ref().map(serde_json::to_string).transpose()?;
    Ok([
        line.file.clone(),
        line.size.to_string(),
        text(&line.md5),
        line.state.clone(),
        line.destination.clone(),
        text(&line.asset_scheme),
        text(&line.asset_id),
        text(&line.verified_by),
        text(&line.confirmed),
        line.source.clone(),
        failure.code,
        failure.details,
        failure.who,
        params.unwrap_or_default(),
        failure.reason,
        metadata.unwrap_or_default(),
        line.hash.clone(),
    ])
}

const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// What a spreadsheet would take for a formula is made plain text by an apostrophe before it.
fn as_text(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell again.
fn from_text(cell: &str) -> String {
    let plain = cell.strip_prefix('\'').filter(|_| is_formula(cell));
    plain.unwrap_or(cell).to_owned()
}

pub(super) fn read(input: impl BufRead, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut row = StringRecord::new();
    rows.read_record(&mut row)?;
    let is = |columns: &[&str]| {
        row.len() == columns.len()
            && row.iter().zip(columns).all(|(cell, column)| cell.trim_start_matches(MARK) == *column)
    };
    if COLUMNS.get(..OLDER).is_some_and(is) {
        return Err(read::unsealed());
    }
    let first: Vec<&str> = COLUMNS.into_iter().filter(|column| *column != "metadata").collect();
    let is_first_version = is(&first);
    if !is(&COLUMNS) && !is_first_version {
        return Err(Stop::Unfit);
    }
    let mut is_first = true;
    let mut has_ended = false;
    while rows.read_record(&mut row)? {
        let mut cells: Vec<String> = row.iter().map(from_text).collect();
        if is_first_version && cells.len() > METADATA {
            cells.insert(METADATA, String::new());
        }
        let head = cells.get(HEAD).filter(|head| !head.is_empty());
        match head {
            Some(head) if is_first => sink.head(read::head(json(head)?)?)?,
            None if !is_first && !has_ended => {}
            None if is_first => return Err(unfit("receipt_cut").with("row", 1).into()),
            _ => return Err(Stop::Unfit),
        }
        let (line, seal) = parts(cells.try_into().map_err(|_| Stop::Unfit)?)?;
        match line {
            Some(line) => sink.line(line)?,
            None if is_first && !seal.is_empty() => {}
            None => return Err(Stop::Unfit),
        }
        if !seal.is_empty() {
            let end: ReceiptEnd = json(&seal)?;
            sink.end(end.totals, &end.seal)?;
            has_ended = true;
        }
        is_first = false;
    }
    if has_ended { Ok(()) } else { Err(Stop::Unfit) }
}

fn json<T: DeserializeOwned>(cell: &str) -> Result<T, Stop> {
    serde_json::from_str(cell).map_err(|_| Stop::Unfit)
}

/// The file of a row, if it has one, and the seal of the last row.
fn parts(cells: [String; 19]) -> Result<(Option<ReceiptLine>, String), Stop> {
    if cells.iter().take(HEAD).all(String::is_empty) {
        let [.., seal] = cells;
        return Ok((None, seal));
    }
    let [
        file,
        size,
        md5,
        state,
        destination,
        asset_scheme,
        asset_id,
        verified_by,
        confirmed,
        source,
        code,
        details,
        who,
        params,
        reason,
        metadata,
        hash,
        _,
        seal,
    ] = cells;
    let some = |cell: String| Some(cell).filter(|cell| !cell.is_empty());
    let failure = if [&code, &details, &who, &params, &reason].into_iter().all(String::is_empty) {
        None
    } else {
        Some(ReceiptFailure { code, who, params: json(&params)?, details, reason })
    };
    let line = ReceiptLine {
        file,
        source,
        destination,
        size: size.parse().map_err(|_| Stop::Unfit)?,
        md5: some(md5),
        state,
        asset_scheme: some(asset_scheme),
        asset_id: some(asset_id),
        verified_by: some(verified_by),
        confirmed: some(confirmed),
        failure,
        metadata: if metadata.is_empty() { None } else { Some(json(&metadata)?) },
        hash,
    };
    Ok((Some(line), seal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_comes_back_as_it_was() {
        assert_eq!(as_text("=SUM(A1)"), "'=SUM(A1)");
        assert_eq!(as_text("'tis a picture.jpg"), "'tis a picture.jpg");
        for cell in ["=1", "'=1", "''=1", "'", "", "'tis", "-", "+49", "@here", "\tx", "a=1", "DSC_1.jpg"] {
            assert_eq!(from_text(&as_text(cell)), cell);
            assert!(!as_text(cell).starts_with(FORMULA), "{cell}");
        }
    }
}
