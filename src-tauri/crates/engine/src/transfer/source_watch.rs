//! Waits for what local files are waited for: a disk that comes back, a file that comes to rest.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::source::Seen;
use super::upload::TransferContext;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{FolderId, JobId, WaitingFor};
use crate::platform::volumes;
use crate::queue::message::{ClaimedJob, Report, ToOwner};
use crate::store::{folders, volumes as rows};

const MOST: usize = 1_000;

/// A file at the last looks.
struct Watched {
    seen: Option<Seen>,
    since: Instant,
}

/// Looks, while jobs wait for volumes or for quiet, and tells the owner of the queue.
pub async fn run(context: Arc<TransferContext>, mut inbox: UnboundedReceiver<()>, quit: CancellationToken) {
    let mut watched: HashMap<JobId, Watched> = HashMap::new();
    let mut waiting = false;
    loop {
        tokio::select! {
            () = quit.cancelled() => return,
            told = inbox.recv() => if told.is_none() { return },
            () = tokio::time::sleep(context.pace.source_look), if waiting => {}
        }
        while inbox.try_recv().is_ok() {}
        waiting = tokio::select! {
            () = quit.cancelled() => return,
            round = one_round(&context, &mut watched) => round.unwrap_or(true),
        };
    }
}

/// `true`: something is still waited for.
async fn one_round(context: &TransferContext, watched: &mut HashMap<JobId, Watched>) -> Outcome<bool> {
    let awaited = context.readers.read(rows::awaited).await?;
    let unquiet = context
        .readers
        .read(|db| {
            let files = rows::unquiet(db, MOST)?.into_iter();
            let paths = files.map(|(job, folder, name)| Ok((job, folders::path_of(db, folder)?.join(name))));
            paths.collect::<rusqlite::Result<Vec<(JobId, PathBuf)>>>()
        })
        .await?;
    let waiting = !awaited.is_empty() || !unquiet.is_empty();
    if !awaited.is_empty() {
        let mounted = on_a_blocking_thread(volumes::mounted).await?;
        for row in awaited {
            if let Some(back) = mounted.iter().find(|volume| volume.id == row.volume) {
                let (folder, mount) = (row.folder, back.mount.clone());
                drop(context.owner.send(ToOwner::VolumeBack { folder, mount }));
            }
        }
    }
    watched.retain(|job, _| unquiet.iter().any(|(other, _)| other == job));
    if unquiet.is_empty() {
        return Ok(waiting);
    }
    let looked = on_a_blocking_thread(move || {
        unquiet.into_iter().map(|(job, path)| (job, Seen::of_readable(&path))).collect::<Vec<_>>()
    });
    let now = Instant::now();
    for (job, seen) in looked.await? {
        let before = watched.entry(job).or_insert(Watched { seen, since: now });
        if before.seen != seen {
            *before = Watched { seen, since: now };
        } else if now.duration_since(before.since) >= context.pace.quiet {
            watched.remove(&job);
            drop(context.owner.send(ToOwner::SourceQuiet { job }));
        }
    }
    Ok(waiting)
}

async fn on_a_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(ErrorCode::Internal).because(error))
}

/// A file that can't be read because its whole volume is away is waited for; any other report stays as it is.
pub async fn unless_volume_is_away(context: &TransferContext, job: &ClaimedJob, report: Report) -> Report {
    let Report::Failed { failure, .. } = &report else { return report };
    if !matches!(failure.code, ErrorCode::SourceMissing | ErrorCode::SourceUnreadable) {
        return report;
    }
    match volume_away(context, job.folder, &job.dir.join(&job.name)).await {
        Some(away) => Report::MustWait { on: WaitingFor::Volume, failure: away.because(&failure.details) },
        None => report,
    }
}

/// The volume that a folder was on when it was added is not there.
pub async fn volume_away(context: &TransferContext, folder: FolderId, file: &Path) -> Option<Failure> {
    let row = context.readers.read(move |db| rows::of_folder(db, folder)).await.ok()??;
    let mounted = on_a_blocking_thread(volumes::mounted).await.ok()?;
    if mounted.iter().any(|volume| volume.id == row.volume && volume.mount == row.mount) {
        return None;
    }
    let away = Failure::new(ErrorCode::VolumeAway);
    Some(away.with("volume", row.name).with("path", file.display()))
}
