//! What the environment says about this start.

use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use engine::EngineOptions;
use engine::error::{ErrorCode, Failure, Outcome};
use engine::session::{AppKey, Secret, SharedVault};

/// Kept for the whole run, so that a failed start can be tried again.
#[derive(Default)]
pub struct Settings {
    /// `None`: the environment names no place for data.
    pub data_dir: Option<PathBuf>,
    /// The data directory was named for this start alone, beside the user's own.
    pub named: bool,
    pub passphrase: Option<Secret>,
    pub authorities: Option<PathBuf>,
    /// The API key to sign in with, wherever no other is typed.
    pub app_key: Option<AppKey>,
    /// Secrets are kept here instead (tests).
    pub vault: Option<SharedVault>,
}

impl Settings {
    /// `FERRY_DATA_DIR`, `FERRY_PASSPHRASE`, `FERRY_CA_FILE`, `FERRY_APP_ID` with `FERRY_APP_SECRET`.
    pub fn from_env() -> Self {
        let named = path("FERRY_DATA_DIR").and_then(|path| std::path::absolute(path).ok());
        Self {
            named: named.is_some(),
            data_dir: named.or_else(engine::platform::data_dir::default),
            passphrase: word("FERRY_PASSPHRASE").map(Secret::new),
            authorities: path("FERRY_CA_FILE"),
            app_key: word("FERRY_APP_ID")
                .map(|id| AppKey { id, secret: Secret::new(word("FERRY_APP_SECRET").unwrap_or_default()) }),
            vault: None,
        }
    }

    /// # Errors
    /// `DatabaseUnusable` when there is no place for data.
    pub fn engine_options(&self) -> Outcome<EngineOptions> {
        let nowhere = || Failure::new(ErrorCode::DatabaseUnusable).because("no home directory is known");
        let mut options = EngineOptions::new(self.data_dir.clone().ok_or_else(nowhere)?);
        options.passphrase = self.passphrase.clone();
        options.authorities = self.authorities.clone();
        options.app_key = self.app_key.clone();
        options.vault = self.vault.clone();
        Ok(options)
    }

    /// One Ferry per data directory: the demo runs beside the user's own.
    pub fn instance(&self, identifier: &str) -> String {
        match &self.data_dir {
            Some(path) if self.named => {
                let mut hasher = DefaultHasher::new();
                path.hash(&mut hasher);
                format!("{identifier}.d{:016x}", hasher.finish())
            }
            _ => identifier.to_owned(),
        }
    }
}

fn word(name: &str) -> Option<String> {
    env::var(name).ok().filter(|word| !word.is_empty())
}

fn path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_directory_is_an_instance_of_its_own() {
        let named = |path: &str| Settings { data_dir: Some(path.into()), named: true, ..Settings::default() };
        let usual = Settings { data_dir: Some("/a".into()), ..Settings::default() };
        assert_eq!(usual.instance("com.ferry"), "com.ferry");
        assert_ne!(named("/a").instance("com.ferry"), named("/b").instance("com.ferry"));
        assert_eq!(named("/a").instance("com.ferry"), named("/a").instance("com.ferry"));
        assert!(named("/a").instance("com.ferry").starts_with("com.ferry.d"));
    }

    #[test]
    fn without_a_place_for_data_the_engine_can_not_start() {
        let failure = Settings::default().engine_options().err().map(|failure| failure.code);
        assert_eq!(failure, Some(ErrorCode::DatabaseUnusable));
    }
}
