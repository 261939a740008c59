//! What somebody sees who decides about files that the library has already.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use canto_api::AssetRef;

use super::EngineHandle;
use crate::duplicates::{asset_picture, finder::Finder, library::Library, preview, sums};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AssetId, DecisionPage, DecisionQuery, DuplicateOf, JobId, LocalFacts};
use crate::platform::file_keys::FileKeys;
use crate::queue::state::JobState;
use crate::store::{batches, decisions, file_sums, folders, jobs};
use crate::thumbnails::Thumbnail;
use crate::transfer::source::Seen;

/// A larger file is not read for somebody who only looks.
const MOST_HASHED: u64 = 1024 * 1024 * 1024;

/// A job that has to do with an asset that is there.
struct Doubled {
    account: AccountId,
    path: PathBuf,
    of: DuplicateOf,
}

impl EngineHandle {
    /// Files that wait until somebody has decided, and of which kinds they are.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn list_decisions(&self, query: DecisionQuery) -> Outcome<DecisionPage> {
        self.inner.readers.read(move |db| decisions::page(db, &query)).await
    }

    /// What the local file is like now. With `hash` its sum is made where it is not known, unless it is very large.
    ///
    /// # Errors
    /// `JobMissing`, `RequestInvalid` for a job that has nothing to do with an asset.
    pub async fn local_facts(&self, job: JobId, hash: bool) -> Outcome<LocalFacts> {
        let path = self.doubled(job).await?.path;
        let readers = self.inner.readers.clone();
        let look = move || {
            let Ok(seen) = Seen::of_path(&path) else { return LocalFacts::default() };
            let stamp = seen.stamp(&path, &FileKeys::default());
            let known =
                stamp.and_then(|stamp| readers.read_now(|db| file_sums::of_file(db, &stamp)).ok().flatten());
            let md5 = match known {
                Some((md5, _)) => Some(md5),
                None if hash && seen.size <= MOST_HASHED => made(path),
                None => None,
            };
            LocalFacts {
                size: Some(seen.size),
                modified: Some(seen.modified_ns / 1_000_000),
                md5: md5.map(hex::encode),
            }
        };
        let looked = tokio::task::spawn_blocking(look).await;
        looked.map_err(|error| Failure::new(ErrorCode::Internal).because(error))
    }

    /// The page in the tenant's web app of the asset that a job's file is a duplicate of.
    ///
    /// # Errors
    /// As `local_facts`; `AssetUnseen` for one that is gone, or that nobody told the page of; those of asking the tenant.
    pub async fn duplicate_page(&self, job: JobId) -> Outcome<String> {
        let Doubled { account, of, .. } = self.doubled(job).await?;
        if let Some(url) = of.url {
            return Ok(url);
        }
        let finder = Finder { tenants: Arc::clone(&self.inner.tenants), readers: self.inner.readers.clone() };
        let found = finder.with_details(&mut Library::default(), account, vec![of]).await;
        let found = found.map_err(preview::failure)?.into_iter().flatten().find_map(|of| of.url);
        found.ok_or_else(|| Failure::new(ErrorCode::AssetUnseen).with("job", job))
    }

    /// A small picture of that asset; `None` where there is none, or it can't be had now.
    ///
    /// # Errors
    /// As `local_facts`.
    pub async fn duplicate_picture(&self, job: JobId) -> Outcome<Option<Thumbnail>> {
        let Doubled { account, of, .. } = self.doubled(job).await?;
        let AssetId { scheme, id } = &of.asset;
        let tenant = self.inner.tenants.get(account).await?;
        let bytes = asset_picture::of_asset(&tenant.client, &AssetRef::new(scheme, id)).await;
        Ok(bytes.and_then(Thumbnail::of_bytes))
    }

    async fn doubled(&self, job: JobId) -> Outcome<Doubled> {
        let read = move |db: &rusqlite::Connection| {
            let Some(row) = jobs::get(db, job)? else { return Ok(None) };
            let path = folders::path_of(db, row.folder)?.join(&row.name);
            let of = match &row.state {
                JobState::Blocked { failure, .. } | JobState::Skipped { failure } => DuplicateOf::of(failure),
                _ => None,
            };
            Ok(Some((batches::account_of(db, row.batch)?, path, of)))
        };
        let found = self.inner.readers.read(read).await?;
        let (account, path, of) =
            found.ok_or_else(|| Failure::new(ErrorCode::JobMissing).with("job", job))?;
        let (Some(account), Some(of)) = (account, of) else {
            return Err(Failure::new(ErrorCode::RequestInvalid).with("job", job).because("no duplicate"));
        };
        Ok(Doubled { account, path, of })
    }
}

/// On a thread of its own: reading stands back behind everything else.
fn made(path: PathBuf) -> Option<[u8; 16]> {
    let work = move || sums::of_files(&[path], &AtomicBool::new(false));
    let thread = std::thread::Builder::new().name("fingerprints".into()).spawn(work).ok()?;
    thread.join().ok()?.pop()?.ok().map(|(_, md5)| md5)
}
