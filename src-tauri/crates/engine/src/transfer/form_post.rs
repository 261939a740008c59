//! Sends a file by Canto's documented way: one form, all or nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use canto_api::{ApiError, AssetRef, FileBody, ObjectFields, ObjectStored, PostOptions, post_object};
use checksum::Crew;
use futures_util::{FutureExt, StreamExt, stream};
use tokio_util::sync::CancellationToken;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::failure::{failure_of, may_have_arrived, wants_fresh_setting};
use super::progress::Counts;
use super::rights::{may_upload, upload_refused};
use super::source::Opened;
use super::stop::obey;
use super::upload::{Ready, TransferContext, failed_on, failed_with, open, source_trouble, tell_seen};
use crate::error::{ErrorCode, Failure};
use crate::network::bandwidth::{Pacer, paced};
use crate::planted::{Bug, is_planted};
use crate::queue::message::{ClaimedJob, Report};
use crate::store::file_sums::FileStamp;

/// Sends a prepared job's file.
pub async fn send(
    context: &Arc<TransferContext>,
    job: &ClaimedJob,
    ready: Ready,
    counts: &Counts,
    stop: &CancellationToken,
) -> Report {
    let Ready { tenant, album, mut opened } = ready;
    let sent = &counts.sent;
    let version_of = job.version_of.as_ref().map(|asset| AssetRef::new(&asset.scheme, &asset.id));
    let setting = tokio::select! {
        biased;
        () = stop.cancelled() => return Report::Stopped { unsure: false },
        setting = tenant.settings.get(&tenant.client) => setting,
    };
    let mut setting = match setting {
        Ok(setting) => setting,
        Err(error) => return upload_refused(context, &tenant, &error, tenant.settings.doubts()).await,
    };
    let mut fresh = false;
    loop {
        let name: String = job.name.nfc().collect();
        let pacer = context.tenants.network().up();
        let seen = opened.seen();
        let streamed = matches!(opened, Opened::Stream { .. });
        let (stamp, known) = context.known(&job.dir.join(&job.name), seen, job.hashed && streamed).await;
        let (body, size, md5) = body_of(opened, &context.crew, known, pacer);
        let known_md5 = match &md5 {
            Digest::Known(md5) => Some(*md5),
            Digest::Later(_) => None,
        };
        let form = setting.form(&ObjectFields {
            key_tail: &job.attempt.key_tail,
            file_name: &name,
            album_id: version_of.is_none().then_some(album.as_str()),
            tags: &job.context.tags,
            version_of: version_of.as_ref(),
            refer_id: None,
            content_md5: known_md5,
        });
        sent.store(0, Ordering::Relaxed);
        let options = PostOptions { progress: Some(Arc::clone(sent)), ..context.post_options() };
        let whole = matches!(body, FileBody::Whole(_));
        let http = context.tenants.network().to_store();
        let post = post_object(http.client(), &setting.url, form, body, options).boxed();
        let all_out = || whole || sent.load(Ordering::Relaxed) >= size;
        let result = match obey(post, stop, all_out).await {
            Ok(result) => result,
            Err(stopped) => return stopped,
        };
        http.ended(&result);
        match result {
            Ok(stored) => return compare(context, stored, md5, stamp).await,
            Err(error)
                if wants_fresh_setting(&error) || (!fresh && may_hide_a_refusal(&error, all_out())) =>
            {
                tenant.settings.refused(&setting);
                if fresh {
                    // Whoever may not upload any more has a policy that is good for nothing.
                    if tenant.rights.ask(&tenant.client).await.is_ok()
                        && let Err(refused) = may_upload(context, &tenant).await
                    {
                        return refused;
                    }
                    return failed_with(Failure::new(ErrorCode::PolicyRefused).because(&error));
                }
                fresh = true;
                setting = match tenant.settings.get(&tenant.client).await {
                    Ok(setting) => setting,
                    Err(error) => {
                        return upload_refused(context, &tenant, &error, tenant.settings.doubts()).await;
                    }
                };
                opened = match open(job).await {
                    Ok(opened) => opened,
                    Err(report) => return report,
                };
                tell_seen(context, job, opened.seen());
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

enum Digest {
    Known([u8; 16]),
    Later(tokio::sync::oneshot::Receiver<[u8; 16]>),
}

fn body_of(opened: Opened, crew: &Crew, known: Option<[u8; 16]>, pacer: &Pacer) -> (FileBody, u64, Digest) {
    match opened {
        Opened::Whole { bytes, md5, seen } if pacer.piece().is_some() => {
            let blocks = paced(stream::once(std::future::ready(Ok(bytes))).boxed(), pacer.clone());
            (FileBody::Stream { length: seen.size, blocks }, seen.size, Digest::Known(md5))
        }
        Opened::Whole { bytes, md5, seen } => (FileBody::Whole(bytes), seen.size, Digest::Known(md5)),
        Opened::Stream { source, seen } => {
            let reading = source.read(crew, known);
            let blocks = stream::unfold(reading.blocks, |mut blocks| async move {
                blocks.recv().await.map(|block| (block, blocks))
            });
            (
                FileBody::Stream { length: seen.size, blocks: paced(blocks.boxed(), pacer.clone()) },
                seen.size,
                Digest::Later(reading.md5),
            )
        }
    }
}

/// The store's checksum against ours. An ETag that is no MD5 (KMS, multipart) says nothing (canto-api.md §8.3 [A]).
async fn compare(
    context: &TransferContext,
    stored: ObjectStored,
    md5: Digest,
    stamp: Option<Box<FileStamp>>,
) -> Report {
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
        Some(tag) if !tag.eq_ignore_ascii_case(&ours) && !is_planted(Bug::IgnoreWrongSum) => {
            tracing::warn!(stored = tag, read = ours, "the object store names another checksum");
            Report::Stored { md5, etag_matched: false, at: context.world.now(), stamp }
        }
        tag => Report::Stored { md5, etag_matched: tag.is_some(), at: context.world.now(), stamp },
    }
}
