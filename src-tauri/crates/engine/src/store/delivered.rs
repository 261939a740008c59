//! What this computer has delivered, found by its bytes.

use rusqlite::{Connection, Result, Rows, params};

use super::views::{Places, elsewhere};
use crate::model::{AccountId, AssetId, BatchId, DestinationKind, FolderId, JobId};

/// A job that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    pub job: JobId,
    pub asset: AssetId,
    pub url: Option<String>,
    pub name: String,
    pub place: String,
    pub size: u64,
    /// As it was delivered.
    pub md5: Option<[u8; 16]>,
    /// The album that it went to, where that is known.
    pub album: Option<String>,
}

/// Equal files that were delivered often: the newest ones will do.
const MOST: u32 = 4;

const ROWS: &str = "SELECT job.id, job.asset_scheme, job.asset_id, job.asset_url, job.name, job.size,
    job.batch_id, job.folder_id, batch.dest_kind, batch.dest_id, source_folder.remote_album,
    job.elsewhere, job.md5";
const OF: &str = "JOIN batch ON batch.id = job.batch_id
    LEFT JOIN source_folder ON source_folder.id = job.folder_id
    WHERE job.state = 'done' AND batch.account_id = ?2";

pub(super) fn by_md5_query() -> String {
    format!("{ROWS} FROM job {OF} AND job.md5 = ?1 AND job.size = ?3 ORDER BY job.id DESC LIMIT ?4")
}

/// Each of the files that hold the picture leads to its jobs.
pub(super) fn by_picture_query() -> String {
    format!(
        "{ROWS} FROM picture CROSS JOIN job ON job.md5 = picture.md5 {OF}
         AND picture.picture = ?1 AND picture.md5 <> ?3 ORDER BY job.id DESC LIMIT ?4"
    )
}

/// Assets of files of this name that an account delivered after they were looked for.
pub fn by_name(db: &Connection, account: AccountId, name_key: &str) -> Result<Vec<AssetId>> {
    let mut statement = db.prepare_cached(
        "SELECT job.asset_scheme, job.asset_id FROM checked JOIN job ON job.id = checked.job_id
         WHERE checked.account_id = ?1 AND checked.name_key = ?2 AND job.state = 'done'
         ORDER BY job.id DESC LIMIT ?3",
    )?;
    let assets = statement.query_map(params![account.0, name_key, MOST], |row| {
        Ok(AssetId { scheme: row.get(0)?, id: row.get(1)? })
    })?;
    assets.collect()
}

/// The newest deliveries of these bytes by an account.
pub fn by_md5(
    db: &Connection,
    account: AccountId,
    md5: [u8; 16],
    size: u64,
    places: &mut Places,
) -> Result<Vec<Delivered>> {
    let mut statement = db.prepare_cached(&by_md5_query())?;
    delivered(db, &mut statement.query(params![md5, account.0, size.cast_signed(), MOST])?, places)
}

/// The newest deliveries of this picture by an account, in files of other bytes.
pub fn by_picture(
    db: &Connection,
    account: AccountId,
    picture: [u8; 16],
    but: [u8; 16],
    places: &mut Places,
) -> Result<Vec<Delivered>> {
    let mut statement = db.prepare_cached(&by_picture_query())?;
    delivered(db, &mut statement.query(params![picture, account.0, but, MOST])?, places)
}

fn delivered(db: &Connection, rows: &mut Rows<'_>, places: &mut Places) -> Result<Vec<Delivered>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (Some(scheme), Some(id)) = (row.get(1)?, row.get(2)?) else { continue };
        let kind: String = row.get(8)?;
        let elsewhere = elsewhere(row, 11)?;
        let to_album = DestinationKind::parse(&kind) == Some(DestinationKind::Album);
        found.push(Delivered {
            job: JobId(row.get(0)?),
            asset: AssetId { scheme, id },
            url: row.get(3)?,
            name: row.get(4)?,
            size: row.get::<_, i64>(5)?.cast_unsigned(),
            md5: row.get(12)?,
            album: match &elsewhere {
                Some(elsewhere) => elsewhere.album.clone(),
                None if to_album => Some(row.get(9)?),
                None => row.get(10)?,
            },
            place: places.of_folder(db, (BatchId(row.get(6)?), FolderId(row.get(7)?)), elsewhere)?,
        });
    }
    Ok(found)
}
