//! Assets and their versions. An asset is identified by scheme and id together [C] (§4.8).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Row;

/// Lower case and case-sensitive [C] (§7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Image,
    Video,
    Audio,
    Document,
    Presentation,
    Other,
}

impl Scheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Presentation => "presentation",
            Self::Other => "other",
        }
    }

    /// The server decides after upload; this table is ours [ND] (§7.2).
    pub fn of_name(name: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, tail)| tail.to_ascii_lowercase()).unwrap_or_default();
        match extension.as_str() {
            "jpg" | "jpeg" | "png" | "gif" | "tif" | "tiff" | "webp" | "heic" | "bmp" | "psd" | "svg"
            | "ai" | "eps" | "raw" | "cr2" | "cr3" | "nef" | "arw" | "dng" | "avif" => Self::Image,
            "mp4" | "mov" | "avi" | "mkv" | "m4v" | "webm" | "mxf" | "mpg" | "mpeg" | "wmv" => Self::Video,
            "mp3" | "wav" | "aac" | "flac" | "m4a" | "ogg" | "aif" | "aiff" => Self::Audio,
            "pdf" | "doc" | "docx" | "txt" | "rtf" | "xls" | "xlsx" | "csv" | "indd" | "odt" | "md" => {
                Self::Document
            }
            "ppt" | "pptx" | "key" | "odp" => Self::Presentation,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scheme {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "image" => Ok(Self::Image),
            "video" => Ok(Self::Video),
            "audio" => Ok(Self::Audio),
            "document" => Ok(Self::Document),
            "presentation" => Ok(Self::Presentation),
            "other" => Ok(Self::Other),
            _ => Err(()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AssetKey {
    pub scheme: Scheme,
    pub id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Version {
    pub no: u32,
    pub version_id: String,
    pub blob: String,
    pub name: String,
    pub size: u64,
    pub md5: String,
    pub created_ms: i64,
    pub owner: String,
    pub comment: Option<String>,
    /// Key in the upload bucket, to tell which POST it came from.
    pub upload_key: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asset {
    #[serde(flatten)]
    pub key: AssetKey,
    pub name: String,
    pub owner: String,
    pub created_ms: i64,
    pub uploaded_ms: i64,
    pub time_ms: i64,
    pub approval: String,
    pub description: String,
    pub author: String,
    pub copyright: String,
    pub tags: Vec<String>,
    pub keywords: Vec<String>,
    pub custom: BTreeMap<String, Value>,
    pub albums: Vec<String>,
    /// Oldest first; never empty.
    pub versions: Vec<Version>,
    /// Reported instead of the current version's MD5 after an edit, where the switch says so.
    pub md5_after_edit: Option<String>,
    /// Lists and search leave it out before this time.
    pub listed_from_ms: i64,
}

impl Asset {
    pub fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    pub fn size(&self) -> u64 {
        self.current().map_or(0, |version| version.size)
    }

    pub fn md5(&self) -> &str {
        match &self.md5_after_edit {
            Some(md5) => md5,
            None => self.current().map_or("", |version| &version.md5),
        }
    }
}

impl Row for Asset {
    const TABLE: &'static str = "assets";

    fn key(&self) -> String {
        format!("{}/{}", self.key.scheme, self.key.id)
    }
}
