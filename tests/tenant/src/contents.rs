//! Content that is there without an upload, for tests of what only reads.

use crate::ids;
use crate::store::asset::{Asset, AssetKey, Scheme, Version};
use crate::tenant::Tenant;

impl Tenant {
    /// A new asset of these bytes.
    pub fn put_asset(&self, name: &str, bytes: &[u8]) -> AssetKey {
        let now = self.app.now_ms();
        let key = AssetKey { scheme: Scheme::of_name(name), id: ids::asset() };
        let asset = Asset {
            key: key.clone(),
            name: name.to_owned(),
            owner: self.users().first().map(|user| user.email.clone()).unwrap_or_default(),
            created_ms: now,
            uploaded_ms: now,
            time_ms: now,
            approval: "Approved".into(),
            description: String::new(),
            author: String::new(),
            copyright: String::new(),
            tags: Vec::new(),
            keywords: Vec::new(),
            custom: Default::default(),
            albums: Vec::new(),
            versions: vec![self.version_of(name, bytes, 1)],
            md5_after_edit: None,
            listed_from_ms: now,
        };
        self.app.db.put(&asset);
        self.app.library().index_asset(asset);
        key
    }

    /// Other bytes for an asset that is there.
    pub fn put_version(&self, key: &AssetKey, bytes: &[u8]) {
        self.change(key, |asset| {
            let no = asset.versions.last().map_or(1, |last| last.no + 1);
            asset.versions.push(self.version_of(&asset.name, bytes, no));
            asset.uploaded_ms = self.app.now_ms();
            asset.md5_after_edit = None;
        });
    }

    pub fn rename_asset(&self, key: &AssetKey, name: &str) {
        self.change(key, |asset| name.clone_into(&mut asset.name));
    }

    /// The library says another sum than its bytes have, as after an edit [D].
    pub fn report_md5(&self, key: &AssetKey, md5: &str) {
        self.change(key, |asset| asset.md5_after_edit = Some(md5.to_owned()));
    }

    fn change(&self, key: &AssetKey, change: impl FnOnce(&mut Asset)) {
        let asset = self.app.library().assets.get(key).cloned();
        let Some(mut asset) = asset else { return };
        change(&mut asset);
        asset.time_ms = self.app.now_ms();
        self.app.db.put(&asset);
        self.app.library().index_asset(asset);
    }

    fn version_of(&self, name: &str, bytes: &[u8], no: u32) -> Version {
        let blob = self.app.blobs.put_small(bytes).unwrap_or_else(|error| {
            tracing::error!(%error, "the bytes of an asset can't be kept");
            crate::blobs::Blob { id: String::new(), size: 0, md5: String::new() }
        });
        Version {
            no,
            version_id: format!("version_{no}_{}", ids::node()),
            blob: blob.id,
            name: name.to_owned(),
            size: blob.size,
            md5: blob.md5,
            created_ms: self.app.now_ms(),
            owner: String::new(),
            comment: None,
            upload_key: String::new(),
        }
    }
}
