//! What a new batch brings along for its assets, checked and ready to be stored.

use rusqlite::{Connection, Result};
use serde::{Deserialize, Serialize};

use super::sheet_columns::Columns;
use super::value_sets::ValueSet;
use super::{file_values, sheet_columns, value_sets, words_used};
use crate::clock::Millis;
use crate::model::{AccountId, BatchId, Destination, WordList};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewValues {
    pub all: ValueSet,
    /// By the name of a file, what it gets instead; by its absolute path, what it gets over that.
    pub files: Vec<(String, ValueSet)>,
    /// Where a sheet's columns went.
    pub columns: Columns,
}

impl NewValues {
    /// Stores them with their batch.
    pub fn insert(
        &self,
        db: &Connection,
        (account, batch): (AccountId, BatchId),
        destination: &Destination,
        now: Millis,
    ) -> Result<()> {
        if *self == Self::default() {
            return Ok(());
        }
        let all = if self.all.is_sent() { None } else { Some(value_sets::put(db, account, &self.all)?) };
        value_sets::set_of_batch(db, batch, all, !self.files.is_empty())?;
        for (file, set) in &self.files {
            file_values::put(db, batch, file, value_sets::put(db, account, set)?)?;
        }
        if !self.columns.is_empty() {
            sheet_columns::put(db, account, destination, &self.columns)?;
        }
        note_words(db, account, &self.all, now)?;
        self.files.iter().try_for_each(|(_, set)| note_words(db, account, set, now))
    }
}

/// Keeps a set's words, to be suggested again.
pub fn note_words(db: &Connection, account: AccountId, set: &ValueSet, now: Millis) -> Result<()> {
    for (list, words) in [(WordList::Tags, &set.values.tags), (WordList::Keywords, &set.values.keywords)] {
        for word in words {
            words_used::note(db, account, list, word, now)?;
        }
    }
    Ok(())
}
