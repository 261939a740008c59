//! Sends files, and finds out what became of them.

pub mod confirm;
pub mod dispatcher;
pub mod failure;
mod look;
mod matching;
pub mod permits;
pub mod place;
pub mod progress;
pub mod setting;
pub mod source;
pub mod upload;
