//! Rows as the shells show them.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Result, Row, params_from_iter};

use super::job_state::parse_failure;
use super::{attempts, folders, parts, search, totals, value_sets};
use crate::model::{
    AssetId, BatchId, FolderId, JobDetails, JobId, JobMetadata, JobOrder, JobPage, JobQuery, JobStateKind,
    JobView, Totals, Verification, WaitingFor,
};

const COLUMNS: &str =
    "job.id, job.batch_id, job.name, job.folder_id, job.size, job.state, job.waiting_for, job.failure,
    job.ready_at, job.asset_scheme, job.asset_id, job.md5, job.done_at,
    job.values_id, job.values_state";

const MOST_ROWS: u32 = 1_000;
const MOST_SORTED: u64 = 20_000;

/// The asked-for window of the queue.
pub fn page(db: &Connection, query: &JobQuery) -> Result<JobPage> {
    let limit = if query.limit == 0 { 100 } else { query.limit.min(MOST_ROWS) };
    let mut places = Places::default();
    let mut jobs = Vec::new();
    if let Some(text) = searched(db, query)? {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
        for id in search::find(db, query, text, limit as usize)? {
            let found =
                db.prepare_cached(&sql)?.query_row([id.0], |row| view(db, row, &mut places)).optional()?;
            jobs.extend(found);
        }
        return Ok(JobPage { jobs, total: None });
    }
    let Wanted { filter, order, values } = wanted(db, query)?;
    let sql =
        format!("SELECT {COLUMNS} FROM job {filter} ORDER BY {order} LIMIT {limit} OFFSET {}", query.offset);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        jobs.push(view(db, row, &mut places)?);
    }
    Ok(JobPage { jobs, total: total(db, query)? })
}

/// The ids of all rows from the offset on, or of `limit` of them, as runs.
pub fn runs(db: &Connection, query: &JobQuery) -> Result<Vec<(JobId, JobId)>> {
    let mut ids = Vec::new();
    if let Some(text) = searched(db, query)? {
        let limit = if query.limit == 0 { usize::MAX } else { query.limit as usize };
        ids = search::find(db, query, text, limit)?;
    } else {
        let Wanted { filter, order, values } = wanted(db, query)?;
        let limit = if query.limit == 0 { -1 } else { i64::from(query.limit) };
        let sql =
            format!("SELECT job.id FROM job {filter} ORDER BY {order} LIMIT {limit} OFFSET {}", query.offset);
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            ids.push(JobId(row.get(0)?));
        }
    }
    ids.sort_unstable();
    let mut runs: Vec<(JobId, JobId)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((_, last)) if last.0 + 1 == id.0 => *last = id,
            _ => runs.push((id, id)),
        }
    }
    Ok(runs)
}

/// The text of a search that goes through the names; among few rows it is faster to look at each.
fn searched<'q>(db: &Connection, query: &'q JobQuery) -> Result<Option<&'q str>> {
    let Some(text) = query.search.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
    let few = !query.states.is_empty() && index_term(&query.states).is_some() && is_few(db, query)?;
    Ok((!few).then_some(text))
}

struct Wanted {
    filter: String,
    order: &'static str,
    values: Vec<Value>,
}

