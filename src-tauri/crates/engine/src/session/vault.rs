//! Where secrets are kept: the system's keychain, or an encrypted file where there is none.

use std::path::Path;
use std::sync::Arc;

use canto_api::Secret;

use super::EncryptedFile;
use crate::clock::World;
use crate::error::{ErrorCode, Failure, Outcome};

/// A place for secrets by name. All calls may block.
pub trait Vault: Send + Sync + std::fmt::Debug {
    fn get(&self, name: &str) -> Outcome<Option<Secret>>;
    fn set(&self, name: &str, secret: &Secret) -> Outcome<()>;
    fn remove(&self, name: &str) -> Outcome<()>;
}

pub type SharedVault = Arc<dyn Vault>;

const SERVICE: &str = "Ferry";

/// The vault of this computer: the encrypted file if a passphrase is given, else the keychain.
///
/// # Errors
/// `KeychainUnavailable` where there is neither; `PassphraseWrong`.
pub fn open_vault(data_dir: &Path, passphrase: Option<Secret>, world: &dyn World) -> Outcome<SharedVault> {
    match passphrase.filter(|word| !word.is_empty()) {
        Some(passphrase) => Ok(Arc::new(EncryptedFile::open(data_dir, &passphrase, world)?)),
        None => {
            if let Err(error) = keyring::Entry::store_status() {
                return Err(Failure::new(ErrorCode::KeychainUnavailable).because(error));
            }
            Ok(Arc::new(Keychain))
        }
    }
}

/// Keychain on macOS, Credential Manager on Windows, Secret Service on Linux.
#[derive(Debug)]
pub struct Keychain;

fn entry(name: &str) -> Outcome<keyring::Entry> {
    keyring::Entry::new(SERVICE, name).map_err(unavailable)
}

fn unavailable(error: keyring::Error) -> Failure {
    Failure::new(ErrorCode::KeychainUnavailable).because(error)
}

impl Vault for Keychain {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        match entry(name)?.get_password() {
            Ok(word) => Ok(Some(Secret::new(word))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        entry(name)?.set_password(secret.expose()).map_err(unavailable)
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}
