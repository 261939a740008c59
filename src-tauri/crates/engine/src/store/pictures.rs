//! Sums of pictures without their metadata.

use rusqlite::{Connection, OptionalExtension, Result, params};

/// The sum of the picture in a file of this MD5; the outer `None`: nobody looked, the inner one: it is no picture.
pub fn of_file(db: &Connection, md5: [u8; 16]) -> Result<Option<Option<[u8; 16]>>> {
    db.prepare_cached("SELECT picture FROM picture WHERE md5 = ?1")?
        .query_row([md5], |row| row.get(0))
        .optional()
}

pub fn put(db: &Connection, md5: [u8; 16], picture: Option<[u8; 16]>) -> Result<()> {
    db.prepare_cached("INSERT INTO picture (md5, picture) VALUES (?1, ?2) ON CONFLICT (md5) DO NOTHING")?
        .execute(params![md5, picture])
        .map(drop)
}
