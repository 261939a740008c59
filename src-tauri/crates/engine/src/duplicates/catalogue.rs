//! What the tenant has told of its assets, kept small: there may be very many.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use canto_api::Asset;

use crate::model::{AssetId, Certainty, DuplicateBasis, DuplicateOf, name_key};

/// More are not kept; what is not here is asked for.
const MOST: usize = 400_000;
const NONE: u32 = u32::MAX;

/// One asset.
#[derive(Clone, Debug)]
pub struct Entry {
    scheme: Arc<str>,
    id: Box<str>,
    pub name: Box<str>,
    pub size: Option<u64>,
    pub md5: Option<[u8; 16]>,
    /// Ids of its albums; mostly one.
    albums: Box<[Arc<str>]>,
    place: Arc<str>,
    /// `None`: the list did not say.
    pub versions: Option<u32>,
    next_of_name: u32,
    next_of_md5: u32,
}

impl Entry {
    pub fn asset(&self) -> AssetId {
        AssetId { scheme: self.scheme.to_string(), id: self.id.to_string() }
    }

    pub fn is_in(&self, album: &str) -> bool {
        self.albums.iter().any(|id| &**id == album)
    }

    pub fn found(&self, basis: DuplicateBasis, certainty: Certainty) -> DuplicateOf {
        DuplicateOf {
            basis,
            certainty,
            asset: self.asset(),
            name: self.name.to_string(),
            place: self.place.to_string(),
            size: self.size,
            md5: self.md5.map(hex::encode),
            owner: None,
            uploaded: None,
            url: None,
            versions: self.versions,
            several: false,
            same_picture: false,
            job: None,
        }
    }
}

#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    by_id: HashMap<u64, u32>,
    by_name: HashMap<u64, u32>,
    by_md5: HashMap<[u8; 16], u32>,
    words: HashMap<Box<str>, Arc<str>>,
}

impl Catalogue {
    pub fn is_full(&self) -> bool {
        self.entries.len() >= MOST
    }

    /// Adds an asset, or renews what is known of it.
    pub fn add(&mut self, asset: &Asset) {
        if asset.id.is_empty() || asset.scheme == "album" || asset.scheme == "folder" {
            return;
        }
        let known = self.by_id.get(&id_hash(&asset.scheme, &asset.id)).copied();
        let versions = Some(asset.version_history.len()).filter(|count| *count > 0);
        let entry = Entry {
            scheme: self.word(&asset.scheme),
            id: asset.id.as_str().into(),
            name: asset.name.as_str().into(),
            size: asset.size,
            md5: asset.md5.as_deref().and_then(md5_of),
            albums: asset.albums.iter().map(|album| self.word(&album.id)).collect(),
            place: match asset.albums.first() {
                Some(album) => self.word(&album.name_path.split('/').collect::<Vec<_>>().join(" / ")),
                None => self.word(""),
            },
            versions: versions.and_then(|count| u32::try_from(count).ok()),
            next_of_name: NONE,
            next_of_md5: NONE,
        };
        let (name, md5) = (str_hash(&name_key(&asset.name)), entry.md5);
        let at = match known {
            Some(at) => {
                let Some(old) = self.entries.get_mut(at as usize) else { return };
                let (old_name, old_md5) = (str_hash(&name_key(&old.name)), old.md5);
                let (next_of_name, next_of_md5) = (old.next_of_name, old.next_of_md5);
                *old = Entry { next_of_name, next_of_md5, ..entry };
                if old_name == name && old_md5 == md5 {
                    return;
                }
                // Under its new name and sum it stands as another one; chains hold no more than what they were made for.
                let renewed = old.clone();
                let at = self.push(Entry { next_of_name: NONE, next_of_md5: NONE, ..renewed });
                self.by_id.insert(id_hash(&asset.scheme, &asset.id), at);
                at
            }
            None => {
                if self.is_full() {
                    return;
                }
                let at = self.push(entry);
                self.by_id.insert(id_hash(&asset.scheme, &asset.id), at);
                at
            }
        };
        let next_of_name = self.by_name.insert(name, at).unwrap_or(NONE);
        let next_of_md5 = md5.and_then(|md5| self.by_md5.insert(md5, at)).unwrap_or(NONE);
        if let Some(entry) = self.entries.get_mut(at as usize) {
            (entry.next_of_name, entry.next_of_md5) = (next_of_name, next_of_md5);
        }
    }

