//! Values that a user keeps under a name.

use rusqlite::{Connection, Result, params};

use crate::model::{AccountId, MetadataTemplate};

pub fn all(db: &Connection, account: AccountId) -> Result<Vec<MetadataTemplate>> {
    let mut statement = db.prepare_cached(
        "SELECT name, body FROM metadata_template WHERE account_id = ?1 ORDER BY name COLLATE NOCASE",
    )?;
    let rows = statement.query_map([account.0], |row| {
        let body: String = row.get(1)?;
        Ok(MetadataTemplate { name: row.get(0)?, values: serde_json::from_str(&body).unwrap_or_default() })
    })?;
    rows.collect()
}

pub fn put(db: &Connection, account: AccountId, template: &MetadataTemplate) -> Result<()> {
    let body = serde_json::to_string(&template.values).unwrap_or_default();
    db.execute(
        "INSERT OR REPLACE INTO metadata_template (account_id, name, body) VALUES (?1, ?2, ?3)",
        params![account.0, template.name, body],
    )
    .map(drop)
}

pub fn remove(db: &Connection, account: AccountId, name: &str) -> Result<()> {
    db.execute("DELETE FROM metadata_template WHERE account_id = ?1 AND name = ?2", params![account.0, name])
        .map(drop)
}
