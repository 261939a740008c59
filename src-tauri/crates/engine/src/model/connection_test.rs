//! The connection test: what is asked for, every step of it, and what it came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccountId, Destination, NetworkWay, Rest};
use crate::error::Failure;

/// What is to be tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ConnectionTest {
    pub account: Option<AccountId>,
    /// Of a library, where nobody is signed in: tested as far as that goes.
    pub address: Option<String>,
    /// Bytes are sent, to be cut off, gone on with and measured.
    pub sample: bool,
    /// A small picture is sent there as a whole, and deleted again.
    pub album: Option<Destination>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Directly or through a proxy, and why.
    Way,
    /// The host's name is resolved.
    Name,
    /// The host answers, over TLS.
    Connect,
    SignIn,
    Rights,
    /// The permission to upload, and whether parts are taken.
    Setting,
    /// The first parts of the sample.
    Send,
    /// The connection is cut off in the middle, on purpose.
    Cut,
    Resume,
    Verify,
    Speed,
    /// What was sent in parts is removed.
    Remove,
    /// The small picture arrives as an asset.
    Whole,
    /// And is deleted again.
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Running,
    Fine,
    Failed,
    /// Not done here; the step's word says why.
    Skipped,
}

/// What was found, or why a step was not done; its values are the step's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StepWord {
    /// `addresses`
    Addresses,
    /// `millis`
    Answered,
    /// `user`
    TokenValid,
    /// `user`
    TokenRenewed,
    MayUpload,
    /// The library does not say what this account may do.
    RightsUnknown,
    /// `minutes`: how long the permission holds. In parts.
    SettingParts,
    /// `minutes`. By form alone.
    SettingForm,
    /// `bytes`
    Sent,
    /// `out`, `bytes`
    CutOff,
    /// `kept`, `sent`
    GoneOn,
    /// By form nothing can be gone on with: a file begins anew.
    FormAnew,
    /// `parts`
    Verified,
    /// `speed`: bytes a second at most.
    Measured,
    Removed,
    /// The store could not be told yet; Ferry does it later.
    RemovedLater,
    /// The store could not be told; it may sweep by itself.
    NotRemoved,
    /// `name`, `place`
    Confirmed,
    /// `name`
    Deleted,
    /// `name`, `place`: it could not be deleted, or was not certain to be ours.
    Left,
    ByProxy,
    NoAlbum,
    SampleOff,
    Rests,
    NotSignedIn,
    EarlierFailed,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct TestStep {
    pub step: StepKind,
    /// Where a step is about one server.
    pub host: Option<String>,
    pub state: StepState,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub millis: u64,
    pub word: Option<StepWord>,
    pub values: BTreeMap<String, String>,
    pub way: Option<NetworkWay>,
    pub failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum HostPurpose {
    Api,
    SignIn,
    Store,
    /// A server of its own that begins and ends uploads in parts.
    Parts,
    Downloads,
}

/// A server that has to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct TestHost {
    pub host: String,
    pub port: u16,
    pub purposes: Vec<HostPurpose>,
    /// As they were at the time of the test.
    pub addresses: Vec<String>,
    /// Through which it is reached, without a login.
    pub proxy: Option<String>,
}

/// What a number of streams side by side carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SpeedLevel {
    pub streams: u32,
    /// Bytes a second, of all of them together.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub speed: u64,
}

/// What is recommended for this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Advice {
    pub streams: u32,
    /// Bytes a second.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub speed: u64,
    /// Bytes; `None`: this library takes files by form alone.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub part_size: Option<u64>,
    /// For 10 GB.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub seconds: u64,
    /// Ferry begins with it from now on, until it has measured something else.
    pub taken_up: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SpeedFound {
    pub levels: Vec<SpeedLevel>,
    /// The limit for sending that held, bytes a second.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub limit: Option<u64>,
    /// `None` while it is measured.
    pub advice: Option<Advice>,
}

/// The present picture of a test, and in the end what it came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ConnectionReport {
    /// Unix milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub started_at: i64,
    pub tenant: String,
    pub steps: Vec<TestStep>,
    pub hosts: Vec<TestHost>,
    /// Of an answer of the library over a connection that stands, milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub latency: Option<u64>,
    pub speed: Option<SpeedFound>,
    /// Files that were being sent meanwhile.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub uploads: u64,
    pub rest: Option<Rest>,
    pub version: String,
    pub system: String,
    pub ended: bool,
    pub cancelled: bool,
}

impl ConnectionReport {
    /// The first failure.
    pub fn failure(&self) -> Option<&Failure> {
        self.steps
            .iter()
            .filter(|step| step.state == StepState::Failed)
            .find_map(|step| step.failure.as_ref())
    }
}
