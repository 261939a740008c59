//! The tenants' fields, for when a tenant can't be asked.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::model::{AccountId, MetadataForm};

pub fn get(db: &Connection, account: AccountId) -> Result<Option<MetadataForm>> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM metadata_form WHERE account_id = ?1")?
        .query_row([account.0], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

pub fn put(db: &Connection, account: AccountId, form: &MetadataForm) -> Result<()> {
    let body = serde_json::to_string(form).unwrap_or_default();
    db.execute(
        "INSERT OR REPLACE INTO metadata_form (account_id, body) VALUES (?1, ?2)",
        params![account.0, body],
    )
    .map(drop)
}
