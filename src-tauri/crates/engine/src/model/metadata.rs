//! What is said about assets: words, values of the tenant's fields, and the sheets that they come from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AccountId, Destination};
use crate::error::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Number,
    Date,
    Choice,
    MultiChoice,
    Url,
    Label,
    Rating,
    /// The tenant calls it something else: taken as text.
    Other,
}

/// A custom field of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FieldView {
    pub id: String,
    pub name: String,
    pub kind: FieldKind,
    /// Of `choice` and `multi_choice`.
    pub choices: Vec<String>,
    pub required: bool,
}

/// What can be said about assets at this tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct MetadataForm {
    pub fields: Vec<FieldView>,
    /// The tenant can be asked to set it.
    pub description: bool,
}

impl MetadataForm {
    /// A field by its id, or by its name whatever its case.
    pub fn field(&self, named: &str) -> Option<&FieldView> {
        let named = named.trim();
        let by_id = self.fields.iter().find(|field| field.id == named);
        by_id.or_else(|| {
            self.fields.iter().find(|field| field.name.trim().to_lowercase() == named.to_lowercase())
        })
    }
}

/// Words and values for assets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct MetadataValues {
    pub tags: Vec<String>,
    pub keywords: Vec<String>,
    pub description: Option<String>,
    /// By field id; several values only for `multi_choice`.
    pub fields: BTreeMap<String, Vec<String>>,
}

impl MetadataValues {
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
            && self.keywords.is_empty()
            && self.description.is_none()
            && self.fields.is_empty()
    }

    /// These with others over them: words are added, a description and values take the place of those that were there.
    #[must_use]
    pub fn under(&self, over: &Self) -> Self {
        let mut all = self.clone();
        for (words, more) in [(&mut all.tags, &over.tags), (&mut all.keywords, &over.keywords)] {
            for word in more {
                if !words.contains(word) {
                    words.push(word.clone());
                }
            }
        }
        if over.description.is_some() {
            all.description.clone_from(&over.description);
        }
        all.fields.extend(over.fields.iter().map(|(id, values)| (id.clone(), values.clone())));
        all
    }
}

/// Values for one staged file, over those for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FileValues {
    pub path: String,
    pub values: MetadataValues,
}

/// Where a column of a sheet goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum ColumnTarget {
    FileName,
    Tags,
    Keywords,
    Description,
    Field { id: String },
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SheetChoice {
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub path: PathBuf,
    /// One per column.
    pub columns: Vec<ColumnTarget>,
    /// Rows that match but for case, extension, Unicode form, leading zeros or spaces are taken too.
    pub take_near: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SheetQuery {
    pub account: AccountId,
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub path: PathBuf,
    /// None: guess from the header and from what was used for this destination before.
    pub columns: Option<Vec<ColumnTarget>>,
    pub take_near: bool,
    /// The staged files and folders.
    #[cfg_attr(feature = "bindings", ts(type = "Array<string>"))]
    pub paths: Vec<PathBuf>,
    pub destination: Option<Destination>,
}

/// What a row's name differs in from the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NearKind {
    Case,
    Extension,
    Unicode,
    Zeros,
    Spaces,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NearMatch {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub row: u64,
    pub name: String,
    pub file: String,
    pub kind: NearKind,
}

/// A row that names no staged file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UnmatchedRow {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub row: u64,
    pub name: String,
}

/// A file named by several rows (it gets values from none of them, unless they say the same), or a row that several
/// files fit (all of them get its values).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DoubledRows {
    #[cfg_attr(feature = "bindings", ts(type = "Array<number>"))]
    pub rows: Vec<u64>,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ValueRefusal {
    /// None: not from a sheet.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub row: Option<u64>,
    /// Id of the field.
    pub field: String,
    pub value: String,
    pub failure: Failure,
}

/// A required field that files of an upload would be left without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct MissingField {
    /// Id of the field.
    pub field: String,
    pub name: String,
    /// How many of the files; none: all of them, uncounted.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub files: Option<u64>,
    /// Name of the first of them, where they were counted.
    pub first_file: Option<String>,
}

/// Row numbers as the sheet's program shows them (the header is 1). Samples hold at most 100.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SheetPreview {
    pub header: Vec<String>,
    /// First three rows, for showing.
    pub sample: Vec<Vec<String>>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub rows: u64,
    pub columns: Vec<ColumnTarget>,
    /// Rows whose name is a file's, letter by letter.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub matched: u64,
    pub near: Vec<NearMatch>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub near_count: u64,
    pub unmatched: Vec<UnmatchedRow>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unmatched_count: u64,
    pub doubled: Vec<DoubledRows>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub doubled_count: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files_without_row: u64,
    pub refusals: Vec<ValueRefusal>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub refusal_count: u64,
}

/// What a batch's assets are to be told. Nothing, where it is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct MetadataOrder {
    /// For every asset.
    pub values: MetadataValues,
    pub files: Vec<FileValues>,
    pub sheet: Option<SheetChoice>,
    /// Said by whoever begins the upload: fields that the tenant calls required may stay empty.
    #[cfg_attr(feature = "bindings", ts(as = "Option<bool>", optional))]
    pub incomplete: bool,
}

impl MetadataOrder {
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.files.is_empty() && self.sheet.is_none()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MetadataState {
    /// Nothing is to be set after the upload.
    #[default]
    None,
    /// It is set once the job is done.
    Waiting,
    Applied,
    /// The tenant does not take it; the job stays done.
    Refused,
}

/// What was asked to be set on one asset, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobMetadata {
    pub values: MetadataValues,
    pub state: MetadataState,
    pub failure: Option<Failure>,
}

/// Jobs of a batch whose values are not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataOpen {
    pub waiting: u64,
    pub refused: u64,
}

/// Values that are kept under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct MetadataTemplate {
    pub name: String,
    pub values: MetadataValues,
}

/// A list of words that are suggested again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WordList {
    Tags,
    Keywords,
}

impl WordList {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Keywords => "keywords",
        }
    }
}
