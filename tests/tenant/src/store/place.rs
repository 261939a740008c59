//! Upload Links and Workspaces. What they are is told by Canto's help centre [D] (§12.5, §12.6); every key here, and that a
//! program could use them at all, is Ferry's own guess [ND].

use serde::{Deserialize, Serialize};

use super::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    UploadLink,
    Workspace,
}

/// A field of the place's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Of a custom field of the library.
    pub id: String,
    #[serde(default)]
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Names it, and opens nothing. Made where it is empty.
    #[serde(default)]
    pub id: String,
    pub kind: PlaceKind,
    pub name: String,
    /// The last part of its address; of a link, whoever has it may upload. Made where it is empty.
    #[serde(default)]
    pub code: String,
    /// E-mail of whoever made it.
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub password: Option<String>,
    /// The one recipient of a link, who has to name this address.
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub closed: bool,
    #[serde(default)]
    pub expires_ms: Option<i64>,
    /// A link takes no more files than this.
    #[serde(default)]
    pub most_files: Option<usize>,
    /// The library's album that files of a link go straight to; without one they wait for review.
    #[serde(default)]
    pub album: Option<String>,
    /// Whether a link's guest sees what others sent.
    #[serde(default)]
    pub sees_others: bool,
    /// Whether folders and albums may be made in it.
    #[serde(default)]
    pub folders: bool,
    /// Who may use a Workspace, besides administrators.
    #[serde(default)]
    pub members: Vec<String>,
    #[serde(default)]
    pub fields: Vec<Ask>,
}

impl Place {
    /// The parent of what is at its top. No node has this id, so nothing of it stands in the library's own tree.
    pub fn root(&self) -> String {
        format!("place-{}", self.id)
    }

    /// The one album of a link.
    pub fn inbox(&self) -> Option<String> {
        (self.kind == PlaceKind::UploadLink).then(|| self.id.clone())
    }

    /// Who is behind its tokens: the key of their uploads, so that the status list of a place is its own.
    pub fn identity(&self, member: Option<&str>) -> String {
        match member {
            Some(email) => format!("place-{}.{email}", self.id),
            None => format!("place-{}", self.id),
        }
    }

    pub fn address(&self, url: &str) -> String {
        let page = match self.kind {
            PlaceKind::UploadLink => "uploadlink",
            PlaceKind::Workspace => "v",
        };
        format!("{url}/{page}/{}", self.code)
    }

    pub fn has_expired(&self, now_ms: i64) -> bool {
        self.expires_ms.is_some_and(|end| end <= now_ms)
    }
}

impl Row for Place {
    const TABLE: &'static str = "places";

    fn key(&self) -> String {
        self.id.clone()
    }
}
