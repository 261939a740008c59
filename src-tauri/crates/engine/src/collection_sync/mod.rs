//! My Collections: what the tenant has, mirrored into a folder of this computer, one way.

mod apply;
pub mod board;
mod finish;
pub mod holding;
pub mod listing;
mod local;
pub mod location;
pub mod names;
pub mod plan;
#[cfg(test)]
mod plan_properties;
mod proof;
pub mod run;
pub mod task;
