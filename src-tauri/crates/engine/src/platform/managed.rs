//! What an administrator has set for everyone on this computer: one JSON file, read at the start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use canto_api::{AppKey, Secret, TenantAddress};
use serde::Deserialize;

/// `{ "by": "IT of Acme", "settings": { "language": "de" }, "tenants": { "acme.canto.com": { "app_id": "…",
/// "app_secret": "…" } } }`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Managed {
    /// Who to ask; shown beside what is locked.
    pub by: String,
    settings: BTreeMap<String, String>,
    tenants: BTreeMap<String, ManagedKey>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct ManagedKey {
    app_id: String,
    app_secret: Secret,
}

impl Managed {
    /// Reads the file. One that is missing locks nothing; neither does one that can't be understood, and the log says so,
    /// since uploads must not stop for it.
    pub fn read(path: &Path) -> Self {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the managed settings can't be read");
                return Self::default();
            }
        };
        match serde_json::from_str::<Self>(&text) {
            Ok(managed) => managed,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the managed settings are no such JSON");
                Self::default()
            }
        }
    }

    /// What a setting is locked to.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str)
    }

    /// The API key that is set for a tenant; its name may be written as people type it.
    pub fn app_key(&self, tenant: &TenantAddress) -> Option<AppKey> {
        let is_it =
            |name: &str| TenantAddress::parse(name).is_ok_and(|named| named.origin() == tenant.origin());
        let (_, key) =
            self.tenants.iter().find(|(name, key)| is_it(name) && !key.app_id.trim().is_empty())?;
        Some(AppKey { id: key.app_id.trim().to_owned(), secret: key.app_secret.clone() })
    }
}

/// Where the system keeps what is set for everyone.
pub fn path() -> Option<PathBuf> {
    base().map(|base| base.join("managed.json"))
}

#[cfg(target_os = "linux")]
fn base() -> Option<PathBuf> {
    Some(PathBuf::from("/etc/ferry"))
}

#[cfg(target_os = "macos")]
fn base() -> Option<PathBuf> {
    Some(PathBuf::from("/Library/Application Support/Ferry"))
}

#[cfg(target_os = "windows")]
fn base() -> Option<PathBuf> {
    std::env::var_os("ProgramData").map(|base| PathBuf::from(base).join("Ferry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Managed {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("managed.json");
        std::fs::write(&path, text).unwrap();
        Managed::read(&path)
    }

    #[test]
    fn what_a_later_ferry_knows_is_no_mistake() {
        let managed = read(r#"{ "by": "IT", "settings": { "language": "de", "new": "1" }, "x": 1 }"#);
        assert_eq!(managed.by, "IT");
        assert_eq!(managed.setting("language"), Some("de"));
        assert_eq!(managed.setting("theme"), None);
    }

    #[test]
    fn a_tenants_key_is_found_however_its_name_is_written() {
        let managed = read(
            r#"{ "tenants": { "https://Acme.canto.com/": { "app_id": " id ", "app_secret": "word" },
                              "zeta": { "app_id": "" } } }"#,
        );
        let key = |typed: &str| managed.app_key(&TenantAddress::parse(typed).unwrap());
        assert_eq!(key("acme"), Some(AppKey { id: "id".into(), secret: Secret::new("word") }));
        assert_eq!(key("acme.canto.de"), None);
        assert_eq!(key("zeta"), None);
        assert!(!format!("{managed:?}").contains("word"));
    }

    #[test]
    fn a_missing_or_broken_file_locks_nothing() {
        assert_eq!(Managed::read(Path::new("/nowhere/managed.json")), Managed::default());
        assert_eq!(read("{ not json"), Managed::default());
    }
}
