//! Upload setting and upload status (§8.1, §8.4).

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::Value;

use super::Caller;
use crate::error::{ApiError, ApiResult};
use crate::object_store::setting::issue;
use crate::state::App;
use crate::store::upload::UploadState;
use crate::store::user::Right;

pub async fn setting(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<HashMap<String, String>>,
) -> ApiResult<Json<Value>> {
    caller.needs(&app, Right::Upload)?;
    let refer = asked.get("refer").is_some_and(|text| text == "true");
    let place = caller.0.place.as_ref().map(|place| place.id.clone());
    Ok(Json(issue(&app, &caller.0.email, place, refer)))
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    time: String,
    status: UploadState,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// Not evidenced [ND]; only where the switch is on.
    #[serde(rename = "refer_id", skip_serializing_if = "Option::is_none")]
    refer_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Items<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<Item<'a>>,
    found: usize,
}

/// Newest first [ND]; only the caller's own [I]; no reason with `Error` [ND]. Written in one pass, since it
/// may hold tens of thousands of items.
pub async fn status(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<HashMap<String, String>>,
) -> ApiResult {
    let hours: i64 = match asked.get("hours").map(|text| text.parse()) {
        None => 24,
        Some(Ok(hours @ 1..=24)) => hours,
        Some(_) => return Err(ApiError::bad_request("hours must be 1 to 24")),
    };
    let now = app.now_ms();
    let echo = app.switches().refer_echo;
    let library = app.library();
    let mine = library.uploads_of.get(&caller.0.email).map_or(&[][..], Vec::as_slice);
    let results: Vec<Item<'_>> = mine
        .iter()
        .rev()
        .filter_map(|seq| library.uploads.get(seq))
        .take_while(|upload| upload.received_ms > now - hours * 3_600_000)
        .filter(|upload| upload.appears_ms <= now && upload.state != UploadState::Absent)
        .map(|upload| Item {
            name: &upload.meta.file_name,
            time: app.clock.digits(upload.received_ms),
            status: upload.state,
            scheme: upload.asset.as_ref().map(|key| key.scheme.as_str()),
            id: upload.asset.as_ref().map(|key| key.id.as_str()),
            refer_id: (echo && !upload.meta.refer_id.is_empty()).then_some(upload.meta.refer_id.as_str()),
        })
        .collect();
    let items = Items { found: results.len(), results };
    let text = serde_json::to_vec(&items).map_err(ApiError::internal)?;
    Ok(json_bytes(text))
}

pub fn json_bytes(text: Vec<u8>) -> Response {
    let mut response = Body::from(text).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
