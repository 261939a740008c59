//! The API key of a tenant: typed, given to this program, set by an administrator, or kept from before.

use canto_api::{AppKey, Secret, TenantAddress};
use serde::{Deserialize, Serialize};

use super::{AccountSecrets, SharedVault};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::KeySource;
use crate::platform::managed::Managed;
use crate::store::accounts::AccountRow;

/// What the vault keeps of a tenant's key: once typed on this computer, nobody is asked again.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    secret: Secret,
}

/// Where keys may come from, the first that has one wins.
pub struct KeyRing<'a> {
    /// Of this program's environment.
    pub given: Option<&'a AppKey>,
    pub managed: &'a Managed,
    pub vault: &'a SharedVault,
    /// The accounts of this computer.
    pub known: &'a [AccountRow],
}

impl KeyRing<'_> {
    /// The key that there is without anybody typing one.
    ///
    /// # Errors
    /// Those of the vault, which is only asked where nothing else has a key.
    pub fn find(&self, tenant: &TenantAddress) -> Outcome<Option<(AppKey, KeySource)>> {
        if let Some(key) = self.given {
            return Ok(Some((key.clone(), KeySource::Given)));
        }
        if let Some(key) = self.managed.app_key(tenant) {
            return Ok(Some((key, KeySource::Managed)));
        }
        Ok(self.kept(tenant)?.map(|key| (key, KeySource::Kept)))
    }

    /// The key for a sign-in: what is typed goes before what there is, and an id never takes another key's secret.
    ///
    /// # Errors
    /// `CredentialsRefused` where there is no id.
    pub fn choose(&self, tenant: &TenantAddress, id: Option<&str>, secret: Option<&str>) -> Outcome<AppKey> {
        let typed =
            |word: Option<&str>| word.map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned);
        let (id, secret) = (typed(id), typed(secret).map(Secret::new));
        if let (Some(id), Some(secret)) = (&id, &secret) {
            return Ok(AppKey { id: id.clone(), secret: secret.clone() });
        }
        let found = self.find(tenant)?.map(|(key, _)| key);
        match (id, found) {
            (None, Some(key)) => Ok(AppKey { secret: secret.unwrap_or(key.secret), id: key.id }),
            (Some(id), Some(key)) if key.id == id => Ok(key),
            (Some(id), _) => Ok(AppKey { id, secret: Secret::default() }),
            (None, None) => Err(Failure::new(ErrorCode::CredentialsRefused)
                .with("reason", "app_id_missing")
                .with("tenant", tenant.host())),
        }
    }

    fn kept(&self, tenant: &TenantAddress) -> Outcome<Option<AppKey>> {
        let origin = tenant.origin().as_str();
        let accounts: Vec<&AccountRow> =
            self.known.iter().filter(|row| row.tenant_url == origin && !row.app_id.is_empty()).collect();
        let stored = self.vault.get(&name(origin))?;
        let stored = stored.and_then(|text| serde_json::from_str::<Kept>(text.expose()).ok());
        if let Some(kept) = stored {
            return Ok(Some(AppKey { id: kept.id, secret: kept.secret }));
        }
        // A Ferry of before kept the secret with the account alone.
        let mut id_alone = None;
        for row in accounts {
            let account = AccountSecrets::load(self.vault, &AccountSecrets::name(origin, &row.user_id))?;
            match account {
                Some(secrets) => {
                    return Ok(Some(AppKey { id: row.app_id.clone(), secret: secrets.app_secret() }));
                }
                None => id_alone = Some(AppKey { id: row.app_id.clone(), secret: Secret::default() }),
            }
        }
        Ok(id_alone)
    }
}

/// Keeps a key that has just let somebody in, for the next one.
///
/// # Errors
/// Those of the vault.
pub fn keep(vault: &SharedVault, tenant: &TenantAddress, key: &AppKey) -> Outcome<()> {
    let kept = Kept { id: key.id.clone(), secret: key.secret.clone() };
    let text = Secret::new(serde_json::to_string(&kept).unwrap_or_default());
    vault.set(&name(tenant.origin().as_str()), &text)
}

/// The name under which the vault keeps a tenant's key.
pub fn name(tenant_url: &str) -> String {
    format!("app key {tenant_url}")
}
