//! The administrator's duplicate check (§12.1) [D]. Whether it runs for API uploads at all, and how the
//! status tells of it, is [ND]: a switch, off by default.

use super::Library;
use crate::options::{DuplicateBasis, DuplicateRule};
use crate::store::asset::AssetKey;

impl Library {
    pub fn duplicate_of(&self, rule: DuplicateRule, name: &str, md5: &str) -> Option<AssetKey> {
        match rule.basis {
            // "Filename (with extension)"; regard to case is a guess [ND].
            DuplicateBasis::Filename => {
                self.by_name.get(&name.to_lowercase()).and_then(|keys| keys.first()).cloned()
            }
            DuplicateBasis::Md5 => {
                let mut same: Vec<_> = self.assets.values().filter(|asset| asset.md5() == md5).collect();
                same.sort_by_key(|asset| asset.created_ms);
                same.first().map(|asset| asset.key.clone())
            }
        }
    }
}
