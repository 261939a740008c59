//! Sends one file by form post, and says what came of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use canto_api::{ApiError, FileBody, ObjectFields, ObjectStored, PostOptions, UploadSetting, post_object};
use checksum::Crew;
use futures_util::{FutureExt, StreamExt, stream};
use tokio_util::sync::CancellationToken;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::failure::{failure_of, may_have_arrived, wants_fresh_setting};
use super::source::{self, CHANGED, Opened, Seen};
use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Failure};
use crate::intake::source_failure;
use crate::model::{DestinationKind, FolderId};
use crate::queue::message::{ClaimedJob, Remote, Report, ToOwner};
use crate::session::{Tenant, Tenants};
use crate::store::Readers;
use crate::store::folders::{self, FolderRow};

/// One form carries at most this much (canto-api.md §8.3 [A]), bytes.
const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// A stopped transfer whose last byte is out gets this long for its answer.
const LAST_WORD: Duration = Duration::from_millis(700);

/// What every transfer needs.
pub struct TransferContext {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
    pub world: SharedWorld,
    pub owner: Sender<ToOwner>,
    pub crew: Crew,
}

/// Sends a claimed job's file. `sent` counts the bytes that the connection has taken.
pub async fn upload(
    context: &Arc<TransferContext>,
    job: &mut ClaimedJob,
    sent: &Arc<AtomicU64>,
    stop: &CancellationToken,
) -> Report {
    // A stop does not wait for the calls before the transfer; what they fetch for others goes on when one of those asks.
    let ready = tokio::select! {
        biased;
        () = stop.cancelled() => return Report::Stopped { unsure: false },
        ready = prepare(context, job) => ready,
    };
    match ready {
        Ok(ready) => send(context, job, ready, sent, stop).await,
        Err(report) => report,
    }
}

struct Ready {
    tenant: Arc<Tenant>,
    album: String,
    setting: Arc<UploadSetting>,
    opened: Opened,
}

/// A failed call to the tenant.
fn failed(error: &ApiError, tenant: &Tenant) -> Report {
    failed_on(error, tenant.client.tenant().origin(), "api")
}

/// The failure says which way it concerns, for the probe that looks when it is open again.
fn failed_on(error: &ApiError, url: &Url, way: &str) -> Report {
    let failure = failure_of(error).with("host", url.origin().ascii_serialization()).with("way", way);
    Report::Failed { failure, retry_after: error.retry_after() }
}

fn failed_with(failure: Failure) -> Report {
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
    let seen = match &opened {
        Opened::Whole { seen, .. } | Opened::Stream { seen, .. } => *seen,
    };
    if seen.size > MOST_BYTES {
        return Err(failed_with(
            Failure::new(ErrorCode::TooLarge).with("size", seen.size).with("most", MOST_BYTES),
        ));
    }
    if seen != (Seen { size: job.size, modified_ns: job.modified_ns }) {
        let message = ToOwner::SourceSeen { job: job.id, size: seen.size, modified_ns: seen.modified_ns };
        drop(context.owner.send(message));
    }
    let album = place(context, &tenant, job).await?;
    let setting = tenant.settings.get(&tenant.client).await.map_err(|error| failed(&error, &tenant))?;
    Ok(Ready { tenant, album, setting, opened })
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
    failed_with(source_trouble(error.kind(), error, &job.dir.join(&job.name)))
}

async fn open(job: &ClaimedJob) -> Result<Opened, Report> {
    let path = job.dir.join(&job.name);
    let opened = tokio::task::spawn_blocking(move || source::open(&path)).await;
    match opened {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(unreadable(job, &error)),
        Err(error) => Err(failed_with(Failure::new(ErrorCode::Internal).because(error))),
    }
}

