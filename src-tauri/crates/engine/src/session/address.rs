//! What is said of an address that leads to no library.

use std::time::Duration;

use canto_api::{Absent, AddressError, TenantAddress, look_for_tenant};

use crate::error::{ErrorCode, Failure, Outcome};
use crate::transfer::failure::failure_of;

/// No server that is there takes longer to say who it is.
const PATIENCE: Duration = Duration::from_secs(12);

/// Reads what was typed.
///
/// # Errors
/// `TenantUnknown` with a `reason`.
pub fn read(typed: &str) -> Outcome<TenantAddress> {
    TenantAddress::parse(typed).map_err(|error| {
        let reason = match error {
            AddressError::Empty => "empty",
            AddressError::Email => "email",
            AddressError::FilePath => "file",
            AddressError::OtherScheme => "scheme",
            AddressError::Unreadable => "unreadable",
            AddressError::NotEncrypted => "not_encrypted",
            AddressError::NotATenant => "not_a_tenant",
            AddressError::WithPassword => "password",
        };
        // What may be a password is not said again.
        let shown = if error == AddressError::WithPassword { "" } else { typed.trim() };
        Failure::new(ErrorCode::TenantUnknown).with("reason", reason).with("tenant", shown).because(error)
    })
}

/// Asks whether a library is there.
///
/// # Errors
/// `TenantUnknown` or `TlsRefused` with a `reason`; those of the connection, where nothing can be told.
pub async fn look(http: &reqwest::Client, tenant: &TenantAddress, patience: Duration) -> Outcome<()> {
    let absent = match look_for_tenant(http, tenant, PATIENCE.min(patience)).await {
        Ok(()) => return Ok(()),
        Err(absent) => absent,
    };
    let failure = |code: ErrorCode, reason: &str| {
        Failure::new(code).with("reason", reason).with("tenant", tenant.host()).because(format!("{absent:?}"))
    };
    let unknown = |reason: &str| failure(ErrorCode::TenantUnknown, reason);
    if !matches!(absent, Absent::Unclear(_) | Absent::Silent)
        && let Some(meant) = tenant.probably_meant()
    {
        return Err(unknown("typo").with("meant", meant));
    }
    Err(match &absent {
        Absent::NoSuchHost => unknown("no_host"),
        Absent::Refused => unknown("refused"),
        Absent::Silent => unknown("silent"),
        Absent::Untrusted => failure(ErrorCode::TlsRefused, "untrusted"),
        Absent::OtherName => failure(ErrorCode::TlsRefused, "other_name"),
        Absent::NotEncrypted => unknown("no_tls"),
        Absent::Elsewhere(host) => unknown("elsewhere").with("to", host),
        Absent::SomethingElse => unknown("not_canto"),
        Absent::Unclear(error) => failure_of(error).with("tenant", tenant.host()),
    })
}

/// Whether a sign-in there would be in vain. Under Canto's own domains, how it answers a token that is none is known from
/// clients alone [C]: what it says there may be shown, but shuts nobody out.
pub fn is_in_vain(failure: &Failure, tenant: &TenantAddress) -> bool {
    match failure.params.get("reason").map(String::as_str) {
        Some("not_canto" | "elsewhere") => tenant.region().is_none(),
        // Who is only busy now may answer by the time somebody has signed in.
        _ => !matches!(failure.code, ErrorCode::TenantBusy | ErrorCode::TenantRefused),
    }
}
