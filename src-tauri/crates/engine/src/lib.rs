//! Everything Ferry does: the queue, the transfers, the proof. Knows no window and no global.

pub mod clock;
mod collection_sync;
pub mod connection_test;
mod duplicates;
pub mod error;
pub mod event;
mod folder_sync;
pub mod handle;
mod intake;
mod metadata;
pub mod model;
mod network;
pub mod pace;
mod planted;
pub mod platform;
#[cfg(test)]
mod properties;
mod queue;
pub mod receipt;
pub mod session;
mod store;
mod supervisor;
pub mod thumbnails;
mod transfer;
pub mod words;

pub use duplicates::sums_of_files;
pub use handle::vault::are_secrets_kept;
pub use handle::{Engine, EngineHandle, EngineOptions, Role};
