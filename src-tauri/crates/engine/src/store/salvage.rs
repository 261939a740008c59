//! Takes over what can still be read of a damaged database.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Result, params_from_iter};

use crate::model::BatchId;

/// Each after those that it belongs to.
const TABLES: [&str; 26] = [
    "account",
    "batch",
    "source_folder",
    "source_volume",
    "job",
    "attempt",
    "parts_upload",
    "part",
    "abort",
    "setting",
    "value_set",
    "file_value",
    "metadata_template",
    "sheet_columns",
    "word_used",
    "checked",
    "file_sum",
    "watched_folder",
    "seen_folder",
    "seen_file",
    "sync_folder",
    "mirrored_collection",
    "mirrored_file",
    "held_file",
    "mirror_activity",
    "picture",
];
/// Damaged pages are stepped over so often in one table.
const MOST_GAPS: u32 = 10_000;

/// Copies every row that can be read into a new, empty database; returns how many jobs it has then.
///
/// # Errors
/// Those of writing the new database. What can't be read is no error.
pub fn take_over(damaged: &Path, new: &mut Connection) -> Result<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(old) = Connection::open_with_flags(damaged, flags) else { return Ok(0) };
    new.pragma_update(None, "foreign_keys", false)?;
    let transaction = new.transaction()?;
    for table in TABLES {
        copy(&old, &transaction, table)?;
    }
    // A job without its batch or folder can't be gone on with, and would be shown nowhere.
    transaction.execute_batch(
        "DELETE FROM batch WHERE account_id NOT IN (SELECT id FROM account);
         DELETE FROM job WHERE batch_id NOT IN (SELECT id FROM batch)
             OR folder_id NOT IN (SELECT id FROM source_folder);
         UPDATE seen_file SET job_id = 0 WHERE job_id NOT IN (SELECT id FROM job);
         DELETE FROM parts_upload WHERE job_id NOT IN (SELECT id FROM job);
         DELETE FROM part WHERE job_id NOT IN (SELECT job_id FROM parts_upload);
         DELETE FROM mirrored_collection WHERE account_id NOT IN (SELECT id FROM account);
         DELETE FROM mirrored_file WHERE mirror_id NOT IN (SELECT id FROM mirrored_collection);
         DELETE FROM held_file WHERE mirror_id NOT IN (SELECT id FROM mirrored_collection);
         DELETE FROM mirror_activity WHERE mirror_id NOT IN (SELECT id FROM mirrored_collection);",
    )?;
    super::names::note_all(&transaction)?;
    let batches: Vec<i64> = {
        let mut statement = transaction.prepare("SELECT id FROM batch")?;
        statement.query_map([], |row| row.get(0))?.collect::<Result<_>>()?
    };
    for batch in batches {
        super::totals::recount(&transaction, BatchId(batch))?;
    }
    let jobs: i64 = transaction.query_row("SELECT count(*) FROM job", [], |row| row.get(0))?;
    transaction.commit()?;
    new.pragma_update(None, "foreign_keys", true)?;
    Ok(jobs.cast_unsigned())
}

fn copy(old: &Connection, new: &Connection, table: &str) -> Result<()> {
    let columns = columns_of(new, table)?;
    let names = columns.join(", ");
    let places = vec!["?"; columns.len()].join(", ");
    let mut insert = new.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"))?;
    // Tables without rowids are read as far as they go.
    let mut after = i64::MIN;
    for _ in 0..MOST_GAPS {
        let by_rowid = format!("SELECT rowid, {names} FROM {table} WHERE rowid > ?1 ORDER BY rowid");
        let Ok(mut select) = old.prepare(&by_rowid) else {
            return copy_plain(old, &mut insert, table, &names, columns.len());
        };
        let Ok(mut rows) = select.query([after]) else { return Ok(()) };
        let broken = loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let Ok(id) = row.get(0) else { break true };
                    after = id;
                    let values: Result<Vec<Value>> =
                        (1..=columns.len()).map(|column| row.get(column)).collect();
                    if let Ok(values) = values {
                        // A row that breaks a rule of the table is damaged as well.
                        drop(insert.execute(params_from_iter(values)));
                    }
                }
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        if !broken {
            return Ok(());
        }
        // The next row that can be found beyond the damage.
        let beyond = (0..40).map(|step| after.saturating_add(1 << step)).find(|start| {
            old.query_row(&format!("SELECT rowid FROM {table} WHERE rowid >= ?1 LIMIT 1"), [start], |row| {
                row.get::<_, i64>(0)
            })
            .is_ok_and(|found| found > after)
        });
        match beyond {
            Some(start) => after = start - 1,
            None => return Ok(()),
        }
    }
    Ok(())
}

