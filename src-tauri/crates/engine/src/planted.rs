//! Bugs on purpose: the suite must find each of them (`cargo xtask planted`), or it proves nothing. Without the feature
//! `planted-bugs` every question here is a constant, and nothing is left of it in the program.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A file that changes while it is read is not noticed.
    SkipRestat,
    /// The database is not flushed at a commit.
    NormalSync,
    /// After a lost answer or a restart a file is sent again without a look at what arrived.
    ResendBlindly,
    /// What the store says it has is kept, whatever the local bytes are.
    TrustPartList,
    /// Another checksum than ours, of a part, of an object, of the asset, is taken for ours. The last of these decides:
    /// ignoring only an ETag lets no damage through.
    IgnoreWrongSum,
    /// A renewed token is written into the log.
    LogToken,
}

#[cfg(feature = "planted-bugs")]
pub fn is_planted(bug: Bug) -> bool {
    static CHOSEN: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| std::env::var("FERRY_PLANTED_BUG").unwrap_or_default());
    let word = match bug {
        Bug::SkipRestat => "skip-restat",
        Bug::NormalSync => "normal-sync",
        Bug::ResendBlindly => "resend-blindly",
        Bug::TrustPartList => "trust-part-list",
        Bug::IgnoreWrongSum => "ignore-wrong-sum",
        Bug::LogToken => "log-token",
    };
    *CHOSEN == word
}

#[cfg(not(feature = "planted-bugs"))]
pub const fn is_planted(_: Bug) -> bool {
    false
}
