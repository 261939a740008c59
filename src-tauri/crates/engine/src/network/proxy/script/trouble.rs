//! What can be wrong with a proxy script.

use thiserror::Error;

use crate::error::{ErrorCode, Failure};

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    #[error("it can't be read: {0}")]
    Unreadable(String),
    #[error("it is no proxy script: {0}")]
    NoScript(String),
    #[error("it fails: {0}")]
    Fails(String),
    #[error("it takes too long")]
    TooSlow,
}

impl Trouble {
    /// For people: `place` is where the script comes from.
    pub fn failure(&self, place: &str) -> Failure {
        let reason = match self {
            Self::Unreadable(_) => "unreadable",
            Self::NoScript(_) => "no_script",
            Self::Fails(_) => "fails",
            Self::TooSlow => "too_slow",
        };
        Failure::new(ErrorCode::PacUnusable).with("reason", reason).with("script", place).because(self)
    }
}
