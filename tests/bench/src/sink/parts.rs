//! Uploads in parts, as Uppy's Companion offers them (companion-s3-multipart.md). A part is not hashed: its ETag is the
//! MD5 that its sender named, so that the sink stays cheap.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::State;
use super::canto::{Form, file_of};
use super::http::{Answer, Connection, Request};

/// What the listing names.
pub const BASE: &str = "/api/v1/s3/multipart";
/// Where parts go: `/ferry-parts/UPLOAD/NUMBER`.
pub const PARTS: &str = "/ferry-parts/";

/// Uploads that were begun and not ended.
#[derive(Default)]
pub struct Open {
    uploads: Mutex<Uploads>,
}

#[derive(Default)]
struct Uploads {
    begun: u64,
    open: HashMap<String, Upload>,
}

struct Upload {
    form: Form,
    /// ETag and size by number.
    parts: BTreeMap<u32, (String, u64)>,
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of the parts that are kept.
    pub fn bytes(&self) -> u64 {
        let uploads = self.lock();
        uploads.open.values().flat_map(|upload| upload.parts.values()).map(|(_, size)| size).sum()
    }
}

fn refuse(status: &'static str, error: &str) -> Answer {
    Answer { status, ..Answer::json(json!({ "error": error }).to_string()) }
}

fn gone() -> Answer {
    refuse("404 Not Found", "NoSuchUpload")
}

/// A call below [`BASE`].
pub fn api(state: &State, open: &Open, request: &Request, body: &[u8]) -> Answer {
    let mut uploads = open.lock();
    let mut path = request.path().strip_prefix(BASE).unwrap_or_default().trim_matches('/').split('/');
    let id = path.next().unwrap_or_default();
    match (request.method.as_str(), id, path.next()) {
        ("POST", "", None) => begin(state, &mut uploads, body),
        ("GET", id, None) => uploads.open.get(id).map_or_else(gone, list),
        ("GET", id, Some("batch")) if uploads.open.contains_key(id) => sign(state, id, request.query()),
        ("POST", id, Some("complete")) => match uploads.open.remove(id) {
            Some(upload) => complete(state, upload, body),
            None => gone(),
        },
        ("DELETE", id, None) => {
            uploads.open.remove(id).map_or_else(gone, |_| Answer::json(json!({}).to_string()))
        }
        _ => gone(),
    }
}

fn begin(state: &State, uploads: &mut Uploads, body: &[u8]) -> Answer {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let meta = |name: &str| asked.pointer(&format!("/metadata/{name}")).and_then(Value::as_str);
    let form = match file_of(state, meta("file_name"), meta("album_id")) {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    uploads.begun += 1;
    let id = format!("upload-{}", uploads.begun);
    uploads.open.insert(id.clone(), Upload { form, parts: BTreeMap::new() });
    Answer::json(json!({ "key": format!("bench/{id}"), "uploadId": id, "bucket": "bench" }).to_string())
}

fn list(upload: &Upload) -> Answer {
    let parts = upload.parts.iter().map(
        |(number, (etag, size))| json!({ "PartNumber": number, "ETag": format!("\"{etag}\""), "Size": size }),
    );
    Answer::json(Value::from(parts.collect::<Vec<_>>()).to_string())
}

fn sign(state: &State, id: &str, query: &str) -> Answer {
    let numbers = query.split('&').find_map(|pair| pair.strip_prefix("partNumbers=")).unwrap_or_default();
    // A comma travels as it is or in its escape.
    let numbers = numbers.replace("%2C", ",");
    let urls: Map<String, Value> = numbers
        .split(',')
        .map(|number| (number.to_owned(), format!("{}{PARTS}{id}/{number}", state.origin).into()))
        .collect();
    Answer::json(json!({ "presignedUrls": urls }).to_string())
}

#[derive(Deserialize)]
struct Named {
    parts: Vec<NamedPart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedPart {
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

/// All of the file has to be there, under the names that the sender gives.
fn complete(state: &State, upload: Upload, body: &[u8]) -> Answer {
    let Ok(Named { parts: named }) = serde_json::from_slice(body) else {
        return refuse("400 Bad Request", "no parts are named");
    };
    let sizes = named.iter().map(|part| {
        let there = upload.parts.get(&part.part_number);
        there.filter(|(etag, _)| etag == part.etag.trim_matches('"')).map(|(_, size)| size)
    });
    if sizes.sum::<Option<u64>>() != upload.form.size(state) {
        return refuse("400 Bad Request", "InvalidPart");
    }
    upload.form.stored(state);
    Answer::json(json!({ "location": state.origin, "key": "bench", "bucket": "bench" }).to_string())
}

/// A part comes.
pub async fn put(
    state: &State,
    request: &mut Request,
    connection: &mut Connection,
) -> std::io::Result<Answer> {
    let place = request.path().strip_prefix(PARTS).and_then(|path| path.split_once('/'));
    let place = place.and_then(|(id, number)| Some((id.to_owned(), number.parse::<u32>().ok()?)));
    let sum = request.content_md5.as_ref().and_then(|sum| STANDARD.decode(sum).ok()).map(hex::encode);
    if let (Some(open), Some((id, _))) = (&state.parts, &place)
        && let Some(upload) = open.lock().open.get(id)
        && let Some(name) = upload.form.name(state)
    {
        state.line.begins(name);
    }
    connection.drain(request, &state.line).await?;
    let (Some(open), Some((id, number)), Some(sum)) = (&state.parts, place, sum) else {
        return Ok(refuse("400 Bad Request", "no part, or one without its Content-MD5"));
    };
    let mut uploads = open.lock();
    let Some(upload) = uploads.open.get_mut(&id) else { return Ok(gone()) };
    let answer = Answer::empty("200 OK").with("ETag", &format!("\"{sum}\""));
    upload.parts.insert(number, (sum, request.length));
    Ok(answer)
}
