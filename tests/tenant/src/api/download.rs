//! The bytes: addresses like a CDN's, without a token, with an end (§10).

use std::collections::HashMap;
use std::io::SeekFrom;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::asset_json::mime_of;
use crate::error::{ApiError, ApiResult};
use crate::ids;
use crate::object_store::sigv4::encode;
use crate::state::{App, State as Shared};
use crate::store::asset::{Asset, AssetKey, Version};

/// Life of an address [ND].
const LIFE_MS: i64 = 3_600_000;

pub fn router() -> Router<App> {
    Router::new()
        .route("/cdn/{scheme}/{id}/{no}", get(cdn))
        .route("/direct/{scheme}/{id}/{hash}/original", get(direct))
}

fn sign(app: &Shared, text: &str) -> String {
    hex::encode(&ids::hmac_sha256(app.identity.secret_key.as_bytes(), text.as_bytes())[..16])
}

/// The original's address for an hour; neither token nor cookie is needed.
pub fn cdn_url(app: &Shared, asset: &Asset, version: &Version) -> String {
    let path = format!("/cdn/{}/{}/{}", asset.key.scheme, asset.key.id, version.no);
    let expires = app.now_ms() + LIFE_MS;
    let signature = sign(app, &format!("{path} {expires}"));
    format!("{}{path}?Expires={expires}&Signature={signature}", app.url())
}

/// Public and without an end [C] (`url.directUrlOriginal`).
pub fn direct_url(app: &Shared, asset: &Asset) -> String {
    let (scheme, id) = (asset.key.scheme, &asset.key.id);
    let hash = sign(app, &format!("{scheme}/{id}"));
    let (kind, name) = (encode(mime_of(&asset.name)), encode(&asset.name));
    format!("{}/direct/{scheme}/{id}/{hash}/original?content-type={kind}&name={name}", app.url())
}

async fn cdn(
    State(app): State<App>,
    Path((scheme, id, no)): Path<(String, String, u32)>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let expires = asked.get("Expires").map_or("", String::as_str);
    let right = sign(&app, &format!("/cdn/{scheme}/{id}/{no} {expires}"));
    let late = expires.parse().map_or(true, |expires: i64| expires <= app.now_ms());
    if late || asked.get("Signature") != Some(&right) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, 3403, "The address is not valid or has expired"));
    }
    serve(&app, &scheme, id, Some(no), &headers).await
}

async fn direct(
    State(app): State<App>,
    Path((scheme, id, hash)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if hash != sign(&app, &format!("{scheme}/{id}")) {
        return Err(ApiError::not_found("Content"));
    }
    serve(&app, &scheme, id, None, &headers).await
}

async fn serve(
    app: &App,
    scheme: &str,
    id: String,
    no: Option<u32>,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let scheme = scheme.parse().map_err(|()| ApiError::not_found("Scheme"))?;
    let found = {
        let library = app.library();
        let asset = library.assets.get(&AssetKey { scheme, id });
        asset.and_then(|asset| {
            let version = asset.versions.iter().rev().find(|version| no.is_none_or(|no| no == version.no))?;
            Some((asset.name.clone(), version.clone()))
        })
    };
    let (name, version) = found.ok_or_else(|| ApiError::not_found("Content"))?;
    let etag = format!("\"{}\"", version.md5);
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    // Whole again, if the file is not the one that the client has the first part of.
    let same = headers.get(header::IF_RANGE).is_none_or(|value| value.as_bytes() == etag.as_bytes());
    let range = asked.filter(|_| same).map(|text| byte_range(text, version.size));
    let (status, from, length) = match range {
        None | Some(Range::All) => (StatusCode::OK, 0, version.size),
        Some(Range::Part { from, length }) => (StatusCode::PARTIAL_CONTENT, from, length),
        Some(Range::Outside) => {
            let whole = format!("bytes */{}", version.size);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, whole)]).into_response());
        }
    };
    let place = app.blobs.place(&version.blob);
    let mut file = tokio::fs::File::open(place.file).await?;
    file.seek(SeekFrom::Start(place.offset + from)).await?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), 1 << 18));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime_of(&name)));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).map_err(ApiError::internal)?);
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {from}-{}/{}", from + length - 1, version.size);
        headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&text).map_err(ApiError::internal)?);
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    All,
    Part { from: u64, length: u64 },
    Outside,
}

/// One range only; several, or one that can't be read, give the whole file.
fn byte_range(text: &str, size: u64) -> Range {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
        return Range::All;
    };
    let (from, end) = match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) => (from, to.saturating_add(1).min(size)),
        (Ok(from), Err(_)) if to.trim().is_empty() => (from, size),
        (Err(_), Ok(last)) if from.trim().is_empty() => (size.saturating_sub(last), size),
        _ => return Range::All,
    };
    if from >= size || end <= from { Range::Outside } else { Range::Part { from, length: end - from } }
}

#[cfg(test)]
mod tests {
    use super::{Range, byte_range};

    #[test]
    fn ranges() {
        assert_eq!(byte_range("bytes=2-3", 10), Range::Part { from: 2, length: 2 });
        assert_eq!(byte_range("bytes=2-", 10), Range::Part { from: 2, length: 8 });
        assert_eq!(byte_range("bytes=-3", 10), Range::Part { from: 7, length: 3 });
        assert_eq!(byte_range("bytes=10-", 10), Range::Outside);
        assert_eq!(byte_range("lines=1-2", 10), Range::All);
    }
}
