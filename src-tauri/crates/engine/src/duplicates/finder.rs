//! Finds what a file is a duplicate of: first among what was delivered from here, then in the tenant's library.

use std::collections::HashMap;
use std::sync::Arc;

use canto_api::{ApiError, Asset, Listing};
use unicode_normalization::UnicodeNormalization;

use super::catalogue::{Entry, md5_of};
use super::library::Library;
use crate::error::Outcome;
use crate::model::{
    AccountId, AssetId, Certainty, Destination, DestinationKind, DuplicateBasis, DuplicateOf, name_key,
};
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

/// One look at the library for some files.
struct Look<'a> {
    library: &'a mut Library,
    tenant: &'a Tenant,
    place: Option<Listing>,
    left: u64,
}

impl Look<'_> {
    async fn by_name(
        self,
        asked: &[Asked],
        delivered: Vec<AssetId>,
    ) -> Result<Vec<Option<DuplicateOf>>, ApiError> {
        if let Some(place) = self.place.as_ref().filter(|_| self.left + asked.len() as u64 > 100) {
            // Names that are found there need no search. Those that are not may be elsewhere.
            self.library.list(self.tenant, place, (self.left + asked.len() as u64) / 50).await?;
        }
        self.library.verify(self.tenant, &delivered, None, 0).await?;
        let has_exact = |file: &&Asked| {
            self.library
                .catalogue
                .of_name(&name_key(&file.name))
                .any(|entry| same_name(&entry.name, &file.name))
        };
        let names: Vec<&str> =
            asked.iter().filter(|file| !has_exact(file)).map(|file| file.name.as_str()).collect();
        let left = if names.is_empty() { 0 } else { self.left };
        self.library.find_names(self.tenant, &names, left).await?;
        Ok(asked.iter().map(|file| self.best_of_name(file)).collect())
    }

    /// Of several the one where the file goes to; the exact name before one that differs in case.
    fn best_of_name(&self, file: &Asked) -> Option<DuplicateOf> {
        let key = name_key(&file.name);
        let mut all: Vec<&Entry> = self.library.catalogue.of_name(&key).collect();
        let is_here = |entry: &&Entry| file.album.as_ref().is_some_and(|album| entry.is_in(album));
        let is_exact = |entry: &&Entry| same_name(&entry.name, &file.name);
        all.sort_by_cached_key(|entry| (!is_exact(entry), !is_here(entry), entry.asset().id));
        let best = *all.first()?;
        let rank = |entry: &Entry| (is_exact(&entry), is_here(&entry));
        let several = all.iter().filter(|entry| rank(entry) == rank(best)).count() > 1;
        let certainty = if is_exact(&best) { Certainty::Certain } else { Certainty::Probably };
        Some(DuplicateOf { several, ..best.found(DuplicateBasis::Filename, certainty) })
    }

    async fn by_md5(
        mut self,
        asked: &[Asked],
        delivered: Vec<Vec<Delivered>>,
        pictures: Vec<Vec<Delivered>>,
    ) -> Result<Vec<Option<DuplicateOf>>, ApiError> {
        let mut found = asked.iter().map(|_| None).collect::<Vec<_>>();
        self.delivered(asked, delivered, &mut found, self.left).await?;
        // Those that were not delivered from here: where they go to, then by their names anywhere.
        let open = |found: &[Option<DuplicateOf>]| -> Vec<usize> {
            (0..asked.len()).filter(|at| matches!(found.get(*at), Some(None))).collect()
        };
        let missing = open(&found);
        if missing.is_empty() {
            return Ok(found);
        }
        for place in self.lists(asked, &missing) {
            self.library.list(self.tenant, &place, 1 + (missing.len() as u64 + self.left) / 20).await?;
        }
        self.take_known(asked, &mut found);
        let missing = open(&found);
        let names: Vec<&str> =
            missing.iter().filter_map(|at| asked.get(*at)).map(|file| file.name.as_str()).collect();
        let left = if names.is_empty() { 0 } else { self.left };
        self.library.find_names(self.tenant, &names, left).await?;
        self.learn_sums(asked, &open(&found)).await?;
        self.take_known(asked, &mut found);
        for at in open(&found) {
            if let (Some(file), Some(place)) = (asked.get(at), found.get_mut(at)) {
                *place = self.probably(file);
            }
        }
        if pictures.iter().any(|all| !all.is_empty()) {
            let before: Vec<bool> = found.iter().map(Option::is_some).collect();
            self.delivered(asked, pictures, &mut found, 0).await?;
            for of in
                found.iter_mut().zip(before).filter(|(_, before)| !before).filter_map(|(of, _)| of.as_mut())
            {
                of.same_picture = true;
            }
        }
        Ok(found)
    }

    /// Lists in which a copy under another name would be: of the albums that the files go to.
    fn lists(&self, asked: &[Asked], missing: &[usize]) -> Vec<Listing> {
        let mut lists: Vec<Listing> = Vec::new();
        for file in missing.iter().filter_map(|at| asked.get(*at)) {
            if let Some(album) = &file.album {
                let list = Listing::Album(album.clone());
                if !lists.contains(&list) {
                    lists.push(list);
                }
            }
        }
        match &self.place {
            // One list of the folder for those of many albums.
            Some(place) if lists.len() > 2 => vec![place.clone()],
            // A whole folder is much to read for a few files.
            Some(place) if lists.is_empty() && missing.len() as u64 + self.left >= 20 => vec![place.clone()],
            _ => lists,
        }
    }

    fn take_known(&self, asked: &[Asked], found: &mut [Option<DuplicateOf>]) {
        for (file, found) in asked.iter().zip(found) {
            if let (None, Some(md5)) = (&found, file.md5) {
                let mut same: Vec<&Entry> = self.library.catalogue.of_md5(md5).collect();
                let rank = |entry: &&Entry| {
                    let here = file.album.as_ref().is_some_and(|album| entry.is_in(album));
                    (!same_name(&entry.name, &file.name), !here, entry.asset().id)
                };
                same.sort_by_cached_key(rank);
                *found = same.first().map(|entry| entry.found(DuplicateBasis::Md5, Certainty::Certain));
            }
        }
    }

    /// Lists need not carry checksums: then details do, of what has the name.
    async fn learn_sums(&mut self, asked: &[Asked], missing: &[usize]) -> Result<(), ApiError> {
        let mut bare: Vec<AssetId> = Vec::new();
        for file in missing.iter().filter_map(|at| asked.get(*at)) {
            let key = name_key(&file.name);
            let silent = self
                .library
                .catalogue
                .of_name(&key)
                .filter(|entry| entry.md5.is_none() && entry.size.is_none_or(|size| size == file.size));
            bare.extend(silent.map(Entry::asset));
        }
        bare.sort_by(|a, b| a.id.cmp(&b.id));
        bare.dedup();
        self.library.details(self.tenant, &bare).await.map(drop)
    }

    /// Where nothing tells a checksum, name and size together are a hint.
    fn probably(&self, file: &Asked) -> Option<DuplicateOf> {
        let key = name_key(&file.name);
        let mut fits = self.library.catalogue.of_name(&key).filter(|entry| {
            entry.md5.is_none() && entry.size == Some(file.size) && same_name(&entry.name, &file.name)
        });
        fits.next().map(|entry| entry.found(DuplicateBasis::Md5, Certainty::Probably))
    }

    /// Of what was delivered from here the first that is still there. Its checksum may be another one since: the tenant
    /// writes metadata into files [D].
    async fn delivered(
        &mut self,
        asked: &[Asked],
        delivered: Vec<Vec<Delivered>>,
        found: &mut [Option<DuplicateOf>],
        left: u64,
    ) -> Result<(), ApiError> {
        let most = delivered.iter().map(Vec::len).max().unwrap_or(0);
        for turn in 0..most {
            let open: Vec<(usize, &Delivered)> = delivered
                .iter()
                .enumerate()
                .filter(|(at, _)| matches!(found.get(*at), Some(None)))
                .filter_map(|(at, all)| all.get(turn).map(|one| (at, one)))
                .collect();
            let ids: Vec<AssetId> = open.iter().map(|(_, one)| one.asset.clone()).collect();
            let place = self.list_of(&open);
            // Those that come later in this run are delivered ones, too, as far as anyone knows.
            let left = if turn == 0 { left } else { 0 };
            self.library.verify(self.tenant, &ids, place.as_ref(), left).await?;
            for (at, one) in open {
                let Some(entry) = self.library.catalogue.of_id(&one.asset) else { continue };
                let md5 = asked.get(at).and_then(|file| file.md5);
                let same = |md5: Option<[u8; 16]>| md5.is_some() && entry.md5 == md5;
                let sure = same(md5) || same(one.md5) || entry.versions == Some(1);
                let certainty = if sure { Certainty::Certain } else { Certainty::Probably };
                let of = entry.found(DuplicateBasis::Md5, certainty);
                let url = one.url.clone();
                if let Some(place) = found.get_mut(at) {
                    *place = Some(DuplicateOf { job: Some(one.job), url, ..of });
                }
            }
        }
        Ok(())
    }

    /// The list that most of what was delivered is in.
    fn list_of(&self, open: &[(usize, &Delivered)]) -> Option<Listing> {
        if self.place.is_some() {
            return self.place.clone();
        }
        let mut albums: HashMap<&str, usize> = HashMap::new();
        for album in open.iter().filter_map(|(_, one)| one.album.as_deref()) {
            *albums.entry(album).or_default() += 1;
        }
        let (album, count) = albums.into_iter().max_by_key(|(_, count)| *count)?;
        (count > 200).then(|| Listing::Album(album.to_owned()))
    }
}

fn same_name(one: &str, other: &str) -> bool {
    one == other || one.nfc().eq(other.nfc())
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
