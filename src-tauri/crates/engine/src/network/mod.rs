//! The way to the servers: clients, trust, and whether it is open.

pub mod changes;
mod client;
pub mod reachability;
mod sockets;
mod store_clients;
mod trust;

pub use client::Network;