fn wanted(db: &Connection, query: &JobQuery) -> Result<Wanted> {
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let section = query.batch.and_then(|_| section_of(&query.states));
    let few = section.is_none() && !query.states.is_empty() && is_few(db, query)?;
    let term = index_term(&query.states).filter(|_| few);
    if let Some(batch) = query.batch {
        // A few rows are found by their states.
        let plus = if term.is_some() { "+" } else { "" };
        conditions.push(format!("{plus}job.batch_id = {}", batch.0));
    }
    if let Some(account) = query.account {
        conditions.push(format!("job.batch_id IN (SELECT id FROM batch WHERE account_id = {})", account.0));
    }
    if let Some(section) = section {
        conditions.push(format!("job.section = {section}"));
    } else if !query.states.is_empty() {
        let words = query.states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>();
        // Few rows are found by their states and sorted; of many, a walk in order meets enough at once.
        conditions.push(match term {
            Some(term) => format!("job.state IN ({}) AND ({term})", words.join(", ")),
            None => format!("+job.state IN ({})", words.join(", ")),
        });
    }
    if let Some(text) = query.search.as_deref().filter(|text| !text.is_empty()) {
        let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(Value::Text(format!("%{text}%")));
        conditions.push(format!("job.name LIKE ?{} ESCAPE '\\'", values.len()));
    }
    if let Some(after) = query.after {
        conditions.push(format!("job.id > {}", after.0));
    }
    let filter =
        if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let order = match query.order {
        JobOrder::Added => "job.id",
        JobOrder::Queue if query.batch.is_none() => "job.id",
        JobOrder::Queue => "job.position, job.id",
        JobOrder::Newest => "job.id DESC",
        JobOrder::Name => "job.name COLLATE NOCASE, job.id",
        JobOrder::Size => "job.size DESC, job.id",
    };
    Ok(Wanted { filter, order, values })
}

/// Where the view lists all these states together: the section's number, as migration 8 has it.
fn section_of(states: &[JobStateKind]) -> Option<usize> {
    use JobStateKind as S;
    const SECTIONS: [&[JobStateKind]; 6] = [
        &[S::Checking, S::Uploading, S::Finishing],
        &[S::Blocked, S::Failed],
        &[S::Processing],
        &[S::Queued, S::Waiting, S::Paused],
        &[S::Done, S::Skipped],
        &[S::Cancelled],
    ];
    SECTIONS.iter().position(|section| {
        section.len() == states.len() && section.iter().all(|state| states.contains(state))
    })
}

fn is_few(db: &Connection, query: &JobQuery) -> Result<bool> {
    let totals = match query.batch {
        Some(batch) => totals::of_batch(db, batch)?,
        None => totals::of_all(db)?,
    };
    Ok(count(&totals, &query.states) <= MOST_SORTED)
}

/// The condition of the partial index that holds all these states, word for word as its definition has it.
fn index_term(states: &[JobStateKind]) -> Option<&'static str> {
    use JobStateKind as S;
    let unsettled = [S::Checking, S::Uploading, S::Finishing, S::Processing, S::Waiting];
    let attention = [S::Blocked, S::Failed, S::Paused, S::Skipped, S::Cancelled];
    if states.iter().all(|state| unsettled.contains(state)) {
        Some(
            "state = 'checking' OR state = 'uploading' OR state = 'finishing' OR state = 'processing' \
             OR state = 'waiting'",
        )
    } else if states.iter().all(|state| attention.contains(state)) {
        Some(
            "state = 'blocked' OR state = 'failed' OR state = 'paused' OR state = 'skipped' OR state = 'cancelled'",
        )
    } else {
        None
    }
}

fn total(db: &Connection, query: &JobQuery) -> Result<Option<u64>> {
    if query.search.as_deref().is_some_and(|text| !text.is_empty()) || query.account.is_some() {
        return Ok(None);
    }
    let totals = match query.batch {
        Some(batch) => totals::of_batch(db, batch)?,
        None => totals::of_all(db)?,
    };
    Ok(Some(count(&totals, &query.states)))
}

fn count(totals: &Totals, states: &[JobStateKind]) -> u64 {
    if states.is_empty() { totals.all() } else { states.iter().map(|state| totals.count(*state)).sum() }
}

pub fn details(db: &Connection, id: JobId) -> Result<Option<JobDetails>> {
    let mut places = Places::default();
    let found = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, job.verification, job.asset_url, source_folder.remote_album
             FROM job LEFT JOIN source_folder ON source_folder.id = job.folder_id WHERE job.id = ?1"
        ))?
        .query_row([id.0], |row| {
            let word: Option<String> = row.get(15)?;
            Ok((view(db, row, &mut places)?, word, row.get(16)?, row.get(17)?))
        })
        .optional()?;
    let Some((job, verification, asset_url, album_id)) = found else { return Ok(None) };
    let path = std::path::Path::new(&job.folder).join(&job.name).to_string_lossy().into_owned();
    Ok(Some(JobDetails {
        path,
        verification: verification.and_then(|word| Verification::parse(&word)),
        attempts: attempts::of_job(db, id)?,
        asset_url,
        album_id,
        parts: parts::view(db, id)?,
        metadata: metadata(db, id)?,
        job,
    }))
}

