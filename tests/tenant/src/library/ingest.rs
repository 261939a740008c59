//! From an object in the upload bucket to an asset.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Library;
use crate::ids;
use crate::options::{DuplicateAction, DuplicateReport, Switches};
use crate::store::asset::{Asset, AssetKey, Scheme, Version};
use crate::store::db::Db;
use crate::store::node::NodeKind;
use crate::store::upload::{Upload, UploadState};

impl Library {
    /// Ends one upload: makes the asset or version, or says that it could not.
    pub fn ingest(&mut self, seq: u64, now_ms: i64, switches: &Switches, db: &Db) {
        let Some(mut upload) = self.uploads.get(&seq).cloned() else { return };
        if upload.state != UploadState::Initial {
            return;
        }
        let (state, asset) = self.decide(&upload, now_ms, switches, db);
        upload.state = state;
        upload.asset = asset;
        db.put(&upload);
        if self.in_bucket.get(&upload.bucket_key) == Some(&seq) {
            self.in_bucket.remove(&upload.bucket_key);
        }
        self.uploads.insert(seq, upload);
    }

    fn decide(
        &mut self,
        upload: &Upload,
        now_ms: i64,
        switches: &Switches,
        db: &Db,
    ) -> (UploadState, Option<AssetKey>) {
        let failed = (UploadState::Error, None);
        let meta = &upload.meta;
        let Some(user) = self.person(&upload.email) else { return failed };
        if upload.must_fail {
            return failed;
        }
        // Only albums take uploads, a folder id does not [C] (§8.2); that it ends as `Error` is a guess [ND].
        if !meta.album_id.is_empty() {
            match self.node_of(&meta.album_id, NodeKind::Album) {
                Some(album) if self.sees_node(&user, album) => {}
                _ => return failed,
            }
        }
        // In a place, a file goes to one of its albums.
        if user.place.is_some() && meta.album_id.is_empty() {
            return failed;
        }
        match (meta.id.is_empty(), meta.scheme.is_empty()) {
            (true, true) => {}
            // Both set = new version [C] (§8.5).
            (false, false) => {
                let Ok(scheme) = meta.scheme.parse() else { return failed };
                let key = AssetKey { scheme, id: meta.id.clone() };
                return match self.add_version(&key, upload, now_ms, db) {
                    true => (UploadState::Done, Some(key)),
                    false => failed,
                };
            }
            _ => return failed,
        }
        if let Some(rule) = switches.duplicates
            && rule.action != DuplicateAction::New
            && let Some(old) = self.duplicate_of(rule, &meta.file_name, &upload.md5)
        {
            if rule.action == DuplicateAction::Version {
                self.add_version(&old, upload, now_ms, db);
            }
            return match rule.report {
                DuplicateReport::OldId => (UploadState::Done, Some(old)),
                DuplicateReport::NewId => {
                    (UploadState::Done, Some(AssetKey { scheme: old.scheme, id: ids::asset() }))
                }
                DuplicateReport::Error => failed,
                DuplicateReport::Absent => (UploadState::Absent, None),
            };
        }
        let mut asset = new_asset(upload, now_ms, now_ms + switches.index_delay_ms.cast_signed());
        let straight_to = user.place.and_then(|place| place.album);
        asset.albums.extend(straight_to.filter(|album| self.nodes.contains_key(album)));
        let key = asset.key.clone();
        db.put(&asset);
        self.index_asset(asset);
        (UploadState::Done, Some(key))
    }

    fn add_version(&mut self, key: &AssetKey, upload: &Upload, now_ms: i64, db: &Db) -> bool {
        let Some(mut asset) = self.assets.get(key).cloned() else { return false };
        let no = asset.versions.last().map_or(0, |last| last.no) + 1;
        asset.versions.push(version(upload, no, now_ms));
        asset.md5_after_edit = None;
        asset.uploaded_ms = now_ms;
        asset.time_ms = now_ms;
        // Whether the name follows the file is [ND] (§8.5); here it does.
        if !upload.meta.file_name.is_empty() {
            asset.name.clone_from(&upload.meta.file_name);
        }
        db.put(&asset);
        self.index_asset(asset);
        true
    }
}

fn new_asset(upload: &Upload, now_ms: i64, listed_from_ms: i64) -> Asset {
    let name = upload.meta.file_name.clone();
    let tags = upload.meta.tag.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    Asset {
        key: AssetKey { scheme: Scheme::of_name(&name), id: ids::asset() },
        owner: upload.email.clone(),
        created_ms: now_ms,
        uploaded_ms: now_ms,
        time_ms: now_ms,
        // The default status is the administrator's choice [D] (§9.5).
        approval: "Pending".into(),
        description: String::new(),
        author: String::new(),
        copyright: String::new(),
        tags: tags.map(str::to_owned).collect(),
        keywords: Vec::new(),
        custom: Default::default(),
        albums: if upload.meta.album_id.is_empty() { vec![] } else { vec![upload.meta.album_id.clone()] },
        versions: vec![version(upload, 1, now_ms)],
        md5_after_edit: None,
        listed_from_ms,
        name,
    }
}

fn version(upload: &Upload, no: u32, now_ms: i64) -> Version {
    Version {
        no,
        // Base64 text [R] (§4.8); which text is inside older ones is a guess [I].
        version_id: BASE64_STANDARD.encode(format!("version_{no}_{}", upload.seq)),
        blob: upload.blob.clone(),
        name: upload.meta.file_name.clone(),
        size: upload.size,
        md5: upload.md5.clone(),
        created_ms: now_ms,
        owner: upload.email.clone(),
        comment: None,
        upload_key: upload.bucket_key.clone(),
    }
}
