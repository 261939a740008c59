//! Who is signed in where: secrets, tokens, the way through the browser.

mod browser;
mod encrypted_file;
mod lazy_vault;
mod renewal;
mod tenants;
mod vault;

pub use canto_api::Secret;

pub use browser::{SignIns, Waiting, refused};
pub use encrypted_file::EncryptedFile;
pub use lazy_vault::LazyVault;
pub use renewal::{AccountSecrets, AccountTokens, VAULT};
pub use tenants::{Tenant, Tenants};
pub use vault::{Keychain, SharedVault, Vault, open_vault};
