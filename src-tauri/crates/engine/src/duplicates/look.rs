//! One look at what a tenant has: by name, or by the bytes of files.

use std::collections::HashMap;

use canto_api::{ApiError, Listing};
use unicode_normalization::UnicodeNormalization;

use super::catalogue::Entry;
use super::finder::Asked;
use super::library::Library;
use crate::model::{AssetId, Certainty, DuplicateBasis, DuplicateOf, name_key};
use crate::session::Tenant;
use crate::store::delivered::Delivered;

/// One look at the library for some files.
pub(super) struct Look<'a> {
    pub library: &'a mut Library,
    pub tenant: &'a Tenant,
    pub place: Option<Listing>,
    pub left: u64,
}

impl Look<'_> {
    pub async fn by_name(
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

    pub async fn by_md5(
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

/// In either Unicode form.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one == other || one.nfc().eq(other.nfc())
}
