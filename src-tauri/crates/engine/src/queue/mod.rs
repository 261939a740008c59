//! The queue: one task owns every job's state and is the only writer of the database.

mod apply;
mod bulk;
mod claim;
mod decide;
mod event;
pub mod guests;
#[cfg(test)]
mod job_table_properties;
pub mod message;
mod mirror;
mod moving;
#[cfg(test)]
mod moving_tests;
mod owner;
mod parts;
mod publish;
mod recovery;
mod relocate;
mod retarget;
mod retry;
mod scan;
mod sources;
pub mod state;
mod transition;
mod trouble;
pub mod values;
pub mod watched;

pub use owner::{Owner, OwnerLinks};
pub use retry::concerns_the_way;

pub use crate::store::jobs::SMALL_FILE;
