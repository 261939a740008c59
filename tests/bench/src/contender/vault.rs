//! Secrets in memory: a benchmark leaves the keychain alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use canto_api::Secret;
use engine::error::Outcome;
use engine::session::Vault;

#[derive(Debug, Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, String>>,
}

impl MemoryVault {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        Ok(self.lock().get(name).cloned().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.lock().insert(name.to_owned(), secret.expose().to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.lock().remove(name);
        Ok(())
    }
}
