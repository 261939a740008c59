//! Row ids, one type each, so that they can't be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        #[serde(transparent)]
        pub struct $name(#[cfg_attr(feature = "bindings", ts(type = "number"))] pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

row_id!(
    /// One signed-in user of one tenant.
    AccountId
);
row_id!(
    /// What the user added in one gesture.
    BatchId
);
row_id!(
    /// One file that becomes one asset.
    JobId
);
row_id!(
    /// One watched folder.
    WatchedId
);
row_id!(
    /// One local folder of a batch.
    FolderId
);
row_id!(
    /// A collection that is kept on this computer.
    MirrorId
);
row_id!(
    /// A file in the holding folder.
    HeldId
);
