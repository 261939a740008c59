//! What differs between Windows, macOS and Linux: one small module per concern.

pub mod data_dir;
pub mod file_identity;
pub mod file_keys;
pub mod file_locks;
pub mod file_times;
pub mod managed;
pub mod read_at;
pub mod surroundings;
pub mod volumes;
pub mod watches;
