//! People and their rights.

use serde::{Deserialize, Serialize};

use super::Row;
use super::place::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Contributor,
    Consumer,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Contributor => "contributor",
            Self::Consumer => "consumer",
        }
    }

    /// Consumers do not upload; the other rights are single switches [D] (§12.3).
    pub fn rights(self) -> Vec<Right> {
        match self {
            Self::Admin => vec![
                Right::Upload,
                Right::Download,
                Right::CreateFolder,
                Right::CreateAlbum,
                Right::Edit,
                Right::Assign,
                Right::Delete,
            ],
            Self::Contributor => vec![
                Right::Upload,
                Right::Download,
                Right::CreateFolder,
                Right::CreateAlbum,
                Right::Edit,
                Right::Assign,
            ],
            Self::Consumer => vec![Right::Download],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    Upload,
    Download,
    CreateFolder,
    CreateAlbum,
    Edit,
    Assign,
    Delete,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub password: String,
    pub role: Role,
    pub rights: Vec<Right>,
    /// They come through this one, and see nothing else.
    #[serde(skip)]
    pub place: Option<Place>,
}

impl User {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// The parent of what is at the top of what they see.
    pub fn space(&self) -> Option<String> {
        self.place.as_ref().map(Place::root)
    }

    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

impl Row for User {
    const TABLE: &'static str = "users";

    fn key(&self) -> String {
        self.email.clone()
    }
}
