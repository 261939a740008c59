//! MD5 of whole files that were hashed or sent before.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::clock::Millis;

/// A file by everything that its system tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// Volume and number.
    pub key: String,
    pub size: u64,
    pub modified_ns: i64,
    pub changed_ns: Option<i64>,
    pub path_hash: i64,
}

/// A file's sum, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSum {
    pub stamp: FileStamp,
    pub md5: [u8; 16],
    pub made_at: Millis,
}

/// A file system without fractions of a second has the same time for two writes: FAT's is two seconds long.
const COARSE_NS: i64 = 2_000_000_000;

impl FileSum {
    /// Whether a file with this stamp has surely the bytes that were hashed.
    pub fn holds_for(&self, now: &FileStamp) -> bool {
        let then = &self.stamp;
        if (then.size, then.modified_ns) != (now.size, now.modified_ns) {
            return false;
        }
        // A time that was set back does not hide a change: nobody can set this one. Only a move is no change.
        if then.changed_ns != now.changed_ns && then.path_hash == now.path_hash {
            return false;
        }
        let fractions = |ns: i64| ns % 1_000_000_000 != 0;
        let exact = fractions(then.modified_ns) || then.changed_ns.is_some_and(fractions);
        exact || self.made_at.saturating_mul(1_000_000) - then.modified_ns >= COARSE_NS
    }
}

/// The sum of a file that is still as it was then. `true`: it is so elsewhere, and has to be kept by its new place, so that
/// the next change of it is seen.
pub fn of_file(db: &Connection, stamp: &FileStamp) -> Result<Option<([u8; 16], bool)>> {
    let known = db
        .prepare_cached(
            "SELECT size, modified_ns, changed_ns, path_hash, md5, made_at FROM file_sum WHERE file_key = ?1",
        )?
        .query_row([&stamp.key], |row| {
            let then = FileStamp {
                key: stamp.key.clone(),
                size: row.get::<_, i64>(0)?.cast_unsigned(),
                modified_ns: row.get(1)?,
                changed_ns: row.get(2)?,
                path_hash: row.get(3)?,
            };
            Ok(FileSum { stamp: then, md5: row.get(4)?, made_at: row.get(5)? })
        })
        .optional()?;
    let known = known.filter(|known| known.holds_for(stamp));
    Ok(known.map(|known| (known.md5, known.stamp != *stamp)))
}

pub fn put(db: &Connection, sum: &FileSum) -> Result<()> {
    let stamp = &sum.stamp;
    db.prepare_cached(
        "INSERT OR REPLACE INTO file_sum (file_key, size, modified_ns, changed_ns, path_hash, md5, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        stamp.key,
        stamp.size.cast_signed(),
        stamp.modified_ns,
        stamp.changed_ns,
        stamp.path_hash,
        sum.md5,
        sum.made_at
    ])
    .map(drop)
}

/// What was sent as this sum arrived as something else.
pub fn forget(db: &Connection, md5: [u8; 16]) -> Result<()> {
    db.execute("DELETE FROM file_sum WHERE md5 = ?1", params![md5]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(modified_ns: i64, changed_ns: Option<i64>, made_at: Millis) -> FileSum {
        let stamp = FileStamp { key: "v/1".into(), size: 5, modified_ns, changed_ns, path_hash: 1 };
        FileSum { stamp, md5: [7; 16], made_at }
    }

    #[test]
    fn a_sum_is_believed_as_long_as_nothing_can_have_changed() {
        let known = sum(1_000_000_001, Some(2_000_000_001), 3_000);
        let is = |change: &dyn Fn(&mut FileStamp)| {
            let mut now = known.stamp.clone();
            change(&mut now);
            known.holds_for(&now)
        };
        assert!(is(&|_| {}));
        assert!(!is(&|now| now.size = 6));
        assert!(!is(&|now| now.modified_ns += 1));
        // Written to, and its time set back.
        assert!(!is(&|now| now.changed_ns = Some(9_000_000_001)));
        // Moved.
        assert!(is(&|now| (now.changed_ns, now.path_hash) = (Some(9_000_000_001), 2)));
    }

    #[test]
    fn a_coarse_time_counts_once_it_is_old_enough() {
        for (made_at, believed) in [(1_500, false), (2_999, false), (3_000, true)] {
            let known = sum(1_000_000_000, None, made_at);
            assert_eq!(known.holds_for(&known.stamp), believed, "{made_at}");
        }
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let data = tempfile::tempdir().unwrap();
        let db = crate::store::Store::open(data.path()).unwrap().connection;
        let known = sum(1_000_000_001, None, 3_000);
        assert_eq!(of_file(&db, &known.stamp).unwrap(), None);
        put(&db, &known).unwrap();
        assert_eq!(of_file(&db, &known.stamp).unwrap(), Some(([7; 16], false)));
        let moved = FileStamp { path_hash: 2, changed_ns: Some(5), ..known.stamp.clone() };
        assert_eq!(of_file(&db, &moved).unwrap(), Some(([7; 16], true)));
        forget(&db, [7; 16]).unwrap();
        assert_eq!(of_file(&db, &known.stamp).unwrap(), None);
    }
}
