//! Sets of words and values, each stored once; and what became of them on the jobs that refer to one.

use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::job_state::failure_json;
use crate::error::Failure;
use crate::model::{
    AccountId, AssetId, BatchId, JobId, JobSelection, JobStateKind, MetadataOpen, MetadataState,
    MetadataValues,
};

/// What a job is to get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueSet {
    pub values: MetadataValues,
    /// Tags that the upload itself carries.
    #[serde(default)]
    pub sent: Vec<String>,
}

impl ValueSet {
    /// Nothing is left to be set once the asset is there.
    pub fn is_sent(&self) -> bool {
        let MetadataValues { keywords, description, fields, .. } = &self.values;
        keywords.is_empty() && description.is_none() && fields.is_empty() && self.tags_left().next().is_none()
    }

    /// Tags that the upload did not carry.
    pub fn tags_left(&self) -> impl Iterator<Item = &String> {
        self.values.tags.iter().filter(|tag| !self.sent.contains(tag))
    }
}

/// The id of a set, which is stored unless it is known.
pub fn put(db: &Connection, account: AccountId, set: &ValueSet) -> Result<i64> {
    let body = serde_json::to_string(set).unwrap_or_default();
    let mut digest = Sha256::new();
    digest.update(account.0.to_le_bytes());
    digest.update(body.as_bytes());
    let digest = digest.finalize();
    let known: Option<i64> = db
        .prepare_cached("SELECT id FROM value_set WHERE digest = ?1")?
        .query_row([digest.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO value_set (account_id, digest, body) VALUES (?1, ?2, ?3)")?
        .execute(params![account.0, digest.as_slice(), body])?;
    Ok(db.last_insert_rowid())
}

pub fn get(db: &Connection, id: i64) -> Result<Option<ValueSet>> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM value_set WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

/// What the files of a batch get, and whether some get others.
pub fn of_batch(db: &Connection, batch: BatchId) -> Result<(Option<i64>, bool)> {
    db.prepare_cached("SELECT values_id, by_file FROM batch WHERE id = ?1")?
        .query_row([batch.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub fn set_of_batch(db: &Connection, batch: BatchId, values: Option<i64>, by_file: bool) -> Result<()> {
    db.execute(
        "UPDATE batch SET values_id = ?2, by_file = ?3 WHERE id = ?1",
        params![batch.0, values, by_file],
    )
    .map(drop)
}

/// Jobs that are done and whose values are still to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueJob {
    pub values: i64,
    pub account: AccountId,
    pub job: JobId,
    pub asset: AssetId,
}

const DUE: &str = "SELECT job.values_id, value_set.account_id, job.id, job.asset_scheme, job.asset_id
    FROM job CROSS JOIN value_set ON value_set.id = job.values_id
    WHERE job.values_id IS NOT NULL AND job.values_state IS NULL AND job.state = 'done'
    AND job.values_id >= ?1 AND (job.values_id > ?1 OR job.id > ?2)
    ORDER BY job.values_id, job.id LIMIT ?3";

/// Those after one, by their values: jobs of the same values follow each other.
pub fn due(db: &Connection, after: (i64, JobId), limit: usize) -> Result<Vec<DueJob>> {
    let mut statement = db.prepare_cached(DUE)?;
    let rows = statement.query_map(params![after.0, after.1.0, limit as i64], |row| {
        Ok(DueJob {
            values: row.get(0)?,
            account: AccountId(row.get(1)?),
            job: JobId(row.get(2)?),
            asset: AssetId { scheme: row.get(3)?, id: row.get(4)? },
        })
    })?;
    rows.collect()
}

/// Keeps what became of a job's values. The batch of the job; none: it is to get others by now.
pub fn settle(
    db: &Connection,
    job: JobId,
    values: i64,
    failure: Option<&Failure>,
) -> Result<Option<BatchId>> {
    let state = if failure.is_some() { "refused" } else { "applied" };
    db.prepare_cached(
        "UPDATE job SET values_state = ?3, values_failure = ?4
         WHERE id = ?1 AND values_id = ?2 AND values_state IS NULL RETURNING batch_id",
    )?
    .query_row(params![job.0, values, state, failure.map(failure_json)], |row| row.get(0).map(BatchId))
    .optional()
}

/// What one job is to get, what became of it, and whether the job has arrived.
pub fn of_job(db: &Connection, job: JobId) -> Result<Option<(i64, MetadataState, Option<Failure>)>> {
    db.prepare_cached(
        "SELECT values_id, values_state, values_failure FROM job WHERE id = ?1 AND values_id IS NOT NULL",
    )?
    .query_row([job.0], |row| {
        let failure: Option<String> = row.get(2)?;
        let failure = failure.and_then(|text| serde_json::from_str(&text).ok());
        Ok((row.get(0)?, state_of(Some(0), row.get::<_, Option<String>>(1)?.as_deref()), failure))
    })
    .optional()
}

/// From the columns of a job.
pub fn state_of(values: Option<i64>, word: Option<&str>) -> MetadataState {
    match (values, word) {
        (None, _) => MetadataState::None,
        (Some(_), None) => MetadataState::Waiting,
        (Some(_), Some("applied")) => MetadataState::Applied,
        (Some(_), Some(_)) => MetadataState::Refused,
    }
}

/// How many jobs of a batch that have arrived are not as they were to be.
pub fn open(db: &Connection, batch: BatchId) -> Result<MetadataOpen> {
    let waiting: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM job WHERE batch_id = ?1 AND values_id IS NOT NULL AND values_state IS NULL
             AND state = 'done'",
        )?
        .query_row([batch.0], |row| row.get(0))?;
    let refused: i64 = db
        .prepare_cached("SELECT count(*) FROM job WHERE batch_id = ?1 AND values_state = 'refused'")?
        .query_row([batch.0], |row| row.get(0))?;
    Ok(MetadataOpen { waiting: waiting.cast_unsigned(), refused: refused.cast_unsigned() })
}

/// Refused jobs of a batch, with the reason; the first few.
pub fn refused(db: &Connection, batch: BatchId, limit: usize) -> Result<Vec<(String, Failure)>> {
    let mut statement = db.prepare_cached(
        "SELECT name, values_failure FROM job WHERE batch_id = ?1 AND values_state = 'refused'
         ORDER BY id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![batch.0, limit as i64], |row| {
        Ok((row.get(0)?, super::job_state::parse_failure(row.get(1)?)))
    })?;
    rows.collect()
}

const CORRECTABLE: &str =
    "job.values_id IS NOT NULL AND (job.values_state IS NULL OR job.values_state = 'refused')";

fn selected(selection: &JobSelection) -> String {
    match selection {
        JobSelection::Jobs { jobs } => {
            let ids: Vec<String> = jobs.iter().map(ToString::to_string).collect();
            format!("job.id IN ({})", ids.join(", "))
        }
        JobSelection::Runs { runs } => {
            let runs: Vec<String> = runs.iter().map(|(first, last)| format!("({first}, {last})")).collect();
            if runs.is_empty() {
                return "0".to_owned();
            }
            // A table of them: so many ORs would be too deep for SQLite.
            format!(
                "EXISTS (WITH run (first, last) AS (VALUES {}) SELECT 1 FROM run WHERE job.id BETWEEN first AND last)",
                runs.join(", ")
            )
        }
        JobSelection::Batch { batch } => format!("job.batch_id = {batch}"),
        JobSelection::Account { account } => {
            format!("job.batch_id IN (SELECT id FROM batch WHERE account_id = {account})")
        }
        JobSelection::All => "1".to_owned(),
    }
}

/// The values of an account's jobs that were refused, or wait to be set.
pub fn correctable(db: &Connection, account: AccountId, selection: &JobSelection) -> Result<Vec<i64>> {
    let mut statement = db.prepare(&format!(
        "SELECT DISTINCT job.values_id FROM job JOIN value_set ON value_set.id = job.values_id
         WHERE {} AND {CORRECTABLE} AND value_set.account_id = ?1",
        selected(selection)
    ))?;
    statement.query_map([account.0], |row| row.get(0))?.collect()
}

/// Puts other values in the place of those.
pub fn replace(
    db: &Connection,
    selection: &JobSelection,
    old: i64,
    new: Option<i64>,
) -> Result<Vec<(JobId, BatchId, JobStateKind)>> {
    let mut statement = db.prepare(&format!(
        "UPDATE job SET values_id = ?2, values_state = NULL, values_failure = NULL
         WHERE {} AND {CORRECTABLE} AND job.values_id = ?1 RETURNING id, batch_id, state",
        selected(selection)
    ))?;
    let rows = statement.query_map(params![old, new], |row| {
        let state: String = row.get(2)?;
        let state = JobStateKind::parse(&state).unwrap_or(JobStateKind::Done);
        Ok((JobId(row.get(0)?), BatchId(row.get(1)?), state))
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn set(keyword: &str) -> ValueSet {
        let values = MetadataValues { keywords: vec![keyword.to_owned()], ..MetadataValues::default() };
        ValueSet { values, sent: Vec::new() }
    }

    #[test]
    fn equal_sets_are_stored_once_for_each_account() {
        let dir = tempfile::tempdir().unwrap();
        let db = Store::open(dir.path()).unwrap().connection;
        let first = put(&db, AccountId(1), &set("Lake")).unwrap();
        assert_eq!(put(&db, AccountId(1), &set("Lake")).unwrap(), first);
        assert_ne!(put(&db, AccountId(2), &set("Lake")).unwrap(), first);
        assert_ne!(put(&db, AccountId(1), &set("Sea")).unwrap(), first);
        assert_eq!(get(&db, first).unwrap().unwrap(), set("Lake"));
    }

    #[test]
    fn tags_that_the_upload_carries_are_not_left() {
        let values = MetadataValues { tags: vec!["a".into(), "b".into()], ..MetadataValues::default() };
        let some = ValueSet { values, sent: vec!["a".into()] };
        assert_eq!(some.tags_left().collect::<Vec<_>>(), ["b"]);
        assert!(!some.is_sent());
        assert!(ValueSet { sent: vec!["b".into(), "a".into()], ..some }.is_sent());
    }

    /// What is asked after every commit must not walk over a million rows.
    #[test]
    fn what_is_due_is_found_by_its_index() {
        let dir = tempfile::tempdir().unwrap();
        let db = Store::open(dir.path()).unwrap().connection;
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {DUE}")).unwrap();
        let plan: Vec<String> =
            statement.query_map([1, 1, 1], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(plan.iter().any(|step| step.contains("job_values_due")), "{plan:?}");
        assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:?}");
    }
}
