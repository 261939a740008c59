//! What is set, by its user or for the whole computer.

use super::EngineHandle;
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
        Ok(stored.into_iter().map(|(key, stored)| self.setting_view(key, stored)).collect())
    }

    /// What one setting is.
    pub(super) async fn setting(&self, key: SettingKey) -> Outcome<String> {
        let stored = self.inner.readers.read(move |db| settings::get(db, key.as_str())).await?;
        Ok(self.setting_view(key, stored).value)
    }

    /// Sets what is not locked; `None` goes back to what is usual.
    ///
    /// # Errors
    /// `SettingLocked`, `RequestInvalid` for a value that can't be chosen.
    pub async fn set_setting(&self, key: SettingKey, value: Option<String>) -> Outcome<()> {
        if self.locked(key).is_some() {
            let locked = Failure::new(ErrorCode::SettingLocked).with("by", &self.inner.managed.by);
            return Err(locked.with("setting", key.as_str()));
        }
        if let Some(value) = &value
            && !key.choices().contains(&value.as_str())
        {
            let invalid = Failure::new(ErrorCode::RequestInvalid).with("reason", "setting_value");
            let invalid = invalid.with("setting", key.as_str()).with("value", value);
            return Err(invalid.with("choices", key.choices().join(", ")));
        }
        if self.is_owner() {
            self.ask(|reply| ToOwner::PutSetting { key, value, reply }).await
        } else {
            self.request(Request::PutSetting { key, value }).await
        }
    }

    /// What an administrator has set, if it can be chosen.
    fn locked(&self, key: SettingKey) -> Option<&'static str> {
        let value = self.inner.managed.setting(key.as_str())?;
        let choice = key.choices().iter().find(|choice| **choice == value);
        if choice.is_none() {
            tracing::warn!(key = key.as_str(), %value, "a managed setting has no such choice");
        }
        choice.copied()
    }

    fn setting_view(&self, key: SettingKey, stored: Option<String>) -> SettingView {
        let locked = self.locked(key);
        // A later Ferry may have stored what this one can't choose.
        let chosen = stored.filter(|value| key.choices().contains(&value.as_str()));
        SettingView {
            key,
            value: locked.map(str::to_owned).or(chosen).unwrap_or_else(|| key.usual().to_owned()),
            usual: key.usual().to_owned(),
            choices: key.choices().iter().map(|&choice| choice.to_owned()).collect(),
            locked_by: locked.map(|_| self.inner.managed.by.clone()),
        }
    }
}
