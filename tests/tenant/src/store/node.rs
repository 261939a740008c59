//! Folders and albums. A folder holds folders and albums, never assets; an album holds assets only [C] (§4).

use serde::{Deserialize, Serialize};

use super::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    Folder,
    Album,
}

impl NodeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Album => "album",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    pub kind: NodeKind,
    pub name: String,
    pub parent: Option<String>,
    pub description: String,
    pub owner: String,
    pub created_ms: i64,
    pub time_ms: i64,
    /// Visible to administrators and these only [D] (§4.7); `None` = to all.
    pub visible_to: Option<Vec<String>>,
}

impl Row for Node {
    const TABLE: &'static str = "nodes";

    fn key(&self) -> String {
        self.id.clone()
    }
}
