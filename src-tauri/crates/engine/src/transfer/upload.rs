//! Sends one file: finds out beforehand what would stop it, then chooses how its bytes travel.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use canto_api::{ApiError, ErrorKind, PostOptions};
use checksum::Crew;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::failure::failure_of;
use super::form_post;
use super::gate::Gate;
use super::line::LineSpeed;
use super::parts::{self, PartsReady, is_worth_parts};
use super::progress::Counts;
use super::rights::{album_is_open, may_upload, place_refused};
use super::source::{self, CHANGED, Opened, Seen};
use super::source_watch::unless_volume_is_away;
use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Failure};
use crate::intake::source_failure;
use crate::model::{DestinationKind, FolderId};
use crate::pace::Pace;
use crate::platform::file_keys::FileKeys;
use crate::platform::file_locks::is_locked;
use crate::queue::message::{ClaimedJob, Remote, Report, ToOwner};
use crate::session::place::named;
use crate::session::{Tenant, Tenants, Thing};
use crate::store::Readers;
use crate::store::file_sums::{self, FileStamp};
use crate::store::folders::{self, FolderRow};

/// One form carries at most this much (canto-api.md §8.3 [A]), bytes.
const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// What every transfer needs.
pub struct TransferContext {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
    pub world: SharedWorld,
    pub owner: Sender<ToOwner>,
    pub crew: Crew,
    /// Permits for parts, of all files together.
    pub gate: Gate,
    pub line: LineSpeed,
    pub pace: Pace,
    pub keys: Arc<FileKeys>,
}

impl TransferContext {
    /// What a file is known by later, and the sum that it has from before, if it was hashed and is as it was then.
    pub(super) async fn known(
        &self,
        path: &Path,
        seen: Seen,
        look: bool,
    ) -> (Option<Box<FileStamp>>, Option<[u8; 16]>) {
        // Most files need no change of threads for that.
        if !look && let Some(stamp) = seen.stamp_at_hand(path, &self.keys) {
            return (stamp.map(Box::new), None);
        }
        let (keys, readers, path) = (Arc::clone(&self.keys), self.readers.clone(), path.to_path_buf());
        let known = tokio::task::spawn_blocking(move || {
            let stamp = seen.stamp(&path, &keys)?;
            let md5 = match look {
                // Without it the file is hashed on its way.
                true => {
                    readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten().map(|(md5, _)| md5)
                }
                false => None,
            };
            Some((Box::new(stamp), md5))
        });
        match known.await {
            Ok(Some((stamp, md5))) => (Some(stamp), md5),
            _ => (None, None),
        }
    }

    pub fn post_options(&self) -> PostOptions {
        let Pace { no_progress, answer, .. } = self.pace;
        PostOptions { no_progress, answer, ..PostOptions::default() }
    }
}

/// Sends a claimed job's file, or says what it waits for.
pub async fn upload(
    context: &Arc<TransferContext>,
    job: &mut ClaimedJob,
    counts: &Counts,
    stop: &CancellationToken,
) -> Report {
    let report = send(context, job, counts, stop).await;
    let report = of_its_place(context, job, report).await;
    unless_volume_is_away(context, job, report).await
}

