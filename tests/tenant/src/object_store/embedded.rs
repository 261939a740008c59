//! The embedded store: form POSTs as S3 takes them [A], streamed to disk.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};

use super::form::{Form, FormError, boundary};
use super::policy::{self, Allowed, Fields};
use super::xml::S3Error;
use super::{BUCKET, MAX_OBJECT};
use crate::blobs::Blob;
use crate::faults::{Action, Seen};
use crate::serve::Cut;
use crate::spoil::fault_response;
use crate::state::{App, Arrived, State};
use crate::store::upload::UploadMeta;

/// Files up to here are gathered and written in one go.
const SMALL: usize = 64 * 1024;

/// Why a POST ends without the object stored.
enum End {
    Refused(S3Error),
    Fault(Box<Response>),
    Cut,
}

impl From<S3Error> for End {
    fn from(error: S3Error) -> Self {
        Self::Refused(error)
    }
}

impl From<FormError> for End {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Broken => Self::Cut,
            FormError::Malformed => Self::Refused(S3Error::invalid(
                "MalformedPOSTRequest",
                "The body of your POST request is not well-formed multipart/form-data.",
            )),
            FormError::FieldsTooLarge => Self::Refused(S3Error::invalid(
                "MaxPostPreDataLengthExceeded",
                "Your POST request fields preceding the upload file were too large.",
            )),
        }
    }
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        Self::Refused(S3Error::internal(error))
    }
}

pub async fn post(app: &App, request: Request, faults: Vec<Action>) -> Result<Response, Cut> {
    match receive(app, request, faults).await {
        Ok(response) => Ok(response),
        Err(End::Refused(error)) => Ok(error.into_response()),
        Err(End::Fault(response)) => Ok(*response),
        Err(End::Cut) => Err(Cut),
    }
}

