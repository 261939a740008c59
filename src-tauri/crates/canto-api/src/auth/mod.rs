//! Signing in: the OAuth server of a tenant's region, its tokens, and where a client gets them from.

mod oauth;
mod pkce;
mod tokens;

pub use oauth::{OAuthServer, OAuthStyle};
pub use pkce::{Pkce, PkceMethod};
pub use tokens::{AppKey, TokenSource, Tokens};
