//! Users, rights, restricted nodes, sessions.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::store::token::TokenKind;
use crate::store::user::{Right, User};

pub async fn list(State(app): State<App>) -> Json<Vec<User>> {
    Json(app.library().users.values().cloned().collect())
}

/// Adds a user, or replaces the one with this e-mail.
pub async fn put(State(app): State<App>, Json(mut user): Json<User>) -> Json<User> {
    user.email = user.email.to_lowercase();
    app.db.put(&user);
    app.library().users.insert(user.email.clone(), user.clone());
    Json(user)
}

pub async fn set_rights(
    State(app): State<App>,
    Path(email): Path<String>,
    Json(rights): Json<Vec<Right>>,
) -> ApiResult<Json<User>> {
    let mut library = app.library();
    let user = library.users.get_mut(&email).ok_or_else(|| ApiError::not_found("User"))?;
    user.rights = rights;
    app.db.put(user);
    Ok(Json(user.clone()))
}

/// A list of e-mails = restricted to them and administrators; `null` = visible to all.
pub async fn restrict(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(people): Json<Option<Vec<String>>>,
) -> ApiResult<Json<Value>> {
    let mut library = app.library();
    let node = library.nodes.get_mut(&id).ok_or_else(|| ApiError::not_found("Node"))?;
    node.visible_to = people;
    app.db.put(node);
    Ok(Json(json!({ "id": node.id, "visible_to": node.visible_to })))
}

/// Refresh tokens too with `{"refresh":true}`.
pub async fn expire_tokens(State(app): State<App>, body: String) -> Json<Value> {
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut sessions = app.sessions();
    sessions.expire(TokenKind::Access, &app.db);
    if asked["refresh"] == true {
        sessions.expire(TokenKind::Refresh, &app.db);
    }
    Json(json!({}))
}

pub async fn expire_policies(State(app): State<App>) -> Json<Value> {
    app.end_policies();
    Json(json!({}))
}
