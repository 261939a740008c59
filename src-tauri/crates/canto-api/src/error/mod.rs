//! One error type for everything that can go wrong on the wire, sorted by what to do about it.

mod answer;
mod shut;
mod transport;
mod way;
mod xml;

use std::{fmt, io, time::Duration};

pub(crate) use answer::{date_of, from_answer, is_html, retry_after};
pub use shut::PlaceShut;
pub(crate) use transport::from_reqwest;
pub use way::NoWay;

/// What kind of failure it was. Branch on this, never on text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection: no network, name not found, nobody listens.
    Offline,
    /// No progress for too long.
    TimedOut,
    /// The connection broke on the way. While a form was being sent this can hide a refusal that got
    /// lost in the reset [A]: get a fresh upload setting once before counting it as a failure.
    Interrupted,
    /// No trusted encryption: unknown certificate (often a company proxy), wrong host, wrong clock.
    Tls,
    /// The proxy wants a name and password.
    ProxyAuthRequired,
    /// No connection to the proxy, or it broke off.
    Proxy,
    /// The proxy answers, and does not pass the connection on.
    ProxyRefused,
    /// The script that names the proxy can't be read, or fails ([`NoWay`]).
    ProxyScript,
    /// The token is not valid, also after it was renewed once (401 [C]).
    Unauthorized,
    /// The tenant or the object store refuses (403; what Canto sends for a missing right is [ND]).
    Forbidden,
    /// Not there (404). Canto answers this also when no token was sent [C].
    NotFound,
    /// A success that lacks what was asked for: a tenant may leave out what somebody has no right to [ND].
    LeftOut,
    /// The request itself is wrong (400 and other 4xx, or a name that can't be put into an address).
    BadRequest,
    /// Over the rate limit (429). The budget is already paused when this is seen.
    TooManyRequests { retry_after: Option<Duration> },
    /// The server is busy or broken (5xx).
    ServerBusy { retry_after: Option<Duration> },
    /// The upload setting is too old: fetch a new one [A].
    PolicyExpired,
    /// The form does not fit the policy, e.g. an extra field [A]: the same form will be refused again.
    PolicyRefused,
    /// The object store does not accept the signature or the key id of the upload setting [A].
    SignatureRefused,
    /// The bytes that arrived do not match their checksum (`BadDigest` [A]): send them again.
    ChecksumRefused,
    /// Something on the way does not take `Expect: 100-continue` (417): send again without it.
    ExpectRefused,
    /// Larger than a single form may be (5 GiB on S3 [A]).
    TooLarge,
    /// Something else than the API answered: HTML (a captive portal, an unknown path [C]), a redirect
    /// where none belongs, or JSON of another shape.
    UnexpectedAnswer,
    /// The Upload Link or Workspace that the token is for lets nobody in, or takes no files [ND].
    PlaceShut(PlaceShut),
    /// There is no way to a token without the person: sign in again.
    SignInRequired,
    /// Our own file could not be read, or its length changed (`UnexpectedEof`, `InvalidData`).
    BodyFailed(io::ErrorKind),
    /// The request could not be built; a fault of the program.
    Internal,
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RetryClass {
    /// Try again later.
    Temporary,
    /// This job can't succeed as it stands.
    Permanent,
    /// Someone has to act first: sign in, open a firewall, give a right.
    NeedsSomeone,
}

/// A failed call. Prints the call's name, the kind and what the server said, and never an address,
/// a token, a policy or a form.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: ErrorKind,
    call: &'static str,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
}

impl ApiError {
    /// A failure of the named call.
    pub fn new(call: &'static str, kind: ErrorKind) -> Self {
        Self(Box::new(Parts { kind, call, status: None, code: None, message: None }))
    }

    /// No token to be had without the person. For implementors of [`crate::TokenSource`].
    pub fn sign_in_required() -> Self {
        Self::new("token", ErrorKind::SignInRequired)
    }

    /// A 401 to somebody whose token is good.
    pub(crate) fn denied(mut self) -> Self {
        self.0.kind = ErrorKind::Forbidden;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code.map(clip);
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(clip(message.into()));
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The name of the call that failed, e.g. `upload_setting`.
    pub fn call(&self) -> &'static str {
        self.0.call
    }

    /// The HTTP status, where an answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's own error code: Canto's number (meaning [ND]), S3's word or OAuth's word.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The server's own words, at most 300 characters. For details and logs, not for branching.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.kind {
            ErrorKind::TooManyRequests { retry_after } | ErrorKind::ServerBusy { retry_after } => retry_after,
            _ => None,
        }
    }

    /// What to do about it.
    pub fn class(&self) -> RetryClass {
        match &self.0.kind {
            ErrorKind::Offline
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::Proxy
            | ErrorKind::TooManyRequests { .. }
            | ErrorKind::ServerBusy { .. }
            | ErrorKind::PolicyExpired
            | ErrorKind::ChecksumRefused
            | ErrorKind::ExpectRefused
            | ErrorKind::UnexpectedAnswer => RetryClass::Temporary,
            ErrorKind::Tls
            | ErrorKind::ProxyAuthRequired
            | ErrorKind::ProxyRefused
            | ErrorKind::ProxyScript
            | ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::PolicyRefused
            | ErrorKind::SignatureRefused
            | ErrorKind::PlaceShut(_)
            | ErrorKind::SignInRequired => RetryClass::NeedsSomeone,
            ErrorKind::NotFound
            | ErrorKind::LeftOut
            | ErrorKind::BadRequest
            | ErrorKind::TooLarge
            | ErrorKind::Internal => RetryClass::Permanent,
            ErrorKind::BodyFailed(io::ErrorKind::NotFound) => RetryClass::Permanent,
            ErrorKind::BodyFailed(io::ErrorKind::PermissionDenied) => RetryClass::NeedsSomeone,
            ErrorKind::BodyFailed(_) => RetryClass::Temporary,
        }
    }
}

/// Server texts are shown to people and written to logs: one short line.
fn clip(text: String) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.0.call, self.0.kind)?;
        if let Some(status) = self.0.status {
            write!(f, " (HTTP {status})")?;
        }
        if let Some(code) = &self.0.code {
            write!(f, " [{code}]")?;
        }
        if let Some(message) = &self.0.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}
