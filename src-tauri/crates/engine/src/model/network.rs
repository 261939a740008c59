//! How this computer gets to a server.

use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// Why a way is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WayReason {
    /// Proxies are switched off in Ferry.
    Off,
    /// The system has no proxy for this address.
    NothingSet,
    /// The server is on this computer.
    Loopback,
    /// One of the exceptions.
    Exception,
    /// The proxy that is set in Ferry.
    Manual,
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    Environment,
    /// The settings of the system.
    System,
    /// A script that is set in Ferry.
    Script,
    /// A script that the system names.
    SystemScript,
}

/// The way to one server as it is in force, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NetworkWay {
    /// The server that it leads to: host, and port where it is not the usual one.
    pub target: String,
    /// Without a login; `None`: directly.
    pub proxy: Option<String>,
    pub with_login: bool,
    /// `None` where the way is not known, since something failed.
    pub reason: Option<WayReason>,
    /// What decided: the exception, or the script's address.
    pub rule: Option<String>,
    /// What keeps the way, or a part of what is set, from being used.
    pub failure: Option<Failure>,
}
