//! Jobs that wait until somebody has decided.

use rusqlite::{Connection, Result, Row, params};

use super::views::{COLUMNS, Places, view};
use crate::model::{
    BatchId, Certainty, Decision, DecisionKind, DecisionPage, DecisionQuery, DuplicateBasis, DuplicateOf,
    JobId,
};

const MOST_ROWS: u32 = 100;

/// Those that wait for a decision, of all batches or of `?1`. The second line is the condition of `job_attention`, word for
/// word; with the plus the index of batches is left alone.
const WAITING: &str = "job.state = 'blocked'
    AND (state = 'blocked' OR state = 'failed' OR state = 'paused' OR state = 'skipped' OR state = 'cancelled')
    AND (?1 IS NULL OR +job.batch_id = ?1)
    AND json_extract(job.failure, '$.code') = 'DecisionNeeded'";

/// The window that is asked for, with what waits altogether, at one moment.
pub fn page(db: &Connection, query: &DecisionQuery) -> Result<DecisionPage> {
    let moment = db.unchecked_transaction()?;
    let batch = query.batch.map(|batch| batch.0);
    let kinds = kinds(db, batch)?;
    let total: u64 = kinds.iter().map(|kind| kind.count).sum();
    let offset = match query.from {
        Some(from) => before(db, batch, from)?.min(total.saturating_sub(1)),
        None => query.offset,
    };
    let limit = if query.limit == 0 { MOST_ROWS } else { query.limit.min(MOST_ROWS) };
    let mut places = Places::default();
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM job WHERE {WAITING} ORDER BY job.id LIMIT ?2 OFFSET ?3"
    ))?;
    let mut rows = statement.query(params![batch, limit, offset.cast_signed()])?;
    let mut decisions = Vec::new();
    while let Some(row) = rows.next()? {
        let job = view(db, row, &mut places)?;
        let Some(of) = job.failure.as_ref().and_then(DuplicateOf::of) else { continue };
        let no_version = of.no_version(&job.name);
        decisions.push(Decision { job, of, no_version });
    }
    moment.finish()?;
    Ok(DecisionPage { decisions, offset, total, kinds })
}

fn before(db: &Connection, batch: Option<i64>, job: JobId) -> Result<u64> {
    db.prepare_cached(&format!("SELECT count(*) FROM job WHERE {WAITING} AND job.id < ?2"))?
        .query_row(params![batch, job.0], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

fn kinds(db: &Connection, batch: Option<i64>) -> Result<Vec<DecisionKind>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT job.batch_id, json_extract(job.failure, '$.params.basis') AS basis,
         json_extract(job.failure, '$.params.certainty') AS certainty,
         json_extract(job.failure, '$.params.several') IS NOT NULL AS several,
         json_extract(job.failure, '$.params.picture') IS NOT NULL AS picture, count(*), min(job.id)
         FROM job WHERE {WAITING} GROUP BY job.batch_id, basis, certainty, several, picture ORDER BY min(job.id)"
    ))?;
    statement.query_map([batch], kind)?.collect()
}

fn kind(row: &Row<'_>) -> Result<DecisionKind> {
    let (basis, certainty): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
    Ok(DecisionKind {
        batch: BatchId(row.get(0)?),
        basis: match basis.as_deref() {
            Some("filename") => DuplicateBasis::Filename,
            _ => DuplicateBasis::Md5,
        },
        certainty: match certainty.as_deref() {
            Some("certain") => Certainty::Certain,
            _ => Certainty::Probably,
        },
        several: row.get(3)?,
        same_picture: row.get(4)?,
        count: row.get::<_, i64>(5)?.cast_unsigned(),
        first: JobId(row.get(6)?),
    })
}
