//! The way to the servers: what is set takes effect at once, and anyone can ask which way is in use.

use std::sync::{Arc, PoisonError};

use canto_api::{Secret, TenantAddress};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::event::EngineEvent;
use crate::model::network_settings::authorities;
use crate::model::{AccountId, Exceptions, NetworkWay, ProxyAddress, ScriptPlace, SettingKey};
use crate::network::reachability::Heard;
use crate::network::{Login, Rules, Way, certificates};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::store::accounts;

/// The name under which the vault keeps the proxy's password.
const PASSWORD: &str = "proxy";
/// Where everyone signs in whose tenant is not known yet.
const BEFORE_A_TENANT: &str = "https://oauth.canto.com/";

/// What the way depends on.
pub(super) const KEYS: [SettingKey; 6] = [
    SettingKey::Proxy,
    SettingKey::ProxyAddress,
    SettingKey::ProxyPac,
    SettingKey::ProxyUser,
    SettingKey::ProxyExceptions,
    SettingKey::Authorities,
];

impl EngineHandle {
    /// Which way leads to the tenant of an account, or of the first one, and why.
    pub async fn network_way(&self, account: Option<AccountId>) -> Outcome<NetworkWay> {
        let rows = self.inner.readers.read(accounts::all).await?;
        let row = rows.into_iter().find(|row| account.is_none_or(|account| row.id == account));
        let address = match row {
            Some(row) => TenantAddress::parse(&row.tenant_url).ok().map(|tenant| tenant.origin().clone()),
            None if account.is_some() => return Err(ErrorCode::AccountMissing.into()),
            None => Url::parse(BEFORE_A_TENANT).ok(),
        };
        let address = address.ok_or_else(|| Failure::new(ErrorCode::TenantUnknown))?;
        let network = Arc::clone(&self.inner.network);
        let mut way = blocking(move || Ok(network.way(&address))).await?;
        let unusable = self.inner.network_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        way.failure = way.failure.or(unusable);
        Ok(way)
    }

    /// The client of an account's tenant, over the way that is in force. For tests of what no job does.
    ///
    /// # Errors
    /// `AccountMissing`.
    #[doc(hidden)]
    pub async fn client(&self, account: AccountId) -> Outcome<canto_api::CantoClient> {
        Ok(self.inner.tenants.get(account).await?.client.clone())
    }

    /// Whether the vault has a password for the proxy.
    pub async fn has_proxy_password(&self) -> Outcome<bool> {
        let vault = Arc::clone(&self.inner.vault);
        blocking(move || Ok(vault.get(PASSWORD)?.is_some())).await
    }

    /// Keeps the proxy's password in the vault, or takes it away; transfers go on with it by themselves.
    ///
    /// # Errors
    /// Those of the vault.
    pub async fn set_proxy_password(&self, password: Option<Secret>) -> Outcome<()> {
        let vault = Arc::clone(&self.inner.vault);
        blocking(move || match password.filter(|word| !word.is_empty()) {
            Some(password) => vault.set(PASSWORD, &password),
            None => vault.remove(PASSWORD),
        })
        .await?;
        // The user is stored as it is: whoever runs the engine hears of a change, and reads the password anew.
        let key = SettingKey::ProxyUser;
        let stored = self.inner.readers.read(move |db| crate::store::settings::get(db, key.as_str())).await?;
        if self.is_owner() {
            self.ask(|reply| ToOwner::PutSetting { key, value: stored, reply }).await?;
        } else {
            self.request::<()>(Request::PutSetting { key, value: stored }).await?;
        }
        self.set_up_network(true).await
    }

