//! Parts: the contract of Uppy's Companion, over a real store or the embedded one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::BodyExt;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

use super::xml::S3Error;
use super::{BUCKET, sigv4};
use crate::ids;
use crate::state::{App, State};

pub const SIGNED_SECONDS: u64 = 3600;

/// Uploads in parts of the embedded store. One directory each, so that they outlive a restart.
pub struct OpenUploads {
    directory: PathBuf,
    open: Mutex<HashMap<String, OpenUpload>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenUpload {
    pub key: String,
    pub meta: HashMap<String, String>,
    /// Number to ETag (without quotation marks) and size.
    #[serde(skip)]
    pub parts: std::collections::BTreeMap<u32, (String, u64)>,
}

impl OpenUploads {
    pub fn open(data: &Path) -> std::io::Result<Self> {
        let directory = data.join("parts");
        std::fs::create_dir_all(&directory)?;
        let mut open = HashMap::new();
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let Some(upload) = read_upload(&entry.path()) else { continue };
            open.insert(entry.file_name().to_string_lossy().into_owned(), upload);
        }
        Ok(Self { directory, open: Mutex::new(open) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, OpenUpload>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn begin(&self, key: &str, meta: HashMap<String, String>) -> std::io::Result<String> {
        let id = ids::blob();
        let upload = OpenUpload { key: key.into(), meta, parts: Default::default() };
        std::fs::create_dir_all(self.directory.join(&id))?;
        std::fs::write(self.directory.join(&id).join("upload.json"), serde_json::to_vec(&upload)?)?;
        self.lock().insert(id.clone(), upload);
        Ok(id)
    }

    pub fn get(&self, id: &str, key: &str) -> Option<OpenUpload> {
        self.lock().get(id).filter(|upload| upload.key == key).cloned()
    }

    pub fn end(&self, id: &str) {
        self.lock().remove(id);
        let _ = std::fs::remove_dir_all(self.directory.join(id));
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    pub fn sweep(&self) {
        let ids: Vec<String> = self.lock().keys().cloned().collect();
        for id in ids {
            self.end(&id);
        }
    }

    /// Number, ETag and size are in the name, so that the directory is the list of parts.
    pub fn part_path(&self, id: &str, number: u32, etag: &str) -> PathBuf {
        self.directory.join(id).join(format!("{number:05}-{etag}"))
    }

    fn stored(&self, id: &str, number: u32, etag: String, size: u64) -> bool {
        let mut open = self.lock();
        let Some(upload) = open.get_mut(id) else { return false };
        // A part sent again replaces the first [A].
        if let Some((old, _)) = upload.parts.insert(number, (etag.clone(), size))
            && old != etag
        {
            let _ = std::fs::remove_file(self.part_path(id, number, &old));
        }
        true
    }
}

fn read_upload(directory: &Path) -> Option<OpenUpload> {
    let text = std::fs::read(directory.join("upload.json")).ok()?;
    let mut upload: OpenUpload = serde_json::from_slice(&text).ok()?;
    for entry in std::fs::read_dir(directory).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((number, etag)) = name.split_once('-')
            && etag.len() == 32
            && let (Ok(number), Ok(about)) = (number.parse(), entry.metadata())
        {
            upload.parts.insert(number, (etag.to_owned(), about.len()));
        }
    }
    Some(upload)
}

fn signature(app: &State, key: &str, id: &str, number: u32, expires_ms: i64) -> String {
    let text = format!("{key}\n{id}\n{number}\n{expires_ms}");
    hex::encode(ids::hmac_sha256(app.identity.secret_key.as_bytes(), text.as_bytes()))
}

/// An address that takes one part without a token.
pub fn part_url(app: &State, key: &str, id: &str, number: u32) -> String {
    if let Some(s3) = &app.s3 {
        let number = number.to_string();
        return s3.presign("PUT", key, &[("partNumber", number.as_str()), ("uploadId", id)], SIGNED_SECONDS);
    }
    let expires = app.now_ms() + SIGNED_SECONDS.cast_signed() * 1000;
    let signed = signature(app, key, id, number, expires);
    let path = sigv4::encode_path(key);
    format!(
        "{}/{BUCKET}/{path}?partNumber={number}&uploadId={id}&Expires={expires}&Signature={signed}",
        app.store_url()
    )
}

struct PartQuery {
    number: u32,
    id: String,
    expires: i64,
    signature: String,
}

impl PartQuery {
    fn of(query: &str) -> Self {
        let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let get = |name: &str| pairs.get(name).map_or("", String::as_str);
        Self {
            number: get("partNumber").parse().unwrap_or(0),
            id: get("uploadId").to_owned(),
            expires: get("Expires").parse().unwrap_or(0),
            signature: get("Signature").to_owned(),
        }
    }
}

/// Calls of the embedded store other than the form POST: only the `PUT` of a part.
pub async fn object_call(app: &App, request: Request) -> Response {
    if request.method() != Method::PUT {
        let text = "The specified method is not allowed against this resource.";
        return S3Error::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", text).into_response();
    }
    put_part(app, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn put_part(app: &App, request: Request) -> Result<Response, S3Error> {
    let key = request.uri().path().strip_prefix(&format!("/{BUCKET}/")).unwrap_or_default();
    let key = percent_encoding::percent_decode_str(key).decode_utf8_lossy().into_owned();
    let asked = PartQuery::of(request.uri().query().unwrap_or_default());
    if asked.signature != signature(app, &key, &asked.id, asked.number, asked.expires) {
        return Err(S3Error::new(
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The signature does not match.",
        ));
    }
    if asked.expires <= app.now_ms() {
        return Err(S3Error::denied("Request has expired"));
    }
    let is_open = || app.open_uploads.get(&asked.id, &key).is_some();
    let gone = || S3Error::new(StatusCode::NOT_FOUND, "NoSuchUpload", "The specified upload does not exist.");
    if !is_open() {
        return Err(gone());
    }
    let wanted = request.headers().get("content-md5").cloned();
    // A name of its own: the same part may come twice at once.
    let temporary = app.open_uploads.part_path(&asked.id, asked.number, &format!("incoming-{}", ids::blob()));
    // It may be swept while the part comes in.
    let or_gone = |error| if is_open() { error } else { gone() };
    let (size, md5) = receive_part(&temporary, request).await.map_err(or_gone)?;
    let wrong = wanted.is_some_and(|wanted| wanted.as_bytes() != BASE64_STANDARD.encode(md5).as_bytes());
    let etag = hex::encode(md5);
    if wrong {
        let _ = std::fs::remove_file(temporary);
        let text = "The Content-MD5 you specified did not match what we received.";
        return Err(S3Error::invalid("BadDigest", text));
    }
    let kept = app.open_uploads.part_path(&asked.id, asked.number, &etag);
    std::fs::rename(temporary, kept).map_err(S3Error::internal).map_err(or_gone)?;
    if !app.open_uploads.stored(&asked.id, asked.number, etag.clone(), size) {
        return Err(gone());
    }
    let mut response = StatusCode::OK.into_response();
    let value = HeaderValue::from_str(&format!("\"{etag}\"")).map_err(S3Error::internal)?;
    response.headers_mut().insert(header::ETAG, value);
    Ok(response)
}

async fn receive_part(file: &Path, request: Request) -> Result<(u64, [u8; 16]), S3Error> {
    let mut file = tokio::fs::File::create(file).await.map_err(S3Error::internal)?;
    let (mut body, mut md5, mut size) = (request.into_body(), Md5::new(), 0u64);
    while let Some(frame) = body.frame().await {
        let broken = |_| S3Error::invalid("IncompleteBody", "The body ended early.");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        md5.update(&data);
        size += data.len() as u64;
        file.write_all(&data).await.map_err(S3Error::internal)?;
    }
    file.flush().await.map_err(S3Error::internal)?;
    Ok((size, md5.finalize().into()))
}

/// RFC 2047 for what a header can't carry as it is, as Companion does it.
pub fn header_text(value: &str) -> String {
    let plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && !value.contains("=?");
    if plain { value.to_owned() } else { format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(value)) }
}
