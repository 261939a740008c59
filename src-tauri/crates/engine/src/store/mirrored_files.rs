//! Files of mirrored collections, and how far each is.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result, params};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::model::{AssetId, MirrorId};

/// What the tenant says of the bytes of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidOfBytes {
    pub size: Option<u64>,
    pub md5: Option<String>,
    /// When the version was uploaded, as the tenant's digits.
    pub uploaded: Option<u64>,
}

/// A file as Ferry has written it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    pub size: u64,
    pub modified_ns: i64,
    pub md5: [u8; 16],
}

/// What proves the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckedBy {
    /// The tenant's sum.
    Md5,
    /// The sum that came with the download; the tenant's is another one.
    Etag,
    /// They came twice, the same each time.
    Twice,
}

impl CheckedBy {
    fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Etag => "etag",
            Self::Twice => "twice",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Md5, Self::Etag, Self::Twice].into_iter().find(|way| way.as_str() == word)
    }
}

/// A download that is under way, or was when the program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetching {
    pub said: SaidOfBytes,
    pub etag: Option<String>,
    /// So many bytes are safe on the disk.
    pub durable: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    pub asset: AssetId,
    /// The asset's name.
    pub name: String,
    /// The file's, within the collection's folder.
    pub path: String,
    /// `None`: it was never here whole.
    pub present: Option<Present>,
    /// Since when complete lists don't name it.
    pub missing_since: Option<Millis>,
    pub fetching: Option<Fetching>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    pub said: SaidOfBytes,
    pub file: WrittenFile,
    pub checked_by: CheckedBy,
}

pub fn all(db: &Connection, mirror: MirrorId) -> Result<BTreeMap<AssetId, FileRow>> {
    let mut statement = db.prepare_cached(
        "SELECT scheme, asset, name, path, state, size, md5, uploaded, local_size, local_ns, local_md5, checked_by,
           missing_since, etag, durable, fetching_size, fetching_md5, fetching_uploaded
         FROM mirrored_file WHERE mirror_id = ?1",
    )?;
    let rows = statement.query_map([mirror.0], |row| {
        let number =
            |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(i64::cast_unsigned));
        let asset = AssetId { scheme: row.get(0)?, id: row.get(1)? };
        let state: String = row.get(4)?;
        let way: Option<String> = row.get(11)?;
        let said = SaidOfBytes { size: number(5)?, md5: row.get(6)?, uploaded: number(7)? };
        let file = match (number(8)?, row.get(9)?, row.get(10)?) {
            (Some(size), Some(modified_ns), Some(md5)) => Some(WrittenFile { size, modified_ns, md5 }),
            _ => None,
        };
        let present = file.map(|file| Present {
            said,
            file,
            checked_by: way.as_deref().and_then(CheckedBy::parse).unwrap_or(CheckedBy::Twice),
        });
        let fetching = Fetching {
            said: SaidOfBytes { size: number(15)?, md5: row.get(16)?, uploaded: number(17)? },
            etag: row.get(13)?,
            durable: number(14)?.unwrap_or(0),
        };
        let fetching = (state == "fetching").then_some(fetching);
        let row = FileRow {
            name: row.get(2)?,
            path: row.get(3)?,
            present,
            missing_since: row.get(12)?,
            fetching,
            asset,
        };
        Ok((row.asset.clone(), row))
    })?;
    rows.collect()
}

pub fn put(db: &Connection, mirror: MirrorId, row: &FileRow) -> Result<()> {
    let number = |value: Option<u64>| value.map(u64::cast_signed);
    let (said, file, way) = match &row.present {
        Some(Present { said, file, checked_by }) => (said.clone(), Some(file), Some(checked_by.as_str())),
        None => (SaidOfBytes::default(), None, None),
    };
    let fetching = row.fetching.clone().unwrap_or_default();
    let state = if row.fetching.is_some() || row.present.is_none() { "fetching" } else { "present" };
    db.prepare_cached(
        "INSERT OR REPLACE INTO mirrored_file (mirror_id, scheme, asset, name, path, state, size, md5, uploaded,
           local_size, local_ns, local_md5, checked_by, missing_since, etag, durable, fetching_size, fetching_md5,
           fetching_uploaded)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?
    .execute(params![
        mirror.0,
        row.asset.scheme,
        row.asset.id,
        row.name,
        row.path,
        state,
        number(said.size),
        said.md5,
        number(said.uploaded),
        file.map(|file| file.size.cast_signed()),
        file.map(|file| file.modified_ns),
        file.map(|file| file.md5),
        way,
        row.missing_since,
        fetching.etag,
        fetching.durable.cast_signed(),
        number(fetching.said.size),
        fetching.said.md5,
        number(fetching.said.uploaded)
    ])
    .map(drop)
}

/// How far a download is; nothing where the file is not being fetched any more.
pub fn progress(
    db: &Connection,
    mirror: MirrorId,
    asset: &AssetId,
    etag: Option<&str>,
    durable: u64,
) -> Result<()> {
    db.prepare_cached(
        "UPDATE mirrored_file SET etag = ?4, durable = ?5
         WHERE mirror_id = ?1 AND scheme = ?2 AND asset = ?3 AND state = 'fetching'",
    )?
    .execute(params![mirror.0, asset.scheme, asset.id, etag, durable.cast_signed()])
    .map(drop)
}

pub fn forget_all(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM mirrored_file", []).map(drop)
}

pub fn remove(db: &Connection, mirror: MirrorId, asset: &AssetId) -> Result<()> {
    db.prepare_cached("DELETE FROM mirrored_file WHERE mirror_id = ?1 AND scheme = ?2 AND asset = ?3")?
        .execute(params![mirror.0, asset.scheme, asset.id])
        .map(drop)
}

/// What is here of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub files: u64,
    pub bytes: u64,
    pub unverified: u64,
}

pub fn sums(db: &Connection) -> Result<BTreeMap<MirrorId, Sums>> {
    let mut statement = db.prepare_cached(
        "SELECT mirror_id, count(local_size), total(local_size), total(checked_by <> 'md5')
         FROM mirrored_file GROUP BY mirror_id",
    )?;
    let rows = statement.query_map([], |row| {
        let (bytes, unverified): (f64, f64) = (row.get(2)?, row.get(3)?);
        let files = row.get::<_, i64>(1)?.cast_unsigned();
        Ok((MirrorId(row.get(0)?), Sums { files, bytes: bytes as u64, unverified: unverified as u64 }))
    })?;
    rows.collect()
}
