//! What other programs on the same data directory ask of the running engine.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::clock::Millis;

pub fn add(db: &Connection, body: &str, now: Millis) -> Result<i64> {
    db.execute("INSERT INTO request (body, created_at) VALUES (?1, ?2)", params![body, now])?;
    Ok(db.last_insert_rowid())
}

/// Requests without an answer, oldest first.
pub fn open(db: &Connection) -> Result<Vec<(i64, String)>> {
    let mut statement = db.prepare_cached("SELECT id, body FROM request WHERE answer IS NULL ORDER BY id")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub fn answer(db: &Connection, id: i64, answer: &str) -> Result<()> {
    db.execute("UPDATE request SET answer = ?2 WHERE id = ?1", params![id, answer]).map(drop)
}

pub fn answer_of(db: &Connection, id: i64) -> Result<Option<String>> {
    db.query_row("SELECT answer FROM request WHERE id = ?1", [id], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

/// Removes a request that nobody will read again (answered, or its program is gone).
pub fn remove(db: &Connection, id: i64) -> Result<()> {
    db.execute("DELETE FROM request WHERE id = ?1", [id]).map(drop)
}

pub fn remove_older(db: &Connection, than: Millis) -> Result<()> {
    db.execute("DELETE FROM request WHERE created_at < ?1", [than]).map(drop)
}
