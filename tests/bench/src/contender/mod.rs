//! Those who are measured, each in a process of its own.

pub mod ferry;
pub mod rclone;
pub mod vault;
