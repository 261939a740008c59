//! A signed-in user of a tenant.

use serde::{Deserialize, Serialize};

use super::{AccountId, PlaceView};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    /// Through the system browser.
    Browser,
    /// With the app secret alone, for stations without a user.
    ClientCredentials,
}

impl SignInKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Browser, Self::ClientCredentials].into_iter().find(|kind| kind.as_str() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    SignedIn,
    /// The token is gone and could not be renewed.
    SignInRequired,
    /// They signed out; what is queued waits, if anything is.
    SignedOut,
}

/// A right of the user, as far as the tenant tells (canto-api.md §3: only `upload` and `download` are known).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Right {
    Upload,
    Download,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct AccountView {
    pub id: AccountId,
    /// The tenant's address without scheme, such as `acme.canto.com`.
    pub tenant: String,
    pub tenant_url: String,
    pub user_name: String,
    pub email: String,
    pub kind: SignInKind,
    pub state: SignInState,
    pub rights: Vec<Right>,
    /// It shows this place alone; `None`: the whole library.
    #[serde(default)]
    pub place: Option<PlaceView>,
}
