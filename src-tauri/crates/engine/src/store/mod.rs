//! SQLite: one file per table, one writer, many readers.

pub mod aborts;
pub mod accounts;
pub mod attempts;
pub mod batches;
pub mod checked;
pub mod decisions;
pub mod delivered;
pub mod file_sums;
pub mod file_values;
pub mod fingerprints;
pub mod folders;
pub mod forms;
pub mod job_state;
pub mod jobs;
mod members;
mod name_order;
pub mod names;
pub mod new_values;
mod open;
pub mod order;
pub mod parts;
pub mod pictures;
mod readers;
pub mod requests;
mod salvage;
mod schema;
mod search;
pub mod seen_files;
pub mod settings;
pub mod sheet_columns;
mod sorted;
pub mod templates;
pub mod totals;
pub mod value_sets;
pub mod views;
pub mod volumes;
pub mod watched_folders;
pub mod windows;
#[cfg(test)]
mod windows_properties;
pub mod words_used;

pub use open::{Store, damage_mark, database_path, failure_of, open_reader};
pub use readers::Readers;
pub use sorted::Orders;
