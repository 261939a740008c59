//! What is set, by its user or for the whole computer.

use super::{EngineHandle, network};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{SettingKey, SettingView};
use crate::queue::guests::Request;
use crate::queue::message::ToOwner;
use crate::store::settings;

impl EngineHandle {
    /// Every setting as it is in force, in the order in which they are shown.
    pub async fn list_settings(&self) -> Outcome<Vec<SettingView>> {
        let read = |db: &rusqlite::Connection| {
            SettingKey::ALL.iter().map(|key| Ok((*key, settings::get(db, key.as_str())?))).collect()
        };
        let stored: Vec<(SettingKey, Option<String>)> = self.inner.readers.read(read).await?;
        let may = self.is_administrator().await?;
        let view = |(key, stored): (SettingKey, Option<String>)| SettingView {
            administrators_only: key.is_administrators() && !may,
            ..self.setting_view(key, stored)
        };
        Ok(stored.into_iter().map(view).collect())
    }

    /// What one setting is.
    pub(super) async fn setting(&self, key: SettingKey) -> Outcome<String> {
        let stored = self.inner.readers.read(move |db| settings::get(db, key.as_str())).await?;
        Ok(self.setting_view(key, stored).value)
    }

    /// Sets what is not locked; `None` goes back to what is usual.
    ///
    /// # Errors
    /// `SettingLocked` (with the `reason` *administrators* for what only they change), `RequestInvalid` with a `reason` for a value that it can't be.
    pub async fn set_setting(&self, key: SettingKey, value: Option<String>) -> Outcome<()> {
        self.may_set(key).await?;
        let value = value.map(|value| accepted(key, &value)).transpose()?;
        if let (SettingKey::Authorities, Some(files)) = (key, &value) {
            network::check_authorities(files).await?;
        }
        self.put_setting(key, value).await?;
        match key {
            SettingKey::Secrets => self.follow_secrets().await,
            key if network::KEYS.contains(&key) => self.set_up_network(self.is_owner()).await,
            _ => Ok(()),
        }
    }

    /// Whether synchronization is on: of watched folders, collections and sources.
    pub async fn is_sync_on(&self) -> Outcome<bool> {
        Ok(self.setting(SettingKey::Sync).await? == "on")
    }

    /// Turns the one switch.
    ///
    /// # Errors
    /// `SettingLocked`.
    pub async fn switch_sync(&self, on: bool) -> Outcome<()> {
        self.set_setting(SettingKey::Sync, Some(if on { "on" } else { "off" }.to_owned())).await
    }

    pub(super) async fn put_setting(&self, key: SettingKey, value: Option<String>) -> Outcome<()> {
        if self.is_owner() {
            self.ask(|reply| ToOwner::PutSetting { key, value, reply }).await
        } else {
            self.request::<()>(Request::PutSetting { key, value }).await
        }
    }

    /// What an administrator has set, if it can be.
    pub(super) fn locked(&self, key: SettingKey) -> Option<String> {
        let value = self.inner.managed.setting(key.as_str())?;
        let kept = key.accept(value);
        if kept.is_err() {
            tracing::warn!(key = key.as_str(), %value, "a managed setting can't be this");
        }
        kept.ok()
    }

    fn setting_view(&self, key: SettingKey, stored: Option<String>) -> SettingView {
        let locked = self.locked(key);
        let locked_by = locked.as_ref().map(|_| self.inner.managed.by.clone());
        // A later Ferry may have stored what this one can't be set to.
        let stored = stored.filter(|value| key.accept(value).is_ok());
        SettingView {
            key,
            value: locked.or(stored).unwrap_or_else(|| key.usual().to_owned()),
            usual: key.usual().to_owned(),
            choices: key.choices().iter().map(|&choice| choice.to_owned()).collect(),
            locked_by,
            administrators_only: false,
        }
    }
}

fn accepted(key: SettingKey, value: &str) -> Outcome<String> {
    key.accept(value).map_err(|reason| {
        let invalid = Failure::new(ErrorCode::RequestInvalid).with("reason", reason);
        let invalid = invalid.with("setting", key.as_str()).with("value", value);
        invalid.with("choices", key.choices().join(", "))
    })
}
