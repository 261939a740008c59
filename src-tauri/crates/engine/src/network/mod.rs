//! The way to the servers: clients, trust, and whether it is open.

pub mod bandwidth;
pub mod changes;
mod client;
mod proxy;
pub mod reachability;
mod sockets;
mod store_clients;
mod trust;

pub use client::Network;
pub use proxy::{Login, Rules, Way};
pub use trust::certificates;
