//! Running totals of each batch.

use std::collections::HashMap;

use rusqlite::{Connection, Result, params};

use crate::model::{BatchId, JobStateKind, Totals};

/// Changes of one commit, added up before they are written.
#[derive(Debug, Default)]
pub struct Tally {
    changes: HashMap<(BatchId, JobStateKind), (i64, i64)>,
}

impl Tally {
    pub fn add(&mut self, batch: BatchId, state: JobStateKind, jobs: i64, bytes: i64) {
        let entry = self.changes.entry((batch, state)).or_default();
        entry.0 += jobs;
        entry.1 += bytes;
    }

    pub fn moved(&mut self, batch: BatchId, from: JobStateKind, to: JobStateKind, bytes: u64) {
        self.add(batch, from, -1, -(bytes as i64));
        self.add(batch, to, 1, bytes as i64);
    }

    pub fn batches(&self) -> Vec<BatchId> {
        let mut batches: Vec<_> = self.changes.keys().map(|(batch, _)| *batch).collect();
        batches.sort_unstable();
        batches.dedup();
        batches
    }

    /// Applies the changes of one batch to totals kept in memory.
    pub fn apply(&self, batch: BatchId, totals: &mut Totals) {
        for ((_, state), (jobs, bytes)) in self.changes.iter().filter(|((of, _), _)| *of == batch) {
            totals.add(*state, *jobs, *bytes);
        }
    }

    pub fn write(&self, db: &Connection) -> Result<()> {
        let mut statement = db.prepare_cached(
            "INSERT INTO batch_total (batch_id, state, jobs, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (batch_id, state) DO UPDATE SET jobs = jobs + ?3, bytes = bytes + ?4",
        )?;
        for ((batch, state), (jobs, bytes)) in &self.changes {
            if *jobs != 0 || *bytes != 0 {
                statement.execute(params![batch.0, state.as_str(), jobs, bytes])?;
            }
        }
        Ok(())
    }
}

/// Counts a batch anew, after rows were removed.
pub fn recount(db: &Connection, batch: BatchId) -> Result<()> {
    db.execute("DELETE FROM batch_total WHERE batch_id = ?1", [batch.0])?;
    db.execute(
        "INSERT INTO batch_total (batch_id, state, jobs, bytes)
         SELECT batch_id, state, count(*), sum(size) FROM job WHERE batch_id = ?1 GROUP BY state",
        [batch.0],
    )
    .map(drop)
}

pub fn of_batch(db: &Connection, batch: BatchId) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut statement =
        db.prepare_cached("SELECT state, jobs, bytes FROM batch_total WHERE batch_id = ?1")?;
    let mut rows = statement.query([batch.0])?;
    while let Some(row) = rows.next()? {
        let word: String = row.get(0)?;
        if let Some(state) = JobStateKind::parse(&word) {
            totals.add(state, row.get(1)?, row.get(2)?);
        }
    }
    totals.jobs.retain(|_, count| *count > 0);
    totals.bytes.retain(|_, sum| *sum > 0);
    Ok(totals)
}

/// Of every batch together.
pub fn of_all(db: &Connection) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut statement = db.prepare_cached(
        "SELECT state, sum(jobs), sum(bytes) FROM batch_total GROUP BY state HAVING sum(jobs) > 0",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let word: String = row.get(0)?;
        if let Some(state) = JobStateKind::parse(&word) {
            totals.add(state, row.get(1)?, row.get(2)?);
        }
    }
    Ok(totals)
}
