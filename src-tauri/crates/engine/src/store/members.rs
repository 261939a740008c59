//! Which jobs of a batch are in some states.

use rusqlite::{Connection, Result};

use super::windows::section_of;
use crate::model::{BatchId, JobId, JobStateKind};

/// Their ids. Those of one section, or of all states, come from an index alone.
pub fn ids(db: &Connection, batch: Option<BatchId>, states: &[JobStateKind]) -> Result<Vec<JobId>> {
    let of = match batch {
        Some(batch) => format!("batch_id = {}", batch.0),
        // Named one by one, so that the index is used.
        None => "batch_id IN (SELECT id FROM batch)".to_owned(),
    };
    let sql = if states.is_empty() {
        format!("SELECT id FROM job WHERE {of}")
    } else if let Some(section) = section_of(states) {
        format!("SELECT id FROM job WHERE {of} AND section = {section}")
    } else {
        let words: Vec<String> = states.iter().map(|state| format!("'{}'", state.as_str())).collect();
        format!("SELECT id FROM job WHERE {of} AND +state IN ({})", words.join(", "))
    };
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map([], |row| Ok(JobId(row.get(0)?)))?.collect()
}

/// The same as a set: a bit for each id between the lowest and the highest.
#[derive(Debug)]
pub struct Members {
    base: i64,
    bits: Vec<u64>,
}

/// Ids further apart are of a damaged database.
const WIDEST: i64 = 1 << 28;

impl Members {
    /// `None` for ids that are too far apart.
    pub fn of(ids: &[JobId]) -> Option<Self> {
        let (Some(base), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
            return Some(Self { base: 0, bits: Vec::new() });
        };
        let base = base.0;
        let width = last.0.checked_sub(base).filter(|width| *width < WIDEST)?;
        let mut bits = vec![0; usize::try_from(width / 64 + 1).ok()?];
        for id in ids {
            let at = id.0 - base;
            if let Some(word) = bits.get_mut((at / 64) as usize) {
                *word |= 1u64 << (at % 64);
            }
        }
        Some(Self { base, bits })
    }

    pub fn contains(&self, id: JobId) -> bool {
        let at = id.0 - self.base;
        at >= 0 && self.bits.get((at / 64) as usize).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }
}
