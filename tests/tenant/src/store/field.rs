//! Custom fields and the keyword vocabulary (§9.2, §9.3).

use serde::{Deserialize, Serialize};

use super::Row;

/// `id` and `name` are evidenced [C]; the other keys are our guess [ND].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    #[serde(default)]
    pub required: bool,
}

impl Row for Field {
    const TABLE: &'static str = "fields";

    fn key(&self) -> String {
        self.id.clone()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keyword {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

impl Row for Keyword {
    const TABLE: &'static str = "keywords";

    fn key(&self) -> String {
        self.name.clone()
    }
}
