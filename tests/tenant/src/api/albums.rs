//! Lists of an album, below a folder, of a scheme (§5).

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::Value;

use super::Caller;
use super::query::{Asked, page};
use super::tree::visible;
use crate::error::{ApiResult, web_app};
use crate::state::App;
use crate::store::asset::{AssetKey, Scheme};
use crate::store::node::NodeKind;

type Wanted = Query<HashMap<String, String>>;

pub async fn album(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Wanted,
) -> ApiResult<Json<Value>> {
    let library = app.library();
    visible(&app, &library, &user, &id, NodeKind::Album)?;
    let keys = library.by_album.get(&id).cloned().unwrap_or_default();
    Ok(Json(page(&app, &library, &user, &Asked(&asked), keys)))
}

/// Everything in the albums below it [C].
pub async fn folder(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Wanted,
) -> ApiResult<Json<Value>> {
    let library = app.library();
    visible(&app, &library, &user, &id, NodeKind::Folder)?;
    let albums = library.albums_below(&id);
    let keys: BTreeSet<AssetKey> =
        albums.iter().filter_map(|album| library.by_album.get(album)).flatten().cloned().collect();
    Ok(Json(page(&app, &library, &user, &Asked(&asked), keys)))
}

pub async fn scheme(
    State(app): State<App>,
    Extension(Caller(user)): Extension<Caller>,
    Path(name): Path<String>,
    Query(asked): Wanted,
) -> Response {
    // `/api/v1/album` and all else that is no scheme is the web app's [C].
    let Ok(scheme) = name.parse::<Scheme>() else { return web_app().await.into_response() };
    let library = app.library();
    let keys: Vec<AssetKey> = library.assets.keys().filter(|key| key.scheme == scheme).cloned().collect();
    Json(page(&app, &library, &user, &Asked(&asked), keys)).into_response()
}
