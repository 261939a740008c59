//! What its user can set. Names and words are the shells'; what can be chosen is said here, once.

use serde::{Deserialize, Serialize};

/// A switch or choice.
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
}

impl SettingKey {
    /// In the order in which they are shown.
    pub const ALL: &'static [Self] = &[Self::Language, Self::Theme, Self::Rows, Self::Sidecars];

    /// As in the database, on the command line and in the managed file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Theme => "theme",
            Self::Rows => "rows",
            Self::Sidecars => "sidecars",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.as_str() == word)
    }

    /// What it can be; the first one is what it is until somebody sets it.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Language => &["system", "en", "de"],
            Self::Theme => &["system", "light", "dark"],
            Self::Rows => &["roomy", "compact"],
            Self::Sidecars => &["upload", "leave_out"],
        }
    }

    pub fn usual(self) -> &'static str {
        self.choices().first().copied().unwrap_or_default()
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
    pub choices: Vec<String>,
    /// Who set it for this computer; then nobody else can.
    pub locked_by: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_name_of_its_own_and_something_to_choose() {
        for key in SettingKey::ALL {
            assert_eq!(SettingKey::parse(key.as_str()), Some(*key));
            assert_eq!(serde_json::to_value(key).unwrap(), key.as_str());
            assert!(key.choices().len() > 1);
        }
    }
}
