//! What a sign-in needs and how it starts.

use serde::{Deserialize, Serialize};

/// A request to sign in to a tenant.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SignInRequest {
    /// As typed: `acme`, `acme.canto.com`, a full address.
    pub tenant: String,
    /// Of the tenant's API key; `None` takes what is stored for this tenant or managed on this machine.
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(default)]
    pub app_secret: Option<String>,
}

impl std::fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInRequest").field("tenant", &self.tenant).finish_non_exhaustive()
    }
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