/// `counts` is where its bytes are counted.
async fn send(
    context: &Arc<TransferContext>,
    job: &mut ClaimedJob,
    counts: &Counts,
    stop: &CancellationToken,
) -> Report {
    // A stop does not wait for the calls before the transfer; what they fetch for others goes on when one of those asks.
    let ready = tokio::select! {
        biased;
        () = stop.cancelled() => return Report::Stopped { unsure: false },
        ready = prepare(context, job) => ready,
    };
    let ready = match ready {
        Ok(ready) => ready,
        Err(report) => return report,
    };
    let Ready { tenant, album, opened } = ready;
    match opened {
        Opened::Stream { seen, source } if job.in_parts || is_worth_parts(seen.size, context.line.get()) => {
            let offered = tokio::select! {
                biased;
                () = stop.cancelled() => return Report::Stopped { unsure: false },
                offered = tenant.parts() => offered,
            };
            match offered {
                Err(error)
                    if *error.kind() != ErrorKind::UnexpectedAnswer
                        || seen.size > MOST_BYTES
                        || job.in_parts =>
                {
                    failed(&error, &tenant)
                }
                Ok(Some(server)) => {
                    let file = Arc::new(*source);
                    parts::send(context, job, PartsReady { tenant, server, album, file }, counts, stop).await
                }
                Ok(None) if seen.size > MOST_BYTES => failed_with(
                    Failure::new(ErrorCode::TooLarge).with("size", seen.size).with("most", MOST_BYTES),
                ),
                Ok(None) | Err(_) => {
                    if job.in_parts
                        && let Some(report) = parts::unless_put_together(context, job).await
                    {
                        return report;
                    }
                    let opened = Opened::Stream { seen, source };
                    form_post::send(context, job, Ready { tenant, album, opened }, counts, stop).await
                }
            }
        }
        opened => form_post::send(context, job, Ready { tenant, album, opened }, counts, stop).await,
    }
}

/// What was found out before the first byte.
pub(super) struct Ready {
    pub tenant: Arc<Tenant>,
    pub album: String,
    pub opened: Opened,
}

/// A failed call to the tenant.
pub fn failed(error: &ApiError, tenant: &Tenant) -> Report {
    in_place(failed_on(error, tenant.client.tenant().origin(), "api"), tenant)
}

pub(super) fn in_place(report: Report, tenant: &Tenant) -> Report {
    match report {
        Report::Failed { failure, retry_after } => {
            Report::Failed { failure: of_place(failure, tenant), retry_after }
        }
        report => report,
    }
}

async fn of_its_place(context: &TransferContext, job: &ClaimedJob, report: Report) -> Report {
    match &report {
        Report::Failed { .. } => match context.tenants.get(job.context.account).await {
            Ok(tenant) => in_place(report, &tenant),
            Err(_) => report,
        },
        _ => report,
    }
}

/// In a place, it is its owner who gives rights, and takes them.
fn of_place(failure: Failure, tenant: &Tenant) -> Failure {
    let Some(place) = &tenant.row.place else { return failure };
    let code = match failure.code {
        ErrorCode::NoPermission => ErrorCode::PlaceDenied,
        code => code,
    };
    let failure = Failure { code, who: code.who(), ..failure };
    if code.is_of_place() { named(failure, place) } else { failure }
}

/// The failure says which way it concerns, for the probe that looks when it is open again.
pub(super) fn failed_on(error: &ApiError, url: &Url, way: &str) -> Report {
    let failure = match error.kind() {
        // None of these addresses names the destination: something else answered.
        ErrorKind::NotFound => Failure::new(ErrorCode::UnexpectedAnswer).because(error),
        _ => failure_of(error),
    };
    Report::Failed { failure: on_the_way(failure, url, way), retry_after: error.retry_after() }
}

/// What stands behind a question mark may be a signature: it stays out.
pub fn on_the_way(failure: Failure, url: &Url, way: &str) -> Failure {
    let address = format!("{}{}", url.origin().ascii_serialization(), url.path());
    failure.with("address", address).with("way", way)
}

pub fn failed_with(failure: Failure) -> Report {
    Report::Failed { failure, retry_after: None }
}

/// Everything that can be found wrong before the first byte.
async fn prepare(context: &Arc<TransferContext>, job: &mut ClaimedJob) -> Result<Ready, Report> {
    let tenant = context.tenants.get(job.context.account).await.map_err(failed_with)?;
    may_upload(context, &tenant).await?;
    let ahead = job.opened.take();
    let opened = match ahead {
        Some(ahead) => opened_ahead(job, ahead).await?,
        None => open(job).await?,
    };
    let seen = opened.seen();
    if (seen.size, seen.modified_ns) != (job.size, job.modified_ns) {
        tell_seen(context, job, seen);
    }
    // What belongs to a new version is not documented; where it goes is where its asset is (canto-api.md §8.5 [ND]).
    let album = match &job.version_of {
        Some(_) => String::new(),
        None => place(context, &tenant, job).await?,
    };
    Ok(Ready { tenant, album, opened })
}

