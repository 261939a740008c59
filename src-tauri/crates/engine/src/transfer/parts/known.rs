//! Sums that are known from an earlier sending: nothing is hashed, the store's checksums are compared all the same.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::hasher::Hashed;
use super::plan::Plan;
use crate::store::fingerprints::Fingerprint;
use crate::transfer::source::Source;

/// Whether the sums are of parts as the plan cuts them.
pub fn fits(known: &Fingerprint, plan: Plan) -> bool {
    known.part_size == plan.part_size && known.count() == plan.count()
}

/// Says the sums of the wanted parts in their order, and of the whole, as the hasher would.
pub fn start(
    source: Arc<Source>,
    plan: Plan,
    wanted: BTreeSet<u32>,
    known: Fingerprint,
) -> mpsc::Receiver<io::Result<Hashed>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        for number in wanted {
            // Before its last part, so that a file that has changed is never whole with the store.
            let checked = if number == plan.count() { source.check() } else { Ok(()) };
            let missing = || io::Error::other("a sum is missing");
            let part = checked.and_then(|()| known.part(number).ok_or_else(missing));
            let ends = part.is_err();
            if sender.blocking_send(part.map(Hashed::Part)).is_err() || ends {
                return;
            }
        }
        // Nobody there any more: the transfer was stopped.
        drop(sender.blocking_send(source.check().map(|()| Hashed::Whole(known.md5))));
    });
    receiver
}
