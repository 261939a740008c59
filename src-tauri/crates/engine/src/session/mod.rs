//! Who is signed in where: secrets, tokens, the way through the browser.

pub mod address;
mod answer_page;
pub mod app_keys;
mod browser;
mod encrypted_file;
mod lazy_vault;
pub mod loopback;
mod memory_vault;
pub mod place;
mod refusals;
mod renewal;
mod tenants;
mod vault;

pub use canto_api::{AppKey, Secret};

pub use app_keys::KeyRing;
pub use browser::{CameBack, SignIns, Waiting, refused};
pub use encrypted_file::EncryptedFile;
pub use lazy_vault::LazyVault;
pub use memory_vault::MemoryVault;
pub use place::PlaceSecrets;
pub use refusals::{Refusals, Rights, Thing};
pub use renewal::{AccountSecrets, AccountTokens, VAULT};
pub use tenants::{Tenant, Tenants};
pub use vault::{Keychain, SharedVault, Vault, open_vault};
