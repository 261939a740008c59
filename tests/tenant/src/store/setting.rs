//! What makes this tenant itself: keys and ids that survive a restart.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::ids;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    pub app_id: String,
    pub app_secret: String,
    pub admin_token: String,
    /// First part of every upload key [R] (§8.1).
    pub account: String,
    pub access_key: String,
    pub secret_key: String,
}

impl Identity {
    pub fn new(seed: u64) -> Self {
        Self {
            app_id: ids::seeded(seed, "app-id", false, 32),
            app_secret: ids::seeded(seed, "app-secret", false, 48),
            admin_token: ids::seeded(seed, "admin-token", false, 32),
            account: ids::seeded_uuid(seed, "account"),
            access_key: format!("AKIA{}", ids::seeded(seed, "access-key", true, 16)),
            secret_key: ids::seeded(seed, "secret-key", false, 40),
        }
    }
}

impl Row for Identity {
    const TABLE: &'static str = "settings";

    fn key(&self) -> String {
        "identity".into()
    }
}
