//! What is said about assets besides their bytes: the tenant's fields, the check of values, sheets, and the setting of
//! values once the assets are there.

pub mod apply;
mod edits;
pub mod order;
pub mod required;
pub mod schema;
mod sheet;
pub mod validate;

pub use sheet::preview::preview;
