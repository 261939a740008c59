//! Which files of a batch get values of their own; kept until its scan has handed them to the jobs.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::model::BatchId;

pub fn put(db: &Connection, batch: BatchId, file: &str, values: i64) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO file_value (batch_id, file, values_id) VALUES (?1, ?2, ?3)")?
        .execute(params![batch.0, file, values])
        .map(drop)
}

/// By its name or its path.
pub fn get(db: &Connection, batch: BatchId, file: &str) -> Result<Option<i64>> {
    db.prepare_cached("SELECT values_id FROM file_value WHERE batch_id = ?1 AND file = ?2")?
        .query_row(params![batch.0, file], |row| row.get(0))
        .optional()
}

pub fn forget(db: &Connection, batch: BatchId) -> Result<()> {
    db.execute("DELETE FROM file_value WHERE batch_id = ?1", [batch.0]).map(drop)
}
