//! What has to be found out before an asset counts as a job's proof: the bytes of an attempt of unknown fate, and whose
//! an asset is that lies elsewhere.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::look::Account;
use super::matching::{ByName, Fit, candidates, fit, key_of};
use super::source::{self, CHANGED};
use super::source_watch::volume_away;
use super::upload::{TransferContext, source_trouble};
use crate::error::{Failure, Outcome};
use crate::model::{AccountId, JobId, WaitingFor};
use crate::queue::message::{AwaitedJob, Made, Report, ToOwner};
use crate::store::file_sums::FileSum;
use crate::store::jobs;

/// Assets with a job's bytes in another album that are where another job's file of that name goes: not moved there.
pub async fn meant_for_others(
    context: &TransferContext,
    id: AccountId,
    long_awaited: impl Iterator<Item = &AwaitedJob>,
    named: &ByName<'_>,
) -> Outcome<HashSet<(JobId, String)>> {
    let mut asked = Vec::new();
    for job in long_awaited {
        for asset in candidates(named, job)
            .filter(|asset| matches!(fit(job, asset), Fit::Elsewhere(_) | Fit::Anywhere(_)))
        {
            for album in &asset.albums {
                let of = (job.id, job.name.clone(), job.size, job.album.is_some());
                asked.push((of, asset.id.clone(), album.id.clone()));
            }
        }
    }
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    context
        .readers
        .read(move |db| {
            let mut meant = HashSet::new();
            for ((job, name, size, knows_its_own), asset, album) in asked {
                let others = jobs::unproven_in_album(db, id, &album, size)?;
                // Of two that don't know their albums, each may be the one.
                let is_meant = others.iter().any(|(other, its, is_sure)| {
                    *other != job && (knows_its_own || *is_sure) && key_of(its) == key_of(&name)
                });
                if is_meant {
                    meant.insert((job, asset));
                }
            }
            Ok(meant)
        })
        .await
}

/// Hashes local files of unknown attempts for which a likely asset was found. Their sums are kept like those of files that
/// were sent without a doubt.
pub async fn fingerprint(context: &TransferContext, account: &mut Account, named: &ByName<'_>) {
    let mut sums = Vec::new();
    for awaited in account.jobs.values_mut() {
        let likely = awaited.job.md5.is_none()
            && candidates(named, &awaited.job).any(|asset| fit(&awaited.job, asset) == Fit::NeedsFingerprint);
        if !likely {
            continue;
        }
        let (path, keys, made_at) =
            (awaited.job.path.clone(), Arc::clone(&context.keys), context.world.now());
        let hashed = tokio::task::spawn_blocking(move || {
            let (seen, md5) = source::fingerprint(&path)?;
            Ok::<_, io::Error>((seen, md5, seen.stamp(&path, &keys)))
        });
        match hashed.await {
            Ok(Ok((seen, md5, stamp))) => {
                awaited.unreadable = None;
                sums.extend(stamp.map(|stamp| FileSum { stamp, md5, made_at }));
                if seen.size == awaited.job.size {
                    awaited.job.md5 = Some(md5);
                }
            }
            Ok(Err(error)) if error.kind() != CHANGED => {
                let failure = source_trouble(error.kind(), &error, &awaited.job.path);
                awaited.unreadable = Some(must_wait(context, &awaited.job, failure).await);
            }
            // It is being written to: what was sent of it before is gone from here.
            _ => awaited.unreadable = None,
        }
    }
    if !sums.is_empty() {
        // Nobody waits for it: without them the files are hashed once more.
        let (reply, _) = oneshot::channel();
        let made = Made { sums, ..Made::default() };
        drop(context.owner.send(ToOwner::Decided { decided: Vec::new(), made, reply }));
    }
}

/// Without the file nobody knows whose the asset is: the job waits for the file, and is looked up again.
async fn must_wait(context: &TransferContext, job: &AwaitedJob, failure: Failure) -> Report {
    match volume_away(context, job.folder, &job.path).await {
        Some(away) => Report::MustWait { on: WaitingFor::Volume, failure: away.because(&failure.details) },
        None => Report::Unseen { failure },
    }
}
