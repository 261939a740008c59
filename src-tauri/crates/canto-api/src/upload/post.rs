//! The post of one form, or one part, to the object store. Not a call to Canto: no token goes with it [C], and it is
//! not in the tenant's call budget [I].
//!
//! `Expect: 100-continue`: hyper can report informational answers (`hyper::ext::on_informational`), but only
//! through the extensions of its own request, and reqwest 0.13 builds that request from method, address and
//! headers alone (`async_impl/client.rs`, `execute_request`), so the extension never arrives. reqwest stays
//! nevertheless, for its proxies. What is done instead: the header is sent, so that a store may refuse before it
//! reads; the answer is read while the body is being written, and ends it; and the caller may hold the file back
//! for a fixed time, which is worth it where that time is small against the file's own.

use std::{
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use reqwest::{
    Body, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, EXPECT, HeaderValue},
};
use tokio::{sync::oneshot, time::Instant};
use url::Url;

use super::{
    body::{FormBody, Watch},
    form::PreparedForm,
};
use crate::{
    client::{failure, read_body},
    error::{ApiError, ErrorKind, date_of, from_reqwest, is_html},
};

/// The file inside the form.
pub enum FileBody {
    /// A small file, at most some 64 KiB: goes out in one buffer with its form.
    Whole(Bytes),
    /// A larger one, in blocks that sum up to `length` bytes; else the post ends with `BodyFailed`.
    Stream { length: u64, blocks: BoxStream<'static, io::Result<Bytes>> },
}

/// How to post.
#[derive(Debug, Clone)]
pub struct PostOptions {
    /// Sends `Expect: 100-continue` with streamed files, so that the store may refuse before it reads [A].
    pub expect_continue: bool,
    /// Sends the form's head and holds the file back for so long, or until an answer comes. Zero: not at all.
    pub hold_back: Duration,
    /// Counts the file bytes that the connection has taken. A post that fails leaves them counted.
    pub progress: Option<Arc<AtomicU64>>,
    /// The longest time without a block taken. S3 itself gives up after 20 s [A].
    pub no_progress: Duration,
    /// The longest wait for the answer after the last byte was taken. Longer than the other, for what is
    /// still in the buffers of this computer on a slow line.
    pub answer: Duration,
}

impl Default for PostOptions {
    fn default() -> Self {
        Self {
            expect_continue: false,
            hold_back: Duration::ZERO,
            progress: None,
            no_progress: Duration::from_secs(30),
            answer: Duration::from_secs(90),
        }
    }
}

/// The store has the whole object: it never keeps a part of one [A]. There is no asset id in the answer [C].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectStored {
    /// Unquoted. The MD5 of the file if it is 32 hex digits and the store does not encrypt with KMS [A];
    /// Canto's stores: [ND].
    pub etag: Option<String>,
    /// The store's clock.
    pub server_date: Option<Timestamp>,
    /// 200, 201 or 204.
    pub status: u16,
}

/// Posts a form. There is no limit on the whole time, only on standing still. Dropping the future closes the
/// connection, and nothing is stored.
///
/// # Errors
/// `PolicyExpired`, `PolicyRefused`, `SignatureRefused`, `TooLarge`, `ChecksumRefused`, `ServerBusy` from the
/// store; `BodyFailed` when the file could not be read or has another length; `UnexpectedAnswer` for a web page,
/// a redirect, or a success before the last byte was sent; and the kinds of the connection.
pub async fn post_object(
    http: &reqwest::Client,
    url: &Url,
    form: PreparedForm,
    file: FileBody,
    opts: PostOptions,
) -> Result<ObjectStored, ApiError> {
    let request = http.post(url.clone()).header(CONTENT_TYPE, form.content_type().clone());
    transmit("post_object", request, form.head, file, form.tail, opts).await
}

/// Puts bytes at a signed address: one part of a multipart upload. With `content_md5` the store refuses bytes
/// that do not match it [A]. Else as [`post_object`].
pub async fn put_part(
    http: &reqwest::Client,
    url: &Url,
    part: FileBody,
    content_md5: Option<[u8; 16]>,
    opts: PostOptions,
) -> Result<ObjectStored, ApiError> {
    let mut request = http.put(url.clone());
    if let Some(sum) = content_md5 {
        request = request.header("content-md5", STANDARD.encode(sum));
    }
    transmit("put_part", request, Bytes::new(), part, Bytes::new(), opts).await
}

