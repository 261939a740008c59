//! One run over one collection: what the tenant has, what is here, a plan, and then the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::board::RunCounts;
use super::listing::{self, Listing};
use super::local;
use super::location::{self, Location};
use super::plan::{Known, Plan, Step, plan};
use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::AssetId;
use crate::pace::Pace;
use crate::queue::message::ToOwner;
use crate::session::{Tenant, Tenants};
use crate::store::mirror_changes::MirrorChange;
use crate::store::mirrored_collections::MirrorRow;
use crate::store::mirrored_files::{self, FileRow};
use crate::store::{Readers, sync_folder};
use crate::transfer::failure::failure_of;

/// What every run needs.
#[derive(Clone)]
pub struct MirrorContext {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
    pub world: SharedWorld,
    pub pace: Pace,
    /// `None`: only plans are made here.
    pub owner: Option<Sender<ToOwner>>,
}

impl MirrorContext {
    /// When this returns, it is durable.
    pub async fn record(&self, changes: Vec<MirrorChange>) -> Outcome<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let stopped = || Failure::new(ErrorCode::Internal).because("the engine has stopped");
        let (reply, answer) = oneshot::channel();
        let owner = self.owner.as_ref().ok_or_else(stopped)?;
        owner.send(ToOwner::Mirror { changes, reply }).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// # Errors
    /// `SyncFolderMissing`, `VolumeAway`.
    pub async fn location(&self) -> Outcome<Location> {
        let row = self.readers.read(sync_folder::get).await?;
        let row = row.ok_or_else(|| Failure::new(ErrorCode::SyncFolderMissing).with("reason", "none"))?;
        off_the_workers(move || Location::find(&row)).await
    }
}

pub async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}

/// One collection, at one moment.
pub struct Looked {
    pub tenant: Arc<Tenant>,
    pub location: Location,
    pub folder: PathBuf,
    pub listing: Listing,
    pub rows: BTreeMap<AssetId, FileRow>,
    pub plan: Plan,
}

/// Only looks: at the tenant, the record and the folder.
///
/// # Errors
/// Whatever makes the look incomplete: nothing follows from it then.
pub async fn look(context: &MirrorContext, mirror: &MirrorRow, comes_back: bool) -> Outcome<Looked> {
    let location = context.location().await?;
    let tenant = context.tenants.get(mirror.account).await?;
    if tenant.row.sign_in_required || tenant.row.signed_out {
        return Err(Failure::new(ErrorCode::SignInRequired).with("tenant", &tenant.row.tenant_url));
    }
    let user = tenant.client.user().await.map_err(|error| failure_of(&error))?;
    let known = &tenant.row.user_id;
    if *known != user.user_id && !known.ends_with(&format!(" {}", user.user_id)) {
        return Err(Failure::new(ErrorCode::WrongAccount).with("account", &tenant.row.email));
    }
    let listing = listing::read(&tenant.client, &mirror.collection).await?;
    let id = mirror.id;
    let rows = context.readers.read(move |db| mirrored_files::all(db, id)).await?;
    let folder = location.root.join(&mirror.folder);
    let files = {
        let (folder, location) = (folder.clone(), location.clone());
        off_the_workers(move || {
            let files = local::look(&folder)
                .map_err(|error| location::missing("unusable", &folder).because(error))?;
            // A mount that went in between leaves an empty folder.
            location.check().map(|()| files)
        })
    };
    let files = files.await?;
    let had_files = rows.values().any(|row| row.present.is_some());
    if files.is_none() && had_files && !comes_back {
        return Err(location::missing("deleted_folder", &folder));
    }
    let trusted = listing.complete && !listing.assets.is_empty();
    let left = match trusted {
        true => listing::left(&tenant.client, &awaited(context, &listing, &rows)).await?,
        false => BTreeSet::new(),
    };
    let now = Timestamp::from_millisecond(context.world.now()).unwrap_or_default();
    let date = now.to_zoned(TimeZone::system()).date().to_string();
    let plan = plan(&Known {
        remote: &listing.assets,
        trusted,
        rows: &rows,
        local: &files.unwrap_or_default(),
        left: &left,
        comes_back,
        confirmed: mirror.confirmed,
        date: &date,
    });
    Ok(Looked { tenant, location, folder, listing, rows, plan })
}

/// Assets that were missing before and are missing again.
fn awaited(context: &MirrorContext, listing: &Listing, rows: &BTreeMap<AssetId, FileRow>) -> Vec<AssetId> {
    let listed: BTreeSet<&AssetId> = listing.assets.iter().map(|remote| &remote.asset).collect();
    let (now, least) = (context.world.now(), context.pace.missing.as_millis());
    let long_enough = |since: i64| u128::try_from(now - since).is_ok_and(|passed| passed >= least);
    let missing = rows.values().filter(|row| !listed.contains(&row.asset) && row.present.is_some());
    missing.filter(|row| row.missing_since.is_some_and(long_enough)).map(|row| row.asset.clone()).collect()
}

/// How a run came out.
#[derive(Debug, Default)]
pub struct Ran {
    /// Files that wait for somebody to agree.
    pub removals: u64,
    /// What kept single files away; the last of them.
    pub failure: Option<Failure>,
}

/// `None`: it was broken off, since somebody wants it to stop.
///
/// # Errors
/// Whatever kept all of it away.
pub async fn run(
    context: &MirrorContext,
    mirror: &MirrorRow,
    comes_back: bool,
    counts: &RunCounts,
    stop: &CancellationToken,
) -> Outcome<Option<Ran>> {
    let looked = tokio::select! {
        () = stop.cancelled() => return Ok(None),
        looked = look(context, mirror, comes_back) => looked?,
    };
    if looked.listing.complete {
        let (mirror, at) = (mirror.id, context.world.now());
        let listed = MirrorChange::Listed { mirror, name: looked.listing.name.clone(), at };
        context.record(vec![listed]).await?;
    }
    super::apply::apply(context, mirror, looked, counts, stop).await
}

/// Bytes that the steps fetch.
pub fn bytes_to_fetch(plan: &Plan) -> u64 {
    let sizes = plan.steps.iter().filter_map(|step| match step {
        Step::Download { remote, .. } | Step::Replace { remote, .. } => remote.said.size,
        _ => None,
    });
    sizes.sum()
}
