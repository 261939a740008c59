//! Sends files, and finds out what became of them.

pub mod aborter;
mod blocks;
pub mod confirm;
pub mod dispatcher;
mod doubts;
pub mod download;
pub mod failure;
mod form_post;
pub mod gate;
pub mod line;
mod look;
pub mod matching;
pub mod parts;
pub mod permits;
pub mod place;
pub mod progress;
pub mod rights;
pub mod setting;
pub mod source;
pub mod source_watch;
mod stop;
pub mod upload;
