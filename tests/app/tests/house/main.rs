//! The house keeps its order: who may use whom, and what is generated is fresh.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod bindings;
mod modules;
mod packages;
mod sources;