    /// Has the network follow what is set. Where something is different now, transfers get new connections, and what waits
    /// looks at once whether the way is open.
    pub(super) async fn set_up_network(&self, with_password: bool) -> Outcome<()> {
        // One after the other, so that the last one has read last.
        let mut in_force = self.inner.network_in_force.lock().await;
        let (rules, trouble) = self.way_rules(with_password).await?;
        let files = authorities(&self.setting(SettingKey::Authorities).await?);
        let usual = (Rules::default(), Vec::new());
        let known = in_force.as_ref().unwrap_or(&usual);
        if known.0 == rules && known.1 == files {
            *self.inner.network_trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
            in_force.get_or_insert(usual);
            return Ok(());
        }
        let network = Arc::clone(&self.inner.network);
        let (new, trusted) = (rules.clone(), files.clone());
        let trouble = blocking(move || {
            let refused = network.set_up(new.clone(), &trusted).err();
            if let Some(failure) = &refused {
                tracing::warn!(%failure, "certificate files that are set are not trusted");
                network.set_up(new, &[])?;
            }
            Ok(refused.or(trouble))
        })
        .await?;
        *self.inner.network_trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        // The first time, nothing was done yet.
        if in_force.replace((rules, files)).is_some() {
            tracing::info!("another way to the servers is set");
            self.inner.tenants.forget_all();
            if let Some(probe) = &self.inner.probe {
                // The probe ends only with the engine.
                probe.send(Heard::Changed).unwrap_or_default();
            }
        }
        Ok(())
    }

    async fn way_rules(&self, with_password: bool) -> Outcome<(Rules, Option<Failure>)> {
        let missing = |reason: &str| Some(Failure::new(ErrorCode::RequestInvalid).with("reason", reason));
        let address = self.setting(SettingKey::ProxyAddress).await?;
        let script = self.setting(SettingKey::ProxyPac).await?;
        // What is only half set is not in force yet, and is said to be so.
        let (way, trouble) = match self.setting(SettingKey::Proxy).await?.as_str() {
            "none" => (Way::Direct, None),
            "manual" => match ProxyAddress::parse(&address) {
                Some(address) => (Way::Manual(address), None),
                None => (Way::System, missing("proxy_address_missing")),
            },
            "pac" => match ScriptPlace::parse(&script) {
                Some(place) => (Way::Script(place, script), None),
                None => (Way::System, missing("proxy_script_missing")),
            },
            _ => (Way::System, None),
        };
        let exceptions = self.setting(SettingKey::ProxyExceptions).await?;
        let user = self.setting(SettingKey::ProxyUser).await?;
        let login = if user.is_empty() || way == Way::Direct || !with_password {
            None
        } else {
            let vault = Arc::clone(&self.inner.vault);
            // Without it the proxy says what is missing.
            let password = blocking(move || vault.get(PASSWORD)).await.unwrap_or_else(|failure| {
                tracing::warn!(%failure, "the proxy's password can't be read");
                None
            });
            Some(Login { user, password: password.unwrap_or_else(|| Secret::new("")) })
        };
        let exceptions = Exceptions::parse(&exceptions).unwrap_or_default();
        Ok((Rules { way, exceptions, login }, trouble))
    }
}

/// Follows what other programs set while the engine runs here.
pub(super) async fn follow(handle: EngineHandle, quit: CancellationToken) {
    let mut events = handle.inner.events.subscribe();
    loop {
        let event = tokio::select! {
            () = quit.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(event) if !matches!(*event, EngineEvent::SettingsChanged) => continue,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        if let Err(failure) = handle.set_up_network(true).await {
            tracing::warn!(%failure, "the way to the servers stays as it is");
        }
    }
}

/// # Errors
/// `RequestInvalid` with the first file that holds no certificates.
pub(super) async fn check_authorities(kept: &str) -> Outcome<()> {
    let files = authorities(kept);
    blocking(move || {
        for file in files {
            certificates(&file).map_err(|failure| {
                let invalid = Failure::new(ErrorCode::RequestInvalid).with("reason", "authority_file");
                invalid.with("value", file.display()).because(failure.details)
            })?;
        }
        Ok(())
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| Failure::new(ErrorCode::Internal).because(error))?
}
