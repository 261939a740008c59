//! The one rule about fields that the library requires: a batch whose files would arrive without them is not begun,
//! unless whoever begins it says that they may.

use std::collections::{BTreeMap, HashMap};

use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake::{Filter, Found, FoundFile, walk_all};
use crate::model::{Enqueue, FieldView, MetadataForm, MetadataValues, MissingField};
use crate::store::new_values::NewValues;

/// The required fields that files of a request would be left without, in the form's order. Looks at the files only where
/// their values differ. Must not run on an async worker.
pub fn unfilled(form: &MetadataForm, new: &NewValues, request: &Enqueue) -> Outcome<Vec<MissingField>> {
    if new.files.is_empty() {
        return Ok(missing(form, &new.all.values).map(|field| of(field, None, None)).collect());
    }
    // A file's own values may also take away what all get.
    let may_lack = |field: &&FieldView| {
        !has(&new.all.values, field)
            || new.files.iter().any(|(_, set)| set.values.fields.get(&field.id).is_some_and(Vec::is_empty))
    };
    let open: Vec<&FieldView> = form.fields.iter().filter(|field| field.required).filter(may_lack).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let by_file: HashMap<&str, &MetadataValues> =
        new.files.iter().map(|(file, set)| (file.as_str(), &set.values)).collect();
    let mut counts: BTreeMap<&str, (u64, String)> = BTreeMap::new();
    walk_all(&request.paths, &Filter::new(request)?, &mut |found| {
        let Found::File(FoundFile { name, path, failure: None, .. }) = found else { return Ok(()) };
        let own = by_file.get(path.to_string_lossy().as_ref());
        let from_sheet = by_file.get(name.as_str());
        let values_of = |field: &FieldView| {
            let sets = [own, from_sheet].into_iter().flatten().copied().chain([&new.all.values]);
            sets.into_iter().find_map(|values| values.fields.get(&field.id))
        };
        for field in open.iter().filter(|field| values_of(field).is_none_or(Vec::is_empty)) {
            counts.entry(&field.id).or_insert_with(|| (0, name.clone())).0 += 1;
        }
        Ok(())
    })?;
    let counted = open.into_iter().filter_map(|field| {
        let (files, first) = counts.remove(field.id.as_str())?;
        Some(of(field, Some(files), Some(first)))
    });
    Ok(counted.collect())
}

/// # Errors
/// `MetadataRefused` with the first of them, and how many more (`more`).
pub fn refuse(unfilled: &[MissingField]) -> Outcome<()> {
    let Some(first) = unfilled.first() else { return Ok(()) };
    let failure = Failure::new(ErrorCode::MetadataRefused)
        .with("reason", "unfilled")
        .with("field", &first.name)
        .with("fields", unfilled.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", "))
        .with("more", unfilled.len() - 1);
    Err(match (&first.first_file, first.files) {
        (Some(file), Some(1)) => failure.with("files", 1).with("at", format!("{file}: ")),
        (Some(file), Some(files)) => {
            let others = if files == 2 { "file" } else { "files" };
            failure.with("files", files).with("at", format!("{file} and {} other {others}: ", files - 1))
        }
        _ => failure,
    })
}

/// Required fields of the form that these values leave empty.
pub fn missing<'f>(form: &'f MetadataForm, values: &MetadataValues) -> impl Iterator<Item = &'f FieldView> {
    form.fields.iter().filter(move |field| field.required && !has(values, field))
}

fn has(values: &MetadataValues, field: &FieldView) -> bool {
    values.fields.get(&field.id).is_some_and(|values| !values.is_empty())
}

fn of(field: &FieldView, files: Option<u64>, first_file: Option<String>) -> MissingField {
    MissingField { field: field.id.clone(), name: field.name.clone(), files, first_file }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::{AccountId, Destination, DestinationKind, FieldKind};
    use crate::store::value_sets::ValueSet;

    fn form() -> MetadataForm {
        let field = |id: &str, required| FieldView {
            id: id.into(),
            name: id.to_uppercase(),
            kind: FieldKind::Text,
            choices: Vec::new(),
            required,
        };
        MetadataForm {
            fields: vec![field("a", true), field("b", false), field("c", true)],
            description: true,
        }
    }

    fn set(ids: &[&str]) -> ValueSet {
        let fields = ids.iter().map(|id| ((*id).to_owned(), vec!["x".to_owned()])).collect();
        ValueSet { values: MetadataValues { fields, ..MetadataValues::default() }, sent: Vec::new() }
    }

    fn request(folder: &Path) -> Enqueue {
        let destination =
            Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() };
        Enqueue {
            account: AccountId(1),
            paths: vec![folder.to_path_buf()],
            destination,
            tags: Vec::new(),
            include: Vec::new(),
            exclude: vec!["*.tmp".into()],
            priority: 0,
            choices: crate::model::StagingChoices::default(),
            duplicates: None,
            metadata: crate::model::MetadataOrder::default(),
        }
    }

    #[test]
    fn values_for_all_fill_every_file() {
        let request = request(Path::new("/nowhere"));
        let of = |ids: &[&str]| NewValues { all: set(ids), ..NewValues::default() };
        let names = |new: &NewValues| -> Vec<String> {
            unfilled(&form(), new, &request).unwrap().into_iter().map(|field| field.name).collect()
        };
        assert_eq!(names(&of(&[])), ["A", "C"]);
        assert_eq!(names(&of(&["c", "b"])), ["A"]);
        assert!(names(&of(&["a", "c"])).is_empty());
        let empty = NewValues {
            all: ValueSet {
                values: MetadataValues {
                    fields: BTreeMap::from([("a".into(), Vec::new())]),
                    ..MetadataValues::default()
                },
                sent: Vec::new(),
            },
            ..NewValues::default()
        };
        assert_eq!(names(&empty), ["A", "C"]);
    }

    #[test]
    fn a_file_is_filled_by_its_own_values_its_row_and_those_for_all() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1.jpg", "2.jpg", "3.jpg", "left.tmp"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let mut new = NewValues { all: set(&["c"]), ..NewValues::default() };
        new.files = vec![(path("1.jpg"), set(&["a"])), ("2.jpg".into(), set(&["c", "a"]))];
        let request = request(folder.path());
        let found = unfilled(&form(), &new, &request).unwrap();
        assert_eq!(
            (found.len(), found[0].files, found[0].first_file.as_deref()),
            (1, Some(1), Some("3.jpg"))
        );
        let failure = refuse(&found).unwrap_err();
        assert_eq!(failure.code, ErrorCode::MetadataRefused);
        assert_eq!(crate::words::sentence(&failure), "3.jpg: The library requires a value for A.");

        new.files.push((path("3.jpg"), set(&["a"])));
        assert!(unfilled(&form(), &new, &request).unwrap().is_empty());
        new.files[0].1.values.fields.insert("c".into(), Vec::new());
        let found = unfilled(&form(), &new, &request).unwrap();
        assert_eq!((found[0].name.as_str(), found[0].first_file.as_deref()), ("C", Some("1.jpg")));
        new.files.truncate(1);
        new.files[0].1 = set(&["a"]);
        new.all = set(&[]);
        let found = unfilled(&form(), &new, &request).unwrap();
        let counts: Vec<_> = found.iter().map(|field| (field.name.as_str(), field.files)).collect();
        assert_eq!(counts, [("A", Some(2)), ("C", Some(3))]);
        let failure = refuse(&found).unwrap_err();
        assert_eq!(
            crate::words::sentence(&failure),
            "2.jpg and 1 other file: The library requires a value for A, C."
        );
    }
}
