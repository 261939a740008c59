//! From a failed connection to a kind: reqwest keeps the cause several layers down.

use std::{error::Error, io};

use super::{ApiError, ErrorKind};

/// Sorts a transport failure. The address is never taken over: it may hold a refresh token.
pub(crate) fn from_reqwest(call: &'static str, error: &reqwest::Error) -> ApiError {
    let kind = kind_of(error);
    let failure = ApiError::new(call, kind);
    match innermost(error) {
        Some(text) => failure.with_message(text),
        None => failure,
    }
}

fn kind_of(error: &reqwest::Error) -> ErrorKind {
    if error.is_builder() || error.is_upgrade() {
        return ErrorKind::Internal;
    }
    if error.is_redirect() {
        return ErrorKind::UnexpectedAnswer;
    }
    if let Some(kind) = proxy_kind(error) {
        return kind;
    }
    if find::<rustls::Error>(error).is_some() {
        return ErrorKind::Tls;
    }
    if error.is_timeout() {
        return ErrorKind::TimedOut;
    }
    if error.is_connect() || error.is_dns() {
        return ErrorKind::Offline;
    }
    ErrorKind::Interrupted
}

/// hyper-util keeps its proxy errors private, so their texts are all there is
/// (`client/legacy/connect/proxy`: "tunnel error: …", "SOCKS error: …").
fn proxy_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if text.contains("proxy authorization required") {
            return Some(ErrorKind::ProxyAuthRequired);
        }
        if text.starts_with("tunnel error") || text.starts_with("SOCKS error") {
            return Some(ErrorKind::Proxy);
        }
        source = cause.source();
    }
    None
}

/// Looks for a cause of that type, also inside `io::Error`s, whose `source` skips their content.
pub(crate) fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// The deepest cause tells most ("Connection refused"), and holds no address.
fn innermost(error: &reqwest::Error) -> Option<String> {
    let mut last = error.source()?;
    while let Some(next) = last.source() {
        last = next;
    }
    // reqwest's own errors print the address.
    (!last.is::<reqwest::Error>()).then(|| last.to_string())
}
