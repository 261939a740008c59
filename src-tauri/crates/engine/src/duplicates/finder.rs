//! Finds what a file is a duplicate of: first among what was delivered from here, then in the tenant's library.

use std::collections::HashMap;
use std::sync::Arc;

use canto_api::{ApiError, Asset, Listing};

use super::catalogue::md5_of;
use super::library::Library;
use super::look::{Look, same_name};
use crate::error::Outcome;
use crate::model::{AccountId, AssetId, Destination, DestinationKind, DuplicateBasis, DuplicateOf, name_key};
use crate::session::{Tenant, Tenants};
use crate::store::Readers;
use crate::store::delivered::{self, Delivered};
use crate::store::views::Places;

/// A file that is looked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub name: String,
    pub size: u64,
    /// Of the file; needed where the rule goes by it.
    pub md5: Option<[u8; 16]>,
    /// Of the picture in it, where one is looked for.
    pub picture: Option<[u8; 16]>,
    /// The album that it goes to, where that is known.
    pub album: Option<String>,
}

/// Why nothing could be found out.
pub enum Trouble {
    Ours(crate::error::Failure),
    Theirs(ApiError, Arc<Tenant>),
}

impl From<crate::error::Failure> for Trouble {
    fn from(failure: crate::error::Failure) -> Self {
        Self::Ours(failure)
    }
}

pub struct Finder {
    pub tenants: Arc<Tenants>,
    pub readers: Readers,
}

impl Finder {
    /// What each of the files is a duplicate of, in their order. `left`: so many more are to be looked for in this run.
    pub async fn find(
        &self,
        library: &mut Library,
        account: AccountId,
        basis: DuplicateBasis,
        destination: &Destination,
        asked: &[Asked],
        left: u64,
    ) -> Result<Vec<Option<DuplicateOf>>, Trouble> {
        let tenant = self.tenants.get(account).await?;
        let look = Look { library, tenant: &tenant, place: place_of(destination), left };
        let found = match basis {
            DuplicateBasis::Filename => {
                let delivered = self.delivered_names(account, asked).await?;
                look.by_name(asked, delivered).await
            }
            DuplicateBasis::Md5 => {
                let delivered = self.delivered(account, asked).await?;
                let pictures = self.delivered_pictures(account, asked).await?;
                look.by_md5(asked, delivered, pictures).await
            }
        };
        found.map_err(|error| Trouble::Theirs(error, tenant))
    }

    /// Adds what only details tell, for somebody who is to decide or for a new version: owner, page, number of versions.
    /// What is gone meanwhile comes back as none.
    pub async fn with_details(
        &self,
        library: &mut Library,
        account: AccountId,
        found: Vec<DuplicateOf>,
    ) -> Result<Vec<Option<DuplicateOf>>, Trouble> {
        let tenant = self.tenants.get(account).await?;
        let ids: Vec<AssetId> = found.iter().map(|of| of.asset.clone()).collect();
        let assets = match library.details(&tenant, &ids).await {
            Ok(assets) => assets,
            Err(error) => return Err(Trouble::Theirs(error, tenant)),
        };
        let by_id: HashMap<(&str, &str), &Asset> =
            assets.iter().map(|asset| ((asset.scheme.as_str(), asset.id.as_str()), asset)).collect();
        let detailed = found.into_iter().map(|of| {
            let asset = *by_id.get(&(of.asset.scheme.as_str(), of.asset.id.as_str()))?;
            Some(detailed(of.clone(), asset))
        });
        Ok(detailed.collect())
    }

    /// How soon the tenant finds what has just arrived is not documented [ND]; here it is known at once.
    async fn delivered_names(&self, account: AccountId, asked: &[Asked]) -> Outcome<Vec<AssetId>> {
        let keys: Vec<String> = asked.iter().map(|file| name_key(&file.name)).collect();
        let read = move |db: &rusqlite::Connection| {
            let mut all = Vec::new();
            for key in keys {
                all.extend(delivered::by_name(db, account, &key)?);
            }
            Ok(all)
        };
        self.readers.read(read).await
    }

    /// What was delivered with the same picture in it, and other bytes.
    async fn delivered_pictures(&self, account: AccountId, asked: &[Asked]) -> Outcome<Vec<Vec<Delivered>>> {
        let wanted: Vec<_> = asked.iter().map(|file| file.picture.zip(file.md5)).collect();
        if wanted.iter().all(Option::is_none) {
            return Ok(asked.iter().map(|_| Vec::new()).collect());
        }
        let read = move |db: &rusqlite::Connection| {
            let mut places = Places::default();
            let one = |wanted: Option<([u8; 16], [u8; 16])>| match wanted {
                Some((picture, but)) => delivered::by_picture(db, account, picture, but, &mut places),
                None => Ok(Vec::new()),
            };
            wanted.into_iter().map(one).collect()
        };
        self.readers.read(read).await
    }

    async fn delivered(&self, account: AccountId, asked: &[Asked]) -> Outcome<Vec<Vec<Delivered>>> {
        let wanted: Vec<(Option<[u8; 16]>, u64)> = asked.iter().map(|file| (file.md5, file.size)).collect();
        let read = move |db: &rusqlite::Connection| {
            let mut places = Places::default();
            let one = |(md5, size): (Option<[u8; 16]>, u64)| match md5 {
                Some(md5) => delivered::by_md5(db, account, md5, size, &mut places),
                None => Ok(Vec::new()),
            };
            wanted.into_iter().map(one).collect()
        };
        let mut all: Vec<Vec<Delivered>> = self.readers.read(read).await?;
        for (file, delivered) in asked.iter().zip(&mut all) {
            // Of several the one of its name, and where it goes to; else the newest.
            delivered.sort_by_key(|one| (!same_name(&one.name, &file.name), one.album != file.album));
        }
        Ok(all)
    }
}

/// Where most of what is looked for lies, if a list can be had of it.
fn place_of(destination: &Destination) -> Option<Listing> {
    match destination.kind {
        DestinationKind::Album => Some(Listing::Album(destination.id.clone())),
        DestinationKind::Folder => Some(Listing::Folder(destination.id.clone())),
        DestinationKind::Library => None,
    }
}

fn detailed(of: DuplicateOf, asset: &Asset) -> DuplicateOf {
    let place = asset.albums.first().map(|album| album.name_path.split('/').collect::<Vec<_>>().join(" / "));
    DuplicateOf {
        name: asset.name.clone(),
        place: place.unwrap_or(of.place),
        size: asset.size.or(of.size),
        md5: asset.md5.clone().filter(|md5| md5_of(md5).is_some()).or(of.md5),
        owner: asset.owner_name.clone(),
        uploaded: asset.last_uploaded.or(asset.created).map(|at| at.to_string()),
        url: asset.detail_url.clone(),
        versions: u32::try_from(asset.version_history.len()).ok().filter(|count| *count > 0),
        ..of
    }
}
