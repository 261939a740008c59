//! Assets and the indexes over them.

use super::Library;
use crate::store::asset::{Asset, AssetKey};
use crate::store::user::{Role, User};

impl Library {
    /// Adds or replaces; the indexes follow.
    pub fn index_asset(&mut self, asset: Asset) {
        if let Some(old) = self.assets.get_mut(&asset.key)
            && old.name == asset.name
            && old.albums == asset.albums
        {
            *old = asset;
            return;
        }
        self.unindex(&asset.key);
        for album in &asset.albums {
            self.by_album.entry(album.clone()).or_default().push(asset.key.clone());
        }
        self.by_name.entry(asset.name.to_lowercase()).or_default().push(asset.key.clone());
        self.assets.insert(asset.key.clone(), asset);
    }

    pub fn remove_asset(&mut self, key: &AssetKey) -> Option<Asset> {
        self.unindex(key);
        self.assets.remove(key)
    }

    fn unindex(&mut self, key: &AssetKey) {
        let Some(old) = self.assets.get(key) else { return };
        for album in &old.albums {
            if let Some(keys) = self.by_album.get_mut(album) {
                keys.retain(|other| other != key);
            }
        }
        if let Some(keys) = self.by_name.get_mut(&old.name.to_lowercase()) {
            keys.retain(|other| other != key);
        }
    }

    /// An asset is seen by those who see one of its albums, or by all when it is in none [I].
    pub fn sees_asset(&self, user: &User, asset: &Asset) -> bool {
        let mut known = asset.albums.iter().filter_map(|id| self.nodes.get(id)).peekable();
        if let Some(place) = &user.place {
            return (place.sees_others || asset.owner == user.email)
                && known.any(|album| self.sees_node(user, album));
        }
        if known.peek().is_none() {
            return true;
        }
        let mut own = known.filter(|album| self.space_of(album).is_none()).peekable();
        // What is in places alone is none of the library's yet.
        own.peek().is_some()
            && (user.role == Role::Admin
                || asset.owner == user.email
                || own.any(|album| self.sees_node(user, album)))
    }

    /// Album lists and search also wait for the index [ND].
    pub fn lists_asset(&self, user: &User, asset: &Asset, now_ms: i64) -> bool {
        asset.listed_from_ms <= now_ms && self.sees_asset(user, asset)
    }

    pub fn asset_for(&self, user: &User, key: &AssetKey) -> Option<&Asset> {
        self.assets.get(key).filter(|asset| self.sees_asset(user, asset))
    }

    /// `Jo Example(jo@example.com)` [R] (§7).
    pub fn owner_text(&self, email: &str) -> String {
        format!("{}({email})", self.owner_name(email))
    }

    pub fn owner_name(&self, email: &str) -> String {
        self.person(email).map_or_else(|| email.to_owned(), |user| user.name())
    }
}
