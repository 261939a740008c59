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
use crate::session::{Tenant, Tenants};
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

    pub(super) fn post_options(&self) -> PostOptions {
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
    failed_on(error, tenant.client.tenant().origin(), "api")
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
pub(super) fn on_the_way(failure: Failure, url: &Url, way: &str) -> Failure {
    let address = format!("{}{}", url.origin().ascii_serialization(), url.path());
    failure.with("address", address).with("way", way)
}

pub fn failed_with(failure: Failure) -> Report {
    Report::Failed { failure, retry_after: None }
}

/// Everything that can be found wrong before the first byte.
async fn prepare(context: &Arc<TransferContext>, job: &mut ClaimedJob) -> Result<Ready, Report> {
    let tenant = context.tenants.get(job.context.account).await.map_err(failed_with)?;
    // A role changes with the next sign-in only (canto-api.md §12.3 [D]): no need to ask for each file.
    let rights = &tenant.row.rights;
    if !rights.is_empty() && !rights.iter().any(|right| right == "upload") {
        return Err(failed_with(Failure::new(ErrorCode::NoPermission).with("right", "upload")));
    }
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
        return Ok(destination.id.clone());
    }
    if let Some(album) = &job.album {
        return Ok(album.to_string());
    }
    let folder = job.folder;
    let chain = context.readers.read(move |db| chain(db, folder)).await.map_err(failed_with)?;
    let known = chain.last().and_then(|row| row.remote_album.clone());
    if let Some(album) = known {
        return Ok(album);
    }
    let album = tenant.places.album(&tenant.client, job.context.batch, destination, &chain).await;
    let album = album.map_err(|error| {
        let failure = failure_of(&error);
        // A refusal here is about the destination, not about the file.
        let code = match failure.code {
            ErrorCode::NoPermission | ErrorCode::TenantRefused => ErrorCode::DestinationRefused,
            code => code,
        };
        let failure = Failure { code, who: code.who(), ..failure }.with("destination", &destination.path);
        let failure = on_the_way(failure, tenant.client.tenant().origin(), "api");
        Report::Failed { failure, retry_after: error.retry_after() }
    })?;
    drop(context.owner.send(ToOwner::Placed { folder, remote: Remote::Album(album.clone()) }));
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
