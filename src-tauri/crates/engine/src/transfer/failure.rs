//! What an error of the wire means in the words of the house.

use canto_api::{ApiError, ErrorKind};

use crate::error::{ErrorCode, Failure};
use crate::intake::source_failure;
use crate::session::place::code_of;

/// Sorts an error of a call to the tenant or its object store.
pub fn failure_of(error: &ApiError) -> Failure {
    let code = match error.kind() {
        ErrorKind::Offline => ErrorCode::NetworkOffline,
        ErrorKind::TimedOut => ErrorCode::NetworkTimeout,
        ErrorKind::Interrupted => ErrorCode::NetworkInterrupted,
        ErrorKind::Tls => ErrorCode::TlsRefused,
        ErrorKind::ProxyAuthRequired => ErrorCode::ProxyAuthRequired,
        ErrorKind::Proxy => ErrorCode::ProxyUnreachable,
        ErrorKind::ProxyRefused => ErrorCode::ProxyRefused,
        ErrorKind::ProxyScript => ErrorCode::PacUnusable,
        ErrorKind::Unauthorized | ErrorKind::SignInRequired => ErrorCode::SignInRequired,
        ErrorKind::Forbidden => ErrorCode::NoPermission,
        ErrorKind::NotFound => ErrorCode::DestinationMissing,
        ErrorKind::BadRequest => ErrorCode::TenantRefused,
        ErrorKind::TooManyRequests { .. } | ErrorKind::ServerBusy { .. } => ErrorCode::TenantBusy,
        ErrorKind::PolicyExpired | ErrorKind::PolicyRefused | ErrorKind::SignatureRefused => {
            ErrorCode::PolicyRefused
        }
        ErrorKind::ChecksumRefused => ErrorCode::ChecksumMismatch,
        ErrorKind::TooLarge => ErrorCode::TooLarge,
        ErrorKind::UnexpectedAnswer | ErrorKind::LeftOut => ErrorCode::UnexpectedAnswer,
        ErrorKind::BodyFailed(kind) => return source_failure(Some(*kind), error),
        ErrorKind::PlaceShut(shut) => code_of(*shut),
        ErrorKind::Internal if error.call() == crate::session::VAULT => ErrorCode::KeychainUnavailable,
        ErrorKind::Internal | _ => ErrorCode::Internal,
    };
    Failure::new(code).because(error)
}

/// The whole body may have arrived although no good answer came: to be looked up before it is sent again.
pub fn may_have_arrived(error: &ApiError) -> bool {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::Interrupted => true,
        // A gateway in between gave up; what is behind it may have stored the object.
        ErrorKind::ServerBusy { .. } => matches!(error.status(), Some(502 | 504)),
        // An answer, but to what? Damaged on the way, it may have been a *yes*.
        ErrorKind::UnexpectedAnswer => error.status().is_some_and(says_nothing),
        _ => false,
    }
}

/// A status that no store refuses with, nor a page in its place comes with.
fn says_nothing(status: u16) -> bool {
    !matches!(status, 200 | 201 | 204 | 301 | 302 | 303 | 307 | 308 | 400..=599)
}

/// The object store itself refused: a fresh upload setting may help.
pub fn wants_fresh_setting(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PolicyExpired
            | ErrorKind::SignatureRefused
            | ErrorKind::PolicyRefused
            | ErrorKind::Forbidden
    )
}
