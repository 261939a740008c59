//! Signing in: the OAuth server of a tenant's region, its tokens, and where a client gets them from.

mod ahead;
mod oauth;
mod pkce;
mod tokens;

pub use ahead::PageRefused;
pub(crate) use oauth::Zeroed;
pub use oauth::{OAuthServer, OAuthStyle};
pub use pkce::{Pkce, PkceMethod};
pub(crate) use tokens::TokenAnswer;
pub use tokens::{AppKey, TokenSource, Tokens};
