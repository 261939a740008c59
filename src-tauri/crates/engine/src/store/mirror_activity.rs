//! What happened to mirrored files lately.

use rusqlite::{Connection, Result, params};

use crate::model::{ActivityKind, AssetId, MirrorActivity, MirrorId};

/// Older ones are forgotten.
const MOST: i64 = 2_000;

pub fn add(db: &Connection, activity: &MirrorActivity) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO mirror_activity (mirror_id, kind, scheme, asset, path, size, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        activity.mirror.0,
        activity.kind.as_str(),
        activity.asset.scheme,
        activity.asset.id,
        activity.path,
        activity.size.cast_signed(),
        activity.at
    ])?;
    let newest = db.last_insert_rowid();
    if newest % 100 == 0 {
        db.execute("DELETE FROM mirror_activity WHERE id <= ?1", [newest - MOST])?;
    }
    Ok(())
}

/// Newest first.
pub fn latest(db: &Connection, limit: u32) -> Result<Vec<MirrorActivity>> {
    let mut statement = db.prepare_cached(
        "SELECT mirror_id, kind, scheme, asset, path, size, at FROM mirror_activity ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        let kind: String = row.get(1)?;
        Ok(MirrorActivity {
            mirror: MirrorId(row.get(0)?),
            kind: ActivityKind::parse(&kind).unwrap_or(ActivityKind::Downloaded),
            asset: AssetId { scheme: row.get(2)?, id: row.get(3)? },
            path: row.get(4)?,
            size: row.get::<_, i64>(5)?.cast_unsigned(),
            at: row.get(6)?,
        })
    })?;
    rows.collect()
}
