//! Collections: the owner writes what others have found out, and wakes whoever mirrors.

use super::owner::Owner;
use crate::error::Outcome;
use crate::store::failure_of;
use crate::store::mirror_changes::{self, MirrorChange};

impl Owner {
    pub(super) fn mirror(&mut self, changes: &[MirrorChange]) -> Outcome<()> {
        self.begin()?;
        for change in changes {
            mirror_changes::apply(&self.db, change).map_err(failure_of)?;
        }
        self.rows += changes.len();
        let asks = |change: &MirrorChange| {
            matches!(
                change,
                MirrorChange::PutFolder(_)
                    | MirrorChange::Add(_)
                    | MirrorChange::Switch { .. }
                    | MirrorChange::Want(_)
                    | MirrorChange::Confirm(_)
            )
        };
        if changes.iter().any(asks) {
            let collections = self.links.collections.clone();
            self.after_commit.push(Box::new(move |_| collections.send(()).unwrap_or_default()));
        }
        Ok(())
    }
}
