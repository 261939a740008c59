//! What its user can set. Names and words are the shells'; what can be chosen or typed is said here, once.

use serde::{Deserialize, Serialize};

use super::{DuplicateRule, Frequency, bandwidth, network_settings};

/// What a setting can be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One of these words; the first one is what it is until somebody sets it.
    Choice(&'static [&'static str]),
    /// What is typed, as it is kept, or a word for what is wrong with it. Empty until somebody sets it.
    Text(fn(&str) -> Result<String, &'static str>),
}

/// A switch, a choice, or something typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SettingKey {
    /// Of the window and the tray.
    Language,
    Theme,
    /// How tall the rows of lists are.
    Rows,
    /// What becomes of an `.xmp` beside a picture.
    Sidecars,
    /// When the window asks for metadata before an upload. What is required is required whatever it says.
    MetadataDialog,
    /// What becomes of files that the library has already, where an upload says nothing else. An administrator's to change.
    DuplicatesUpload,
    /// The same for synchronization.
    DuplicatesSync,
    /// Whether a picture is found, too, whose file differs by its metadata alone. Where files go by their MD5.
    DuplicatesPicture,
    /// The one switch of everything that is kept in step by itself: watched folders, collections, sources.
    Sync,
    /// How often watched folders are looked through.
    SyncFrequency,
    /// What a file of a watched folder becomes whose content has changed.
    SyncChanged,
    /// Whether the app starts with the computer, without its window.
    StartAtLogin,
    /// Whether the app tells of finished uploads when its window is not in front.
    NotifyDone,
    /// The same of what waits for somebody.
    NotifyNeeds,
    /// And of failures.
    NotifyFailed,
    /// How often collections are brought up to date.
    CollectionsWhen,
    /// What becomes of a collection's file that was deleted on this computer.
    CollectionsDeleted,
    /// How fast files are sent at most.
    LimitUp,
    /// How fast files are fetched at most.
    LimitDown,
    /// Other limits, and rests, by weekday and hour.
    Timetable,
    /// What becomes of transfers while the computer runs on its battery.
    OnBattery,
    /// And on a line that is paid by the byte, if the system says that it is one.
    OnMetered,
    /// Until when nothing is sent or fetched, since somebody paused everything for some hours.
    RestUntil,
    /// Where it is said which proxy to use.
    Proxy,
    /// The proxy that is set by hand.
    ProxyAddress,
    /// The script (PAC) that names the proxy.
    ProxyPac,
    /// Whom a proxy is told that it is. The password is in the vault.
    ProxyUser,
    /// Hosts that are reached without it.
    ProxyExceptions,
    /// Files of certificate authorities that are trusted as well.
    Authorities,
    /// Whether secrets are kept for the next start, or everybody signs in every time.
    Secrets,
}

