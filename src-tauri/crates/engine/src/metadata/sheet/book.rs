//! Excel workbooks: the first sheet, cell by cell.

use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError, open_workbook};

use super::{MOST_COLUMNS, Visit, is_blank, unreadable};
use crate::error::Outcome;

pub fn read(path: &Path, visit: &mut Visit<'_>) -> Outcome<()> {
    let failed = |error: XlsxError| unreadable(path, error);
    let mut book: Xlsx<_> = open_workbook(path).map_err(failed)?;
    let Some(name) = book.sheet_names().into_iter().next() else {
        return Err(unreadable(path, "no sheet in the workbook"));
    };
    let mut reader = book.worksheet_cells_reader(&name).map_err(failed)?;
    let mut cells: Vec<String> = Vec::new();
    let mut number = 0;
    while let Some(cell) = reader.next_cell().map_err(failed)? {
        let (row, column) = cell.get_position();
        let (row, column) = (u64::from(row) + 1, usize::try_from(column).unwrap_or(usize::MAX));
        if row != number {
            if !is_blank(&cells) {
                visit(number, &cells)?;
            }
            cells.clear();
            number = row;
        }
        if column < MOST_COLUMNS {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(place) = cells.get_mut(column) {
                *place = text(cell.get_value());
            }
        }
    }
    if is_blank(&cells) { Ok(()) } else { visit(number, &cells) }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // A workbook knows no whole numbers.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => moment(at),
        DataRef::DateTime(span) => span.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The least that a workbook needs: one sheet, texts in the cells or shared, a date by its style.
    fn workbook(path: &Path, rows: &str) {
        let mut zip = zip_of_tests::Store::create(path);
        let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        zip.add("_rels/.rels", &format!(
            r#"{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#));
        zip.add("xl/workbook.xml", &format!(
            r#"{head}<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>"#));
        zip.add("xl/_rels/workbook.xml.rels", &format!(
            r#"{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="{rel}/styles" Target="styles.xml"/></Relationships>"#));
        zip.add(
            "xl/sharedStrings.xml",
            &format!(r#"{head}<sst xmlns="{main}"><si><t>file</t></si><si><t>date</t></si></sst>"#),
        );
        zip.add("xl/styles.xml", &format!(
            r#"{head}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#));
        zip.add(
            "xl/worksheets/sheet1.xml",
            &format!(r#"{head}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
        );
        zip.end();
    }

    /// An archive without compression, so that the test needs no other crate.
    mod zip_of_tests {
        use std::fs::File;
        use std::path::Path;

        use super::Write;

        pub struct Store {
            file: File,
            at: u32,
            index: Vec<u8>,
            count: u16,
        }

        impl Store {
            pub fn create(path: &Path) -> Self {
                Self { file: File::create(path).unwrap(), at: 0, index: Vec::new(), count: 0 }
            }

            pub fn add(&mut self, name: &str, text: &str) {
                let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, text.as_bytes()) as u32;
                let size = (text.len() as u32).to_le_bytes();
                let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
                common.extend(sum.to_le_bytes());
                common.extend(size);
                common.extend(size);
                common.extend((name.len() as u16).to_le_bytes());
                common.extend([0, 0]);
                let local = [b"PK\x03\x04".as_slice(), &common, name.as_bytes(), text.as_bytes()].concat();
                self.index.extend(b"PK\x01\x02\x14\x00");
                self.index.extend(&common);
                self.index.extend([0; 10]);
                self.index.extend(self.at.to_le_bytes());
                self.index.extend(name.as_bytes());
                self.file.write_all(&local).unwrap();
                self.at += local.len() as u32;
                self.count += 1;
            }

            pub fn end(mut self) {
                let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
                end.extend(self.count.to_le_bytes());
                end.extend(self.count.to_le_bytes());
                end.extend((self.index.len() as u32).to_le_bytes());
                end.extend(self.at.to_le_bytes());
                end.extend([0, 0]);
                self.file.write_all(&self.index).unwrap();
                self.file.write_all(&end).unwrap();
            }
        }
    }

    #[test]
    fn cells_of_every_kind_are_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sheet.xlsx");
        workbook(
            &path,
            r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>stars</t></is></c></row>
               <row r="4"><c r="A4" t="inlineStr"><is><t>a.jpg</t></is></c><c r="B4" s="1"><v>46023</v></c><c r="C4" t="b"><v>1</v></c><c r="D4"><v>4</v></c></row>"#,
        );
        let mut rows = Vec::new();
        super::super::read(&path, &mut |number, cells| {
            rows.push((number, cells.join("|")));
            Ok(())
        })
        .unwrap();
        assert_eq!(rows, [(1, "file|date||stars".to_owned()), (4, "a.jpg|2026-01-01|true|4".to_owned())]);
    }
}
