//! The vault, opened when it is first needed: looking at the queue asks for no passphrase.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use canto_api::Secret;

use super::vault::{SharedVault, Vault, open_vault};
use crate::clock::SharedWorld;
use crate::error::Outcome;

/// Opens on first use; a failure is tried again at the next.
pub struct LazyVault {
    data_dir: PathBuf,
    passphrase: Option<Secret>,
    world: SharedWorld,
    opened: Mutex<Option<SharedVault>>,
}

impl std::fmt::Debug for LazyVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LazyVault").finish_non_exhaustive()
    }
}

impl LazyVault {
    pub fn new(data_dir: PathBuf, passphrase: Option<Secret>, world: SharedWorld) -> Self {
        Self { data_dir, passphrase, world, opened: Mutex::default() }
    }

    fn vault(&self) -> Outcome<SharedVault> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        match &*opened {
            Some(vault) => Ok(vault.clone()),
            None => {
                let vault = open_vault(&self.data_dir, self.passphrase.clone(), &*self.world)?;
                *opened = Some(vault.clone());
                Ok(vault)
            }
        }
    }
}

impl Vault for LazyVault {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        self.vault()?.get(name)
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.vault()?.set(name, secret)
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.vault()?.remove(name)
    }
}
