//! Those who are measured, each in a process of its own.

pub mod controlling;
pub mod curl;
pub mod ferry;
pub mod rclone;
pub mod session;
pub mod vault;
pub mod verifying;
