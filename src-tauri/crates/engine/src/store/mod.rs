//! SQLite: one file per table, one writer, many readers.

pub mod aborts;
pub mod accounts;
pub mod attempts;
pub mod batches;
pub mod fingerprints;
pub mod folders;
pub mod job_state;
pub mod jobs;
mod open;
pub mod parts;
mod readers;
pub mod requests;
mod salvage;
mod schema;
pub mod settings;
pub mod totals;
pub mod views;
pub mod volumes;

pub use open::{Store, damage_mark, database_path, failure_of, open_reader};
pub use readers::Readers;
