//! Uploads as the status list tells of them (§8.4).

use serde::{Deserialize, Serialize};

use super::Row;
use super::asset::AssetKey;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadState {
    Initial,
    Done,
    Error,
    /// Not told of at all: a duplicate under the report form "absent", or an overwritten key.
    Absent,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Upload {
    pub seq: u64,
    pub bucket_key: String,
    pub email: String,
    pub meta: UploadMeta,
    pub blob: String,
    pub size: u64,
    pub md5: String,
    pub received_ms: i64,
    pub appears_ms: i64,
    pub due_ms: i64,
    pub state: UploadState,
    pub asset: Option<AssetKey>,
    /// A fault that was set for it.
    pub must_fail: bool,
}

/// The `x-amz-meta-*` fields of the form (§8.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadMeta {
    pub file_name: String,
    pub tag: String,
    pub album_id: String,
    pub id: String,
    pub scheme: String,
    pub refer_id: String,
}

impl UploadMeta {
    pub fn set(&mut self, name: &str, value: String) {
        match name {
            "file_name" => self.file_name = value,
            "tag" => self.tag = value,
            "album_id" => self.album_id = value,
            "id" => self.id = value,
            "scheme" => self.scheme = value,
            "refer_id" => self.refer_id = value,
            _ => {}
        }
    }
}

impl Row for Upload {
    const TABLE: &'static str = "uploads";

    fn key(&self) -> String {
        // Fixed width, so that the table's order is the order of arrival.
        format!("{:016}", self.seq)
    }
}
