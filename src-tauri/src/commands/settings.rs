//! What can be set.

use engine::error::Outcome;
use engine::model::{BandwidthView, SettingKey, SettingView};
use tauri::{State, command};

use crate::state::SharedShell;

#[command]
pub async fn list_settings(shell: State<'_, SharedShell>) -> Outcome<Vec<SettingView>> {
    shell.engine().await?.list_settings().await
}

/// Without a value it is as usual again.
#[command]
pub async fn set_setting(
    shell: State<'_, SharedShell>,
    key: SettingKey,
    value: Option<String>,
) -> Outcome<()> {
    shell.engine().await?.set_setting(key, value).await
}

/// What may be sent and fetched at present, and why.
#[command]
pub async fn bandwidth_now(shell: State<'_, SharedShell>) -> Outcome<BandwidthView> {
    shell.engine().await?.bandwidth().await
}