fn copy_plain(
    old: &Connection,
    insert: &mut rusqlite::Statement<'_>,
    table: &str,
    names: &str,
    columns: usize,
) -> Result<()> {
    let Ok(mut select) = old.prepare(&format!("SELECT {names} FROM {table}")) else { return Ok(()) };
    let Ok(mut rows) = select.query([]) else { return Ok(()) };
    while let Ok(Some(row)) = rows.next() {
        let values: Result<Vec<Value>> = (0..columns).map(|column| row.get(column)).collect();
        if let Ok(values) = values {
            drop(insert.execute(params_from_iter(values)));
        }
    }
    Ok(())
}

fn columns_of(db: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
    statement.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::error::ErrorCode;
    use crate::store::{Store, database_path};

    const JOBS: i64 = 20_000;

    fn filled(dir: &Path) {
        let store = Store::open(dir).unwrap();
        store
            .connection
            .execute_batch(&format!(
                "INSERT INTO account (id, tenant_url, user_id, user_name, email, app_id, kind, rights, created_at)
                     VALUES (1, 'https://a/', 'u', 'U', 'u@a', 'x', 'browser', '[]', 0);
                 INSERT INTO batch (id, account_id, label, dest_kind, dest_id, dest_path, request, state, created_at)
                     VALUES (1, 1, 'Shoot', 'library', '', '', '{{}}', 'open', 0);
                 INSERT INTO source_folder (id, name, arrives) VALUES (4294967297, '/shoot', 1);
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {JOBS})
                 INSERT INTO job (id, batch_id, folder_id, name, size, modified_ns, lane, position, state)
                     SELECT i, 1, 4294967297, 'DSC_' || i || '.jpg', 1000, 0, 0, 0, 'queued' FROM n;
                 PRAGMA wal_checkpoint(TRUNCATE);"
            ))
            .unwrap();
    }

    #[test]
    fn rows_beyond_damaged_pages_are_kept_and_the_user_is_told() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let path = database_path(dir.path());
        let mut bytes = std::fs::read(&path).unwrap();
        let seed = 20_261_122;
        println!("seed {seed}");
        let mut random = SmallRng::seed_from_u64(seed);
        // Some whole pages in the second half, where the jobs are; the first ones hold the schema.
        for _ in 0..6 {
            let page = random.random_range(bytes.len() / 8_192..bytes.len() / 4_096) * 4_096;
            random.fill(&mut bytes[page..page + 4_096]);
        }
        std::fs::write(&path, &bytes).unwrap();
        std::fs::write(crate::store::damage_mark(dir.path()), "").unwrap();

        let failure = Store::open(dir.path()).unwrap_err();
        assert_eq!(failure.code, ErrorCode::DatabaseDamaged);
        assert!(std::path::Path::new(&failure.params["path"]).exists(), "the damaged one is set aside");
        let kept: i64 = failure.params["jobs"].parse().unwrap();
        assert!(kept > JOBS / 2, "{kept} of {JOBS} jobs were kept");
        let store = Store::open(dir.path()).unwrap();
        let count = |sql: &str| -> i64 { store.connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(*) FROM job WHERE state = 'queued'"), kept);
        assert_eq!(count("SELECT jobs FROM batch_total WHERE batch_id = 1 AND state = 'queued'"), kept);
        assert_eq!(count("SELECT count(*) FROM account"), 1);
        let check: String = store.connection.query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    #[test]
    fn what_is_no_database_at_all_is_set_aside_and_a_new_one_begun() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(database_path(dir.path()), "no database, and long enough to show it".repeat(200))
            .unwrap();
        let failure = Store::open(dir.path()).unwrap_err();
        assert_eq!((failure.code, failure.params["jobs"].as_str()), (ErrorCode::DatabaseDamaged, "0"));
        Store::open(dir.path()).unwrap();
    }
}
