//! `/api_binary/v1`: addresses of originals, versions and previews (§10).

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Caller;
use super::asset_json::latest_id;
use super::download::cdn_url;
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::store::asset::{Asset, AssetKey, Version};
use crate::store::user::Right;

fn find(app: &App, caller: &Caller, scheme: &str, id: &str) -> ApiResult<Asset> {
    caller.needs(app, Right::Download)?;
    let scheme = scheme.parse().map_err(|()| ApiError::not_found("Scheme"))?;
    let library = app.library();
    let asset = library.asset_for(&caller.0, &AssetKey { scheme, id: id.to_owned() });
    asset.cloned().ok_or_else(|| ApiError::not_found("Content"))
}

/// 302 to a CDN address [C].
fn redirect(app: &App, asset: &Asset, version: Option<&Version>) -> ApiResult<Response> {
    let version = version.ok_or_else(|| ApiError::not_found("Version"))?;
    let url = HeaderValue::from_str(&cdn_url(app, asset, version)).map_err(ApiError::internal)?;
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().insert(header::LOCATION, url);
    Ok(response)
}

fn version<'a>(asset: &'a Asset, id: &str) -> Option<&'a Version> {
    if id == latest_id() {
        return asset.current();
    }
    asset.versions.iter().find(|version| version.version_id == id)
}

/// Conversions are not made here: each of these gives the original.
fn is_kind(what: &str) -> bool {
    matches!(what, "preview" | "HighJPG" | "LowJPG" | "PNG")
}

pub async fn original(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path((scheme, id)): Path<(String, String)>,
) -> ApiResult<Response> {
    let asset = find(&app, &caller, &scheme, &id)?;
    redirect(&app, &asset, asset.current())
}

pub async fn version_or_kind(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path((scheme, id, what)): Path<(String, String, String)>,
) -> ApiResult<Response> {
    let asset = find(&app, &caller, &scheme, &id)?;
    match what.as_str() {
        // Plain text: the address itself [C].
        "directuri" | "previewURI" => {
            let version = asset.current().ok_or_else(|| ApiError::not_found("Version"))?;
            Ok(cdn_url(&app, &asset, version).into_response())
        }
        "metadata" => {
            Ok(Json(json!({ "Name": asset.name, "Size": asset.size().to_string() })).into_response())
        }
        kind if is_kind(kind) => redirect(&app, &asset, asset.current()),
        id => redirect(&app, &asset, version(&asset, id)),
    }
}

/// `preview/{size}` or `{versionId}/preview` [R].
pub async fn version_kind(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path((scheme, id, what, more)): Path<(String, String, String, String)>,
) -> ApiResult<Response> {
    let asset = find(&app, &caller, &scheme, &id)?;
    match what.as_str() {
        "preview" => redirect(&app, &asset, asset.current()),
        "previewURI" => {
            let version = asset.current().ok_or_else(|| ApiError::not_found("Version"))?;
            Ok(cdn_url(&app, &asset, version).into_response())
        }
        id if is_kind(&more) => redirect(&app, &asset, version(&asset, id)),
        _ => Err(ApiError::not_found("Content")),
    }
}

pub async fn batch_direct_uri(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(keys): Json<Vec<AssetKey>>,
) -> ApiResult<Json<Value>> {
    caller.needs(&app, Right::Download)?;
    let library = app.library();
    let found = keys.iter().filter_map(|key| {
        let asset = library.asset_for(&caller.0, key)?;
        let url = cdn_url(&app, asset, asset.current()?);
        Some(json!({ "id": key.id, "displayName": asset.name, "size": asset.size().to_string(),
                     "previewUri": url, "directUri": url }))
    });
    Ok(Json(found.collect::<Vec<_>>().into()))
}
