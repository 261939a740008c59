//! The shell, as its page sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod collections;
mod duplicates;
mod folders;
mod names;
mod opened;
mod permissions;
mod queue;
mod receipts;
mod sign_in;
mod start;
mod thumbnails;
