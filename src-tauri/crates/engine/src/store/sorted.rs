//! Windows of large batches in an order that no index has: by name, by size, the newest first.

use std::cmp::Reverse;

use rusqlite::{Connection, OptionalExtension, Result};

use super::members::{self, Members};
use super::name_order::{NameOrder, sort_key};
use crate::model::{BatchId, JobId, JobOrder, JobStateKind};

/// Orders that were made, for the next look. They belong to one connection.
#[derive(Debug, Default)]
pub struct Orders {
    names: Option<NameOrder>,
    /// The last used one first.
    kept: Vec<Kept>,
    /// Of the database that the kept ones are of.
    version: i64,
}

/// A window shows a few sections at a time.
const KEPT: usize = 4;
/// So many are sorted with a look at each.
const FEW: usize = if cfg!(test) { 3 } else { 5_000 };

#[derive(Debug)]
struct Kept {
    wanted: Sorting,
    ids: Vec<JobId>,
}

/// Which jobs of a batch, and how they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorting {
    pub batch: BatchId,
    pub states: Vec<JobStateKind>,
    pub order: JobOrder,
}

impl Orders {
    /// All ids in their order. To be called within a transaction, so that what follows is of the same moment.
    pub fn ids(&mut self, db: &Connection, wanted: &Sorting) -> Result<&[JobId]> {
        // Moves with each commit of another connection.
        let version = db.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.version != version {
            self.kept.clear();
            self.version = version;
        }
        match self.kept.iter().position(|kept| kept.wanted == *wanted) {
            Some(at) => self.kept[..=at].rotate_right(1),
            None => {
                let ids = self.sort(db, wanted)?;
                self.kept.insert(0, Kept { wanted: wanted.clone(), ids });
                self.kept.truncate(KEPT);
            }
        }
        Ok(self.kept.first().map_or(&[], |kept| &kept.ids))
    }

    fn sort(&mut self, db: &Connection, wanted: &Sorting) -> Result<Vec<JobId>> {
        let mut ids = members::ids(db, Some(wanted.batch), &wanted.states)?;
        if ids.len() <= FEW && matches!(wanted.order, JobOrder::Name | JobOrder::Size) {
            return one_by_one(db, ids, wanted.order);
        }
        match wanted.order {
            JobOrder::Name => return self.by_name(db, wanted.batch, ids),
            JobOrder::Size => return by_size(db, wanted.batch, ids),
            JobOrder::Newest => ids.sort_by_key(|id| Reverse(*id)),
            JobOrder::Added | JobOrder::Queue => ids.sort(),
        }
        Ok(ids)
    }

    fn by_name(&mut self, db: &Connection, batch: BatchId, ids: Vec<JobId>) -> Result<Vec<JobId>> {
        let current = match &self.names {
            Some(names) => names.batch == batch && names.is_current(db)?,
            None => false,
        };
        if !current {
            self.names = None;
            self.names = NameOrder::of(db, batch)?;
        }
        match (&self.names, Members::of(&ids)) {
            (Some(names), Some(members)) => Ok(names.ids().filter(|id| members.contains(*id)).collect()),
            // Too much for a small order of all.
            _ => one_by_one(db, ids, JobOrder::Name),
        }
    }
}

/// With a look at each job.
pub(super) fn one_by_one(db: &Connection, mut ids: Vec<JobId>, order: JobOrder) -> Result<Vec<JobId>> {
    let mut statement = db.prepare_cached("SELECT name, size FROM job WHERE id = ?1")?;
    let mut keys: Vec<(Reverse<u64>, String, JobId)> = Vec::with_capacity(ids.len());
    ids.sort_unstable();
    for id in ids {
        keys.extend(
            statement
                .query_row([id.0], |row| {
                    let (name, size) = (row.get_ref(0)?.as_str()?, row.get::<_, i64>(1)?.cast_unsigned());
                    Ok(match order {
                        JobOrder::Name => (Reverse(0), sort_key(name), id),
                        JobOrder::Size => (Reverse(size), String::new(), id),
                        JobOrder::Added | JobOrder::Queue | JobOrder::Newest => {
                            (Reverse(0), String::new(), id)
                        }
                    })
                })
                .optional()?,
        );
    }
    keys.sort_unstable();
    Ok(keys.into_iter().map(|(_, _, id)| id).collect())
}

/// The largest first.
fn by_size(db: &Connection, batch: BatchId, ids: Vec<JobId>) -> Result<Vec<JobId>> {
    let Some(members) = Members::of(&ids) else { return one_by_one(db, ids, JobOrder::Size) };
    let mut sized: Vec<(Reverse<u64>, JobId)> = Vec::with_capacity(ids.len());
    let mut blocks = db.prepare_cached(
        "SELECT name_block.first_id, last_id, sizes FROM name_block LEFT JOIN size_block USING (first_id)
         WHERE batch_id = ?1 ORDER BY name_block.first_id",
    )?;
    let mut jobs = db.prepare_cached(
        "SELECT id, size FROM job WHERE id BETWEEN ?1 AND ?2 AND batch_id = ?3 ORDER BY id",
    )?;
    let mut rows = blocks.query([batch.0])?;
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        if let Some(sizes) = row.get_ref(2)?.as_blob_or_null()? {
            let each = sizes.chunks_exact(8).filter_map(|size| size.try_into().ok()).map(u64::from_be_bytes);
            let known = (first..=last).map(JobId).zip(each).filter(|(id, _)| members.contains(*id));
            sized.extend(known.map(|(id, size)| (Reverse(size), id)));
        } else {
            let mut rows = jobs.query([first, last, batch.0])?;
            while let Some(row) = rows.next()? {
                let (id, size) = (JobId(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned());
                if members.contains(id) {
                    sized.push((Reverse(size), id));
                }
            }
        }
    }
    sized.sort_unstable();
    Ok(sized.into_iter().map(|(_, id)| id).collect())
}
