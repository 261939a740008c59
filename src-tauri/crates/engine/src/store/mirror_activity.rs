//! What happened to mirrored files lately.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::model::{AccountId, ActivityKind, ActivityView, AssetId, MirrorActivity, MirrorId};

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

const VIEW: &str = "SELECT a.id, a.mirror_id, c.account_id, c.name, a.kind, a.scheme, a.asset, a.path, a.size, a.at \
                    FROM mirror_activity a JOIN mirrored_collection c ON c.id = a.mirror_id";

fn view(row: &Row<'_>) -> Result<ActivityView> {
    let kind: String = row.get(4)?;
    Ok(ActivityView {
        id: row.get(0)?,
        mirror: MirrorId(row.get(1)?),
        account: AccountId(row.get(2)?),
        collection: row.get(3)?,
        kind: ActivityKind::parse(&kind).unwrap_or(ActivityKind::Downloaded),
        asset: AssetId { scheme: row.get(5)?, id: row.get(6)? },
        path: row.get(7)?,
        size: row.get::<_, i64>(8)?.cast_unsigned(),
        at: row.get(9)?,
    })
}

/// A window, newest first, and how many there are.
pub fn page(db: &Connection, offset: u64, limit: u32) -> Result<(u64, Vec<ActivityView>)> {
    let count = "SELECT COUNT(*) FROM mirror_activity a JOIN mirrored_collection c ON c.id = a.mirror_id";
    let total: i64 = db.prepare_cached(count)?.query_row([], |row| row.get(0))?;
    let mut statement = db.prepare_cached(&format!("{VIEW} ORDER BY a.id DESC LIMIT ?1 OFFSET ?2"))?;
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![limit, offset], view)?.collect::<Result<_>>()?;
    Ok((total.cast_unsigned(), rows))
}

pub fn get(db: &Connection, id: i64) -> Result<Option<ActivityView>> {
    db.prepare_cached(&format!("{VIEW} WHERE a.id = ?1"))?.query_row([id], view).optional()
}