impl SettingKey {
    /// In the order in which they are shown.
    pub const ALL: &'static [Self] = &[
        Self::Language,
        Self::Theme,
        Self::Rows,
        Self::MetadataDialog,
        Self::Sidecars,
        Self::DuplicatesUpload,
        Self::DuplicatesSync,
        Self::DuplicatesPicture,
        Self::Sync,
        Self::SyncFrequency,
        Self::SyncChanged,
        Self::StartAtLogin,
        Self::NotifyDone,
        Self::NotifyNeeds,
        Self::NotifyFailed,
        Self::CollectionsWhen,
        Self::CollectionsDeleted,
        Self::LimitUp,
        Self::LimitDown,
        Self::Timetable,
        Self::OnBattery,
        Self::OnMetered,
        Self::RestUntil,
        Self::Proxy,
        Self::ProxyAddress,
        Self::ProxyPac,
        Self::ProxyUser,
        Self::ProxyExceptions,
        Self::Authorities,
        Self::Secrets,
    ];

    /// As in the database, on the command line and in the managed file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Theme => "theme",
            Self::Rows => "rows",
            Self::Sidecars => "sidecars",
            Self::MetadataDialog => "metadata_dialog",
            Self::DuplicatesUpload => "duplicates_upload",
            Self::DuplicatesSync => "duplicates_sync",
            Self::DuplicatesPicture => "duplicates_picture",
            Self::Sync => "sync",
            Self::SyncFrequency => "sync_frequency",
            Self::SyncChanged => "sync_changed",
            Self::StartAtLogin => "start_at_login",
            Self::NotifyDone => "notify_done",
            Self::NotifyNeeds => "notify_needs",
            Self::NotifyFailed => "notify_failed",
            Self::CollectionsWhen => "collections_when",
            Self::CollectionsDeleted => "collections_deleted",
            Self::LimitUp => "limit_up",
            Self::LimitDown => "limit_down",
            Self::Timetable => "timetable",
            Self::OnBattery => "on_battery",
            Self::OnMetered => "on_metered",
            Self::RestUntil => "rest_until",
            Self::Proxy => "proxy",
            Self::ProxyAddress => "proxy_address",
            Self::ProxyPac => "proxy_pac",
            Self::ProxyUser => "proxy_user",
            Self::ProxyExceptions => "proxy_exceptions",
            Self::Authorities => "authorities",
            Self::Secrets => "secrets",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.as_str() == word)
    }

    pub fn shape(self) -> Shape {
        match self {
            Self::Language => Shape::Choice(&["system", "en", "de"]),
            Self::Theme => Shape::Choice(&["system", "light", "dark"]),
            Self::Rows => Shape::Choice(&["roomy", "compact"]),
            Self::Sidecars => Shape::Choice(&["upload", "leave_out"]),
            Self::MetadataDialog => Shape::Choice(&["when_required", "always", "never"]),
            Self::DuplicatesUpload | Self::DuplicatesSync => Shape::Choice(DuplicateRule::WORDS),
            Self::DuplicatesPicture | Self::StartAtLogin => Shape::Choice(&["off", "on"]),
            Self::Sync | Self::NotifyDone | Self::NotifyNeeds | Self::NotifyFailed => {
                Shape::Choice(&["on", "off"])
            }
            Self::SyncFrequency => Shape::Text(Frequency::kept),
            Self::SyncChanged => Shape::Choice(&["version", "new"]),
            Self::CollectionsWhen => Shape::Choice(&[
                "every_hour",
                "every_15_minutes",
                "every_5_minutes",
                "every_day",
                "at_start",
                "by_hand",
            ]),
            Self::CollectionsDeleted => Shape::Choice(&["stay_away", "come_back"]),
            Self::LimitUp | Self::LimitDown => Shape::Text(bandwidth::kept_limit),
            Self::Timetable => Shape::Text(bandwidth::kept_timetable),
            Self::RestUntil => Shape::Text(bandwidth::kept_moment),
            Self::OnBattery | Self::OnMetered => Shape::Choice(&["go_on", "rest"]),
            Self::Proxy => Shape::Choice(&["system", "none", "manual", "pac"]),
            Self::ProxyAddress => Shape::Text(network_settings::kept_address),
            Self::ProxyPac => Shape::Text(network_settings::kept_script),
            Self::ProxyUser => Shape::Text(network_settings::kept_user),
            Self::ProxyExceptions => Shape::Text(network_settings::kept_exceptions),
            Self::Authorities => Shape::Text(network_settings::kept_authorities),
            Self::Secrets => Shape::Choice(&["keep", "session"]),
        }
    }

    /// What can be chosen; nothing where something is typed.
    pub fn choices(self) -> &'static [&'static str] {
        match self.shape() {
            Shape::Choice(choices) => choices,
            Shape::Text(_) => &[],
        }
    }

    /// What it is until somebody sets it.
    pub fn usual(self) -> &'static str {
        self.choices().first().copied().unwrap_or_default()
    }

    /// Only an administrator of the library changes it, where the library tells who is one.
    pub fn is_administrators(self) -> bool {
        matches!(self, Self::DuplicatesUpload | Self::DuplicatesSync | Self::DuplicatesPicture)
    }

    /// A value as it is kept.
    ///
    /// # Errors
    /// A word for what is wrong with it.
    pub fn accept(self, value: &str) -> Result<String, &'static str> {
        match self.shape() {
            Shape::Choice(choices) if choices.contains(&value) => Ok(value.to_owned()),
            Shape::Choice(_) => Err("setting_value"),
            Shape::Text(_) if value.trim().is_empty() => Ok(String::new()),
            Shape::Text(kept) => kept(value.trim()),
        }
    }
}

/// A setting as it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SettingView {
    pub key: SettingKey,
    pub value: String,
    /// What it is until somebody sets it.
    pub usual: String,
    /// Empty where it is typed.
    pub choices: Vec<String>,
    /// Who set it for this computer; then nobody else can.
    pub locked_by: Option<String>,
    /// Only an administrator of the library changes it, and nobody who is signed in here is one.
    pub administrators_only: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_name_of_its_own_and_something_to_choose() {
        for key in SettingKey::ALL {
            assert_eq!(SettingKey::parse(key.as_str()), Some(*key));
            assert_eq!(serde_json::to_value(key).unwrap(), key.as_str());
            assert_eq!(key.accept(key.usual()).as_deref(), Ok(key.usual()));
            match key.shape() {
                Shape::Choice(choices) => assert!(choices.len() > 1),
                Shape::Text(kept) => assert!(kept("\u{7}!").is_err()),
            }
        }
    }
}
