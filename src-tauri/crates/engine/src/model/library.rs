//! The tenant's tree of folders and albums.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Holds folders and albums, never assets.
    Folder,
    /// Holds assets.
    Album,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LibraryNode {
    pub kind: NodeKind,
    pub id: String,
    pub name: String,
    /// Names from the top with slashes, for showing.
    pub path: String,
    /// Children of a folder or assets of an album, as the tenant reports it.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size: Option<u64>,
}