async fn transmit(
    call: &'static str,
    mut request: reqwest::RequestBuilder,
    head: Bytes,
    file: FileBody,
    tail: Bytes,
    opts: PostOptions,
) -> Result<ObjectStored, ApiError> {
    let watch = Watch::new();
    // Dropped at the end of this function, whichever way: ends a body that is still being sent.
    let (_running, stop) = oneshot::channel();
    let mut whole = 0;
    match file {
        FileBody::Whole(file) => {
            whole = file.len() as u64;
            watch.set_all_taken();
            request = request.body(one_buffer(&head, file, &tail));
        }
        FileBody::Stream { length, blocks } => {
            let total = head.len() as u64 + length + tail.len() as u64;
            request = request.header(CONTENT_LENGTH, HeaderValue::from(total));
            if total == 0 {
                watch.set_all_taken();
            }
            if opts.expect_continue {
                request = request.header(EXPECT, HeaderValue::from_static("100-continue"));
            }
            let hold_back = (!opts.hold_back.is_zero()).then(|| Box::pin(tokio::time::sleep(opts.hold_back)));
            request = request.body(Body::wrap_stream(FormBody {
                head,
                tail,
                blocks,
                left: length,
                hold_back,
                progress: opts.progress.clone(),
                watch: watch.clone(),
                stop,
            }));
        }
    }
    let response = send_while_moving(call, request, &watch, &opts).await?;
    let stored = read_answer(call, response, &watch).await?;
    if let (true, Some(progress)) = (whole > 0, &opts.progress) {
        progress.fetch_add(whole, Ordering::Relaxed);
    }
    Ok(stored)
}

fn one_buffer(head: &Bytes, file: Bytes, tail: &Bytes) -> Bytes {
    if head.is_empty() && tail.is_empty() {
        return file;
    }
    let mut buffer = BytesMut::with_capacity(head.len() + file.len() + tail.len());
    buffer.put_slice(head);
    buffer.put_slice(&file);
    buffer.put_slice(tail);
    buffer.freeze()
}

/// Waits for the head of the answer as long as something moves.
async fn send_while_moving(
    call: &'static str,
    request: reqwest::RequestBuilder,
    watch: &Watch,
    opts: &PostOptions,
) -> Result<Response, ApiError> {
    let mut sending = pin!(request.send());
    let patience = || if watch.all_taken() { opts.answer } else { opts.no_progress + opts.hold_back };
    let mut alarm = pin!(tokio::time::sleep(patience()));
    loop {
        tokio::select! {
            biased;
            sent = &mut sending => {
                return sent.map_err(|error| match watch.failed() {
                    Some(kind) => ApiError::new(call, ErrorKind::BodyFailed(kind)),
                    None => from_reqwest(call, &error),
                });
            }
            () = &mut alarm => {
                let until = watch.last_move() + patience();
                if until <= Instant::now() {
                    return Err(ApiError::new(call, ErrorKind::TimedOut));
                }
                alarm.as_mut().reset(until);
            }
        }
    }
}

async fn read_answer(
    call: &'static str,
    response: Response,
    watch: &Watch,
) -> Result<ObjectStored, ApiError> {
    let (status, headers) = (response.status(), response.headers().clone());
    if !matches!(status, StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT) {
        return Err(failure(call, response).await);
    }
    let unexpected = |text: &str| {
        ApiError::new(call, ErrorKind::UnexpectedAnswer).with_status(status.as_u16()).with_message(text)
    };
    if !watch.all_taken() {
        return Err(unexpected("success before the file was sent"));
    }
    // Read to its end, so that the connection can be used again.
    let body = if status == StatusCode::NO_CONTENT { Vec::new() } else { read_body(call, response).await? };
    if is_html(&headers, &body) {
        return Err(unexpected("a web page came"));
    }
    let etag = headers.get(ETAG).and_then(|value| value.to_str().ok());
    Ok(ObjectStored {
        etag: etag.map(|tag| tag.trim_matches('"').to_owned()).filter(|tag| !tag.is_empty()),
        server_date: date_of(&headers),
        status: status.as_u16(),
    })
}
