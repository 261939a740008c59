//! The jobs of a batch in the order of their names, made from the blocks of names.

use rusqlite::{Connection, Result};

use super::names::{self, folded};
use crate::model::{BatchId, JobId};

/// Of one batch as it was when its blocks had this mark. Names never change; only a scan adds some.
#[derive(Debug)]
pub struct NameOrder {
    pub batch: BatchId,
    mark: (i64, i64, i64),
    base: i64,
    /// Distances from the base.
    order: Vec<u32>,
}

/// A name by its first letters beyond what all have in common; few need a look at the rest.
struct Entry {
    letters: u64,
    start: u32,
    id: u32,
}

impl NameOrder {
    /// `None` for names of more than 4 GiB, or ids as far apart.
    pub fn of(db: &Connection, batch: BatchId) -> Result<Option<Self>> {
        let mark = names::mark(db, batch)?;
        let mut text = String::new();
        let mut found: Vec<(i64, usize)> = Vec::new();
        names::blocks(db, Some(batch), false, |block| {
            let ids = block.first.0..=block.last.0;
            if block.by_line {
                for (id, name) in ids.zip(block.names.split('\n')) {
                    found.push((id, text.len()));
                    push(&mut text, name);
                }
            } else {
                let mut statement = db.prepare_cached(
                    "SELECT id, name FROM job WHERE id BETWEEN ?1 AND ?2 AND batch_id = ?3 ORDER BY id",
                )?;
                let mut rows = statement.query([*ids.start(), *ids.end(), batch.0])?;
                while let Some(row) = rows.next()? {
                    found.push((row.get(0)?, text.len()));
                    push(&mut text, row.get_ref(1)?.as_str()?);
                }
            }
            Ok(true)
        })?;
        let base = found.iter().map(|(id, _)| *id).min().unwrap_or(0);
        Ok(sorted(&text, base, &found).map(|order| Self { batch, mark, base, order }))
    }

    pub fn is_current(&self, db: &Connection) -> Result<bool> {
        Ok(names::mark(db, self.batch)? == self.mark)
    }

    pub fn ids(&self) -> impl Iterator<Item = JobId> {
        self.order.iter().map(|at| JobId(self.base + i64::from(*at)))
    }
}

/// As it is sorted: folded, and without line ends.
pub fn sort_key(name: &str) -> String {
    folded(name).replace('\n', " ")
}

fn push(text: &mut String, name: &str) {
    if name.is_ascii() && !name.contains('\n') {
        let from = text.len();
        text.push_str(name);
        if let Some(pushed) = text.get_mut(from..) {
            pushed.make_ascii_lowercase();
        }
    } else {
        text.push_str(&sort_key(name));
    }
    text.push('\n');
}

fn sorted(text: &str, base: i64, found: &[(i64, usize)]) -> Option<Vec<u32>> {
    let text = text.as_bytes();
    let common = common(text, found);
    let mut entries = Vec::with_capacity(found.len());
    for (id, start) in found {
        entries.push(Entry {
            letters: letters(name_at(text, start + common)),
            start: u32::try_from(*start).ok()?,
            id: u32::try_from(id.checked_sub(base)?).ok()?,
        });
    }
    // Stable, since files of a folder come in order already.
    entries.sort_by(|a, b| {
        a.letters.cmp(&b.letters).then_with(|| {
            let (one, other) = (name_at(text, a.start as usize), name_at(text, b.start as usize));
            one.cmp(other).then(a.id.cmp(&b.id))
        })
    });
    Some(entries.iter().map(|entry| entry.id).collect())
}

fn name_at(text: &[u8], start: usize) -> &[u8] {
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// How many bytes all names begin with alike.
fn common(text: &[u8], found: &[(i64, usize)]) -> usize {
    let Some((_, first)) = found.first() else { return 0 };
    let first = name_at(text, *first);
    found.iter().fold(first.len(), |length, (_, start)| {
        let name = text.get(*start..).unwrap_or_default();
        first.iter().zip(name).take(length).take_while(|(one, other)| one == other).count()
    })
}

/// The first eight bytes as a number that compares as they do.
fn letters(name: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(name) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}
