//! What a refusal means for a file: which right is missing, where, and who can give it.
//!
//! What a missing right answers is [ND] (canto-api.md §1.3): 401, 403, 404, nothing, or a page. A 401 to a good token is a
//! 403 by the time it gets here. A 404 for something that was there is no access (§14 no. 13), and so is a success that lacks
//! what was asked for. A 404 or a page where nothing was named may be anything, so it is believed only when it stays while
//! `/user` answers.

use std::time::Duration;

use canto_api::{ApiError, ErrorKind};

use super::failure::failure_of;
use super::upload::{TransferContext, failed, failed_with, on_the_way};
use crate::clock::Millis;
use crate::error::{ErrorCode, Failure, Who};
use crate::model::Destination;
use crate::queue::message::{AwaitedJob, Report};
use crate::session::{Tenant, Thing};

/// So many answers in a row that may be a missing right are taken for one.
pub const ENOUGH: u32 = 3;
/// And between two of them this time passes, however many files ask, milliseconds.
pub const DOUBT: Millis = 1_000;

/// The tenant says no.
pub fn is_refusal(error: &ApiError) -> bool {
    matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::LeftOut)
}

/// May be a no, or the page of a hotel, or a tenant that is being set up.
pub fn may_be_refusal(error: &ApiError) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedAnswer)
}

/// As far as the tenant has told; where it said no before, it is asked whether that is still so.
pub(super) async fn may_upload(context: &TransferContext, tenant: &Tenant) -> Result<(), Report> {
    if let Some(failure) = tenant.refusals.of(&Thing::Uploading) {
        return Err(failed_with(failure));
    }
    if tenant.rights.may_upload() {
        return Ok(());
    }
    match tenant.rights.ask(&tenant.client).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            let failure = no_upload(tenant);
            tenant.refusals.note(Thing::Uploading, failure.clone(), context.pace.right);
            Err(failed_with(failure))
        }
        Err(error) => Err(failed(&error, tenant)),
    }
}

pub(super) fn no_upload(tenant: &Tenant) -> Failure {
    Failure::new(ErrorCode::NoPermission)
        .with("right", "upload")
        .with("reason", "upload")
        .with("tenant", tenant.client.tenant().host())
}

/// A call without which nothing is sent was refused, or may have been: `doubts` such answers came in a row.
pub(super) async fn upload_refused(
    context: &TransferContext,
    tenant: &Tenant,
    error: &ApiError,
    doubts: u32,
) -> Report {
    let sure = matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::LeftOut);
    if !(sure || may_be_refusal(error) && doubts >= ENOUGH) {
        return failed(error, tenant);
    }
    // Shows the user what they may do, and whether the tenant can be asked at all.
    if tenant.rights.ask(&tenant.client).await.is_err() && !sure {
        return failed(error, tenant);
    }
    let failure = no_upload(tenant).because(error);
    tenant.refusals.note(Thing::Uploading, failure.clone(), context.pace.right);
    failed_with(failure)
}

/// A call in the middle of an upload was refused: the right was taken away meanwhile.
pub(super) fn upload_withdrawn(context: &TransferContext, tenant: &Tenant, error: &ApiError) -> Report {
    let failure = no_upload(tenant).because(error);
    tenant.refusals.note(Thing::Uploading, failure.clone(), context.pace.right);
    failed_with(failure)
}

/// An album that was chosen has to be there for this user: nothing is sent where it would be lost. It is the file's
/// `failures` + 1st try: one that is not shown may be so new that the tenant does not show it yet.
pub(super) async fn album_is_open(
    context: &TransferContext,
    tenant: &Tenant,
    destination: &Destination,
    failures: u32,
) -> Result<(), Report> {
    let thing = Thing::Album(destination.id.clone());
    if let Some(failure) = tenant.refusals.of(&thing) {
        return Err(failed_with(failure));
    }
    match tenant.refusals.sees_album(&tenant.client, &destination.id).await {
        Ok(()) => {
            tenant.refusals.is_open(&thing);
            Ok(())
        }
        Err(error)
            if is_refusal(&error)
                && *error.kind() != ErrorKind::Forbidden
                && tenant.refusals.doubt(&thing).min(failures + 1) < ENOUGH =>
        {
            let failure = Failure::new(ErrorCode::TenantBusy).with("destination", &destination.path);
            let failure = failure.because(&error);
            tenant.refusals.note(thing, failure.clone(), Duration::from_millis(DOUBT.unsigned_abs()));
            Err(failed_with(failure))
        }
        Err(error) if is_refusal(&error) => {
            let failure = album_refused(&error, &destination.path);
            tenant.refusals.note(thing, failure.clone(), context.pace.right);
            Err(failed_with(failure))
        }
        // A tenant without this call shows when it is sent to.
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedAnswer | ErrorKind::BadRequest) => Ok(()),
        Err(error) => Err(failed(&error, tenant)),
    }
}

