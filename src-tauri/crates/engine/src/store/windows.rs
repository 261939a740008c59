//! Windows of the queue, as the shells ask for them.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Result, params_from_iter};

use super::names::folded;
use super::sorted::{self, Orders, Sorting};
use super::views::{COLUMNS, Places, view};
use super::{search, totals};
use crate::model::{JobId, JobOrder, JobPage, JobQuery, JobStateKind, JobView, Totals};

const MOST_ROWS: u32 = 1_000;
/// So many rows are found one by one and sorted with every look.
const FEW: u64 = 20_000;

/// The asked-for window of the queue.
pub fn page(db: &Connection, orders: &mut Orders, query: &JobQuery) -> Result<JobPage> {
    let limit = if query.limit == 0 { 100 } else { query.limit.min(MOST_ROWS) };
    // Rows and their number are of one moment.
    let moment = db.unchecked_transaction()?;
    let jobs = match found(db, orders, query, limit as usize)? {
        Some(ids) => rows_of(db, &ids)?,
        None => rows(db, query, limit)?,
    };
    let page = JobPage { jobs, total: total(db, query)? };
    moment.finish()?;
    Ok(page)
}

/// The ids of all rows from the offset on, or of `limit` of them, as runs.
pub fn runs(db: &Connection, orders: &mut Orders, query: &JobQuery) -> Result<Vec<(JobId, JobId)>> {
    let moment = db.unchecked_transaction()?;
    let limit = if query.limit == 0 { usize::MAX } else { query.limit as usize };
    // All of them are the same in any order.
    let mut query = query.clone();
    if limit == usize::MAX && query.offset == 0 {
        query.order = JobOrder::Added;
    }
    let mut ids = match found(db, orders, &query, limit)? {
        Some(ids) => ids,
        None => ids(db, &query)?,
    };
    moment.finish()?;
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

/// Whether an order for it is worth remembering.
pub fn sorts(query: &JobQuery) -> bool {
    sorting(query).is_some()
}

/// The ids of the window, where they are found without a walk over the rows before it.
fn found(db: &Connection, orders: &mut Orders, query: &JobQuery, limit: usize) -> Result<Option<Vec<JobId>>> {
    let window = |ids: &[JobId]| {
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        ids.iter().skip(offset).take(limit).copied().collect()
    };
    if let Some(text) = searched(db, query)? {
        return search::find(db, query, text, limit).map(Some);
    }
    if let Some(sorting) = sorting(query) {
        return orders.ids(db, &sorting).map(|ids| Some(window(ids)));
    }
    if matches!(query.order, JobOrder::Name | JobOrder::Size) {
        let all = JobQuery { offset: 0, limit: 0, ..query.clone() };
        return Ok(Some(window(&sorted::one_by_one(db, ids(db, &all)?, query.order)?)));
    }
    Ok(None)
}

/// What part of a batch is to be sorted, where an index finds that part.
fn sorting(query: &JobQuery) -> Option<Sorting> {
    let plain = query.search.as_deref().is_none_or(str::is_empty)
        && query.after.is_none()
        && query.account.is_none()
        && (query.states.is_empty() || section_of(&query.states).is_some());
    let no_index = match query.order {
        JobOrder::Name | JobOrder::Size => true,
        JobOrder::Newest | JobOrder::Added => !query.states.is_empty(),
        JobOrder::Queue => false,
    };
    let batch = query.batch.filter(|_| plain && no_index)?;
    Some(Sorting { batch, states: query.states.clone(), order: query.order })
}

fn rows_of(db: &Connection, ids: &[JobId]) -> Result<Vec<JobView>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?;
    let (mut places, mut jobs) = (Places::default(), Vec::with_capacity(ids.len()));
    for id in ids {
        jobs.extend(statement.query_row([id.0], |row| view(db, row, &mut places)).optional()?);
    }
    Ok(jobs)
}

fn rows(db: &Connection, query: &JobQuery, limit: u32) -> Result<Vec<JobView>> {
    let Wanted { filter, order, values } = wanted(db, query)?;
    let sql =
        format!("SELECT {COLUMNS} FROM job {filter} ORDER BY {order} LIMIT {limit} OFFSET {}", query.offset);
    let (mut places, mut jobs) = (Places::default(), Vec::new());
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        jobs.push(view(db, row, &mut places)?);
    }
    Ok(jobs)
}

fn ids(db: &Connection, query: &JobQuery) -> Result<Vec<JobId>> {
    let Wanted { filter, order, values } = wanted(db, query)?;
    let limit = if query.limit == 0 { -1 } else { i64::from(query.limit) };
    let sql =
        format!("SELECT job.id FROM job {filter} ORDER BY {order} LIMIT {limit} OFFSET {}", query.offset);
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), |row| Ok(JobId(row.get(0)?)))?.collect()
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
        values.push(Value::Text(folded(text)));
        conditions.push(format!("instr(folded(job.name), ?{}) > 0", values.len()));
    }
    if let Some(after) = query.after {
        conditions.push(format!("job.id > {}", after.0));
    }
    let filter =
        if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let order = match query.order {
        JobOrder::Queue if query.batch.is_some() || !values.is_empty() => "job.position, job.id",
        JobOrder::Newest => "job.id DESC",
        JobOrder::Queue | JobOrder::Added | JobOrder::Name | JobOrder::Size => "job.id",
    };
    Ok(Wanted { filter, order, values })
}

/// Where the view lists all these states together: the section's number, as migration 8 has it.
pub(super) fn section_of(states: &[JobStateKind]) -> Option<usize> {
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
    Ok(count(&totals, &query.states) <= FEW)
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
