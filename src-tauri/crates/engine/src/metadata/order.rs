//! Checks what an upload's assets are to be told, before the upload is accepted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::required;
use super::sheet::names::FileNames;
use super::sheet::preview::name_of;
use super::sheet::resolve::resolve;
use super::validate::{Checked, check};
use crate::error::{Failure, Outcome};
use crate::intake::Filter;
use crate::model::{
    Enqueue, MetadataForm, MetadataOrder, MetadataValues, MissingField, SheetChoice, ValueRefusal,
};
use crate::store::new_values::NewValues;
use crate::store::sheet_columns::Columns;
use crate::store::value_sets::ValueSet;

/// The request without its order, tags made one list, and the order checked. Reads the sheet: not for an async worker.
///
/// # Errors
/// `MetadataRefused` with the first value that does not fit, and how many more (`more`); or with the required fields that
/// files would be left without, unless the order says that it is incomplete.
pub fn prepare(mut request: Enqueue, form: &MetadataForm) -> Outcome<(Enqueue, NewValues)> {
    let mut order = std::mem::take(&mut request.metadata);
    order.values.tags.splice(0..0, request.tags.iter().cloned());
    let all = accepted(check(form, &order.values, None))?;
    request.tags.clone_from(&all.tags);
    let all = ValueSet { sent: all.tags.clone(), values: all };
    let mut new = NewValues { all, files: Vec::new(), columns: BTreeMap::new() };
    let mut by_name: BTreeMap<String, ValueSet> = BTreeMap::new();
    if let Some(sheet) = &order.sheet {
        let filter = Filter::new(&request)?;
        let paths = &request.paths;
        (by_name, new.columns) = rows_of_sheet(sheet, paths, &filter, form, &new)?;
    }
    for file in &order.files {
        let values = accepted(check(form, &file.values, None))?;
        new.files.push((file.path.clone(), ValueSet { values, sent: Vec::new() }));
    }
    new.files.extend(by_name);
    if !order.incomplete {
        required::refuse(&required::unfilled(form, &new, &request)?)?;
    }
    Ok((request, new))
}

/// The required fields that files of the request would be left without, whatever it says about that.
///
/// # Errors
/// As `prepare`, but not for them.
pub fn unfilled(mut request: Enqueue, form: &MetadataForm) -> Outcome<Vec<MissingField>> {
    // Without required fields, nothing has to be read.
    if !form.fields.iter().any(|field| field.required) {
        return Ok(Vec::new());
    }
    request.metadata.incomplete = true;
    let (request, new) = prepare(request, form)?;
    required::unfilled(form, &new, &request)
}

/// What was checked, as long as nothing was refused.
fn accepted(checked: Checked) -> Outcome<MetadataValues> {
    first_of(checked.refusals).map_or(Ok(checked.values), Err)
}

fn first_of(refusals: Vec<ValueRefusal>) -> Option<Failure> {
    let more = refusals.len().saturating_sub(1);
    refusals.into_iter().next().map(|refusal| refusal.failure.with("more", more))
}

/// By the names of files: what the sheet says, over what all get; a file that rows disagree about gets the latter alone.
/// And where its columns went.
fn rows_of_sheet(
    sheet: &SheetChoice,
    paths: &[PathBuf],
    filter: &Filter,
    form: &MetadataForm,
    new: &NewValues,
) -> Outcome<(BTreeMap<String, ValueSet>, Columns)> {
    let names = FileNames::of_paths(paths, filter)?;
    let found = resolve(&sheet.path, &names, sheet.take_near, |_| sheet.columns.clone())?;
    found.needs_names()?;
    let mut by_file: BTreeMap<usize, Option<ValueSet>> = BTreeMap::new();
    found.each_row(&sheet.path, form, &mut |_, files, checked| {
        let values = new.all.values.under(&accepted(checked)?);
        let set = ValueSet { values, sent: new.all.sent.clone() };
        for file in files {
            match by_file.get_mut(file) {
                None => drop(by_file.insert(*file, Some(set.clone()))),
                Some(known) if found.is_contested(*file) && known.as_ref() != Some(&set) => *known = None,
                Some(_) => {}
            }
        }
        Ok(())
    })?;
    let named = by_file.into_iter().filter_map(|(file, set)| Some((names.get(file)?.name.clone(), set?)));
    let columns = found.header.iter().map(|cell| name_of(cell)).zip(found.columns.iter().cloned());
    Ok((named.collect(), columns.collect()))
}

/// For a correction: the values as they are sent.
pub fn corrected(values: &MetadataValues, form: &MetadataForm) -> Outcome<MetadataValues> {
    accepted(check(form, values, None))
}

/// There is something in it that only the tenant's form can judge.
pub fn needs_form(order: &MetadataOrder) -> bool {
    let has_fields = |values: &MetadataValues| !values.fields.is_empty();
    order.sheet.is_some()
        || has_fields(&order.values)
        || order.files.iter().any(|file| has_fields(&file.values))
}