fn metadata(db: &Connection, id: JobId) -> Result<Option<JobMetadata>> {
    let Some((values, state, failure)) = value_sets::of_job(db, id)? else { return Ok(None) };
    let values = value_sets::get(db, values)?.unwrap_or_default().values;
    Ok(Some(JobMetadata { values, state, failure }))
}

/// Jobs of a batch for its receipt, after a job, in order.
pub fn receipt_page(
    db: &Connection,
    batch: BatchId,
    after: JobId,
    limit: u32,
) -> Result<Vec<(JobView, Option<Verification>)>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, job.verification FROM job WHERE batch_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
    ))?;
    let mut places = Places::default();
    let mut rows = statement.query(rusqlite::params![batch.0, after.0, limit])?;
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        let word: Option<String> = row.get(15)?;
        page.push((view(db, row, &mut places)?, word.and_then(|word| Verification::parse(&word))));
    }
    Ok(page)
}

/// The last folder looked up: neighbours in a list mostly share it.
#[derive(Default)]
pub(crate) struct Places {
    folder: Option<FolderId>,
    path: String,
    place: String,
}

impl Places {
    fn look_up(&mut self, db: &Connection, batch: BatchId, folder: FolderId) -> Result<()> {
        if self.folder == Some(folder) {
            return Ok(());
        }
        self.path = folders::path_of(db, folder)?.to_string_lossy().into_owned();
        let destination: Option<String> = db
            .prepare_cached("SELECT dest_path FROM batch WHERE id = ?1")?
            .query_row([batch.0], |row| row.get(0))
            .optional()?;
        let mut names = Vec::new();
        let mut next = Some(folder);
        while let Some(row) = next.map(|id| folders::get(db, id)).transpose()?.flatten() {
            if row.arrives {
                names.push(row.arrival_name());
            }
            next = row.parent;
        }
        names.extend(destination.filter(|path| !path.is_empty()));
        names.reverse();
        self.place = names.join(" / ");
        self.folder = Some(folder);
        Ok(())
    }
}

/// The name that a folder arrives under: of a root its last part.
pub fn last_name(name: &str) -> String {
    std::path::Path::new(name).file_name().map_or_else(
        || name.trim_matches(['/', '\\', ':']).to_owned(),
        |last| last.to_string_lossy().into_owned(),
    )
}

pub(crate) fn view(db: &Connection, row: &Row<'_>, places: &mut Places) -> Result<JobView> {
    let (batch, folder) = (BatchId(row.get(1)?), FolderId(row.get(3)?));
    places.look_up(db, batch, folder)?;
    let size: i64 = row.get(4)?;
    let state: String = row.get(5)?;
    let state = JobStateKind::parse(&state).unwrap_or(JobStateKind::Failed);
    let failure: Option<String> = row.get(7)?;
    let asset = match (row.get::<_, Option<String>>(9)?, row.get::<_, Option<String>>(10)?) {
        (Some(scheme), Some(id)) => Some(AssetId { scheme, id }),
        _ => None,
    };
    Ok(JobView {
        id: JobId(row.get(0)?),
        batch,
        name: row.get(2)?,
        folder: places.path.clone(),
        place: places.place.clone(),
        size: size as u64,
        state,
        waiting_for: row.get::<_, Option<String>>(6)?.and_then(|word| WaitingFor::parse(&word)),
        sent: 0,
        failure: failure.map(|text| parse_failure(Some(text))),
        ready_at: row.get(8)?,
        asset,
        md5: row.get::<_, Option<Vec<u8>>>(11)?.map(hex::encode),
        done_at: row.get(12)?,
        metadata: value_sets::state_of(row.get(13)?, row.get::<_, Option<String>>(14)?.as_deref()),
    })
}
