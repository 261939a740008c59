//! What a token answer holds, and who hands tokens to the client.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;

use crate::{
    error::ApiError,
    secret::{AccessToken, Secret},
    types::lenient,
};

/// Gives the client its token. The implementor keeps it, renews it and stores it.
pub trait TokenSource: Send + Sync {
    /// The present token; may renew it first when its time is nearly up.
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, ApiError>>;

    /// A new token in place of one the tenant has just refused. The client calls this once per request,
    /// many requests at the same time: the implementor makes one renewal of them. If `rejected` is no longer
    /// the present token, the present one is the answer.
    fn renew(&self, rejected: &AccessToken) -> BoxFuture<'_, Result<AccessToken, ApiError>>;

    /// The tenant refuses this token although it has just been renewed: a person has to sign in.
    fn refused(&self, _token: &AccessToken) {}
}

/// An API key ("app") that an administrator made [D]. It belongs to the OAuth server of its region [T].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppKey {
    pub id: String,
    /// Left out of requests when empty.
    pub secret: Secret,
}

/// A token answer.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: AccessToken,
    /// Store the one that comes back each time: whether it rotates is [ND]. None for client credentials [C].
    pub refresh: Option<Secret>,
    /// About 30 days [D]; the same if the server does not say.
    pub expires_in: Duration,
}

/// Both styles of names: Canto's own and the "compatible" one [C].
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenAnswer {
    #[serde(alias = "access_token", rename = "accessToken", deserialize_with = "lenient::text")]
    access: String,
    #[serde(alias = "refresh_token", rename = "refreshToken", deserialize_with = "lenient::opt_text")]
    refresh: Option<String>,
    #[serde(alias = "expires_in", rename = "expiresIn", deserialize_with = "lenient::opt_u64")]
    expires_in: Option<u64>,
}

impl TokenAnswer {
    /// None if there is no token in it.
    pub(crate) fn into_tokens(self) -> Option<Tokens> {
        const ONE_MONTH: u64 = 30 * 24 * 60 * 60;
        if self.access.is_empty() {
            return None;
        }
        Some(Tokens {
            access: AccessToken::new(self.access),
            refresh: self.refresh.filter(|word| !word.is_empty()).map(Secret::new),
            expires_in: Duration::from_secs(self.expires_in.unwrap_or(ONE_MONTH)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Tokens> {
        serde_json::from_str::<TokenAnswer>(json).unwrap().into_tokens()
    }

    #[test]
    fn both_styles() {
        let own = read(
            r#"{"accessToken":"3f1c","expiresIn":"2592000","tokenType":"bearer","refreshToken":"9ab2"}"#,
        );
        let own = own.unwrap();
        assert_eq!(own.access.expose(), "3f1c");
        assert_eq!(own.refresh.unwrap().expose(), "9ab2");
        assert_eq!(own.expires_in, Duration::from_secs(2_592_000));
        let other =
            read(r#"{"access_token":"x","expires_in":60,"token_type":"bearer","refresh_token":null}"#)
                .unwrap();
        assert_eq!((other.access.expose(), other.refresh, other.expires_in.as_secs()), ("x", None, 60));
        assert!(read(r#"{"error":"nothing"}"#).is_none());
    }
}
