//! Where the columns of a sheet go: as before, or by what their names say.

use crate::model::{ColumnTarget, MetadataForm};
use crate::store::sheet_columns::Columns;

/// Lower-case letters and digits alone, in English and German.
const FILE: [&str; 14] = [
    "file",
    "filename",
    "files",
    "originalfilename",
    "originalname",
    "assetname",
    "image",
    "imagename",
    "datei",
    "dateiname",
    "dateien",
    "bild",
    "bildname",
    "bilddatei",
];
const TAGS: [&str; 4] = ["tag", "tags", "schlagwort", "schlagworte"];
const KEYWORDS: [&str; 6] = ["keyword", "keywords", "stichwort", "stichworte", "stichwörter", "schlagwörter"];
const DESCRIPTION: [&str; 5] =
    ["description", "caption", "beschreibung", "bildbeschreibung", "bildunterschrift"];

/// The name that a column is remembered by.
pub fn name_of(cell: &str) -> String {
    cell.trim().to_lowercase()
}

pub fn guess(header: &[String], form: &MetadataForm, before: &Columns) -> Vec<ColumnTarget> {
    let mut columns: Vec<ColumnTarget> = Vec::with_capacity(header.len());
    for cell in header {
        let target = before.get(&name_of(cell)).cloned().filter(|target| is_there(target, form));
        let target = target.unwrap_or_else(|| by_name(cell, form));
        // Two columns for one thing: the first one has it.
        let again = target != ColumnTarget::Nothing && columns.contains(&target);
        columns.push(if again { ColumnTarget::Nothing } else { target });
    }
    if !columns.contains(&ColumnTarget::FileName) {
        // A sheet whose file names stand under another word has them first, as a rule.
        let plain = ["name", "id", "nr", "titel", "title"];
        let first = header.iter().position(|cell| plain.contains(&letters(cell).as_str())).or(Some(0));
        if let Some(place) = first.and_then(|at| columns.get_mut(at))
            && *place == ColumnTarget::Nothing
        {
            *place = ColumnTarget::FileName;
        }
    }
    columns
}

fn is_there(target: &ColumnTarget, form: &MetadataForm) -> bool {
    match target {
        ColumnTarget::Field { id } => form.fields.iter().any(|field| field.id == *id),
        _ => true,
    }
}

fn by_name(cell: &str, form: &MetadataForm) -> ColumnTarget {
    if let Some(field) = form.field(cell) {
        return ColumnTarget::Field { id: field.id.clone() };
    }
    let plain = letters(cell);
    let plain = plain.as_str();
    if FILE.contains(&plain) {
        ColumnTarget::FileName
    } else if TAGS.contains(&plain) {
        ColumnTarget::Tags
    } else if KEYWORDS.contains(&plain) {
        ColumnTarget::Keywords
    } else if DESCRIPTION.contains(&plain) {
        ColumnTarget::Description
    } else {
        ColumnTarget::Nothing
    }
}

fn letters(cell: &str) -> String {
    cell.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, FieldView};

    fn form() -> MetadataForm {
        let field = |id: &str, name: &str| FieldView {
            id: id.into(),
            name: name.into(),
            kind: FieldKind::Text,
            choices: Vec::new(),
            required: false,
        };
        MetadataForm {
            fields: vec![field("meta_text_0", "Photo credit"), field("meta_text_1", "Tags")],
            description: true,
        }
    }

    fn guessed(header: &[&str], before: &Columns) -> Vec<String> {
        let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
        let word = |target: &ColumnTarget| match target {
            ColumnTarget::Field { id } => id.clone(),
            other => serde_json::to_value(other).unwrap()["to"].as_str().unwrap().to_owned(),
        };
        guess(&header, &form(), before).iter().map(word).collect()
    }

    #[test]
    fn columns_are_known_by_their_names_and_the_tenants_own_come_first() {
        let none = Columns::new();
        assert_eq!(
            guessed(&["File Name", "photo CREDIT", "Keywords", "Beschreibung", "Tags", "Remark"], &none),
            ["file_name", "meta_text_0", "keywords", "description", "meta_text_1", "nothing"]
        );
        assert_eq!(guessed(&["Dateiname", "datei"], &none), ["file_name", "nothing"]);
        assert_eq!(guessed(&["Remark", "Name"], &none), ["nothing", "file_name"]);
        assert_eq!(guessed(&["Picture no.", "meta_text_0"], &none), ["file_name", "meta_text_0"]);
    }

    #[test]
    fn what_was_chosen_before_comes_first_if_it_is_still_there() {
        let gone = ColumnTarget::Field { id: "meta_text_9".into() };
        let before = Columns::from([
            ("remark".to_owned(), ColumnTarget::Description),
            ("file".to_owned(), ColumnTarget::Nothing),
            ("photo credit".to_owned(), gone),
        ]);
        assert_eq!(
            guessed(&["File", "Remark", "Photo credit", "Name"], &before),
            ["nothing", "description", "meta_text_0", "file_name"]
        );
    }
}
