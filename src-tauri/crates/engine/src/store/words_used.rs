//! Tags and keywords that were used before.

use rusqlite::{Connection, Result, params};

use crate::clock::Millis;
use crate::model::{AccountId, WordList};

const MOST: usize = 20;

pub fn note(db: &Connection, account: AccountId, list: WordList, word: &str, now: Millis) -> Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO word_used (account_id, list, word, used_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![account.0, list.as_str(), word, now])
    .map(drop)
}

/// Words that hold a text, whatever its case: those that begin with it first, then the latest. At most 20.
pub fn like(db: &Connection, account: AccountId, list: WordList, text: &str) -> Result<Vec<String>> {
    let wanted = text.trim().to_lowercase();
    let mut statement = db.prepare_cached(
        "SELECT word FROM word_used WHERE account_id = ?1 AND list = ?2 ORDER BY used_at DESC, word",
    )?;
    let words = statement.query_map(params![account.0, list.as_str()], |row| row.get::<_, String>(0))?;
    // LIKE of SQLite knows the case of ASCII alone.
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for word in words {
        let word = word?;
        let small = word.to_lowercase();
        if small.starts_with(&wanted) {
            first.push(word);
        } else if small.contains(&wanted) {
            others.push(word);
        }
    }
    first.append(&mut others);
    first.truncate(MOST);
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn words_come_back_by_what_they_begin_with_and_when_they_were_used() {
        let dir = tempfile::tempdir().unwrap();
        let db = Store::open(dir.path()).unwrap().connection;
        for (at, word) in ["Übersee", "Lake", "See", "Seeufer"].into_iter().enumerate() {
            note(&db, AccountId(1), WordList::Tags, word, at as i64).unwrap();
        }
        note(&db, AccountId(1), WordList::Keywords, "Seetang", 9).unwrap();
        note(&db, AccountId(2), WordList::Tags, "Seestern", 9).unwrap();
        note(&db, AccountId(1), WordList::Tags, "See", 9).unwrap();
        let found = |text: &str| like(&db, AccountId(1), WordList::Tags, text).unwrap();
        assert_eq!(found("see"), ["See", "Seeufer", "Übersee"]);
        assert_eq!(found("ÜBER"), ["Übersee"]);
        assert_eq!(found("").len(), 4);
    }
}
