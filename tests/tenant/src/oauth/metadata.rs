//! What the OAuth server says of itself (RFC 8414). A GUESS [ND]: Canto's public documents show no such page, so that it
//! is here proves nothing about Canto; it only lets a program that asks for it go its way with PKCE to the end.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::BASE;
use crate::error::web_app;
use crate::state::App;

pub async fn show(State(app): State<App>) -> Response {
    if !app.switches().oauth_metadata {
        return web_app().await.into_response();
    }
    let url = app.url();
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}{BASE}/authorize"),
        "token_endpoint": format!("{url}{BASE}/token"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": app.switches().pkce_methods,
    }))
    .into_response()
}
