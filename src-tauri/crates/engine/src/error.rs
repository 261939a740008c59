//! What can go wrong, as codes that shells and scripts rely on (interfaces.md §4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Who can do something about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    You,
    /// Whoever runs the network and the computers.
    It,
    /// The tenant's administrator.
    Admin,
    /// Canto's support.
    Canto,
    /// It retries by itself.
    Nobody,
    /// Whoever made the Upload Link or Workspace.
    Owner,
}

/// How the engine goes on after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Tried again by itself, with back-off.
    Temporary,
    /// This job can't.
    Permanent,
    /// Held until someone has acted.
    NeedsSomeone,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident => $class:ident, $who:ident;)*) => {
        /// Noun and state; the UI branches on these, never on text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }

            pub fn class(self) -> FailureClass {
                match self { $(Self::$name => FailureClass::$class,)* }
            }

            pub fn who(self) -> Who {
                match self { $(Self::$name => Who::$who,)* }
            }
        }
    };
}

error_codes! {
    // The local file.
    /// It changed while it was read, several times.
    SourceChanged => Temporary, Nobody;
    /// It is no longer where it was.
    SourceMissing => Permanent, You;
    /// The operating system does not let Ferry read it.
    SourceUnreadable => Permanent, You;
    /// It is no regular file (a socket, a device, a dangling link).
    SourceNotAFile => Permanent, You;
    /// The disk, card or share that it is on is not there.
    VolumeAway => NeedsSomeone, You;
    /// Another program holds it.
    SourceLocked => Temporary, You;
    /// Its name can't be sent: not Unicode, or characters that the tenant refuses.
    NameRefused => Permanent, You;
    /// More than one request may carry: 5 GiB by form (canto-api.md §8.3 [A]).
    TooLarge => Permanent, Canto;
    /// Its path is not absolute, does not exist, or could not be walked.
    PathUnusable => Permanent, You;

    // The way.
    NetworkOffline => Temporary, Nobody;
    NetworkInterrupted => Temporary, Nobody;
    NetworkTimeout => Temporary, Nobody;
    /// A page came where an answer of the tenant was expected: a captive portal or a filter.
    UnexpectedAnswer => Temporary, It;
    TlsRefused => NeedsSomeone, It;
    /// It wants a user and a password, or takes not those that are set.
    ProxyAuthRequired => NeedsSomeone, You;
    ProxyUnreachable => Temporary, It;
    /// It answers, and does not pass the connection on.
    ProxyRefused => NeedsSomeone, It;
    /// The proxy script (PAC) can't be read, or fails.
    PacUnusable => NeedsSomeone, It;

    // The tenant.
    TenantUnknown => NeedsSomeone, You;
    TenantBusy => Temporary, Nobody;
    TenantRefused => Permanent, Canto;
    SignInRequired => NeedsSomeone, You;
    SignInCancelled => NeedsSomeone, You;
    SignInTimeout => NeedsSomeone, You;
    CredentialsRefused => NeedsSomeone, Admin;
    /// Somebody else signed in, or at another library, than was asked for.
    WrongAccount => NeedsSomeone, You;
    /// The system opened no browser.
    BrowserMissing => NeedsSomeone, You;
    NoPermission => NeedsSomeone, Admin;
    DestinationMissing => NeedsSomeone, You;
    DestinationRefused => NeedsSomeone, Admin;
    PolicyRefused => Temporary, Canto;
    /// What the server stored is not what was read.
    ChecksumMismatch => Temporary, It;
    /// The store has the file whole, but no asset of it was seen for a day.
    AssetUnseen => NeedsSomeone, Canto;
    /// A value that a field does not take, by Ferry's check or by the tenant's word.
    MetadataRefused => NeedsSomeone, You;
    /// The library has the file already, and the rule says not to import it again.
    DuplicateFound => Permanent, Nobody;
    /// The library has the file already, and the rule says to ask.
    DecisionNeeded => NeedsSomeone, You;
    /// The tenant could not turn the file into an asset.
    IngestRefused => Permanent, Canto;

    // An Upload Link or a Workspace.
    /// There is none at its address any more.
    PlaceMissing => NeedsSomeone, Owner;
    PlaceClosed => NeedsSomeone, Owner;
    PlaceExpired => NeedsSomeone, Owner;
    /// It takes no more files.
    PlaceFull => NeedsSomeone, Owner;
    /// It is not open to this person, or not for what they want.
    PlaceDenied => NeedsSomeone, Owner;
    PlacePasswordWrong => NeedsSomeone, You;

    // Collections.
    /// There is none at this address, or it is not shown to this account.
    CollectionMissing => NeedsSomeone, You;
    /// The folder that collections are kept in is not there, not chosen yet, or can't be used.
    SyncFolderMissing => NeedsSomeone, You;

    // This computer.
    DiskFull => NeedsSomeone, You;
    DatabaseTooNew => NeedsSomeone, You;
    DatabaseDamaged => NeedsSomeone, You;
    DatabaseUnusable => NeedsSomeone, You;
    /// Another program runs the engine on this data directory and does not answer.
    DataDirInUse => NeedsSomeone, You;
    KeychainUnavailable => NeedsSomeone, You;
    PassphraseWrong => NeedsSomeone, You;
    AccountMissing => NeedsSomeone, You;
    /// An administrator has set it for this computer.
    SettingLocked => Permanent, It;
    BatchMissing => Permanent, You;
    JobMissing => Permanent, You;
    /// There is no such watched folder.
    FolderMissing => Permanent, You;
    /// The system watches no more folders (inotify).
    WatchLimit => NeedsSomeone, It;
    RequestInvalid => Permanent, You;
    Internal => Permanent, Canto;
}

impl ErrorCode {
    /// An Upload Link or Workspace is shut: its queue waits for it.
    pub fn is_of_place(self) -> bool {
        matches!(
            self,
            Self::PlaceMissing
                | Self::PlaceClosed
                | Self::PlaceExpired
                | Self::PlaceFull
                | Self::PlaceDenied
                | Self::PlacePasswordWrong
        )
    }
}

/// A failure in the words of the house: a code, values for its sentence, and technical detail for a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Failure {
    pub code: ErrorCode,
    pub who: Who,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// For people who look into it; never parsed, never a secret.
    #[serde(default)]
    pub details: String,
}

impl Failure {
    pub fn new(code: ErrorCode) -> Self {
        Self { code, who: code.who(), params: BTreeMap::new(), details: String::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    #[must_use]
    pub fn because(mut self, details: impl ToString) -> Self {
        self.details = details.to_string();
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.as_str())?;
        if !self.details.is_empty() {
            write!(f, ": {}", self.details)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// Result of everything that can fail in the engine.
pub type Outcome<T> = Result<T, Failure>;
