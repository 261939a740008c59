use super::*;
use crate::intake::Filter;
use crate::model::{FieldView, NearKind, StagingChoices};

struct Desk {
    dir: tempfile::TempDir,
    names: FileNames,
}

fn desk(files: &[&str]) -> Desk {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join("files").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let names =
        FileNames::of_paths(&[dir.path().join("files")], &Filter::of(&StagingChoices::default())).unwrap();
    Desk { dir, names }
}

impl Desk {
    fn sheet(&self, text: &str) -> std::path::PathBuf {
        let path = self.dir.path().join("sheet.csv");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn resolve(&self, text: &str, take_near: bool) -> Resolved {
        resolve(&self.sheet(text), &self.names, take_near, |_| {
            vec![ColumnTarget::FileName, ColumnTarget::Field { id: "multi".into() }, ColumnTarget::Keywords]
        })
        .unwrap()
    }
}

fn form() -> MetadataForm {
    let field = FieldView {
        id: "multi".into(),
        name: "Channels".into(),
        kind: FieldKind::MultiChoice,
        choices: vec!["Web".into(), "Print, black".into()],
        required: false,
    };
    MetadataForm { fields: vec![field], description: true }
}

#[test]
fn rows_are_counted_by_how_they_fit() {
    let desk = desk(&["a.jpg", "b.jpg", "c.jpg", "d.jpg"]);
    let found = desk.resolve("file,channels,keywords\na.jpg,Web\nB.JPG,Web\nnowhere.jpg,Web\n,Web\n", true);
    assert_eq!((found.rows, found.matched, found.near_count, found.unmatched_count), (4, 1, 1, 2));
    assert_eq!(found.near[0].kind, NearKind::Case);
    assert_eq!((found.near[0].row, found.unmatched[0].row), (3, 4));
    assert_eq!(found.files_without_row, 2);
    assert_eq!(found.doubled_count, 0);
}

#[test]
fn near_rows_are_only_for_files_that_no_row_names() {
    let desk = desk(&["a.jpg", "a.nef"]);
    let found = desk.resolve("file\na.jpg\nA\n", true);
    assert_eq!((found.matched, found.near_count), (1, 1));
    assert_eq!(found.near[0].file, "a.nef");
    assert_eq!(found.files_without_row, 0);
    // Not taken, it is told all the same.
    let found = desk.resolve("file\na.jpg\nA\n", false);
    assert_eq!((found.near_count, found.files_without_row), (1, 1));
}

#[test]
fn files_of_several_rows_and_rows_of_several_files_are_told() {
    let desk = desk(&["a.jpg", "b.jpg", "day 2/b.jpg", "c.jpg", "c.nef"]);
    let found = desk.resolve("file\na.jpg\na.jpg\nb.jpg\nc\n", true);
    let doubled: Vec<(&[u64], &str)> =
        found.doubled.iter().map(|doubled| (doubled.rows.as_slice(), doubled.name.as_str())).collect();
    assert_eq!(doubled.len(), 3);
    assert_eq!(doubled[0], ([2, 3].as_slice(), "a.jpg"));
    assert_eq!(doubled[1], ([4].as_slice(), "b.jpg"));
    assert_eq!(doubled[2].0, [5]);
    assert_eq!((0..4).filter(|file| found.is_contested(*file)).count(), 1);
}

#[test]
fn the_values_of_a_row_are_checked_and_cells_that_are_empty_say_nothing() {
    let desk = desk(&["a.jpg", "b.jpg", "c.jpg"]);
    let text = "file;channels;keywords\na.jpg;Print, black;Lake, Sea\nb.jpg;web|Print, black;\nc.jpg;;x\n";
    let found = desk.resolve(text, true);
    let mut rows = Vec::new();
    found
        .each_row(&desk.sheet(text), &form(), &mut |row, _, checked| {
            rows.push((row, checked));
            Ok(())
        })
        .unwrap();
    assert_eq!(rows[0].1.values.fields["multi"], ["Print, black"]);
    assert_eq!(rows[0].1.values.keywords, ["Lake", "Sea"]);
    // A comma divides as well where the whole cell is no choice: "Print" is none.
    assert_eq!(rows[1].1.values.fields["multi"], ["Web"]);
    assert_eq!(rows[1].1.refusals.len(), 2);
    assert_eq!(rows[1].1.refusals[0].row, Some(3));
    assert!(rows[2].1.values.fields.is_empty() && rows[2].1.refusals.is_empty());
}

#[test]
fn an_empty_sheet_and_one_without_names_are_refused() {
    let desk = desk(&["a.jpg"]);
    let failure = resolve(&desk.sheet("\n\n"), &desk.names, true, |_| Vec::new()).unwrap_err();
    assert_eq!(failure.params["reason"], "sheet");
    let found = resolve(&desk.sheet("credit\nMira\n"), &desk.names, true, |_| Vec::new()).unwrap();
    assert_eq!(found.needs_names().unwrap_err().params["reason"], "no_names");
}
