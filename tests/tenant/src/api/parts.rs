//! `/api/v1/s3/multipart`: the request shapes of Uppy's Companion (reference/companion-s3-multipart.md).
//! Not part of Canto's API; listed only where the switch is on.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Caller;
use crate::error::ApiError;
use crate::ids;
use crate::object_store::multipart::{SIGNED_SECONDS, part_url};
use crate::object_store::s3::StoredPart;
use crate::object_store::{BUCKET, embedded};
use crate::state::{App, Arrived};
use crate::store::upload::UploadMeta;
use crate::store::user::Right;

pub enum Refused {
    Here(StatusCode, String),
    /// As every other call of the tenant's says it.
    Right(ApiError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Here(status, text) => (status, Json(json!({ "error": text }))).into_response(),
            Self::Right(error) => error.into_response(),
        }
    }
}

type Answer = Result<Json<Value>, Refused>;
type Asked = Query<HashMap<String, String>>;

fn bad(text: &str) -> Refused {
    Refused::Here(StatusCode::BAD_REQUEST, text.to_owned())
}

fn store(error: impl std::fmt::Display) -> Refused {
    let text = error.to_string();
    let gone = text.contains("NoSuchUpload");
    Refused::Here(if gone { StatusCode::NOT_FOUND } else { StatusCode::INTERNAL_SERVER_ERROR }, text)
}

pub fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/s3/multipart", post(create))
        .route("/api/v1/s3/multipart/{id}", get(list).delete(abort))
        .route("/api/v1/s3/multipart/{id}/batch", get(batch))
        .route("/api/v1/s3/multipart/{id}/complete", post(complete))
        .route("/api/v1/s3/multipart/{id}/{number}", get(sign))
}

/// The key of an upload belongs to whoever began it.
fn key_of(app: &App, caller: &Caller, asked: &Asked) -> Result<String, Refused> {
    let key =
        asked.get("key").ok_or_else(|| bad("s3: the object key must be passed as a query parameter."))?;
    let mine = format!("{}/{}/", app.identity.account, caller.0.email);
    if key.starts_with(&mine) {
        Ok(key.clone())
    } else {
        Err(Refused::Here(StatusCode::FORBIDDEN, "s3: not yours".into()))
    }
}

async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<Value>,
) -> Answer {
    let place = caller.0.place.as_ref().map(|place| place.id.clone());
    if let Some(Err(shut)) = place.map(|place| app.library().takes_files(&place, app.now_ms())) {
        return Err(Refused::Here(StatusCode::FORBIDDEN, shut.word().into()));
    }
    caller.needs(&app, Right::Upload).map_err(Refused::Right)?;
    let name = asked["filename"].as_str().ok_or_else(|| bad("s3: content filename must be a string"))?;
    asked["type"].as_str().ok_or_else(|| bad("s3: content type must be a string"))?;
    let empty = Map::new();
    let mut meta = HashMap::new();
    for (name, value) in asked["metadata"].as_object().unwrap_or(&empty) {
        let value = value.as_str().ok_or_else(|| bad("s3: metadata values must be strings"))?;
        meta.insert(name.clone(), value.to_owned());
    }
    meta.entry("file_name".into()).or_insert_with(|| name.to_owned());
    let tail = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let key = format!("{}/{}/{}-{tail}", app.identity.account, caller.0.email, ids::blob());
    let id = match &app.s3 {
        Some(s3) => {
            let meta: Vec<(String, String)> = meta.into_iter().collect();
            s3.create_multipart(&key, &meta).await.map_err(store)?
        }
        None => app.open_uploads.begin(&key, meta).map_err(store)?,
    };
    Ok(Json(json!({ "key": key, "uploadId": id, "bucket": BUCKET })))
}

async fn stored(app: &App, key: &str, id: &str) -> Result<Vec<StoredPart>, Refused> {
    if let Some(s3) = &app.s3 {
        return s3.list_parts(key, id).await.map_err(store);
    }
    let upload = app.open_uploads.get(id, key).ok_or_else(|| store("NoSuchUpload"))?;
    let parts = upload.parts.into_iter();
    Ok(parts
        .map(|(number, (etag, size))| StoredPart { number, etag: Some(format!("\"{etag}\"")), size })
        .collect())
}

