//! What is kept: one file a table. A row is stored as JSON under its key, and lives in memory while the
//! tenant runs; the database is what a restart reads.

pub mod asset;
pub mod collection;
pub mod db;
pub mod field;
pub mod node;
pub mod place;
pub mod setting;
pub mod token;
pub mod upload;
pub mod user;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub trait Row: Serialize + DeserializeOwned {
    const TABLE: &'static str;
    fn key(&self) -> String;
}

pub const TABLES: [&str; 10] = [
    "assets",
    "collections",
    "fields",
    "keywords",
    "nodes",
    "places",
    "settings",
    "tokens",
    "uploads",
    "users",
];
