//! Everything Ferry does: the queue, the transfers, the proof. Knows no window and no global.

pub mod error;
pub mod event;
pub mod model;
