//! Brings the rows of a sheet and the staged files together.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::names::{FileNames, Fit, last_part};
use super::{read, unreadable};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::metadata::validate::{Checked, check};
use crate::model::{
    ColumnTarget, DoubledRows, FieldKind, MetadataForm, MetadataValues, NearMatch, UnmatchedRow,
};

/// At most so many of each are named.
pub const SAMPLES: usize = 100;
const SHOWN_ROWS: usize = 3;

/// Gets a row's number, the files that it speaks of, and its values.
type VisitRow<'a> = dyn FnMut(u64, &[usize], Checked) -> Outcome<()> + 'a;

/// What was found, and which files each row speaks of.
#[derive(Debug, Default)]
pub struct Resolved {
    pub header: Vec<String>,
    pub sample: Vec<Vec<String>>,
    pub rows: u64,
    pub columns: Vec<ColumnTarget>,
    pub matched: u64,
    pub near: Vec<NearMatch>,
    pub near_count: u64,
    pub unmatched: Vec<UnmatchedRow>,
    pub unmatched_count: u64,
    pub doubled: Vec<DoubledRows>,
    pub doubled_count: u64,
    pub files_without_row: u64,
    /// The names of files that a row's values are for.
    files_of: HashMap<u64, Vec<usize>>,
    /// Names that several rows speak of.
    contested: HashSet<usize>,
}

/// A row that fits nearly.
struct NearRow {
    row: u64,
    name: String,
    files: Vec<(usize, crate::model::NearKind)>,
}

/// Reads the sheet once. `columns` is asked with the header.
///
/// # Errors
/// `MetadataRefused` where the sheet can't be read, or no column holds file names.
pub fn resolve(
    path: &Path,
    names: &FileNames,
    take_near: bool,
    columns: impl FnOnce(&[String]) -> Vec<ColumnTarget>,
) -> Outcome<Resolved> {
    let mut found = Resolved::default();
    let mut columns = Some(columns);
    let mut at = None;
    let mut rows_of: HashMap<usize, Vec<u64>> = HashMap::new();
    let mut near: Vec<NearRow> = Vec::new();
    read(path, &mut |row, cells| {
        if let Some(choose) = columns.take() {
            found.columns = choose(cells);
            found.columns.resize(cells.len(), ColumnTarget::Nothing);
            at = found.columns.iter().position(|target| *target == ColumnTarget::FileName);
            found.header = cells.to_vec();
            return Ok(());
        }
        found.rows += 1;
        if found.sample.len() < SHOWN_ROWS {
            found.sample.push(cells.to_vec());
        }
        let cell = at.and_then(|at| cells.get(at)).map_or("", String::as_str);
        match names.fit(cell) {
            Fit::Exact(file) => {
                found.matched += 1;
                rows_of.entry(file).or_default().push(row);
                found.files_of.insert(row, vec![file]);
            }
            Fit::Near(files) => near.push(NearRow { row, name: last_part(cell).to_owned(), files }),
            Fit::Nothing => found.note_unmatched(row, last_part(cell)),
        }
        Ok(())
    })?;
    if columns.is_some() {
        return Err(unreadable(path, "nothing in it"));
    }
    found.settle_near(near, names, &mut rows_of, take_near);
    found.find_doubled(names, &rows_of);
    let spoken_of = |file: &usize| rows_of.contains_key(file);
    let silent = names.all().iter().enumerate().filter(|(at, _)| !spoken_of(at));
    found.files_without_row = silent.map(|(_, file)| file.files).sum();
    Ok(found)
}

impl Resolved {
    /// A column has to say which file a row is of.
    pub fn needs_names(&self) -> Outcome<()> {
        if self.columns.contains(&ColumnTarget::FileName) {
            return Ok(());
        }
        Err(Failure::new(ErrorCode::MetadataRefused).with("reason", "no_names"))
    }

    fn note_unmatched(&mut self, row: u64, name: &str) {
        self.unmatched_count += 1;
        if self.unmatched.len() < SAMPLES {
            self.unmatched.push(UnmatchedRow { row, name: name.to_owned() });
        }
    }

