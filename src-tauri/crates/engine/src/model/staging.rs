//! What is given before anything is sent: what it holds, what is left out, and what the user decided about single files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// Decisions about single files and folders. Kept with the batch, so that a scan that was cut goes on the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct StagingChoices {
    /// Also take junk such as `.DS_Store` and `Thumbs.db`.
    pub take_junk: bool,
    /// Files and folders that don't go; full paths.
    #[cfg_attr(feature = "bindings", ts(type = "string[]"))]
    pub leave_out: Vec<PathBuf>,
    /// Go although they are junk, sidecars, or a pattern fits; full paths.
    #[cfg_attr(feature = "bindings", ts(type = "string[]"))]
    pub take_anyway: Vec<PathBuf>,
    pub renamed: Vec<RenamedFolder>,
    /// `null`: as the setting says.
    pub sidecars: Option<Sidecars>,
}

impl StagingChoices {
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let renamed = self.renamed.iter().map(|folder| &folder.path);
        self.leave_out.iter().chain(&self.take_anyway).chain(renamed)
    }

    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let renamed = self.renamed.iter_mut().map(|folder| &mut folder.path);
        self.leave_out.iter_mut().chain(&mut self.take_anyway).chain(renamed)
    }
}

/// A given folder that arrives under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RenamedFolder {
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub path: PathBuf,
    pub name: String,
}

/// What becomes of an `.xmp` beside a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Sidecars {
    /// It goes as an asset of its own.
    #[default]
    Upload,
    LeaveOut,
}

impl Sidecars {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "upload" => Some(Self::Upload),
            "leave_out" => Some(Self::LeaveOut),
            _ => None,
        }
    }
}

/// What a set of paths would send, before anything is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagingSummary {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub folders: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    pub kinds: Vec<StagedKind>,
    /// Pictures, and how many files they are: RAW, JPEG and sidecar of one name are one picture.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub pictures: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub picture_files: u64,
    /// The folders among the given paths, in their order.
    pub items: Vec<StagedItem>,
    pub loose: LooseFiles,
    /// Junk, what patterns exclude, and what the user left out; a folder counts once.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub left_out: u64,
    #[cfg_attr(feature = "bindings", ts(type = "Partial<Record<LeftOutReason, number>>"))]
    pub left_out_reasons: BTreeMap<LeftOutReason, u64>,
    /// At most 200 of what is left out, and of each reason some.
    pub left_out_items: Vec<LeftOut>,
    /// Files that can't be sent; at most 100, `problem_count` says how many there are.
    pub problems: Vec<StagedProblem>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub problem_count: u64,
}

/// The files among the given paths, by columns: there may be a hundred thousand, and whoever asked knows their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LooseFiles {
    /// Which of the given paths each one is, counted from zero.
    pub given: Vec<u32>,
    /// What it would send: nothing, if it stays behind.
    #[cfg_attr(feature = "bindings", ts(type = "number[]"))]
    pub bytes: Vec<u64>,
}

/// What a given folder would send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagedItem {
    pub path: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
}

/// Files of one kind (image, video, audio, document, sidecar, other).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagedKind {
    pub kind: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub files: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagedProblem {
    pub path: String,
    pub failure: Failure,
}

/// Why something is not sent that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// The user left it out.
    Chosen,
    /// What systems leave behind.
    Junk,
    /// A pattern leaves it out, or none takes it.
    Pattern,
    /// An `.xmp` beside a picture, which is not wanted.
    Sidecar,
    /// A link to a folder: it could lead anywhere, and is never followed.
    FolderLink,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LeftOut {
    pub path: String,
    pub folder: bool,
    pub reason: LeftOutReason,
}

/// Whether a file belongs to a picture of several files, which stand next to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ShotPart {
    #[default]
    Alone,
    First,
    Further,
}

/// Asks for what is directly in a folder of what was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(default)]
pub struct StagedQuery {
    /// The given folder.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub root: PathBuf,
    /// It, or one below it.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub folder: PathBuf,
    pub choices: StagingChoices,
    pub offset: u32,
    /// At most 1,000.
    pub limit: u32,
}

/// Folders first, each in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagedPage {
    pub entries: Vec<StagedEntry>,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StagedEntry {
    pub path: String,
    pub name: String,
    pub folder: bool,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size: u64,
    pub left_out: Option<LeftOutReason>,
    pub failure: Option<Failure>,
    pub part: ShotPart,
}
