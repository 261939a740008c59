//! The one way a call to the tenant goes: budget, token, request, and the sorting of what comes back.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RANGE},
};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    AccessToken, Budget, TenantAddress, TokenSource,
    error::{ApiError, ErrorKind, from_answer, from_reqwest, is_html},
    vouch::{USER, Vouchers},
};

/// Until the first byte of an answer. Batch details were seen to take up to about 50 s [C].
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(90);
/// As long as a post may stand still.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// Between two pieces of an answer.
const PIECE_LIMIT: Duration = Duration::from_secs(30);
/// More than any listing holds; a server gone wild must not fill the memory.
const BODY_LIMIT: usize = 256 * 1024 * 1024;
/// Of the announced length, this much is taken at once.
const BODY_START_LIMIT: usize = 32 * 1024 * 1024;
/// How often a call is sent again after 429. The budget makes it wait in between.
const REFUSALS: u32 = 3;
/// A longer wait than this is told to the caller instead, who can show it.
const QUIET_WAIT: Duration = Duration::from_secs(60);

/// A client for one tenant. Clones share connections, token and budget.
///
/// Every call waits for its turn in the budget, and can fail with the kinds of the connection (`Offline`,
/// `TimedOut`, `Interrupted`, `Tls`, `Proxy…`), of the token (`Unauthorized`, or what the [`TokenSource`]
/// gives), of the server (`Forbidden`, `NotFound`, `BadRequest`, `TooManyRequests`, `ServerBusy`), and with
/// `UnexpectedAnswer`. 401 is answered with one renewal of the token, unless `/user` takes it: then it is `Forbidden`.
/// 429 is answered with up to three repeats.
/// Dropping a call's future ends it.
#[derive(Clone)]
pub struct CantoClient {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    tenant: TenantAddress,
    tokens: Arc<dyn TokenSource>,
    budget: Budget,
    vouchers: Vouchers,
    answer_limit: Duration,
}

/// The settings an HTTP client for this crate needs: no automatic redirects (so that the token follows
/// none, and a login page of a network is seen as one), no referrer, small packets at once. The caller adds
/// proxy and trust, and installs a rustls provider before building.
pub fn http_builder() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    // What was sent and is not acknowledged for so long is lost, also while nothing more is to be sent.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let builder = builder.tcp_user_timeout(UNACKNOWLEDGED);
    builder
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .connect_timeout(Duration::from_secs(20))
        .pool_idle_timeout(Duration::from_secs(55))
        .pool_max_idle_per_host(128)
        .user_agent(concat!("Ferry/", env!("CARGO_PKG_VERSION")))
}

/// One call, ready to be sent, and sent again if need be.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    method: Method,
    url: Url,
    json: Option<Bytes>,
    range_from: Option<u64>,
    redirects: bool,
}

impl Call {
    pub(crate) fn get(name: &'static str, url: Url) -> Self {
        Self::new(name, Method::GET, url)
    }

    pub(crate) fn new(name: &'static str, method: Method, url: Url) -> Self {
        Self { name, method, url, json: None, range_from: None, redirects: false }
    }

    pub(crate) fn with_json(mut self, body: &impl Serialize) -> Result<Self, ApiError> {
        let json = serde_json::to_vec(body).map_err(|_| ApiError::new(self.name, ErrorKind::Internal))?;
        self.json = Some(json.into());
        Ok(self)
    }

    /// Hands redirects to the caller instead of failing.
    pub(crate) fn with_redirects(mut self, range_from: Option<u64>) -> Self {
        self.redirects = true;
        self.range_from = range_from;
        self
    }
}

impl Shared {
    fn copy(&self) -> Self {
        let Self { http, tenant, tokens, budget, vouchers, answer_limit } = self;
        Self {
            vouchers: vouchers.clone(),
            http: http.clone(),
            tenant: tenant.clone(),
            tokens: tokens.clone(),
            budget: budget.clone(),
            answer_limit: *answer_limit,
        }
    }
}

impl fmt::Debug for CantoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CantoClient").field("tenant", &self.tenant().host()).finish_non_exhaustive()
    }
}

