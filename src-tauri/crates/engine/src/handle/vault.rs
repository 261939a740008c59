//! Where secrets are kept, and what the user chooses where there is no keychain.

use std::path::Path;
use std::sync::Arc;

use canto_api::Secret;

use super::{EngineHandle, blocking};
use crate::error::Outcome;
use crate::model::{SettingKey, VaultState};
use crate::platform::managed::Managed;
use crate::queue::message::ToOwner;
use crate::session::{AccountSecrets, app_keys};
use crate::store::{accounts, database_path, open_reader};

/// What the setting says when nothing is kept.
const SESSION: &str = "session";

impl EngineHandle {
    /// Whether secrets can be kept, or a person has to say first where.
    pub async fn vault_state(&self) -> VaultState {
        let Some(lazy) = self.inner.lazy_vault.clone() else { return VaultState::Open };
        blocking(move || Ok(lazy.state())).await.unwrap_or(VaultState::Missing)
    }

    /// Opens the encrypted file, or makes it, and keeps secrets there.
    ///
    /// # Errors
    /// `PassphraseWrong`.
    pub async fn unlock_vault(&self, passphrase: Secret) -> Outcome<()> {
        if let Some(lazy) = self.inner.lazy_vault.clone() {
            blocking(move || lazy.unlock(&passphrase)).await?;
        }
        if self.setting(SettingKey::Secrets).await? == SESSION {
            self.put_setting(SettingKey::Secrets, None).await?;
        }
        self.vault_changed();
        Ok(())
    }

    /// After the setting was changed.
    pub(super) async fn follow_secrets(&self) -> Outcome<()> {
        let Some(lazy) = self.inner.lazy_vault.clone() else { return Ok(()) };
        if self.setting(SettingKey::Secrets).await? == SESSION {
            let known = self.inner.readers.read(accounts::all).await?;
            let names = known.iter().flat_map(|row| {
                [AccountSecrets::name(&row.tenant_url, &row.user_id), app_keys::name(&row.tenant_url)]
            });
            let names: Vec<String> = names.collect();
            blocking(move || {
                lazy.keep_nothing(&names);
                Ok(())
            })
            .await?;
        } else {
            lazy.keep_again();
        }
        self.vault_changed();
        Ok(())
    }

    fn vault_changed(&self) {
        self.inner.tenants.forget_all();
        if let Some(owner) = &self.inner.owner {
            drop(owner.send(ToOwner::VaultOpened));
        }
    }

    /// Nothing was kept of the last run: everybody signs in again before anything is sent.
    pub(super) async fn ask_for_sign_ins(&self) -> Outcome<()> {
        let known = self.inner.readers.read(accounts::all).await?;
        for row in known {
            let (vault, name) =
                (Arc::clone(&self.inner.vault), AccountSecrets::name(&row.tenant_url, &row.user_id));
            let has_none = blocking(move || Ok(AccountSecrets::load(&vault, &name)?.is_none())).await?;
            if let (true, Some(owner)) = (has_none && !row.signed_out, &self.inner.owner) {
                drop(owner.send(ToOwner::SignInRequired { account: row.id, required: true, trouble: None }));
            }
        }
        Ok(())
    }
}

pub(super) fn keeps_secrets(db: &rusqlite::Connection) -> bool {
    let stored = crate::store::settings::get(db, SettingKey::Secrets.as_str());
    !matches!(stored, Ok(Some(word)) if word == SESSION)
}

/// Whether secrets are kept in a data directory; for a program that has not started the engine yet. May block.
pub fn are_secrets_kept(data_dir: &Path, managed: Option<&Path>) -> bool {
    let managed = managed.map(Managed::read).unwrap_or_default();
    match managed.setting(SettingKey::Secrets.as_str()) {
        Some(word) => word != SESSION,
        None => open_reader(&database_path(data_dir)).map_or(true, |db| keeps_secrets(&db)),
    }
}
