//! The log of calls, for tests that ask how many and which. Tokens and secrets are not in it.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

const KEPT: usize = 200_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    pub n: u64,
    /// The tenant's time, milliseconds since the epoch.
    pub at_ms: i64,
    pub method: String,
    pub path: String,
    pub query: String,
    /// `None`: the connection was closed without an answer.
    pub status: Option<u16>,
    pub millis: u64,
    /// `Content-Length` of the request.
    pub sent: Option<u64>,
    /// `Via`: the proxies that it came through.
    pub via: Option<String>,
    /// Whoever the token belonged to.
    pub user: Option<String>,
    pub faults: usize,
    /// One of them was more than a delay.
    pub spoilt: bool,
}

#[derive(Default)]
pub struct CallLog(Mutex<(u64, VecDeque<Call>)>);

impl CallLog {
    pub fn add(&self, mut call: Call) {
        let mut log = self.lock();
        log.0 += 1;
        call.n = log.0;
        if log.1.len() == KEPT {
            log.1.pop_front();
        }
        log.1.push_back(call);
    }

    /// Calls numbered above `after`, oldest first.
    pub fn after(&self, after: u64) -> Vec<Call> {
        self.lock().1.iter().filter(|call| call.n > after).cloned().collect()
    }

    pub fn clear(&self) {
        self.lock().1.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (u64, VecDeque<Call>)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The query without what must not be kept.
pub fn safe_query(query: Option<&str>) -> String {
    const SECRET: [&str; 8] = [
        "access_token",
        "app_secret",
        "client_secret",
        "code",
        "code_verifier",
        "refresh_token",
        "signature",
        "password",
    ];
    let Some(query) = query else { return String::new() };
    let parts = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET.contains(&name.to_ascii_lowercase().as_str()) => format!("{name}=…"),
        _ => pair.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}