/// The owner keeps the size and time of what is sent: an asset of another size would be taken for damage.
pub(super) fn tell_seen(context: &TransferContext, job: &ClaimedJob, seen: Seen) {
    let Seen { size, modified_ns, .. } = seen;
    drop(context.owner.send(ToOwner::SourceSeen { job: job.id, size, modified_ns }));
}

async fn opened_ahead(
    job: &ClaimedJob,
    ahead: tokio::sync::oneshot::Receiver<std::io::Result<Opened>>,
) -> Result<Opened, Report> {
    match ahead.await {
        Ok(opened) => opened.map_err(|error| unreadable(job, &error)),
        Err(_) => open(job).await,
    }
}

fn unreadable(job: &ClaimedJob, error: &std::io::Error) -> Report {
    unreadable_file(error, &job.dir.join(&job.name))
}

/// What it means that a file can't be read.
pub fn unreadable_file(error: &std::io::Error, path: &Path) -> Report {
    if is_locked(error) {
        return failed_with(
            Failure::new(ErrorCode::SourceLocked).with("path", path.display()).because(error),
        );
    }
    failed_with(source_trouble(error.kind(), error, path))
}

pub(super) async fn open(job: &ClaimedJob) -> Result<Opened, Report> {
    let path = job.dir.join(&job.name);
    let opened = tokio::task::spawn_blocking(move || source::open(&path)).await;
    match opened {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(unreadable(job, &error)),
        Err(error) => Err(failed_with(Failure::new(ErrorCode::Internal).because(error))),
    }
}

pub(super) fn source_trouble(
    kind: std::io::ErrorKind,
    error: &dyn std::fmt::Display,
    path: &Path,
) -> Failure {
    let failure = if kind == CHANGED {
        Failure::new(ErrorCode::SourceChanged).because(error)
    } else {
        source_failure(Some(kind), error)
    };
    failure.with("path", path.display())
}

/// The album that the file goes to; the owner keeps what was found.
async fn place(context: &TransferContext, tenant: &Tenant, job: &ClaimedJob) -> Result<String, Report> {
    let destination = &job.context.destination;
    if destination.kind == DestinationKind::Album {
        album_is_open(context, tenant, destination, job.failures).await?;
        return Ok(destination.id.clone());
    }
    if let Some(album) = &job.album {
        return Ok(album.to_string());
    }
    let (folder, elsewhere) = (job.folder, job.elsewhere);
    let chain = context.readers.read(move |db| chain(db, folder)).await.map_err(failed_with)?;
    let known = chain.last().and_then(|row| row.remote_album.clone()).filter(|_| !elsewhere);
    if let Some(album) = known {
        return Ok(album);
    }
    if let Some(failure) = tenant.refusals.of(&Thing::Below(destination.id.clone())) {
        return Err(failed_with(failure));
    }
    let below = Thing::Below(destination.id.clone());
    let album = match tenant.places.album(&tenant.client, job.context.batch, destination, &chain).await {
        Ok(album) => {
            tenant.refusals.is_open(&below);
            album
        }
        Err(error) => return Err(place_refused(context, tenant, destination, job.failures, &error).await),
    };
    let placed = if elsewhere {
        ToOwner::PlacedElsewhere { job: job.id, album: album.clone() }
    } else {
        ToOwner::Placed { folder, remote: Remote::Album(album.clone()) }
    };
    drop(context.owner.send(placed));
    Ok(album)
}

fn chain(db: &rusqlite::Connection, folder: FolderId) -> rusqlite::Result<Vec<FolderRow>> {
    let mut chain = Vec::new();
    let mut next = Some(folder);
    while let Some(row) = next.map(|id| folders::get(db, id)).transpose()?.flatten() {
        next = row.parent;
        chain.push(row);
    }
    chain.reverse();
    Ok(chain)
}
