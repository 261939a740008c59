//! After a start: what was under way is looked up, what was being scanned is scanned again.

use super::owner::Owner;
use super::retry::LONGEST_DELAY;
use super::scan::spawn_scan;
use crate::error::Outcome;
use crate::model::{BatchState, JobId, JobStateKind};
use crate::store::accounts::AccountRow;
use crate::store::{
    accounts, batches, checked, failure_of, folders, jobs, parts, requests, totals, watched_folders,
};

/// Requests that no program waits for any more, milliseconds.
const REQUEST_LIFE: i64 = 24 * 3_600_000;

impl Owner {
    pub(super) fn recover(&mut self) -> Outcome<()> {
        self.begin()?;
        requests::remove_older(&self.db, self.world.now() - REQUEST_LIFE).map_err(failure_of)?;
        let known = accounts::all(&self.db).map_err(failure_of)?;
        let those = |is: fn(&AccountRow) -> bool| {
            known.iter().filter(|row| is(row)).map(|row| row.id).collect::<Vec<_>>()
        };
        self.held_accounts = those(|row| row.sign_in_required);
        self.signed_out = those(|row| row.signed_out);
        self.tell_of_sign_ins();
        // Those that waited for an equal file are looked for again: it may be another job now.
        checked::free_all_twins(&self.db).map_err(failure_of)?;
        self.twins.clear();
        self.look_due = true;
        watched_folders::none_is_looked_at(&self.db).map_err(failure_of)?;
        self.watched_due = true;
        self.in_parts = parts::under_way(&self.db).map_err(failure_of)?;
        // The clock may have been set back while nobody ran. What a server wished for is known again after one try.
        let longest = i64::try_from(LONGEST_DELAY.as_millis()).unwrap_or(i64::MAX);
        jobs::end_retries_by(&self.db, self.world.now() + longest).map_err(failure_of)?;
        self.values_due = true;
        self.recover_jobs()?;
        for batch in batches::unfinished(&self.db).map_err(failure_of)? {
            if batch.state == BatchState::Scanning && batch.watched.is_some() {
                self.end_cut_run(batch.id)?;
            } else if batch.state == BatchState::Scanning {
                self.scan_again(batch.id)?;
            }
            // Counts it as touched, so that one whose last job is settled is closed.
            self.tally.add(batch.id, JobStateKind::Queued, 0, 0);
        }
        Ok(())
    }

    fn recover_jobs(&mut self) -> Outcome<()> {
        use JobStateKind as S;
        // In this order: a job that becomes *finishing* or *checking* here is not met twice.
        for state in [S::Processing, S::Finishing, S::Checking, S::Uploading, S::Waiting] {
            let mut after = JobId(0);
            loop {
                let rows = jobs::unsettled(&self.db, state, after, 1_000).map_err(failure_of)?;
                let Some(last) = rows.last() else { break };
                after = last.id;
                for row in rows {
                    let failures = row.failures;
                    let event = self.restarted(&row);
                    self.apply(row, failures, event)?;
                }
            }
        }
        Ok(())
    }

    /// A scan that was cut starts over; files that went on meanwhile are not added twice.
    fn scan_again(&mut self, batch: crate::model::BatchId) -> Outcome<()> {
        jobs::delete_queued(&self.db, batch).map_err(failure_of)?;
        totals::recount(&self.db, batch).map_err(failure_of)?;
        self.batches.remove(&batch);
        let known = jobs::names(&self.db, batch).map_err(failure_of)?;
        let folders = folders::of_batch(&self.db, batch).map_err(failure_of)?;
        if let Some(request) = batches::request(&self.db, batch).map_err(failure_of)? {
            spawn_scan(self.links.owner.clone(), batch, request, folders, known);
        }
        Ok(())
    }
}
