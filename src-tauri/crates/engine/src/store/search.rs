//! Jobs by a part of their names.

use std::collections::HashSet;

use rusqlite::{Connection, Result};

use super::names::{self, Block, folded};
use crate::model::{JobId, JobOrder, JobQuery, JobStateKind};

/// More than this is not sorted: the first of them are, in the order of their ids.
const MOST_SORTED: usize = 20_000;

struct Hit {
    id: JobId,
    name: String,
    size: i64,
    position: i64,
}

/// Ids of the jobs that a query with a search finds, in its order; at most `limit` after its offset.
pub(super) fn find(db: &Connection, query: &JobQuery, text: &str, limit: usize) -> Result<Vec<JobId>> {
    let text = folded(text);
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let by_id = matches!(query.order, JobOrder::Added | JobOrder::Newest);
    let enough = if by_id { offset.saturating_add(limit) } else { MOST_SORTED.max(limit) };
    let account = match query.account {
        None => None,
        Some(account) => {
            let mut statement = db.prepare_cached("SELECT id FROM batch WHERE account_id = ?1")?;
            let batches = statement.query_map([account.0], |row| row.get(0))?;
            Some(batches.collect::<Result<HashSet<i64>>>()?)
        }
    };
    let mut hits: Vec<Hit> = Vec::new();
    let newest_first = query.order == JobOrder::Newest;
    names::blocks_with(db, &text, query.batch, newest_first, |block| {
        if account.as_ref().is_none_or(|batches| batches.contains(&block.batch.0)) {
            let before = hits.len();
            look_into(db, query, block, &text, &mut hits)?;
            if newest_first {
                hits.get_mut(before..).unwrap_or_default().reverse();
            }
        }
        Ok(hits.len() < enough)
    })?;
    match query.order {
        JobOrder::Added | JobOrder::Newest => {}
        JobOrder::Queue => hits.sort_by_key(|hit| (hit.position, hit.id)),
        JobOrder::Name => hits.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id))),
        JobOrder::Size => hits.sort_by(|a, b| b.size.cmp(&a.size).then(a.id.cmp(&b.id))),
    }
    Ok(hits.iter().skip(offset).take(limit).map(|hit| hit.id).collect())
}

fn look_into(db: &Connection, query: &JobQuery, block: Block, text: &str, hits: &mut Vec<Hit>) -> Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT id, name, size, position, state FROM job WHERE id BETWEEN ?1 AND ?2 AND batch_id = ?3 ORDER BY id",
    )?;
    let first = block.first.max(query.after.map_or(JobId(0), |after| JobId(after.0 + 1)));
    let mut rows = statement.query([first.0, block.last.0, block.batch.0])?;
    while let Some(row) = rows.next()? {
        let name = folded(row.get_ref(1)?.as_str()?);
        if !name.contains(text) {
            continue;
        }
        let state = JobStateKind::parse(row.get_ref(4)?.as_str()?);
        if !query.states.is_empty() && !state.is_some_and(|state| query.states.contains(&state)) {
            continue;
        }
        hits.push(Hit { id: JobId(row.get(0)?), name, size: row.get(2)?, position: row.get(3)? });
    }
    Ok(())
}
