//! From a failed connection to a kind: reqwest keeps the cause several layers down.

use std::{error::Error, io};

use super::{ApiError, ErrorKind, NoWay};

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
    match find::<NoWay>(error) {
        Some(NoWay::ProxyUnreachable { .. }) => return Some(ErrorKind::Proxy),
        Some(NoWay::ScriptUnusable(_)) => return Some(ErrorKind::ProxyScript),
        None => {}
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(kind) = said_by_a_proxy(&cause.to_string()) {
            // A proxy that is spoken to in TLS, and not trusted.
            return Some(if find::<rustls::Error>(error).is_some() { ErrorKind::Tls } else { kind });
        }
        source = cause.source();
    }
    None
}

fn said_by_a_proxy(text: &str) -> Option<ErrorKind> {
    if let Some(why) = text.strip_prefix("tunnel error: ") {
        return Some(match why {
            "proxy authorization required" => ErrorKind::ProxyAuthRequired,
            "unsuccessful" => ErrorKind::ProxyRefused,
            _ => ErrorKind::Proxy,
        });
    }
    let why = text.strip_prefix("SOCKS error: ")?;
    Some(match why {
        "server does not support user/pass authentication" | "credentials not accepted" => {
            ErrorKind::ProxyAuthRequired
        }
        // It takes no login at all, or no request without one.
        "server implements authentication incorrectly" => ErrorKind::ProxyAuthRequired,
        "failed to create underlying connection" | "io error during SOCKS handshake" => ErrorKind::Proxy,
        _ => ErrorKind::ProxyRefused,
    })
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
