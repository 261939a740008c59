//! Jobs by a part of their names.

use std::collections::HashSet;

use rusqlite::{CachedStatement, Connection, Result, Row};

use super::members::{self, Members};
use super::names::{self, Block, folded};
use crate::model::{BatchId, JobId, JobOrder, JobQuery, JobStateKind};

/// More than this is not sorted: the first of them are, in the order of their ids.
const MOST_SORTED: usize = 20_000;
/// After so many of other states it is worth knowing which jobs are in the right ones.
const MANY_OTHERS: usize = if cfg!(test) { 2 } else { 5_000 };

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
    let newest_first = query.order == JobOrder::Newest;
    let batches = match query.account {
        None => None,
        Some(account) => {
            let mut statement = db.prepare_cached("SELECT id FROM batch WHERE account_id = ?1")?;
            let batches = statement.query_map([account.0], |row| Ok(BatchId(row.get(0)?)))?;
            Some(batches.collect::<Result<HashSet<BatchId>>>()?)
        }
    };
    let mut search = Search {
        query,
        text: &text,
        one: db.prepare_cached("SELECT id, name, size, position, state FROM job WHERE id = ?1")?,
        run: db.prepare_cached(
            "SELECT id, name, size, position, state FROM job WHERE id BETWEEN ?1 AND ?2 AND batch_id = ?3 ORDER BY id",
        )?,
        hits: Vec::new(),
        others: 0,
        members: None,
    };
    let mut lines = Vec::new();
    names::blocks(db, query.batch, newest_first, |block| {
        if batches.as_ref().is_some_and(|batches| !batches.contains(&block.batch)) {
            return Ok(true);
        }
        if !block.by_line {
            search.look_into(block, newest_first)?;
            return Ok(search.hits.len() < enough);
        }
        lines.clear();
        lines.extend(ids_with(block, &text));
        if newest_first {
            lines.reverse();
        }
        for id in &lines {
            search.look_at(db, *id)?;
            if search.hits.len() >= enough {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    let mut hits = search.hits;
    match query.order {
        JobOrder::Added | JobOrder::Newest => {}
        JobOrder::Queue => hits.sort_by_key(|hit| (hit.position, hit.id)),
        JobOrder::Name => hits.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id))),
        JobOrder::Size => hits.sort_by(|a, b| b.size.cmp(&a.size).then(a.id.cmp(&b.id))),
    }
    Ok(hits.iter().skip(offset).take(limit).map(|hit| hit.id).collect())
}

/// Of which jobs the lines hold the text.
fn ids_with(block: Block<'_>, text: &str) -> impl Iterator<Item = JobId> {
    // Once for the whole block: a line is looked for only where something was found.
    let (mut rest, mut next) = (block.names, block.first.0);
    let finder = memchr::memmem::Finder::new(text).into_owned();
    std::iter::from_fn(move || {
        let at = finder.find(rest.as_bytes())?;
        let (before, from) = rest.split_at_checked(at)?;
        let id = next + before.bytes().filter(|byte| *byte == b'\n').count() as i64;
        next = id + 1;
        rest = from.split_once('\n').map_or("", |(_, after)| after);
        (id <= block.last.0).then_some(JobId(id))
    })
}

struct Search<'a> {
    query: &'a JobQuery,
    text: &'a str,
    one: CachedStatement<'a>,
    run: CachedStatement<'a>,
    hits: Vec<Hit>,
    /// Jobs that were looked at in vain.
    others: usize,
    members: Option<Option<Members>>,
}

impl Search<'_> {
    fn look_at(&mut self, db: &Connection, id: JobId) -> Result<()> {
        if self.query.after.is_some_and(|after| id <= after) {
            return Ok(());
        }
        if self.others > MANY_OTHERS {
            if self.members.is_none() {
                let ids = members::ids(db, self.query.batch, &self.query.states)?;
                self.members = Some(Members::of(&ids));
            }
            if let Some(Some(members)) = &self.members
                && !members.contains(id)
            {
                return Ok(());
            }
        }
        let mut rows = self.one.query([id.0])?;
        let hit = rows.next()?.map(|row| hit(row, self.text, &self.query.states)).transpose()?.flatten();
        self.others += usize::from(hit.is_none());
        self.hits.extend(hit);
        Ok(())
    }

    /// A block whose lines say nothing of ids.
    fn look_into(&mut self, block: Block<'_>, newest_first: bool) -> Result<()> {
        if !block.names.contains(self.text) {
            return Ok(());
        }
        let before = self.hits.len();
        let first = block.first.max(self.query.after.map_or(JobId(0), |after| JobId(after.0 + 1)));
        let mut rows = self.run.query([first.0, block.last.0, block.batch.0])?;
        while let Some(row) = rows.next()? {
            self.hits.extend(hit(row, self.text, &self.query.states)?);
        }
        if newest_first {
            self.hits.get_mut(before..).unwrap_or_default().reverse();
        }
        Ok(())
    }
}

/// Blocks are noted before states change, and outlive jobs that are deleted: the job itself decides.
fn hit(row: &Row<'_>, text: &str, states: &[JobStateKind]) -> Result<Option<Hit>> {
    let name = folded(row.get_ref(1)?.as_str()?);
    let state = JobStateKind::parse(row.get_ref(4)?.as_str()?);
    let wanted = states.is_empty() || state.is_some_and(|state| states.contains(&state));
    if !wanted || !name.contains(text) {
        return Ok(None);
    }
    let name = name.replace('\n', " ");
    Ok(Some(Hit { id: JobId(row.get(0)?), name, size: row.get(2)?, position: row.get(3)? }))
}
