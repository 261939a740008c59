//! Before the first part: goes on with an upload that an earlier run has begun, or begins one.

use std::collections::BTreeMap;
use std::sync::Arc;

use canto_api::{ApiError, ErrorKind, OpenUpload, PartsServer, StoredPart};
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;

use super::plan::Plan;
use super::verify::{Verified, verify};
use super::{PartsReady, Run, Turn};
use crate::error::{ErrorCode, Failure};
use crate::queue::message::{ClaimedJob, PartsReport, Report};
use crate::store::fingerprints::{self, Fingerprint};
use crate::store::parts::{self as rows, Completing, Parts, UploadRow};
use crate::transfer::rights::{ENOUGH, may_be_refusal, upload_refused};
use crate::transfer::upload::{TransferContext, failed_with};

impl Run<'_> {
    /// The file's sums, where it was sent before as it is now.
    pub(super) async fn known_sums(&self) -> Result<Option<Fingerprint>, Turn> {
        let seen = self.ready.file.seen();
        let Some(identity) = seen.identity else { return Ok(None) };
        let known = self
            .context
            .readers
            .read(move |db| fingerprints::of_file(db, &identity.to_string(), seen.size, seen.modified_ns));
        Ok(known.await.map_err(failed_with)?)
    }

    fn version_of(&self) -> String {
        let asset = self.job.version_of.as_ref();
        asset.map(|asset| format!("{}/{}", asset.scheme, asset.id)).unwrap_or_default()
    }

    /// What an earlier run left, if it can be gone on with.
    pub(super) async fn resume(&self) -> Result<Option<(UploadRow, Plan, Verified)>, Turn> {
        let id = self.job.id;
        let known = self.context.readers.read(move |db| rows::of_job(db, id)).await.map_err(failed_with)?;
        let Some((upload, recorded)) = known else { return Ok(None) };
        let seen = self.ready.file.seen();
        let same = upload.size == seen.size
            && upload.modified_ns == seen.modified_ns
            && upload.album == self.ready.album
            && upload.version_of == self.version_of()
            && upload.base == self.ready.server.base().as_str();
        // One that the server was asked to complete may be an asset: that is found out first, also where the file only seems
        // to have changed.
        let settled = upload.completing != Completing::Asked;
        if !same && settled {
            // The file has changed, or goes elsewhere: nothing of it fits.
            self.give_up().await?;
            return Ok(None);
        }
        let stored = match self.ready.server.stored(&upload.open).await {
            Ok(stored) => stored,
            Err(error) if self.is_gone(&upload.open, &error).await => {
                return self.gone(&upload).await.map(|()| None);
            }
            // A server that never lists it again, for whatever reason, must not hold the file up for ever.
            Err(error) if self.job.failures >= patience_with(&error) => {
                tracing::warn!(%error, "the parts can't be listed; the upload begins anew");
                if settled {
                    self.give_up().await?;
                    return Ok(None);
                }
                return self.gone(&upload).await.map(|()| None);
            }
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                return Err(failed_with(Failure::new(ErrorCode::UnexpectedAnswer).because(&error)).into());
            }
            Err(error) => return Err(self.failed(&error).into()),
        };
        if !same {
            self.give_up().await?;
            return Ok(None);
        }
        let plan = Plan { size: upload.size, part_size: upload.part_size };
        self.counts.set_verifying(true);
        let verified = self.verify(plan, stored, recorded).await;
        self.counts.set_verifying(false);
        Ok(Some((upload, plan, verified?)))
    }

    /// The server does not know an upload that an earlier run has begun. One that it was asked to complete may be an asset
    /// by now, however long ago that was: it is looked for before the file is sent again.
    async fn gone(&self, upload: &UploadRow) -> Result<(), Turn> {
        if upload.completing == Completing::Asked {
            return Err(put_together_or_lost().into());
        }
        self.tell_durably(PartsReport::Gone).await
    }

    async fn verify(
        &self,
        plan: Plan,
        stored: BTreeMap<u32, StoredPart>,
        recorded: Parts,
    ) -> Result<Verified, Turn> {
        let (file, counts, stop) = (Arc::clone(&self.ready.file), self.counts.clone(), self.stop.clone());
        let verified =
            tokio::task::spawn_blocking(move || verify(&file, plan, &stored, &recorded, &counts, &stop));
        match verified.await {
            Ok(Ok(Some(verified))) => Ok(verified),
            Ok(Ok(None)) => Err(Report::Stopped { unsure: false }.into()),
            Ok(Err(error)) => Err(self.source_failed(&error)),
            Err(error) => Err(failed_with(Failure::new(ErrorCode::Internal).because(error)).into()),
        }
    }

    /// Only the tenant's own word is about a right to upload.
    async fn not_begun(&self, error: &ApiError) -> Report {
        let PartsReady { tenant, server, .. } = self.ready;
        if server.elsewhere().is_some() {
            return self.failed(error);
        }
        let doubts = if may_be_refusal(error) { tenant.doubt_parts() } else { 0 };
        // Several files at once may have met one short trouble.
        let doubts = if self.job.failures + 1 >= ENOUGH { doubts } else { 0 };
        upload_refused(self.context, tenant, error, doubts).await
    }

    /// How a new upload is cut.
    pub(super) fn plan(&self, known: Option<&Fingerprint>) -> Result<Plan, Turn> {
        let (size, largest) = (self.ready.file.seen().size, self.ready.tenant.largest_part());
        // Parts as they were cut before have sums already.
        let cut = known.map(|known| Plan { size, part_size: known.part_size });
        let plan = cut.filter(|cut| cut.is_possible(largest));
        let plan = plan.or_else(|| Plan::new(size, self.context.line.get(), largest));
        plan.ok_or_else(|| failed_with(Failure::new(ErrorCode::TooLarge).with("size", size)).into())
    }

    pub(super) async fn begin(&self, plan: Plan) -> Result<UploadRow, Turn> {
        let PartsReady { tenant, server, album, file } = self.ready;
        let seen = file.seen();
        let name: String = self.job.name.nfc().collect();
        // What the fields of a form would say (companion-s3-multipart.md, last paragraph).
        let mut metadata = vec![("file_name", name.clone()), ("album_id", album.clone())];
        if let Some(asset) = &self.job.version_of {
            metadata.push(("id", asset.id.clone()));
            metadata.push(("scheme", asset.scheme.clone()));
        }
        if !self.job.context.tags.is_empty() {
            metadata.push(("tag", self.job.context.tags.join(",")));
        }
        let begun = begin_or_undo(server.clone(), self.job.attempt.key_tail.clone(), metadata).await;
        let open = match begun {
            Ok(open) => open,
            Err(error) => return Err(self.not_begun(&error).await.into()),
        };
        tenant.parts_begun();
        let upload = UploadRow {
            job: self.job.id,
            base: server.base().to_string(),
            open,
            album: album.clone(),
            version_of: self.version_of(),
            size: seen.size,
            modified_ns: seen.modified_ns,
            file_id: seen.identity.map(|identity| identity.to_string()).unwrap_or_default(),
            part_size: plan.part_size,
            begun_at: self.context.world.now(),
            completing: Completing::NotAsked,
        };
        self.tell_durably(PartsReport::Begun { upload: Box::new(upload.clone()) }).await?;
        Ok(upload)
    }
}

