//! The vault, opened when it is first needed: looking at the queue asks for no passphrase. What the user chooses where there
//! is no keychain is put in its place while the program runs.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use canto_api::Secret;

use super::vault::{SharedVault, Vault};
use super::{EncryptedFile, MemoryVault};
use crate::clock::SharedWorld;
use crate::error::{ErrorCode, Outcome};
use crate::model::VaultState;

/// Opens on first use; a failure is tried again at the next.
pub struct LazyVault {
    data_dir: PathBuf,
    passphrase: Option<Secret>,
    keychain: SharedVault,
    world: SharedWorld,
    opened: Mutex<Option<SharedVault>>,
}

impl std::fmt::Debug for LazyVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LazyVault").finish_non_exhaustive()
    }
}

impl LazyVault {
    /// The encrypted file if a passphrase is given, else the keychain; neither if nothing is to be kept.
    pub fn new(
        data_dir: PathBuf,
        passphrase: Option<Secret>,
        keychain: SharedVault,
        world: SharedWorld,
        keeps: bool,
    ) -> Self {
        let opened: Option<SharedVault> = (!keeps).then(|| -> SharedVault { MemoryVault::shared() });
        let passphrase = passphrase.filter(|word| !word.is_empty());
        Self { data_dir, passphrase, keychain, world, opened: Mutex::new(opened) }
    }

    fn slot(&self) -> MutexGuard<'_, Option<SharedVault>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn vault(&self) -> Outcome<SharedVault> {
        let mut opened = self.slot();
        if let Some(vault) = &*opened {
            return Ok(vault.clone());
        }
        // Not remembered: a passphrase may be typed in its place.
        let Some(passphrase) = &self.passphrase else { return Ok(self.keychain.clone()) };
        let file = EncryptedFile::open(&self.data_dir, passphrase, &*self.world)?;
        Ok(opened.insert(std::sync::Arc::new(file)).clone())
    }

    /// Whether secrets can be kept, or a person has to say first where. May block.
    pub fn state(&self) -> VaultState {
        match self.get("state") {
            Ok(_) => VaultState::Open,
            Err(_) if EncryptedFile::exists(&self.data_dir) => VaultState::Locked,
            Err(_) => VaultState::Missing,
        }
    }

    /// Keeps secrets in the encrypted file from now on, which is made if there is none.
    ///
    /// # Errors
    /// `PassphraseWrong`.
    pub fn unlock(&self, passphrase: &Secret) -> Outcome<()> {
        if passphrase.is_empty() {
            return Err(ErrorCode::PassphraseWrong.into());
        }
        let file = EncryptedFile::open(&self.data_dir, passphrase, &*self.world)?;
        *self.slot() = Some(std::sync::Arc::new(file));
        Ok(())
    }

    /// Keeps nothing from now on: those secrets that are known stay until the program ends, and are taken away where they
    /// were kept.
    pub fn keep_nothing(&self, names: &[String]) {
        let memory = MemoryVault::shared();
        for name in names {
            if let Ok(Some(secret)) = self.get(name) {
                drop(memory.set(name, &secret));
            }
            if let Err(failure) = self.remove(name) {
                tracing::warn!(%failure, "a secret is still kept");
            }
        }
        *self.slot() = Some(memory);
    }

    /// Keeps secrets again, from the next that is set on.
    pub fn keep_again(&self) {
        *self.slot() = None;
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
