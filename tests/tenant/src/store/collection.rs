//! Collections: references, not files; at most 200 a user [D] (§12.4).

use serde::{Deserialize, Serialize};

use super::Row;
use super::asset::AssetKey;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Collection {
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub shared_with: Vec<String>,
    /// "Sync to Canto Connect": no public text says where it shows [ND] (§12.4).
    #[serde(default)]
    pub marked: bool,
    #[serde(default)]
    pub contents: Vec<AssetKey>,
    #[serde(default)]
    pub time_ms: i64,
}

impl Collection {
    pub fn visible_to(&self, email: &str) -> bool {
        self.owner == email || self.shared_with.iter().any(|other| other == email)
    }
}

impl Row for Collection {
    const TABLE: &'static str = "collections";

    fn key(&self) -> String {
        self.id.clone()
    }
}