fn source_trouble(kind: std::io::ErrorKind, error: &dyn std::fmt::Display, path: &Path) -> Failure {
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
        let failure = Failure { code, who: code.who(), ..failure }
            .with("destination", &destination.path)
            .with("host", tenant.client.tenant().origin().origin().ascii_serialization())
            .with("way", "api");
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

async fn send(
    context: &Arc<TransferContext>,
    job: &ClaimedJob,
    ready: Ready,
    sent: &Arc<AtomicU64>,
    stop: &CancellationToken,
) -> Report {
    let Ready { tenant, album, mut setting, mut opened } = ready;
    let mut fresh = false;
    loop {
        let name: String = job.name.nfc().collect();
        let (body, size, md5) = body_of(opened, &context.crew);
        let known_md5 = match &md5 {
            Digest::Known(md5) => Some(*md5),
            Digest::Later(_) => None,
        };
        let form = setting.form(&ObjectFields {
            key_tail: &job.attempt.key_tail,
            file_name: &name,
            album_id: Some(&album),
            tags: &job.context.tags,
            version_of: None,
            refer_id: None,
            content_md5: known_md5,
        });
        sent.store(0, Ordering::Relaxed);
        let options = PostOptions { progress: Some(Arc::clone(sent)), ..PostOptions::default() };
        let whole = known_md5.is_some();
        let http = context.tenants.network().objects();
        let post = post_object(http, &setting.url, form, body, options).boxed();
        let all_out = || whole || sent.load(Ordering::Relaxed) >= size;
        let result = match obey(post, stop, all_out).await {
            Ok(result) => result,
            Err(stopped) => return stopped,
        };
        match result {
            Ok(stored) => return compare(context, stored, md5).await,
            Err(error)
                if wants_fresh_setting(&error) || (!fresh && may_hide_a_refusal(&error, all_out())) =>
            {
                tenant.settings.refused(&setting);
                if fresh {
                    return failed_with(Failure::new(ErrorCode::PolicyRefused).because(&error));
                }
                fresh = true;
                setting = match tenant.settings.get(&tenant.client).await {
                    Ok(setting) => setting,
                    Err(error) => return failed(&error, &tenant),
                };
                opened = match open(job).await {
                    Ok(opened) => opened,
                    Err(report) => return report,
                };
            }
            Err(error) => return trouble(&error, job, &setting.url, all_out()),
        }
    }
}

/// A reset while the body was still going out may be all that is left of a refusal (measurements.md A2).
fn may_hide_a_refusal(error: &ApiError, all_out: bool) -> bool {
    *error.kind() == canto_api::ErrorKind::Interrupted && !all_out
}

fn trouble(error: &ApiError, job: &ClaimedJob, url: &Url, all_out: bool) -> Report {
    if let canto_api::ErrorKind::BodyFailed(kind) = error.kind() {
        return failed_with(source_trouble(*kind, error, &job.dir.join(&job.name)));
    }
    if all_out && may_have_arrived(error) {
        return Report::AnswerLost { failure: failure_of(error) };
    }
    failed_on(error, url, "objects")
}

/// Waits for the post, or for the wish to stop.
async fn obey(
    mut post: futures_util::future::BoxFuture<'_, Result<ObjectStored, ApiError>>,
    stop: &CancellationToken,
    all_out: impl Fn() -> bool,
) -> Result<Result<ObjectStored, ApiError>, Report> {
    tokio::select! {
        biased;
        result = &mut post => return Ok(result),
        () = stop.cancelled() => {}
    }
    if !all_out() {
        return Err(Report::Stopped { unsure: false });
    }
    match tokio::time::timeout(LAST_WORD, post).await {
        Ok(result) => Ok(result),
        Err(_) => Err(Report::Stopped { unsure: true }),
    }
}

enum Digest {
    Known([u8; 16]),
    Later(tokio::sync::oneshot::Receiver<[u8; 16]>),
}

fn body_of(opened: Opened, crew: &Crew) -> (FileBody, u64, Digest) {
    match opened {
        Opened::Whole { bytes, md5, seen } => (FileBody::Whole(bytes), seen.size, Digest::Known(md5)),
        Opened::Stream { source, seen } => {
            let reading = source.read(crew);
            let blocks = stream::unfold(reading.blocks, |mut blocks| async move {
                blocks.recv().await.map(|block| (block, blocks))
            });
            (
                FileBody::Stream { length: seen.size, blocks: blocks.boxed() },
                seen.size,
                Digest::Later(reading.md5),
            )
        }
    }
}

/// The store's checksum against ours. An ETag that is no MD5 (KMS, multipart) says nothing (canto-api.md §8.3 [A]).
async fn compare(context: &TransferContext, stored: ObjectStored, md5: Digest) -> Report {
    let md5 = match md5 {
        Digest::Known(md5) => md5,
        Digest::Later(md5) => match md5.await {
            Ok(md5) => md5,
            Err(_) => return failed_with(Failure::new(ErrorCode::Internal).because("no checksum came")),
        },
    };
    let etag = stored.etag.filter(|tag| tag.len() == 32 && tag.bytes().all(|b| b.is_ascii_hexdigit()));
    let ours = hex::encode(md5);
    match etag {
        // Damaged on the way, or a store whose ETag means something else: what the tenant says of the asset decides.
        Some(tag) if !tag.eq_ignore_ascii_case(&ours) => {
            tracing::warn!(stored = tag, read = ours, "the object store names another checksum");
            Report::Stored { md5, etag_matched: false, at: context.world.now() }
        }
        tag => Report::Stored { md5, etag_matched: tag.is_some(), at: context.world.now() },
    }
}
