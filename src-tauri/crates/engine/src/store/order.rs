//! The order in which jobs are sent: by position, and by id where the positions are the same.

use rusqlite::{Connection, OptionalExtension, Result};

use crate::model::{BatchId, JobId};

/// A position before everything that waits.
pub fn front(db: &Connection) -> Result<i64> {
    let first = PARTS.iter().try_fold(0, |first: i64, part| {
        let sql = format!("SELECT position FROM job WHERE {part} ORDER BY position LIMIT 1");
        let lowest: Option<i64> = db.prepare_cached(&sql)?.query_row([], |row| row.get(0)).optional()?;
        Ok::<_, rusqlite::Error>(first.min(lowest.unwrap_or(0)))
    })?;
    Ok(first - 1)
}

/// A job's place, if it has one.
pub fn place_of(db: &Connection, job: JobId) -> Result<Option<i64>> {
    db.prepare_cached("SELECT position FROM job WHERE id = ?1 AND +state IN ('queued', 'waiting', 'paused')")?
        .query_row([job.0], |row| row.get(0))
        .optional()
}

/// Notes the jobs of some runs that have a place, each once, until the next move; tells how many they are in each batch.
pub fn note_moved(db: &Connection, runs: &[(JobId, JobId)]) -> Result<Vec<(BatchId, u64)>> {
    db.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS moved (id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL) STRICT;
         DELETE FROM temp.moved;",
    )?;
    let mut note = db.prepare_cached(
        "INSERT OR IGNORE INTO temp.moved (id, batch_id) SELECT id, batch_id FROM job
         WHERE id BETWEEN ?1 AND ?2 AND +state IN ('queued', 'waiting', 'paused')",
    )?;
    for (first, last) in runs {
        note.execute([first.0, last.0])?;
    }
    let mut count = db.prepare_cached("SELECT batch_id, count(*) FROM temp.moved GROUP BY batch_id")?;
    let counts =
        count.query_map([], |row| Ok((BatchId(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned())))?;
    counts.collect()
}

/// Gives the noted jobs the positions from `free` on. They keep the order among themselves.
pub fn put_moved(db: &Connection, free: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE job SET position = ?1 + ranked.place
         FROM (SELECT id, row_number() OVER (ORDER BY job.position, id) - 1 AS place
             FROM temp.moved JOIN job USING (id)) AS ranked
         WHERE job.id = ranked.id",
    )?
    .execute([free])?;
    db.execute_batch("DELETE FROM temp.moved")
}

/// So many rows are rewritten without a thought.
const FEW: i64 = 20_000;

/// Makes room for `room` positions right after a place, and gives the first of them. What is before moves further to the
/// front. Where that is very much, what is behind moves further back instead, although jobs that are added later go before
/// it then.
pub fn make_room(db: &Connection, position: i64, id: JobId, room: i64) -> Result<i64> {
    let before = count(db, position, id, "<=")?;
    if before <= FEW || before <= count(db, position, id, ">")? {
        shift(db, position, id, "<=", -(room + 1))?;
        Ok(position - room)
    } else {
        shift(db, position, id, ">", room + 1)?;
        Ok(position + 1)
    }
}

/// Each state by itself, and the lanes of the queued: only then the indexes are used.
const PARTS: [&str; 6] = [
    "state = 'queued' AND lane = 0",
    "state = 'queued' AND lane = 1",
    "state = 'queued' AND lane = 2",
    "state = 'queued' AND lane = 3",
    "state = 'waiting'",
    "state = 'paused'",
];

fn count(db: &Connection, position: i64, id: JobId, side: &str) -> Result<i64> {
    PARTS.iter().try_fold(0, |sum, part| {
        let sql = format!("SELECT count(*) FROM job WHERE {part} AND (position, id) {side} (?1, ?2)");
        let found: i64 = db.prepare_cached(&sql)?.query_row([position, id.0], |row| row.get(0))?;
        Ok(sum + found)
    })
}

fn shift(db: &Connection, position: i64, id: JobId, side: &str, by: i64) -> Result<()> {
    PARTS.iter().try_for_each(|part| {
        let sql = format!(
            "UPDATE job SET position = position + ?3 WHERE {part} AND (position, id) {side} (?1, ?2)"
        );
        db.prepare_cached(&sql)?.execute([position, id.0, by]).map(drop)
    })
}
