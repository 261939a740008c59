//! The small picture: posted as every small file is, confirmed as *done* is, and deleted again if it is certain to be this
//! one. From its arrival on, this goes on also where the test is cancelled, so that it is not left behind.

use std::sync::Arc;

use canto_api::{ApiError, Asset, AssetRef, FileBody, ObjectFields, UploadSetting, UploadState, post_object};
use futures_util::{StreamExt, stream};
use md5::{Digest, Md5};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::course::{Course, Found};
use super::run::Subject;
use super::sample::{picture, picture_name};
use crate::clock::random_word;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{
    AccountId, Destination, FolderId, HostPurpose, JobId, StepKind, StepState, StepWord, TestHost,
    Verification,
};
use crate::network::bandwidth::paced;
use crate::queue::message::AwaitedJob;
use crate::queue::state::Attempt;
use crate::session::Tenant;
use crate::transfer::failure::failure_of;
use crate::transfer::matching::{Fit, fit, key_of};
use crate::transfer::upload::TransferContext;

/// What was sent, to be known again.
struct Sent {
    awaited: AwaitedJob,
    place: String,
}

/// What the steps of the picture share.
pub struct Whole {
    pub course: Course,
    pub context: Arc<TransferContext>,
    pub tenant: Arc<Tenant>,
    pub account: AccountId,
}

impl Whole {
    pub fn new(
        course: &Course,
        context: &Arc<TransferContext>,
        tenant: &Arc<Tenant>,
        subject: &Subject,
    ) -> Self {
        Self {
            course: course.clone(),
            context: Arc::clone(context),
            tenant: Arc::clone(tenant),
            account: subject.account,
        }
    }

    /// `cancelled` counts until the picture has arrived.
    pub async fn run(self, setting: Arc<UploadSetting>, album: Destination, cancelled: CancellationToken) {
        let (at, began) = (self.course.begin(StepKind::Whole, None), Instant::now());
        let millis = |began: Instant| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let posted = tokio::select! {
            biased;
            () = cancelled.cancelled() => return,
            posted = self.post(&setting, &album) => posted,
        };
        let sent = match posted {
            Ok(sent) => sent,
            Err(failure) => {
                self.course.end(at, StepState::Failed, millis(began), Found::default(), Some(failure));
                return;
            }
        };
        let name = sent.awaited.name.clone();
        let where_it_lies = |word: StepWord| Found::from(word).with("name", &name).with("place", &sent.place);
        let (asset, verification) = match self.confirm(&sent).await {
            Ok(confirmed) => confirmed,
            Err(failure) => {
                let found = where_it_lies(StepWord::Left);
                self.course.end(at, StepState::Failed, millis(began), found, Some(failure));
                return;
            }
        };
        self.downloads(&asset).await;
        self.course.end(at, StepState::Fine, millis(began), where_it_lies(StepWord::Confirmed), None);
        let (at, began) = (self.course.begin(StepKind::Delete, None), Instant::now());
        let certain = matches!(verification, Verification::EtagAndMd5 | Verification::Md5);
        let deleted =
            if certain { self.delete(&asset).await } else { Err(ErrorCode::ChecksumMismatch.into()) };
        match deleted {
            Ok(()) => {
                let found = Found::from(StepWord::Deleted).with("name", &name);
                self.course.end(at, StepState::Fine, millis(began), found, None);
            }
            // Nothing is wrong with the connection; somebody may want to delete it by hand.
            Err(failure) => {
                let failure = certain.then_some(failure);
                let found = where_it_lies(StepWord::Left);
                self.course.end(at, StepState::Skipped, millis(began), found, failure);
            }
        }
    }