impl CantoClient {
    /// A client with its own budget. Make `http` with [`http_builder`].
    pub fn new(http: reqwest::Client, tenant: TenantAddress, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            shared: Arc::new(Shared {
                http,
                tenant,
                tokens,
                budget: Budget::default(),
                vouchers: Vouchers::default(),
                answer_limit: ANSWER_LIMIT,
            }),
        }
    }

    /// The same client on a budget that others share.
    #[must_use]
    pub fn with_budget(self, budget: Budget) -> Self {
        let shared = Shared { budget, ..self.shared.copy() };
        Self { shared: Arc::new(shared) }
    }

    /// The same client over other connections.
    #[must_use]
    pub fn with_http(self, http: reqwest::Client) -> Self {
        let shared = Shared { http, ..self.shared.copy() };
        Self { shared: Arc::new(shared) }
    }

    /// Waits so long for the head of an answer.
    #[must_use]
    pub fn with_answer_limit(self, answer_limit: Duration) -> Self {
        let shared = Shared { answer_limit, ..self.shared.copy() };
        Self { shared: Arc::new(shared) }
    }

    /// The tenant's address.
    pub fn tenant(&self) -> &TenantAddress {
        &self.shared.tenant
    }

    /// The budget all its calls go through.
    pub fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    /// The HTTP client below, e.g. for posts to the object store.
    pub fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    /// Any other JSON call on the tenant's host, with budget and token: for what a tenant offers beyond the
    /// public API, such as an S3 multipart contract. `name` is for errors.
    ///
    /// # Errors
    /// `BadRequest` for an address of another host, which must not see the token.
    pub async fn other_json(
        &self,
        name: &'static str,
        method: Method,
        url: Url,
        body: Option<&serde_json::Value>,
    ) -> Result<serde_json::Value, ApiError> {
        if url.origin() != self.tenant().origin().origin() {
            return Err(ApiError::new(name, ErrorKind::BadRequest).with_message("not the tenant's host"));
        }
        let call = Call::new(name, method, url);
        let call = match body {
            Some(body) => call.with_json(body)?,
            None => call,
        };
        let answer = self.body(call).await?;
        if answer.trim_ascii().is_empty() { Ok(serde_json::Value::Null) } else { parse(name, &answer) }
    }

    /// Sends a call and reads its JSON.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let name = call.name;
        parse(name, &self.body(call).await?)
    }

    /// Sends a call and reads its whole answer, which is no web page.
    pub(crate) async fn body(&self, call: Call) -> Result<Vec<u8>, ApiError> {
        let name = call.name;
        let response = self.send(&call).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(name, response).await?;
        if is_html(&headers, &body) {
            return Err(web_page(name, status));
        }
        Ok(body)
    }

    /// Sends a call and hands on its answer, which is no web page, piece by piece: for lists of any length.
    pub(crate) async fn pieces(
        &self,
        call: Call,
        mut on_piece: impl FnMut(&[u8]) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let name = call.name;
        let mut response = self.send(&call).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut first = true;
        while let Some(piece) = next_piece(name, &mut response).await? {
            if std::mem::take(&mut first) && is_html(&headers, &piece) {
                return Err(web_page(name, status));
            }
            on_piece(&piece)?;
        }
        Ok(())
    }

    /// Sends a call that answers a word such as `success` [C]. Any success that is no web page will do, but for an object
    /// without anything in it: `LeftOut`, since nothing may have been done.
    pub(crate) async fn done(&self, call: Call) -> Result<(), ApiError> {
        let name = call.name;
        let body = self.body(call).await?;
        if body.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"{}") {
            return Err(ApiError::new(name, ErrorKind::LeftOut).with_status(200));
        }
        Ok(())
    }

    /// Sends a call with budget and token. A success, or a redirect if the call takes those.
    pub(crate) async fn send(&self, call: &Call) -> Result<Response, ApiError> {
        let mut token = self.shared.tokens.token().await?;
        let (mut renewed, mut refusals) = (false, 0);
        loop {
            let response = self.send_once(call, &token).await?;
            let status = response.status();
            if is_success(status) || (call.redirects && status.is_redirection()) {
                return Ok(response);
            }
            let error = failure(call.name, response).await;
            match error.kind() {
                // The token is good, so this is about what its owner may do.
                ErrorKind::Unauthorized
                    if call.name != USER && self.shared.vouchers.takes(self, &token).await? =>
                {
                    return Err(error.denied());
                }
                ErrorKind::Unauthorized if !renewed => {
                    token = self.shared.tokens.renew(&token).await?;
                    renewed = true;
                }
                ErrorKind::Unauthorized => {
                    self.shared.tokens.refused(&token);
                    return Err(error);
                }
                ErrorKind::TooManyRequests { retry_after }
                    if refusals < REFUSALS && retry_after.is_none_or(|wait| wait <= QUIET_WAIT) =>
                {
                    refusals += 1;
                }
                _ => return Err(error),
            }
            tracing::debug!(call = call.name, status = status.as_u16(), "sending again");
        }
    }

    pub(crate) async fn send_once(&self, call: &Call, token: &AccessToken) -> Result<Response, ApiError> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| ApiError::new(call.name, ErrorKind::SignInRequired))?;
        bearer.set_sensitive(true);
        let mut request =
            self.shared.http.request(call.method.clone(), call.url.clone()).header(AUTHORIZATION, bearer);
        if let Some(json) = &call.json {
            request = request.header(CONTENT_TYPE, "application/json").body(json.clone());
        }
        if let Some(from) = call.range_from {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let permit = self.shared.budget.acquire().await;
        let sent = send_patiently(call.name, request, self.shared.answer_limit).await;
        if let Ok(response) = &sent {
            permit.end(response.status(), response.headers());
        }
        sent
    }
}