/// Before a file goes another way: what the server was asked to make of its parts may be an asset by now.
pub async fn unless_put_together(context: &TransferContext, job: &ClaimedJob) -> Option<Report> {
    let id = job.id;
    match context.readers.read(move |db| rows::of_job(db, id)).await {
        Ok(Some((upload, _))) if upload.completing == Completing::Asked => Some(put_together_or_lost()),
        Ok(_) => None,
        Err(failure) => Some(failed_with(failure)),
    }
}

fn put_together_or_lost() -> Report {
    Report::AnswerLost { failure: Failure::new(ErrorCode::NetworkInterrupted).because("completed, or lost") }
}

/// Begins an upload; where nobody waits for the answer any more when it comes, the upload is removed again, since nobody
/// would ever know of it.
pub(super) async fn begin_or_undo(
    server: PartsServer,
    name: String,
    metadata: Vec<(&'static str, String)>,
) -> Result<OpenUpload, ApiError> {
    let (told, heard) = oneshot::channel();
    tokio::spawn(async move {
        let begun = server.begin(&name, "application/octet-stream", &metadata).await;
        if let Err(Ok(unwanted)) = told.send(begun)
            && let Err(error) = server.abort(&unwanted).await
        {
            tracing::info!(%error, "an upload that was begun in vain is left to the server");
        }
    });
    heard.await.unwrap_or_else(|_| Err(ApiError::new("begin_parts", ErrorKind::Internal)))
}

/// Failures in a row after which an upload whose parts can't be listed is given up.
fn patience_with(error: &ApiError) -> u32 {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::BadRequest | ErrorKind::UnexpectedAnswer => 3,
        ErrorKind::ServerBusy { .. } => 8,
        _ => u32::MAX,
    }
}
