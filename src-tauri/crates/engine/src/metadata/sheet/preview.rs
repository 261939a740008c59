//! What a sheet would do, before anything is sent.

use super::columns;
use super::names::FileNames;
use super::resolve::{SAMPLES, resolve};
use crate::error::Outcome;
use crate::intake::Filter;
use crate::model::{MetadataForm, SheetPreview, SheetQuery, StagingChoices};
use crate::store::sheet_columns::Columns;

pub use super::columns::name_of;

/// Must not run on an async worker.
///
/// # Errors
/// `MetadataRefused` where the sheet can't be read.
pub fn preview(query: &SheetQuery, form: &MetadataForm, before: &Columns) -> Outcome<SheetPreview> {
    let names = FileNames::of_paths(&query.paths, &Filter::of(&StagingChoices::default()))?;
    let chosen = query.columns.clone();
    let found = resolve(&query.path, &names, query.take_near, |header| {
        chosen.unwrap_or_else(|| columns::guess(header, form, before))
    })?;
    let mut refusals = Vec::new();
    let mut refusal_count = 0;
    found.each_row(&query.path, form, &mut |_, _, checked| {
        for refusal in checked.refusals {
            refusal_count += 1;
            if refusals.len() < SAMPLES {
                refusals.push(refusal);
            }
        }
        Ok(())
    })?;
    Ok(SheetPreview {
        header: found.header,
        sample: found.sample,
        rows: found.rows,
        columns: found.columns,
        matched: found.matched,
        near: found.near,
        near_count: found.near_count,
        unmatched: found.unmatched,
        unmatched_count: found.unmatched_count,
        doubled: found.doubled,
        doubled_count: found.doubled_count,
        files_without_row: found.files_without_row,
        refusals,
        refusal_count,
    })
}
