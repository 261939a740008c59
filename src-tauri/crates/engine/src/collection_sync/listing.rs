//! What a tenant says is in a collection: all of it, or nothing.

use std::collections::{BTreeSet, HashSet};

use canto_api::{ApiError, Asset, AssetRef, CantoClient, ErrorKind};

use super::plan::RemoteAsset;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::AssetId;
use crate::store::mirrored_files::SaidOfBytes;
use crate::transfer::failure::failure_of;

/// Several clients ask for so many [C].
const PAGE: u32 = 1_000;
/// A tenant that pages in circles.
const MOST_PAGES: u32 = 10_000;

#[derive(Debug, Default)]
pub struct Listing {
    pub assets: Vec<RemoteAsset>,
    /// The collection's, where the tenant tells it.
    pub name: Option<String>,
    /// As many as the tenant says there are. Otherwise it shows what to fetch, and nothing about what has left.
    pub complete: bool,
}

/// # Errors
/// `CollectionMissing`, `NoPermission`, `UnexpectedAnswer` for pages that don't fit together, those of the way.
pub async fn read(client: &CantoClient, collection: &str) -> Outcome<Listing> {
    let mut listing = Listing::default();
    let (mut seen, mut found, mut start) = (HashSet::new(), None, 0);
    for number in 0..MOST_PAGES {
        let answer = client.collection_content(collection, start, PAGE).await;
        let answer = answer.map_err(|error| refused(&error, collection))?;
        let page = answer.page;
        if number > 0 && page.found != found {
            return Err(odd("the number changed while the pages were read"));
        }
        (found, listing.name) = (page.found, answer.name.or(listing.name));
        let next = page.next_start();
        for asset in page.results {
            let remote = remote_of(asset)?;
            if !seen.insert(remote.asset.clone()) {
                return Err(odd("an asset came twice"));
            }
            listing.assets.push(remote);
        }
        match next {
            Some(next) => start = next,
            None => {
                if found.is_some_and(|found| found != listing.assets.len() as u64) {
                    return Err(odd("other assets came than there are"));
                }
                listing.complete = found.is_some();
                return Ok(listing);
            }
        }
    }
    Err(odd("the pages do not end"))
}

fn remote_of(asset: Asset) -> Outcome<RemoteAsset> {
    if asset.id.is_empty() || asset.scheme.is_empty() || asset.name.is_empty() {
        return Err(odd("an asset without id or name"));
    }
    let said = said_of(&asset);
    Ok(RemoteAsset { asset: AssetId { scheme: asset.scheme, id: asset.id }, name: asset.name, said })
}

pub fn said_of(asset: &Asset) -> SaidOfBytes {
    SaidOfBytes {
        size: asset.size,
        md5: asset.md5.as_ref().map(|md5| md5.to_ascii_lowercase()).filter(|md5| !md5.is_empty()),
        uploaded: asset.last_uploaded.map(canto_api::CantoTime::digits),
    }
}

fn odd(what: &str) -> Failure {
    Failure::new(ErrorCode::UnexpectedAnswer).with("reason", "list").because(what)
}

pub fn refused(error: &ApiError, collection: &str) -> Failure {
    match error.kind() {
        // Gone, or not shown to this user: the answer does not say which [ND].
        ErrorKind::NotFound | ErrorKind::LeftOut | ErrorKind::BadRequest => {
            Failure::new(ErrorCode::CollectionMissing).with("collection", collection).because(error)
        }
        ErrorKind::Forbidden => failure_of(error).with("collection", collection).with("reason", "collection"),
        _ => failure_of(error),
    }
}

/// Of assets that are not in a complete list any more, those that the tenant shows by themselves: they are there, and have
/// left. One that it does not show may be deleted, hidden or refused; nothing follows from that.
///
/// # Errors
/// Those of the call.
pub async fn left(client: &CantoClient, missing: &[AssetId]) -> Outcome<BTreeSet<AssetId>> {
    if missing.is_empty() {
        return Ok(BTreeSet::new());
    }
    let asked: Vec<AssetRef> =
        missing.iter().map(|asset| AssetRef::new(asset.scheme.as_str(), asset.id.as_str())).collect();
    let answer = client.batch_content(&asked).await.map_err(|error| failure_of(&error))?;
    let shown = answer.found.into_iter().filter(|asset| !asset.name.is_empty());
    let shown = shown.map(|asset| AssetId { scheme: asset.scheme, id: asset.id });
    Ok(shown.filter(|asset| missing.contains(asset)).collect())
}

/// Sums that a list left out.
///
/// # Errors
/// Those of the call.
pub async fn add_sums(client: &CantoClient, assets: &mut [&mut RemoteAsset]) -> Outcome<()> {
    let without = assets.iter().filter(|remote| remote.said.md5.is_none());
    let asked: Vec<AssetRef> =
        without.map(|remote| AssetRef::new(remote.asset.scheme.as_str(), remote.asset.id.as_str())).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let answer = client.batch_content(&asked).await.map_err(|error| failure_of(&error))?;
    for remote in assets.iter_mut().filter(|remote| remote.said.md5.is_none()) {
        let same = |asset: &&Asset| asset.id == remote.asset.id && asset.scheme == remote.asset.scheme;
        if let Some(asset) = answer.found.iter().find(same) {
            remote.said.md5 = said_of(asset).md5;
        }
    }
    Ok(())
}