/// An album that was there is gone, or hidden: which of the two, a 404 does not say.
pub fn album_refused(error: &ApiError, path: &str) -> Failure {
    let code = match error.kind() {
        ErrorKind::Forbidden => ErrorCode::NoPermission,
        _ => ErrorCode::DestinationMissing,
    };
    let reason = match code {
        _ if path.is_empty() => "here",
        ErrorCode::NoPermission => "place",
        _ => "hidden",
    };
    let failure = Failure::new(code).with("right", "place").with("reason", reason).because(error);
    let failure = Failure { who: Who::Admin, ..failure };
    if path.is_empty() { failure } else { failure.with("destination", path) }
}

/// A place that files go to can't be read or made; it is the file's `failures` + 1st try.
pub(super) async fn place_refused(
    context: &TransferContext,
    tenant: &Tenant,
    destination: &Destination,
    failures: u32,
    error: &ApiError,
) -> Report {
    let below = Thing::Below(destination.id.clone());
    let page = *error.kind() == ErrorKind::UnexpectedAnswer;
    let doubts = if page { tenant.refusals.doubt(&below) } else { 0 };
    if doubts.min(failures + 1) >= ENOUGH && tenant.rights.ask(&tenant.client).await.is_ok() {
        let failure = closed(error).with("destination", &destination.path);
        tenant.refusals.note(below, failure.clone(), context.pace.right);
        return failed_with(failure);
    }
    let failure = refused_place(error).with("destination", &destination.path);
    let failure = on_the_way(failure, tenant.client.tenant().origin(), "api");
    if page {
        tenant.refusals.note(below, failure.clone(), Duration::from_millis(DOUBT.unsigned_abs()));
    }
    Report::Failed { failure, retry_after: error.retry_after() }
}

/// The right that reading or making a place takes is missing.
fn closed(error: &ApiError) -> Failure {
    let (code, right) = match error.call() {
        right @ ("create_album" | "create_folder") => (ErrorCode::DestinationRefused, right),
        _ => (ErrorCode::NoPermission, "place"),
    };
    let failure = Failure::new(code).with("right", right).with("reason", right).because(error);
    Failure { who: Who::Admin, ..failure }
}

/// Where it is the making that was refused, what is above was read a moment before: it is there.
pub fn refused_place(error: &ApiError) -> Failure {
    let makes = matches!(error.call(), "create_album" | "create_folder");
    if makes && (is_refusal(error) || *error.kind() == ErrorKind::BadRequest) {
        // 400 may as well be about the name.
        return if is_refusal(error) {
            closed(error)
        } else {
            Failure::new(ErrorCode::DestinationRefused).because(error)
        };
    }
    if is_refusal(error) {
        return album_refused(error, "");
    }
    failure_of(error)
}

/// Asks whether an album is closed to this user by now.
pub(super) async fn album_is_closed(
    context: &TransferContext,
    tenant: &Tenant,
    album: &str,
    path: &str,
) -> Option<Failure> {
    tenant.refusals.look_again(album);
    let error = tenant.refusals.sees_album(&tenant.client, album).await.err().filter(is_refusal)?;
    let failure = album_refused(&error, path);
    tenant.refusals.note(Thing::Album(album.to_owned()), failure.clone(), context.pace.right);
    Some(failure)
}

/// The tenant says that it is there, and shows it to nobody here: hidden, or gone already.
pub(super) fn hidden(job: &AwaitedJob) -> Failure {
    let failure = Failure::new(ErrorCode::AssetUnseen)
        .with("right", "view")
        .with("reason", "hidden")
        .with("destination", &job.destination)
        .with("name", &job.name);
    Failure { who: Who::Admin, ..failure }
}

/// What was sent can't be seen, or not asked for: it is neither sent again nor called done.
pub fn view_refused(error: Option<&ApiError>, path: &str) -> Failure {
    let failure = Failure::new(ErrorCode::NoPermission)
        .with("right", "view")
        .with("reason", "view")
        .with("destination", path);
    match error {
        Some(error) => failure.because(error),
        None => failure,
    }
}
