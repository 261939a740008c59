//! Migrations: numbered, additive, all or nothing.

use rusqlite::{Connection, TransactionBehavior};

use super::open::failure_of;
use crate::error::{ErrorCode, Failure, Outcome};

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_queue.sql"),
    include_str!("../../migrations/0002_parts.sql"),
    include_str!("../../migrations/0003_volumes.sql"),
    include_str!("../../migrations/0004_fingerprints.sql"),
    include_str!("../../migrations/0005_looked_for.sql"),
    include_str!("../../migrations/0006_renamed.sql"),
    include_str!("../../migrations/0007_metadata.sql"),
    include_str!("../../migrations/0008_views.sql"),
    include_str!("../../migrations/0009_sorting.sql"),
    include_str!("../../migrations/0010_elsewhere.sql"),
    include_str!("../../migrations/0011_places.sql"),
    include_str!("../../migrations/0012_duplicates.sql"),
    include_str!("../../migrations/0013_pictures.sql"),
    include_str!("../../migrations/0014_watched_folders.sql"),
    include_str!("../../migrations/0015_collections.sql"),
    include_str!("../../migrations/0016_sign_ins.sql"),
    include_str!("../../migrations/0017_unfinished.sql"),
];

/// Brings the database to this version of Ferry.
///
/// # Errors
/// `DatabaseTooNew` when a later Ferry wrote it: it is left as it is.
pub fn migrate(connection: &mut Connection) -> Outcome<()> {
    let known = MIGRATIONS.len() as i64;
    let found = version(connection)?;
    if found > known {
        return Err(Failure::new(ErrorCode::DatabaseTooNew).with("found", found).with("known", known));
    }
    if found == known {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure_of)?;
    // Another program may have migrated while this one waited for the lock.
    let found = version(&transaction)?;
    for sql in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(sql).map_err(failure_of)?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(failure_of)?;
    transaction.commit().map_err(failure_of)
}

fn version(connection: &Connection) -> Outcome<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failure_of)
}