/// Sends a request and waits for the head of the answer. A cancelled caller costs nothing.
pub(crate) async fn send_patiently(
    call: &'static str,
    request: reqwest::RequestBuilder,
    limit: Duration,
) -> Result<Response, ApiError> {
    match tokio::time::timeout(limit, request.send()).await {
        Ok(sent) => sent.map_err(|error| from_reqwest(call, &error)),
        Err(_) => Err(ApiError::new(call, ErrorKind::TimedOut)),
    }
}

/// Reads an answer to its end. No limit on the whole time, only on standing still.
pub(crate) async fn read_body(call: &'static str, mut response: Response) -> Result<Vec<u8>, ApiError> {
    // The announced length at once: growing by doubling would hold a long list three times. Only what is written
    // counts as memory, so a length that is too much costs nothing.
    let expected = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(0);
    let mut body = Vec::with_capacity(expected.min(BODY_START_LIMIT));
    loop {
        let Some(piece) = next_piece(call, &mut response).await? else { return Ok(body) };
        if body.len() + piece.len() > BODY_LIMIT {
            return Err(
                ApiError::new(call, ErrorKind::UnexpectedAnswer).with_message("the answer does not end")
            );
        }
        body.extend_from_slice(&piece);
    }
}

/// The next piece of an answer; no longer than [`PIECE_LIMIT`] without one.
async fn next_piece(call: &'static str, response: &mut Response) -> Result<Option<bytes::Bytes>, ApiError> {
    tokio::time::timeout(PIECE_LIMIT, response.chunk())
        .await
        .map_err(|_| ApiError::new(call, ErrorKind::TimedOut))?
        .map_err(|error| from_reqwest(call, &error))
}

/// Reads the body of a bad answer as far as it goes, and sorts it.
pub(crate) async fn failure(call: &'static str, response: Response) -> ApiError {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_body(call, response).await.unwrap_or_default();
    from_answer(call, status, &headers, &body)
}

/// Parses JSON. The error names the place, never the content.
pub(crate) fn parse<'a, T: serde::Deserialize<'a>>(
    call: &'static str,
    body: &'a [u8],
) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| bad_json(call, &error))
}

pub(crate) fn bad_json(call: &'static str, error: &serde_json::Error) -> ApiError {
    let place =
        format!("{:?} error in JSON, line {} column {}", error.classify(), error.line(), error.column());
    ApiError::new(call, ErrorKind::UnexpectedAnswer).with_message(place)
}

fn web_page(call: &'static str, status: StatusCode) -> ApiError {
    ApiError::new(call, ErrorKind::UnexpectedAnswer)
        .with_status(status.as_u16())
        .with_message("a web page came")
}

pub(crate) fn is_success(status: StatusCode) -> bool {
    status.is_success()
}
