//! What is in the library, against what is said of it and what the local files were.

use std::collections::{BTreeMap, HashMap};

use engine::model::JobStateKind;
use ferry_tenant::{Action, StoredAsset};
use unicode_normalization::UnicodeNormalization;

use super::ears;
use super::play::Play;

impl Play {
    /// Every invariant but the second, which settling has looked at.
    pub async fn check(&mut self) -> Vec<String> {
        let mut broken = self.done_is_there().await;
        broken.extend(self.nothing_is_there_twice());
        broken.extend(self.nothing_was_sent_again());
        broken.extend(self.nothing_is_left_with_the_store().await);
        broken.extend(self.local.touched_by_others());
        broken.extend(ears::panics().into_iter().map(|panic| format!("a panic: {panic}")));
        broken.extend(self.secrets_in_clear());
        broken
    }

    /// (1)
    async fn done_is_there(&mut self) -> Vec<String> {
        let assets: HashMap<String, StoredAsset> =
            self.stage.tenant.assets().into_iter().map(|asset| (asset.id.clone(), asset)).collect();
        let mut broken = Vec::new();
        let mut proofs: HashMap<String, String> = HashMap::new();
        for job in self.jobs().await {
            if job.state != JobStateKind::Done {
                continue;
            }
            let path = self.path_of(&job);
            let Some(asset) = job.asset.as_ref().and_then(|id| assets.get(&id.id)) else {
                broken.push(format!("(1) {path:?} is done, and its asset is not there"));
                continue;
            };
            if let Some(other) = proofs.insert(asset.id.clone(), path.clone()) {
                broken.push(format!("(1) {path:?} and {other:?} are done by one asset"));
            }
            let versions = &self.local.files[&path].versions;
            let is_one = versions.iter().any(|had| had.size == asset.size && had.md5 == asset.md5);
            if !is_one {
                broken.push(format!("(1) {path:?} is done with bytes that it never had: {asset:?}"));
            }
            if job.md5.as_deref() != Some(asset.md5.as_str()) || job.size != asset.size {
                let said = (&job.md5, job.size);
                broken.push(format!("(1) {path:?} is said to be {said:?}, and is {asset:?}"));
            }
            if self.place_of(asset) != path.nfc().collect::<String>() {
                broken.push(format!("(1) {path:?} is at {:?}", self.place_of(asset)));
            }
        }
        broken
    }

    /// Album and name with slashes, as the local path was.
    pub fn place_of(&self, asset: &StoredAsset) -> String {
        let album = asset.albums.first().and_then(|album| self.stage.tenant.node_path(album));
        format!("{}/{}", album.unwrap_or_default(), asset.name)
    }

    /// (3) Cancelled attempts may leave an asset each, and bytes that were damaged on the way one for each damage.
    fn nothing_is_there_twice(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut damaged = 0;
        let paths: HashMap<String, &String> =
            self.local.files.keys().map(|path| (path.nfc().collect(), path)).collect();
        for asset in self.stage.tenant.assets() {
            let place = self.place_of(&asset);
            let Some(path) = paths.get(&place) else {
                broken.push(format!("(3) nobody sent {place:?}"));
                continue;
            };
            let versions = &self.local.files[*path].versions;
            if versions.iter().any(|had| had.md5 == asset.md5 && had.size == asset.size) {
                *seen.entry(((*path).clone(), asset.md5)).or_default() += 1;
            } else {
                damaged += 1;
            }
        }
        for ((path, md5), times) in seen {
            let excused = self.cancelled.get(&path).copied().unwrap_or(0);
            if times > 1 + excused {
                broken.push(format!(
                    "(3) {path:?} ({md5}) is there {times} times; it was cancelled {excused} times"
                ));
            }
        }
        let most = self.damages();
        if damaged > most {
            broken.push(format!("(3) {damaged} assets have bytes that no file ever had, by {most} damages"));
        }
        broken
    }

    /// Damages to forms, by the store or on the way.
    fn damages(&self) -> u64 {
        let on_the_way = self.relay.done().iter().filter(|done| !done.damage.is_harmless()).count() as u64;
        on_the_way + self.fired(|action| matches!(action, Action::FlipByte { .. }))
    }
}
