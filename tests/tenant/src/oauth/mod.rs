//! Signing in: `/oauth/api/oauth2`, with the plain, the "compatible" and the "universal2" style (§2).

mod authorize;
mod metadata;
mod page;
pub mod sessions;
mod token;

use axum::Router;
use axum::routing::{get, post};

use crate::state::App;

const BASE: &str = "/oauth/api/oauth2";

pub fn router() -> Router<App> {
    let mut router = Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::show))
        .route(&format!("{BASE}/tenant/{{refresh_token}}"), get(token::tenant_of));
    for style in ["", "/compatible", "/universal2"] {
        router = router
            .route(&format!("{BASE}{style}/authorize"), get(authorize::show).post(authorize::submit))
            .route(
                &format!("{BASE}{style}/token"),
                if style == "/compatible" { post(token::compatible) } else { post(token::plain) },
            );
    }
    router
}