    async fn post(&self, setting: &Arc<UploadSetting>, album: &Destination) -> Outcome<Sent> {
        let world = &self.context.world;
        let (bytes, name, key_tail) = (picture(world)?, picture_name(world), random_word(&**world, 16));
        let md5: [u8; 16] = Md5::digest(&bytes).into();
        let size = bytes.len() as u64;
        let form = setting.form(&ObjectFields {
            key_tail: &key_tail,
            file_name: &name,
            album_id: Some(&album.id),
            content_md5: Some(md5),
            ..ObjectFields::default()
        });
        let network = self.context.tenants.network();
        let body = match network.up().piece() {
            Some(_) => {
                let blocks = stream::once(std::future::ready(Ok(bytes))).boxed();
                FileBody::Stream { length: size, blocks: paced(blocks, network.up().clone()) }
            }
            None => FileBody::Whole(bytes),
        };
        let http = network.to_store();
        let started_at = world.now();
        let posted = post_object(http.client(), &setting.url, form, body, self.context.post_options()).await;
        http.ended(&posted);
        let stored = posted.map_err(|error| failure_of(&error))?;
        let etag_matched = stored.etag.is_some_and(|etag| etag.eq_ignore_ascii_case(&hex::encode(md5)));
        // As a file's, so that it is proven as one; it is in no table.
        let awaited = AwaitedJob {
            id: JobId(0),
            account: self.account,
            name,
            folder: FolderId(0),
            path: Default::default(),
            size,
            md5: Some(md5),
            etag_matched,
            version_of: None,
            album: Some(album.id.clone()),
            destination: album.path.clone(),
            attempt: Attempt { key_tail, started_at },
            sent_at: Some(world.now()),
        };
        Ok(Sent { awaited, place: album.path.clone() })
    }

    /// Looks until the library shows the asset.
    async fn confirm(&self, sent: &Sent) -> Outcome<(Asset, Verification)> {
        let until = Instant::now() + self.context.pace.sample;
        let mut pause = FIRST_LOOK;
        loop {
            match self.look(sent).await {
                Ok(Some(confirmed)) => return Ok(confirmed),
                Ok(None) => {}
                Err(error) if Instant::now() >= until => return Err(failure_of(&error)),
                Err(error) => tracing::info!(%error, "the sample can't be looked for at the moment"),
            }
            if Instant::now() >= until {
                let unseen = Failure::new(ErrorCode::AssetUnseen).with("reason", "sample");
                return Err(unseen.with("name", &sent.awaited.name).with("place", &sent.place));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }

    async fn look(&self, sent: &Sent) -> Result<Option<(Asset, Verification)>, ApiError> {
        let mut ready: Vec<AssetRef> = Vec::new();
        let mut take = |item: canto_api::StatusItem<'_>| {
            if item.status == UploadState::Done
                && key_of(&item.name) == key_of(&sent.awaited.name)
                && let (Some(scheme), Some(id)) = (item.scheme, item.id)
            {
                ready.push(AssetRef::new(scheme, id));
            }
        };
        self.tenant.client.upload_status(2, &mut take).await?;
        if ready.is_empty() {
            return Ok(None);
        }
        let found = self.tenant.client.batch_content(&ready).await?.found;
        let proven = found.into_iter().find_map(|asset| match fit(&sent.awaited, &asset) {
            Fit::Proves(verification) => Some((asset, verification)),
            _ => None,
        });
        Ok(proven)
    }

    /// Where originals are fetched from is known by asking for one.
    async fn downloads(&self, asset: &Asset) {
        let addresses = self.tenant.client.direct_addresses(&[asset.asset_ref()]).await.unwrap_or_default();
        let Some(url) = addresses.first().map(|address| address.url().clone()) else { return };
        let (host, port) =
            (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(443));
        self.course.change(|report| {
            match report.hosts.iter_mut().find(|there| there.host == host && there.port == port) {
                Some(there) => there.purposes.push(HostPurpose::Downloads),
                None => report.hosts.push(TestHost {
                    host,
                    port,
                    purposes: vec![HostPurpose::Downloads],
                    addresses: Vec::new(),
                    proxy: None,
                }),
            }
        });
    }

    /// By scheme and id; that it is ours was found by name, size, album and MD5.
    async fn delete(&self, asset: &Asset) -> Outcome<()> {
        let client = &self.tenant.client;
        let asset = asset.asset_ref();
        client.delete_assets(std::slice::from_ref(&asset)).await.map_err(|error| failure_of(&error))?;
        // A library that has no right for it may answer as if it had deleted (canto-api.md §1.3 [ND]).
        let left =
            client.batch_content(std::slice::from_ref(&asset)).await.map_err(|error| failure_of(&error))?;
        if left.found.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(ErrorCode::NoPermission).with("right", "delete"))
        }
    }
}

const FIRST_LOOK: std::time::Duration = std::time::Duration::from_millis(200);
const LONGEST_LOOK: std::time::Duration = std::time::Duration::from_secs(5);
