//! Small values by key.

use rusqlite::{Connection, OptionalExtension, Result, params};

pub fn get(db: &Connection, key: &str) -> Result<Option<String>> {
    db.prepare_cached("SELECT value FROM setting WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

/// `None` forgets it.
pub fn set(db: &Connection, key: &str, value: Option<&str>) -> Result<()> {
    let Some(value) = value else {
        return db.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key]).map(drop);
    };
    db.prepare_cached(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
    )?
    .execute(params![key, value])
    .map(drop)
}
