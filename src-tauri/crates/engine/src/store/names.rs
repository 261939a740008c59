//! Names and sizes of jobs in blocks, for searching and sorting without a look at the jobs.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result, params};
use unicode_normalization::UnicodeNormalization;

use super::jobs::NewJob;
use crate::model::{BatchId, JobId};

/// Jobs in a block at most.
const BLOCK: usize = if cfg!(test) { 7 } else { 1_000 };

/// As names are compared: large and small letters alike, and however accents are written.
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        name.nfc().flat_map(char::to_lowercase).collect()
    }
}

/// Lets SQL fold names.
pub fn teach(db: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("folded", 1, flags, |call| Ok(folded(call.get_raw(0).as_str()?)))
}

/// Notes the names and sizes of jobs that were inserted just now, in their order.
pub fn insert(db: &Connection, batch: BatchId, jobs: &[NewJob]) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    // The only writer inserted them one after the other.
    let mut first = db.last_insert_rowid() - jobs.len() as i64 + 1;
    forget_from(db, first)?;
    let mut put_names = db.prepare_cached(
        "INSERT INTO name_block (first_id, last_id, batch_id, names, by_line) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut put_sizes = db.prepare_cached("INSERT INTO size_block (first_id, sizes) VALUES (?1, ?2)")?;
    for jobs in jobs.chunks(BLOCK) {
        let mut names = String::with_capacity(jobs.len() * 20);
        let mut sizes = Vec::with_capacity(jobs.len() * 8);
        for job in jobs {
            names.push_str(&folded(&job.name));
            names.push('\n');
            sizes.extend_from_slice(&job.size.to_be_bytes());
        }
        let by_line = jobs.iter().all(|job| !job.name.contains('\n'));
        let last = first + jobs.len() as i64 - 1;
        put_names.execute(params![first, last, batch.0, names, by_line])?;
        put_sizes.execute(params![first, sizes])?;
        first = last + 1;
    }
    Ok(())
}

/// Notes all jobs of an otherwise new database. No block reaches over jobs of another batch: their ids are in order.
pub fn note_all(db: &Connection) -> Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE noted AS
         SELECT id, batch_id, name, size,
             row_number() OVER (ORDER BY id) - row_number() OVER (PARTITION BY batch_id ORDER BY id) AS run
         FROM job;
         INSERT INTO name_block (first_id, last_id, batch_id, names, by_line)
         SELECT min(id), max(id), batch_id, group_concat(folded(name), char(10) ORDER BY id),
             max(id) - min(id) + 1 = count(*) AND sum(instr(name, char(10))) = 0
         FROM noted GROUP BY batch_id, run, id / 1000;
         INSERT INTO size_block (first_id, sizes)
         SELECT min(id), unhex(group_concat(printf('%016x', size), '' ORDER BY id))
         FROM noted GROUP BY batch_id, run, id / 1000 HAVING max(id) - min(id) + 1 = count(*);
         DROP TABLE noted;",
    )
}

/// A file has another size than its scan saw: its block's sizes are those of its jobs from now on.
pub fn size_changed(db: &Connection, id: JobId) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM size_block WHERE first_id = (SELECT max(first_id) FROM name_block WHERE first_id <= ?1)",
    )?
    .execute([id.0])
    .map(drop)
}

/// Ids from here on are new: jobs that had them before were deleted again.
fn forget_from(db: &Connection, id: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM name_block WHERE first_id >= ?1")?.execute([id])?;
    db.prepare_cached("DELETE FROM size_block WHERE first_id >= ?1")?.execute([id])?;
    db.prepare_cached(
        "UPDATE name_block SET last_id = ?1 - 1
         WHERE first_id = (SELECT max(first_id) FROM name_block) AND last_id >= ?1",
    )?
    .execute([id])
    .map(drop)
}

/// Names of jobs of one batch that were added together.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    pub first: JobId,
    pub last: JobId,
    pub batch: BatchId,
    /// Folded, one a line. There may be lines after the last job's.
    pub names: &'a str,
    /// There is a line for each id from the first to the last.
    pub by_line: bool,
}

/// Goes through the blocks of a batch or of all, until `each` has had enough and says `false`.
pub fn blocks(
    db: &Connection,
    batch: Option<BatchId>,
    newest_first: bool,
    mut each: impl FnMut(Block<'_>) -> Result<bool>,
) -> Result<()> {
    let order = if newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT first_id, last_id, batch_id, by_line, names FROM name_block
         WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY first_id {order}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([batch.map(|batch| batch.0)])?;
    while let Some(row) = rows.next()? {
        let block = Block {
            first: JobId(row.get(0)?),
            last: JobId(row.get(1)?),
            batch: BatchId(row.get(2)?),
            by_line: row.get(3)?,
            names: row.get_ref(4)?.as_str()?,
        };
        if !each(block)? {
            break;
        }
    }
    Ok(())
}

/// What changes when a batch's names do: the number of its blocks, the last id, and the length of all.
pub fn mark(db: &Connection, batch: BatchId) -> Result<(i64, i64, i64)> {
    db.prepare_cached(
        "SELECT count(*), coalesce(max(last_id), 0), coalesce(sum(octet_length(names)), 0)
         FROM name_block WHERE batch_id = ?1",
    )?
    .query_row([batch.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
