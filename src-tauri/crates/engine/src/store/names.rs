//! Names of jobs in blocks, for searching.

use rusqlite::{Connection, Result, params};
use unicode_normalization::UnicodeNormalization;

use super::jobs::NewJob;
use crate::model::{BatchId, JobId};

/// Names in a block at most.
const BLOCK: usize = 1_000;

/// As names are compared: large and small letters alike, and however accents are written.
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        name.nfc().flat_map(char::to_lowercase).collect()
    }
}

/// Notes the names of jobs that were inserted just now, in their order.
pub fn insert(db: &Connection, batch: BatchId, jobs: &[NewJob]) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    // The only writer inserted them one after the other.
    let mut first = db.last_insert_rowid() - jobs.len() as i64 + 1;
    forget_from(db, first)?;
    let mut statement = db.prepare_cached(
        "INSERT INTO name_block (first_id, last_id, batch_id, names) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for jobs in jobs.chunks(BLOCK) {
        let mut names = String::with_capacity(jobs.len() * 20);
        for job in jobs {
            names.push_str(&folded(&job.name));
            names.push('\n');
        }
        let last = first + jobs.len() as i64 - 1;
        statement.execute(params![first, last, batch.0, names])?;
        first = last + 1;
    }
    Ok(())
}

/// Notes the names of all jobs of an otherwise new database.
pub fn note_all(db: &Connection) -> Result<()> {
    db.execute_batch(
        "INSERT INTO name_block (first_id, last_id, batch_id, names)
         SELECT min(id), max(id), batch_id, group_concat(lower(name), char(10)) FROM job GROUP BY batch_id, id / 1000",
    )
}

/// Ids from here on are new: jobs that had them before were deleted again.
fn forget_from(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM name_block WHERE first_id >= ?1")?.execute([id])?;
    db.prepare_cached(
        "UPDATE name_block SET last_id = ?1 - 1
         WHERE first_id = (SELECT max(first_id) FROM name_block) AND last_id >= ?1",
    )?
    .execute([id])
    .map(drop)
}

/// A block that holds what is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub first: JobId,
    pub last: JobId,
    pub batch: BatchId,
}

/// Goes through the blocks whose names hold some folded text, until `each` has had enough and says `false`.
pub fn blocks_with(
    db: &Connection,
    text: &str,
    batch: Option<BatchId>,
    newest_first: bool,
    mut each: impl FnMut(Block) -> Result<bool>,
) -> Result<()> {
    let order = if newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT first_id, last_id, batch_id FROM name_block
         WHERE (?2 IS NULL OR batch_id = ?2) AND instr(names, ?1) > 0 ORDER BY first_id {order}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![text, batch.map(|batch| batch.0)])?;
    while let Some(row) = rows.next()? {
        let block =
            Block { first: JobId(row.get(0)?), last: JobId(row.get(1)?), batch: BatchId(row.get(2)?) };
        if !each(block)? {
            break;
        }
    }
    Ok(())
}