    fn push(&mut self, entry: Entry) -> u32 {
        self.entries.push(entry);
        u32::try_from(self.entries.len() - 1).unwrap_or(NONE)
    }

    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.words.get(text) {
            return Arc::clone(word);
        }
        let word: Arc<str> = text.into();
        self.words.insert(text.into(), Arc::clone(&word));
        word
    }

    pub fn of_id(&self, asset: &AssetId) -> Option<&Entry> {
        let at = *self.by_id.get(&id_hash(&asset.scheme, &asset.id))?;
        self.entries.get(at as usize).filter(|entry| *entry.id == *asset.id)
    }

    /// Assets whose name has this key.
    pub fn of_name<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Entry> {
        let first = self.by_name.get(&str_hash(key)).copied().unwrap_or(NONE);
        self.chain(first, |entry| entry.next_of_name)
            .filter(move |entry| name_key(&entry.name) == key && self.is_current(entry))
    }

    pub fn of_md5(&self, md5: [u8; 16]) -> impl Iterator<Item = &Entry> {
        let first = self.by_md5.get(&md5).copied().unwrap_or(NONE);
        self.chain(first, |entry| entry.next_of_md5)
            .filter(move |entry| entry.md5 == Some(md5) && self.is_current(entry))
    }

    /// The asset was not renewed since as another entry.
    fn is_current(&self, entry: &Entry) -> bool {
        let at = self.by_id.get(&id_hash(&entry.scheme, &entry.id));
        at.and_then(|at| self.entries.get(*at as usize)).is_some_and(|known| std::ptr::eq(known, entry))
    }

    fn chain(&self, first: u32, next: fn(&Entry) -> u32) -> impl Iterator<Item = &Entry> {
        std::iter::successors(self.entries.get(first as usize), move |entry| {
            self.entries.get(next(entry) as usize)
        })
    }

    /// It is no longer there, or not to be seen.
    pub fn remove(&mut self, asset: &AssetId) {
        self.by_id.remove(&id_hash(&asset.scheme, &asset.id));
    }
}

pub fn md5_of(text: &str) -> Option<[u8; 16]> {
    let mut md5 = [0; 16];
    hex::decode_to_slice(text, &mut md5).ok().map(|()| md5)
}

fn str_hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn id_hash(scheme: &str, id: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    (scheme, id).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use canto_api::RelatedAlbum;

    use super::*;

    fn asset(id: &str, name: &str, md5: u8) -> Asset {
        Asset {
            id: id.into(),
            scheme: "image".into(),
            name: name.into(),
            md5: Some(hex::encode([md5; 16])),
            albums: vec![RelatedAlbum { id: "A".into(), name_path: "X/Y".into(), ..Default::default() }],
            ..Default::default()
        }
    }

    fn ids<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
        let mut ids: Vec<String> = entries.map(|entry| entry.id.to_string()).collect();
        ids.sort();
        ids
    }

    #[test]
    fn an_asset_is_found_by_each_of_its_sides_as_it_is_now() {
        let mut all = Catalogue::default();
        for (id, name, md5) in [("x", "a.jpg", 1), ("y", "A.JPG", 1), ("z", "b.jpg", 2)] {
            all.add(&asset(id, name, md5));
        }
        assert_eq!(ids(all.of_name("a.jpg")), ["x", "y"]);
        assert_eq!(ids(all.of_md5([1; 16])), ["x", "y"]);
        assert_eq!(
            all.of_name("a.jpg").next().unwrap().found(DuplicateBasis::Md5, Certainty::Certain).place,
            "X / Y"
        );
        // Renamed, with other bytes; told again as it was.
        all.add(&asset("x", "c.jpg", 3));
        all.add(&asset("y", "A.JPG", 1));
        assert_eq!(ids(all.of_name("a.jpg")), ["y"]);
        assert_eq!(ids(all.of_md5([1; 16])), ["y"]);
        assert_eq!(ids(all.of_name("c.jpg")), ["x"]);
        let y = AssetId { scheme: "image".into(), id: "y".into() };
        assert!(all.of_id(&y).is_some_and(|entry| entry.is_in("A")));
        all.remove(&y);
        assert!(all.of_id(&y).is_none() && ids(all.of_md5([1; 16])).is_empty());
    }
}
