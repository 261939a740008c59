//! What a sign-in needs and how it starts.

use canto_api::Secret;
use serde::{Deserialize, Serialize};

use super::{AccountId, PlaceOffer};

/// A request to sign in to a tenant.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SignInRequest {
    /// As typed: `acme`, `acme.canto.com`, a full address.
    pub tenant: String,
    /// Of the tenant's API key; `None` takes what is stored for this tenant or managed on this machine.
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub app_secret: Option<Secret>,
    /// The account that is signed in again: anybody else is refused.
    #[serde(default)]
    pub again: Option<AccountId>,
    /// The user (an e-mail address) whose rights a station without a user has; `None`: the key's own.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
}

impl std::fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What stands behind the host may open something.
        let host = self.tenant.rsplit("://").next().unwrap_or_default().split(['/', '?', '#']).next();
        f.debug_struct("SignInRequest").field("tenant", &host).finish_non_exhaustive()
    }
}

/// What an address points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AddressPlace {
    /// The library, or any page of it.
    Library,
    UploadLink,
    Workspace,
}

/// Where the tenant's API key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// The environment of this program.
    Given,
    /// An administrator has set it for everyone on this computer.
    Managed,
    /// A sign-in of before.
    Kept,
}

/// A library that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct AddressView {
    /// Its host, such as `acme.canto.com`.
    pub tenant: String,
    /// The host that the browser will show.
    pub sign_in_host: String,
    pub place: AddressPlace,
    /// What the tenant lets programs know of the place, where it lists that at all.
    pub offer: Option<PlaceOffer>,
    /// `None`: an app id has to be typed.
    pub key: Option<KeySource>,
    /// Who has set the key, if an administrator did.
    pub managed_by: Option<String>,
}

/// A sign-in that waits for the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SignInStarted {
    /// Names this sign-in when it is awaited or cancelled.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub flow: u64,
    /// Open this in the system browser.
    pub url: String,
    /// Host that the browser will show, for saying beforehand.
    pub host: String,
}

/// Whether secrets can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    Open,
    /// They are in the encrypted file, whose passphrase nobody has typed.
    Locked,
    /// There is no keychain, and nobody has said what to do instead.
    Missing,
}