async fn receive(app: &App, request: Request, mut faults: Vec<Action>) -> Result<Response, End> {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let text_of = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length: Option<u64> = text_of(header::CONTENT_LENGTH).and_then(|text| text.parse().ok());
    let Some(length) = length else {
        let text = "You must provide the Content-Length HTTP header.";
        return Err(S3Error::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", text).into());
    };
    if length > MAX_OBJECT + 64 * 1024 {
        return Err(S3Error::too_large().into());
    }
    let Some(boundary) = text_of(header::CONTENT_TYPE).and_then(boundary) else {
        let text = "Bucket POST must be of the enclosure-type multipart/form-data";
        return Err(S3Error::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", text).into());
    };

    let mut form = Form::new(body, &boundary);
    let (fields, file_name) = read_fields(&mut form).await?;
    // Answered before the file is read, so that a client that waits for `100 Continue`, or reads while it
    // writes, learns of it early.
    let allowed = policy::check(app, &fields)?;
    let (key, meta) = key_and_meta(&fields, &file_name);
    let seen =
        Seen { method: "POST", path: &path, object_post: true, name: Some(&meta.file_name), length: None };
    faults.extend(app.faults.pick(seen));

    let blob = read_file(app, &mut form, &faults, &allowed).await?;
    form.drain().await?;
    let lost = faults.contains(&Action::LoseAnswer);
    let etag = match () {
        () if faults.contains(&Action::NoEtag) => None,
        () if faults.contains(&Action::WrongEtag) => Some("00000000000000000000000000000000".to_owned()),
        () => Some(blob.md5.clone()),
    };
    if !faults.contains(&Action::NeverIngest) {
        let delay_ms = faults.iter().find_map(|action| match action {
            Action::IngestDelay { ms } => Some(*ms),
            _ => None,
        });
        let must_fail = faults.contains(&Action::IngestError);
        let email = owner_of(app, &key);
        app.arrived(Arrived { bucket_key: key.clone(), email, meta, blob, must_fail, delay_ms });
        if !app.db.barrier().await {
            return Err(S3Error::internal("the database is closed").into());
        }
    }
    if lost {
        return Err(End::Cut);
    }
    Ok(stored(app, &key, etag))
}

/// 204, no body; the ETag is the MD5 of a plain object [A] (§8.3).
fn stored(app: &State, key: &str, etag: Option<String>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    if let Some(value) = etag.and_then(|etag| HeaderValue::from_str(&format!("\"{etag}\"")).ok()) {
        headers.insert(header::ETAG, value);
    }
    let location = format!("{}/{BUCKET}/{}", app.url(), super::sigv4::encode_path(key));
    if let Ok(value) = HeaderValue::from_str(&location) {
        headers.insert(header::LOCATION, value);
    }
    response
}

/// Everything before `file`, names in lower case, and the file's own name.
async fn read_fields(form: &mut Form) -> Result<(Fields, String), End> {
    let mut fields = Fields::new();
    let mut size = 0;
    while let Some(head) = form.next_part().await? {
        let name = head.name.to_ascii_lowercase();
        if name == "file" {
            return Ok((fields, head.file_name.unwrap_or_default()));
        }
        let value = form.text().await?;
        size += name.len() + value.len();
        if size > 20 * 1024 {
            return Err(FormError::FieldsTooLarge.into());
        }
        fields.push((name, value));
    }
    Err(S3Error::invalid("InvalidArgument", "POST requires exactly one file upload per request.").into())
}

async fn read_file(app: &App, form: &mut Form, faults: &[Action], allowed: &Allowed) -> Result<Blob, End> {
    let mut flip = faults.iter().find_map(|action| match action {
        Action::FlipByte { at } => Some(*at),
        _ => None,
    });
    let most = allowed.length.map_or(MAX_OBJECT, |(_, most)| most.min(MAX_OBJECT));
    let (mut size, mut first) = (0u64, BytesMut::new());
    let mut large = None;
    let result = loop {
        if let Some(end) = fault_at(faults, size) {
            break Err(end);
        }
        let mut piece = match form.piece().await {
            Ok(Some(piece)) => piece,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.into()),
        };
        if let Some(at) = flip
            && at < size + piece.len() as u64
        {
            flip = None;
            piece = flipped(&piece, at.saturating_sub(size));
        }
        size += piece.len() as u64;
        if size > most {
            break Err(S3Error::too_large().into());
        }
        match &large {
            None if size <= SMALL as u64 => first.extend_from_slice(&piece),
            None => {
                let incoming = app.blobs.receive();
                let written = incoming.write(first.split().freeze()).await;
                let written = if written.is_ok() { incoming.write(piece).await } else { written };
                large = Some(incoming);
                if let Err(error) = written {
                    break Err(error.into());
                }
            }
            Some(incoming) => {
                if let Err(error) = incoming.write(piece).await {
                    break Err(error.into());
                }
            }
        }
    };
    let least = allowed.length.map_or(0, |(least, _)| least);
    let result = result.and_then(|()| {
        let text = "Your proposed upload is smaller than the minimum allowed size";
        if size < least { Err(S3Error::invalid("EntityTooSmall", text).into()) } else { Ok(()) }
    });
    match (result, large) {
        (Ok(()), None) => Ok(app.blobs.put_small(&first)?),
        (Ok(()), Some(incoming)) => Ok(incoming.finish().await?),
        (Err(end), None) => Err(end),
        (Err(end), Some(incoming)) => {
            incoming.discard().await;
            Err(end)
        }
    }
}

/// A fault that strikes when so much of the file has come.
fn fault_at(faults: &[Action], size: u64) -> Option<End> {
    faults.iter().find_map(|action| match action {
        Action::Cut { after_bytes } if size >= *after_bytes => Some(End::Cut),
        Action::Status { after_bytes, .. } if size >= after_bytes.unwrap_or(0) => {
            fault_response(action).map(|response| End::Fault(Box::new(response)))
        }
        _ => None,
    })
}

fn flipped(piece: &Bytes, at: u64) -> Bytes {
    let mut changed = BytesMut::from(&piece[..]);
    if let Some(byte) = usize::try_from(at).ok().and_then(|at| changed.get_mut(at)) {
        *byte ^= 0x01;
    }
    changed.freeze()
}

/// S3 puts the file part's name in place of `${filename}` [A]; of a path it takes the last part.
fn key_and_meta(fields: &Fields, file_name: &str) -> (String, UploadMeta) {
    let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut key = String::new();
    let mut meta = UploadMeta::default();
    for (name, value) in fields {
        let value = value.replace("${filename}", file_name);
        if name == "key" {
            key = value;
        } else if let Some(name) = name.strip_prefix("x-amz-meta-") {
            meta.set(name, value);
        }
    }
    if meta.file_name.is_empty() {
        meta.file_name = key.rsplit('/').next().unwrap_or_default().to_owned();
    }
    (key, meta)
}

/// The key's second part is the user's e-mail [R]; that the upload belongs to them is our inference [I].
pub fn owner_of(app: &State, key: &str) -> String {
    key.split('/').nth(1).unwrap_or(&app.identity.account).to_owned()
}
