//! Access and refresh tokens.

use serde::{Deserialize, Serialize};

use super::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    Access,
    Refresh,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    pub text: String,
    pub kind: TokenKind,
    pub email: String,
    /// `scope` of client credentials narrows the role [C] (§2.4).
    pub scope: Option<String>,
    /// Id of the place that it shows, and nothing else.
    #[serde(default)]
    pub place: Option<String>,
    pub expires_ms: i64,
}

impl Row for Token {
    const TABLE: &'static str = "tokens";

    fn key(&self) -> String {
        self.text.clone()
    }
}
