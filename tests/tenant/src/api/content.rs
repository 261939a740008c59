//! Detail of one asset and of many (§7).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Caller;
use super::asset_json::{View, asset_json};
use crate::error::{ApiError, web_app};
use crate::state::App;
use crate::store::asset::{AssetKey, Scheme};

pub async fn detail(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path((scheme, id)): Path<(String, String)>,
) -> Response {
    let Ok(scheme) = scheme.parse::<Scheme>() else { return web_app().await.into_response() };
    let library = app.library();
    let key = AssetKey { scheme, id };
    match library.assets.get(&key) {
        None => ApiError::not_found("Content").into_response(),
        Some(asset) if !library.sees_asset(&user, asset) => {
            ApiError::denied(app.switches().missing_right).into_response()
        }
        Some(asset) => Json(asset_json(&app, &library, &user, asset, View::Detail)).into_response(),
    }
}

/// `docResult` may hold nulls [C]; that it does so at the places of the failed ones is a guess [ND].
pub async fn batch(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Json(keys): Json<Vec<Value>>,
) -> Json<Value> {
    let library = app.library();
    let (mut found, mut failed) = (Vec::with_capacity(keys.len()), Vec::new());
    for value in keys {
        let key = serde_json::from_value::<AssetKey>(value.clone()).ok();
        match key.and_then(|key| library.asset_for(&user, &key)) {
            Some(asset) => found.push(asset_json(&app, &library, &user, asset, View::Detail)),
            None => {
                found.push(Value::Null);
                failed.push(json!({ "id": value["id"], "scheme": value["scheme"] }));
            }
        }
    }
    Json(json!({ "docResult": found, "failed": failed }))
}
