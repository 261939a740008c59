//! Everything Ferry does: the queue, the transfers, the proof. Knows no window and no global.

pub mod clock;
pub mod error;
pub mod event;
pub mod intake;
pub mod model;
pub mod platform;
pub mod queue;
pub mod store;
