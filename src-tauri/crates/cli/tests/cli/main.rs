//! The real `ferry` against a demo library on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod duplicates;
mod folders;
mod jobs;
mod login;
mod metadata;
mod network_test;
mod odd_files;
mod places;
#[cfg(target_os = "linux")]
mod proxy;
mod receipt;
mod relocate;
mod rights;
mod secrets;
mod settings;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod trouble;
mod upload;
mod usage;
