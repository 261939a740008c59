//! Whether a server can be reached at all, told apart by what stands in the way: for looking at each host by itself.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, HeaderValue},
};
use url::Url;

use crate::{
    error::{ApiError, ErrorKind, from_reqwest, is_html},
    look::{NO_TOKEN, by_certificate, causes, is_kind, is_unknown_name, leads_elsewhere},
};

const CALL: &str = "reach";

/// What a server says to a request that asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub status: u16,
    /// It answered with a page for people.
    pub is_page: bool,
    /// It sends visitors to this other host.
    pub elsewhere: Option<String>,
}

/// Why there was no answer of the server's.
#[derive(Debug, Clone)]
pub struct Unreached {
    pub error: ApiError,
    pub obstacle: Option<Obstacle>,
}

/// What stands in the way, where more is known than the kind of the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// No computer has this name.
    NoSuchHost,
    /// The computer is there, and takes no connection on this port.
    Refused,
    /// Nobody whom this computer trusts vouches for it.
    Untrusted,
    /// The certificate is another host's.
    OtherName,
    /// It speaks, but not TLS.
    NotEncrypted,
}

/// Asks a server for its headers. `as_a_client`: as somebody with a token that is none, which a tenant refuses with 401
/// ([C], canto-api §1.3), where it would answer a stranger as it answers for what it does not know.
///
/// # Errors
/// Those of the connection; `ProxyAuthRequired` also where a proxy answers in the server's place.
pub async fn reach(
    http: &reqwest::Client,
    url: &Url,
    as_a_client: bool,
    patience: Duration,
) -> Result<Reached, Unreached> {
    let mut request = if as_a_client { http.get(url.clone()) } else { http.head(url.clone()) };
    if as_a_client {
        request = request.header(AUTHORIZATION, HeaderValue::from_static(NO_TOKEN));
    }
    let known = |error: ApiError| Unreached { error, obstacle: None };
    let mut response = match tokio::time::timeout(patience, request.send()).await {
        Err(_) => return Err(known(ApiError::new(CALL, ErrorKind::TimedOut))),
        Ok(Err(error)) => {
            let obstacle = obstacle(&error);
            return Err(Unreached { error: from_reqwest(CALL, &error), obstacle });
        }
        Ok(Ok(response)) => response,
    };
    let status = response.status();
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(known(ApiError::new(CALL, ErrorKind::ProxyAuthRequired).with_status(status.as_u16())));
    }
    let headers = response.headers().clone();
    let elsewhere = if status.is_redirection() { leads_elsewhere(url, &headers) } else { None };
    // Read to its end where that is near, so that the connection can be used again.
    let body = match tokio::time::timeout(patience, response.chunk()).await {
        Ok(Ok(body)) => body.unwrap_or_default(),
        Ok(Err(_)) | Err(_) => Default::default(),
    };
    while let Ok(Ok(Some(_))) = tokio::time::timeout(patience, response.chunk()).await {}
    Ok(Reached { status: status.as_u16(), is_page: is_html(&headers, &body), elsewhere })
}

fn obstacle(error: &reqwest::Error) -> Option<Obstacle> {
    use crate::look::Absent;
    let sorted = from_reqwest(CALL, error);
    match sorted.kind() {
        ErrorKind::Tls => Some(match by_certificate(error) {
            Absent::OtherName => Obstacle::OtherName,
            Absent::NotEncrypted => Obstacle::NotEncrypted,
            _ => Obstacle::Untrusted,
        }),
        ErrorKind::Offline
            if causes(error).any(|cause| is_kind(cause, std::io::ErrorKind::ConnectionRefused)) =>
        {
            Some(Obstacle::Refused)
        }
        ErrorKind::Offline if is_unknown_name(error) => Some(Obstacle::NoSuchHost),
        _ => None,
    }
}