    /// A file that a row names letter by letter is not for a row that is only near.
    fn settle_near(
        &mut self,
        near: Vec<NearRow>,
        names: &FileNames,
        rows_of: &mut HashMap<usize, Vec<u64>>,
        take: bool,
    ) {
        let exact: HashSet<usize> = rows_of.keys().copied().collect();
        for NearRow { row, name, mut files } in near {
            files.retain(|(file, _)| !exact.contains(file));
            let Some((first, kind)) = files.first().copied() else {
                self.note_unmatched(row, &name);
                continue;
            };
            self.near_count += 1;
            if self.near.len() < SAMPLES
                && let Some(file) = names.get(first)
            {
                self.near.push(NearMatch { row, name, file: file.name.clone(), kind });
            }
            if take {
                for (file, _) in &files {
                    rows_of.entry(*file).or_default().push(row);
                }
                self.files_of.insert(row, files.into_iter().map(|(file, _)| file).collect());
            }
        }
    }

    fn find_doubled(&mut self, names: &FileNames, rows_of: &HashMap<usize, Vec<u64>>) {
        let mut doubled: Vec<DoubledRows> = Vec::new();
        for (file, rows) in rows_of.iter().filter(|(_, rows)| rows.len() > 1) {
            self.contested.insert(*file);
            let name = names.get(*file).map_or_else(String::new, |file| file.name.clone());
            doubled.push(DoubledRows { rows: rows.clone(), name });
        }
        for (row, files) in &self.files_of {
            let count = |file: &usize| names.get(*file).map_or(0, |file| file.files);
            if files.iter().map(count).sum::<u64>() > 1 {
                let name = files.first().and_then(|file| names.get(*file));
                doubled.push(DoubledRows {
                    rows: vec![*row],
                    name: name.map_or_else(String::new, |file| file.name.clone()),
                });
            }
        }
        doubled.sort_by(|one, other| one.rows.cmp(&other.rows).then_with(|| one.name.cmp(&other.name)));
        self.doubled_count = doubled.len() as u64;
        doubled.truncate(SAMPLES);
        self.doubled = doubled;
    }

    /// Several rows speak of this file.
    pub fn is_contested(&self, file: usize) -> bool {
        self.contested.contains(&file)
    }

    /// Reads the sheet again: every row that speaks of a file, with its values, checked.
    pub fn each_row(&self, path: &Path, form: &MetadataForm, visit: &mut VisitRow<'_>) -> Outcome<()> {
        let mut is_header = true;
        read(path, &mut |row, cells| {
            if std::mem::take(&mut is_header) {
                return Ok(());
            }
            match self.files_of.get(&row) {
                Some(files) => {
                    visit(row, files, check(form, &values_of(cells, &self.columns, form), Some(row)))
                }
                None => Ok(()),
            }
        })
    }
}

/// What the cells of a row say. An empty cell says nothing.
fn values_of(cells: &[String], columns: &[ColumnTarget], form: &MetadataForm) -> MetadataValues {
    let mut values = MetadataValues::default();
    for (cell, target) in cells.iter().zip(columns) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match target {
            ColumnTarget::Tags => values.tags.extend(words(cell)),
            ColumnTarget::Keywords => values.keywords.extend(words(cell)),
            ColumnTarget::Description => values.description = Some(cell.to_owned()),
            ColumnTarget::Field { id } => {
                drop(values.fields.insert(id.clone(), field_values(cell, id, form)));
            }
            ColumnTarget::FileName | ColumnTarget::Nothing => {}
        }
    }
    values
}

fn words(cell: &str) -> impl Iterator<Item = String> {
    cell.split([',', ';', '|', '\n']).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty())
}

/// Several only where the field takes several, and the cell is not one of its choices as it stands.
fn field_values(cell: &str, id: &str, form: &MetadataForm) -> Vec<String> {
    let several = form.fields.iter().find(|field| field.id == id && field.kind == FieldKind::MultiChoice);
    match several {
        Some(field) if !field.choices.iter().any(|choice| choice.eq_ignore_ascii_case(cell)) => {
            words(cell).collect()
        }
        _ => vec![cell.to_owned()],
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
