//! What a look at a folder means, beside what was seen there before. Pure.

use std::cmp::Ordering;

use crate::model::{AssetId, JobStateKind};
use crate::store::seen_files::{Fate, SeenFile, Stamp};

/// A file in a folder, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub stamp: Stamp,
    /// When anything of it changed, where the system tells.
    pub changed_ns: Option<i64>,
}

/// A file that is not as it was seen. What is gone is no difference: nothing follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference<'a> {
    New(&'a Entry),
    Changed(&'a Entry, &'a SeenFile),
    /// Of the same size and time under another number: put back from a copy, or its volume counts anew.
    Renumbered(&'a Entry, &'a SeenFile),
}

/// Both in the order of their names' bytes.
pub fn compare<'a>(entries: &'a [Entry], rows: &'a [SeenFile]) -> Vec<Difference<'a>> {
    let mut differences = Vec::new();
    let mut rows = rows.iter().peekable();
    for entry in entries {
        while rows.next_if(|row| row.name.as_bytes() < entry.name.as_bytes()).is_some() {}
        match rows.peek().map(|row| (row, row.name.as_bytes().cmp(entry.name.as_bytes()))) {
            Some((row, Ordering::Equal)) => differences.extend(of_both(entry, row)),
            _ => differences.push(Difference::New(entry)),
        }
    }
    differences
}

fn of_both<'a>(entry: &'a Entry, row: &'a SeenFile) -> Option<Difference<'a>> {
    let (now, before) = (entry.stamp, row.stamp);
    if (now.size, now.modified_ns) != (before.size, before.modified_ns) {
        return Some(Difference::Changed(entry, row));
    }
    (now.number.is_some() && now.number != before.number).then_some(Difference::Renumbered(entry, row))
}

/// What becomes of a file that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is as it was sent: only what is known of it is renewed.
    Touch,
    /// Its job is under way; afterwards it is looked at again.
    Later,
    Send,
    /// Of this asset, if the library still has it.
    Version(AssetId),
}

/// `fate`: of the job that was to send it last. `as_version`: as the user has chosen.
pub fn step(now: Stamp, row: &SeenFile, fate: Option<&Fate>, as_version: bool) -> Step {
    let Some(fate) = fate else { return Step::Send };
    if !fate.state.is_settled() {
        return Step::Later;
    }
    if fate.state != JobStateKind::Done {
        return Step::Send;
    }
    // It changed between being queued and being sent: what is there now was sent.
    if (fate.size, fate.modified_ns) == (now.size, now.modified_ns) {
        return Step::Touch;
    }
    // Deleted in the library, it stays deleted.
    if row.missed.is_some_and(|at| at < 0) {
        return Step::Touch;
    }
    match &fate.asset {
        Some(asset) if as_version => Step::Version(asset.clone()),
        _ => Step::Send,
    }
}

/// The library says that an asset is not there. It counts once it was said twice, some time apart; what is remembered of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Said for the first time, or too soon after that.
    Doubted(i64),
    /// It was deleted there.
    Believed,
}

pub fn absence(first: Option<i64>, now: i64, apart: i64) -> Absence {
    match first {
        // A clock that was set back begins anew.
        Some(first) if first >= 0 && now - first >= apart => Absence::Believed,
        Some(first) if (0..=now).contains(&first) => Absence::Doubted(first),
        _ => Absence::Doubted(now),
    }
}