/// As Companion passes it on: without `ETag` where the store gives none.
async fn list(app: State<App>, caller: Extension<Caller>, Path(id): Path<String>, asked: Asked) -> Answer {
    let key = key_of(&app, &caller, &asked)?;
    let parts = stored(&app, &key, &id).await?.into_iter().map(|part| match part.etag {
        Some(etag) => json!({ "PartNumber": part.number, "ETag": etag, "Size": part.size }),
        None => json!({ "PartNumber": part.number, "Size": part.size }),
    });
    Ok(Json(parts.collect::<Vec<_>>().into()))
}

fn number(text: &str) -> Result<u32, Refused> {
    let number = text.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| bad("s3: the part number must be a number between 1 and 10000."))
}

async fn sign(
    app: State<App>,
    caller: Extension<Caller>,
    Path((id, part)): Path<(String, String)>,
    asked: Asked,
) -> Answer {
    let key = key_of(&app, &caller, &asked)?;
    let url = part_url(&app, &key, &id, number(&part)?);
    Ok(Json(json!({ "url": url, "expires": SIGNED_SECONDS })))
}

async fn batch(app: State<App>, caller: Extension<Caller>, Path(id): Path<String>, asked: Asked) -> Answer {
    let key = key_of(&app, &caller, &asked)?;
    let numbers = asked.get("partNumbers").ok_or_else(|| bad("s3: the part numbers must be passed."))?;
    let mut urls = Map::new();
    for text in numbers.split(',') {
        let part = number(text)?;
        urls.insert(part.to_string(), part_url(&app, &key, &id, part).into());
    }
    Ok(Json(json!({ "presignedUrls": urls })))
}

#[derive(Deserialize)]
struct Done {
    parts: Vec<DonePart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DonePart {
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

async fn complete(
    State(app): State<App>,
    caller: Extension<Caller>,
    Path(id): Path<String>,
    asked: Asked,
    Json(done): Json<Done>,
) -> Answer {
    let key = key_of(&app, &caller, &asked)?;
    if done.parts.is_empty() {
        return Err(bad("s3: `parts` must be an array of {ETag, PartNumber} objects."));
    }
    let parts: Vec<(u32, String)> =
        done.parts.into_iter().map(|part| (part.part_number, part.etag)).collect();
    match &app.s3 {
        Some(s3) => s3.complete(&key, &id, &parts).await.map_err(store)?,
        None => join(&app, &key, &id, &parts).await?,
    }
    let location = format!("{}/{BUCKET}/{}", app.url(), crate::object_store::sigv4::encode_path(&key));
    Ok(Json(json!({ "location": location, "key": key, "bucket": BUCKET })))
}

/// Least size of all parts but the last [A].
const LEAST_PART: u64 = 5 * 1024 * 1024;

async fn join(app: &App, key: &str, id: &str, parts: &[(u32, String)]) -> Result<(), Refused> {
    let upload = app.open_uploads.get(id, key).ok_or_else(|| store("NoSuchUpload"))?;
    let mut files = Vec::with_capacity(parts.len());
    let mut before = 0;
    for (place, (number, etag)) in parts.iter().enumerate() {
        let etag = etag.trim_matches('"');
        let size = upload.parts.get(number).filter(|(there, _)| there == etag).map(|(_, size)| *size);
        let size = size.ok_or_else(|| bad("InvalidPart"))?;
        if *number <= before {
            return Err(bad("InvalidPartOrder"));
        }
        if size < LEAST_PART && place + 1 < parts.len() {
            return Err(bad("EntityTooSmall"));
        }
        before = *number;
        files.push(app.open_uploads.part_path(id, *number, etag));
    }
    let blob = app.blobs.join(files).await.map_err(store)?;
    let mut meta = UploadMeta::default();
    for (name, value) in upload.meta {
        meta.set(&name, value);
    }
    let email = embedded::owner_of(app, key);
    app.arrived(Arrived { bucket_key: key.to_owned(), email, meta, blob, must_fail: false, delay_ms: None });
    app.db.barrier().await;
    app.open_uploads.end(id);
    Ok(())
}

async fn abort(app: State<App>, caller: Extension<Caller>, Path(id): Path<String>, asked: Asked) -> Answer {
    let key = key_of(&app, &caller, &asked)?;
    match &app.s3 {
        Some(s3) => s3.abort(&key, &id).await.map_err(store)?,
        None => {
            app.open_uploads.get(&id, &key).ok_or_else(|| store("NoSuchUpload"))?;
            app.open_uploads.end(&id);
        }
    }
    Ok(Json(json!({})))
}
