//! An Upload Link or a Workspace: an account that shows one place of a tenant.

use canto_api::Secret;
use serde::{Deserialize, Serialize};

use super::AccountId;
use crate::error::ErrorCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    UploadLink,
    Workspace,
}

/// The place that an account shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PlaceView {
    pub kind: PlaceKind,
    pub name: String,
    /// Who made it, as the tenant tells.
    pub owner: String,
    /// Name of the library that it is in; empty where it is not told.
    pub library: String,
    /// Folders and albums may be made in it.
    pub folders: bool,
    /// Somebody looks at files before they come into the library.
    pub reviewed: bool,
    /// The one album that everything goes to, if there is no more in it.
    pub album: Option<String>,
    /// Why it waits.
    #[serde(default)]
    pub trouble: Option<ErrorCode>,
}

/// What a tenant tells of a place before it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PlaceOffer {
    pub place: PlaceView,
    /// A user of the tenant has to sign in.
    pub sign_in: bool,
    pub asks_email: bool,
    pub asks_password: bool,
    /// What others sent is seen.
    pub sees_others: bool,
}

/// A wish to connect to a place that needs no account.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PlaceRequest {
    /// As it was handed out; `None` with `again`: the one that is kept.
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub address: Option<Secret>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub password: Option<Secret>,
    /// The account that is connected again.
    #[serde(default)]
    pub again: Option<AccountId>,
}

impl std::fmt::Debug for PlaceRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaceRequest").field("again", &self.again).finish_non_exhaustive()
    }
}
