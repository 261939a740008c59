//! Files in the holding folder.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::model::{AssetId, HeldId, MirrorId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    pub id: HeldId,
    pub mirror: MirrorId,
    pub asset: AssetId,
    /// Where it was, within the collection's folder.
    pub path: String,
    /// Its name in the holding folder.
    pub held: String,
    pub size: u64,
    pub held_at: Millis,
    pub looked_at: Millis,
    pub kept_ms: Millis,
}

const COLUMNS: &str = "id, mirror_id, scheme, asset, path, held, size, held_at, looked_at, kept_ms";

fn read(row: &Row<'_>) -> Result<HeldRow> {
    Ok(HeldRow {
        id: HeldId(row.get(0)?),
        mirror: MirrorId(row.get(1)?),
        asset: AssetId { scheme: row.get(2)?, id: row.get(3)? },
        path: row.get(4)?,
        held: row.get(5)?,
        size: row.get::<_, i64>(6)?.cast_unsigned(),
        held_at: row.get(7)?,
        looked_at: row.get(8)?,
        kept_ms: row.get(9)?,
    })
}

pub fn all(db: &Connection) -> Result<Vec<HeldRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM held_file ORDER BY id"))?.query_map([], read)?.collect()
}

pub fn get(db: &Connection, id: HeldId) -> Result<Option<HeldRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM held_file WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

/// The id of `row` is not used.
pub fn add(db: &Connection, row: &HeldRow) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO held_file (mirror_id, scheme, asset, path, held, size, held_at, looked_at, kept_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        row.mirror.0,
        row.asset.scheme,
        row.asset.id,
        row.path,
        row.held,
        row.size.cast_signed(),
        row.held_at,
        row.looked_at,
        row.kept_ms
    ])
    .map(drop)
}

pub fn kept(db: &Connection, id: HeldId, looked_at: Millis, kept_ms: Millis) -> Result<()> {
    db.execute(
        "UPDATE held_file SET looked_at = ?2, kept_ms = ?3 WHERE id = ?1",
        params![id.0, looked_at, kept_ms],
    )
    .map(drop)
}

pub fn remove(db: &Connection, id: HeldId) -> Result<()> {
    db.execute("DELETE FROM held_file WHERE id = ?1", [id.0]).map(drop)
}

pub fn forget_all(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM held_file", []).map(drop)
}
