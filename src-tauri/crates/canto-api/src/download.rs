//! Downloads: the tenant answers a redirect to a CDN address (302 [C]), which is fetched without the token.

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, LOCATION, RANGE},
};
use url::Url;

use crate::{
    AssetRef, CantoClient, DirectAddress,
    address::{is_loopback, join_parts},
    client::{ANSWER_LIMIT, Call, failure, is_success, send_patiently},
    error::{ApiError, ErrorKind, from_reqwest},
};

const CALL: &str = "download";
/// A chain longer than this is a circle.
const REDIRECTS: usize = 5;
/// Between two pieces of the file.
const PIECE_LIMIT: Duration = Duration::from_secs(30);

/// Where a download goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resume {
    /// The first byte that is wanted.
    pub from: u64,
    /// Only if the file is still the one with this tag (unquoted); otherwise all of it comes.
    pub etag: Option<String>,
}

impl From<u64> for Resume {
    fn from(from: u64) -> Self {
        Self { from, etag: None }
    }
}

/// A running download.
pub struct Download {
    /// 200 for the whole file, 206 for its rest.
    pub status: u16,
    /// Where in the file the stream starts. 0 when the server did not heed the range asked for ([ND] on the CDN).
    pub offset: u64,
    /// Bytes that will come, where the server says so.
    pub length: Option<u64>,
    /// Unquoted; a weak one says nothing of the bytes and is left out.
    pub etag: Option<String>,
    /// The bytes. Ends with an error if they stop coming for 30 s or the connection breaks.
    pub stream: BoxStream<'static, Result<Bytes, ApiError>>,
}

impl Stream for Download {
    type Item = Result<Bytes, ApiError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.stream.poll_next_unpin(context)
    }
}

impl CantoClient {
    /// Starts the download of an original, or of one of its versions, from a byte on. Canto may have written
    /// metadata into the file since it was uploaded [D].
    ///
    /// # Errors
    /// `UnexpectedAnswer` for a web page from the tenant, a missing or unencrypted redirect, or a circle.
    pub async fn download(
        &self,
        asset: &AssetRef,
        version: Option<&str>,
        resume: Option<Resume>,
    ) -> Result<Download, ApiError> {
        let path = match version {
            Some(version) => join_parts(CALL, &[&asset.scheme, &asset.id, version])?,
            None => join_parts(CALL, &[&asset.scheme, &asset.id])?,
        };
        self.redirected(self.tenant().binary(&path), resume).await
    }

    /// Starts the download of an asset's preview: a picture of at most so many pixels, one of the sizes of the reference [C].
    ///
    /// # Errors
    /// As `download`; `NotFound` where there is none.
    pub async fn preview(&self, asset: &AssetRef, size: u32) -> Result<Download, ApiError> {
        let path = join_parts(CALL, &[&asset.scheme, &asset.id, "preview", &size.to_string()])?;
        self.redirected(self.tenant().binary(&path), None).await
    }

    async fn redirected(&self, url: Url, resume: Option<Resume>) -> Result<Download, ApiError> {
        let call = Call::get(CALL, url.clone()).with_redirects(resume.as_ref().map(|resume| resume.from));
        let response = self.send(&call).await?;
        if is_success(response.status()) {
            return if is_web_page(&response) {
                Err(unexpected("a web page came"))
            } else {
                Ok(running(response))
            };
        }
        let address = target(&url, &response)?;
        self.without_token(address, resume).await
    }

    /// Starts a download from an address of [`CantoClient::direct_addresses`]. Not a call to the tenant: no
    /// token, no budget. The address expires [C]; a refusal then is `Forbidden` most likely [I].
    pub async fn download_direct(
        &self,
        address: &DirectAddress,
        resume: Option<Resume>,
    ) -> Result<Download, ApiError> {
        self.without_token(address.url().clone(), resume).await
    }

    async fn without_token(&self, mut url: Url, resume: Option<Resume>) -> Result<Download, ApiError> {
        for _ in 0..REDIRECTS {
            check_encrypted(&url)?;
            let mut request = self.http().get(url.clone());
            if let Some(Resume { from, etag }) = &resume {
                request = request.header(RANGE, format!("bytes={from}-"));
                if let Some(etag) = etag {
                    request = request.header(IF_RANGE, format!("\"{etag}\""));
                }
            }
            let response = send_patiently(CALL, request, ANSWER_LIMIT).await?;
            if is_success(response.status()) {
                return Ok(running(response));
            }
            if !response.status().is_redirection() {
                return Err(failure(CALL, response).await);
            }
            url = target(&url, &response)?;
        }
        Err(unexpected("too many redirects"))
    }
}

fn target(from: &Url, response: &Response) -> Result<Url, ApiError> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    location.and_then(|text| from.join(text).ok()).ok_or_else(|| unexpected("a redirect to nowhere"))
}

fn check_encrypted(url: &Url) -> Result<(), ApiError> {
    let local = url.host().is_some_and(|host| is_loopback(&host));
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        Ok(())
    } else {
        Err(unexpected("an address that is not encrypted"))
    }
}

/// A page with a file name is a file that happens to be one.
fn is_web_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("html") && !response.headers().contains_key("content-disposition")
}

fn running(response: Response) -> Download {
    let status = response.status();
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let offset = match (status, text(CONTENT_RANGE)) {
        (StatusCode::PARTIAL_CONTENT, Some(range)) => range_start(range).unwrap_or(0),
        _ => 0,
    };
    let etag = text(ETAG).filter(|tag| !tag.starts_with("W/")).map(|tag| tag.trim_matches('"').to_owned());
    let length = response.content_length();
    let pieces = futures_util::stream::try_unfold(response, |mut response| async move {
        match tokio::time::timeout(PIECE_LIMIT, response.chunk()).await {
            Ok(Ok(piece)) => Ok(piece.map(|piece| (piece, response))),
            Ok(Err(error)) => Err(from_reqwest(CALL, &error)),
            Err(_) => Err(ApiError::new(CALL, ErrorKind::TimedOut)),
        }
    });
    Download { status: status.as_u16(), offset, length, etag, stream: pieces.boxed() }
}

/// `bytes 5-9/10` starts at 5.
fn range_start(range: &str) -> Option<u64> {
    range.trim().strip_prefix("bytes")?.trim().split('-').next()?.trim().parse().ok()
}

fn unexpected(message: &str) -> ApiError {
    ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message(message)
}
