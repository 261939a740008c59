//! Calls counted per account and minute [T] (§11).

use std::sync::Mutex;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::ApiError;
use crate::options::RateRule;

const STRICT_PER_MINUTE: u32 = 200;

#[derive(Default)]
pub struct Rate(Mutex<(i64, u32)>);

pub struct Standing {
    limit: u32,
    left: u32,
    reset_seconds: u64,
}

impl Rate {
    pub fn count(&self, rule: &RateRule, now_ms: i64) -> Result<Standing, ApiError> {
        let limit = if rule.strict { STRICT_PER_MINUTE } else { rule.per_minute };
        let minute = now_ms.div_euclid(60_000);
        let reset_seconds = u64::try_from((60_000 - now_ms.rem_euclid(60_000) + 999) / 1000).unwrap_or(60);
        let mut window = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.0 != minute {
            *window = (minute, 0);
        }
        if window.1 >= limit {
            return Err(ApiError::too_many(rule.retry_after.then_some(reset_seconds)));
        }
        window.1 += 1;
        Ok(Standing { limit, left: limit - window.1, reset_seconds })
    }
}

impl Standing {
    /// No client is seen to read such headers from Canto: a guess [ND], so that a program may learn that it
    /// can go fast here. In strict mode they are left out.
    pub fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("ratelimit-limit"), HeaderValue::from(self.limit));
        headers.insert(HeaderName::from_static("ratelimit-remaining"), HeaderValue::from(self.left));
        headers.insert(HeaderName::from_static("ratelimit-reset"), HeaderValue::from(self.reset_seconds));
    }
}
