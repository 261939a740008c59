//! Whether a tenant is at an address, asked without a token that is worth anything.

use std::{error::Error, io, time::Duration};

use reqwest::{
    Response, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, WWW_AUTHENTICATE},
};
use url::Url;

use crate::{
    TenantAddress,
    client::failure,
    error::{ApiError, ErrorKind, from_reqwest, is_html},
};

const CALL: &str = "look_for_tenant";
/// No token of anybody's. An invalid one is answered with 401 [C] (canto-api §1.3), which few other servers say here.
pub(crate) const NO_TOKEN: &str = "Bearer ferry-asks-who-is-there";

/// What is at an address in place of a tenant.
#[derive(Debug)]
pub enum Absent {
    /// No computer has this name.
    NoSuchHost,
    /// The computer is there, and takes no connection on this port.
    Refused,
    /// It says nothing.
    Silent,
    /// Nobody whom this computer trusts vouches for it.
    Untrusted,
    /// The certificate is another host's.
    OtherName,
    /// It speaks, but not TLS.
    NotEncrypted,
    /// It sends visitors to this host.
    Elsewhere(String),
    /// A web server, or another program.
    SomethingElse,
    /// It can't be told: the network, a proxy, a server that is busy.
    Unclear(ApiError),
}

/// Asks for the current user with a token that is none: a tenant refuses.
///
/// # Errors
/// What else is there.
pub async fn look_for_tenant(
    http: &reqwest::Client,
    tenant: &TenantAddress,
    patience: Duration,
) -> Result<(), Absent> {
    let token = HeaderValue::from_static(NO_TOKEN);
    let request = http.get(tenant.api("user")).header(AUTHORIZATION, token);
    let response = match tokio::time::timeout(patience, request.send()).await {
        Err(_) => return Err(Absent::Silent),
        Ok(Err(error)) => return Err(absent(&error)),
        Ok(Ok(response)) => response,
    };
    let (status, headers) = (response.status(), response.headers().clone());
    match status {
        StatusCode::UNAUTHORIZED if !wants_another_sign_in(&headers) => Ok(()),
        // Without a token it says 404 [C]; a web page of that status is any server's.
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
            tokio::time::timeout(patience, is_page(response))
                .await
                .map_or(Err(Absent::Silent), |page| if page { Err(Absent::SomethingElse) } else { Ok(()) })
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::TOO_MANY_REQUESTS => {
            Err(Absent::Unclear(failure(CALL, response).await))
        }
        _ if status.is_server_error() => Err(Absent::Unclear(failure(CALL, response).await)),
        _ if status.is_redirection() => Err(elsewhere(tenant, &headers)),
        _ => Err(Absent::SomethingElse),
    }
}

async fn is_page(mut response: Response) -> bool {
    let headers = response.headers().clone();
    let first = response.chunk().await.ok().flatten().unwrap_or_default();
    is_html(&headers, &first)
}

/// `Basic`, `NTLM` and the like are a gate before some other server.
fn wants_another_sign_in(headers: &HeaderMap) -> bool {
    headers.get_all(WWW_AUTHENTICATE).iter().any(|value| {
        let word = value.as_bytes().split(|b| *b == b' ').next().unwrap_or_default();
        !word.eq_ignore_ascii_case(b"bearer")
    })
}

fn elsewhere(tenant: &TenantAddress, headers: &HeaderMap) -> Absent {
    leads_elsewhere(tenant.origin(), headers).map_or(Absent::SomethingElse, Absent::Elsewhere)
}

/// The other host that an answer sends to.
pub(crate) fn leads_elsewhere(from: &Url, headers: &HeaderMap) -> Option<String> {
    let to = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let to = to.and_then(|text| Url::parse(text).ok())?;
    to.host_str().filter(|host| Some(*host) != from.host_str()).map(str::to_owned)
}

fn absent(error: &reqwest::Error) -> Absent {
    let sorted = from_reqwest(CALL, error);
    match sorted.kind() {
        ErrorKind::Tls => by_certificate(error),
        ErrorKind::TimedOut => Absent::Silent,
        ErrorKind::Offline if causes(error).any(|cause| is_kind(cause, io::ErrorKind::ConnectionRefused)) => {
            Absent::Refused
        }
        ErrorKind::Offline if is_unknown_name(error) => Absent::NoSuchHost,
        // It took the connection and said nothing that could be understood.
        ErrorKind::Interrupted => Absent::SomethingElse,
        _ => Absent::Unclear(sorted),
    }
}

pub(crate) fn by_certificate(error: &reqwest::Error) -> Absent {
    use rustls::{CertificateError as C, Error as E};
    match causes(error).find_map(|cause| cause.downcast_ref::<E>()) {
        Some(E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. })) => {
            Absent::OtherName
        }
        Some(E::InvalidCertificate(_)) | None => Absent::Untrusted,
        Some(_) => Absent::NotEncrypted,
    }
}

/// The resolver's own words are all that the standard library keeps of its answer. One that could not ask anybody tells
/// nothing about the name.
pub(crate) fn is_unknown_name(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let text = cause.to_string();
        let asked = text.contains("lookup address") || text.contains("os error 11001");
        asked && !text.contains("Temporary") && !text.contains("try again")
    })
}

pub(crate) fn is_kind(cause: &(dyn Error + 'static), kind: io::ErrorKind) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind)
}

/// Every cause, also those inside `io::Error`s, whose `source` skips their content.
pub(crate) fn causes<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| -> Option<&'e (dyn Error + 'static)> {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        }
    })
}
