//! The tenant's time: the machine's clock plus an offset that tests move.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub struct Clock {
    offset_ms: AtomicI64,
    zone: TimeZone,
}

impl Clock {
    pub fn new(zone: TimeZone) -> Self {
        Self { offset_ms: AtomicI64::new(0), zone }
    }

    /// Milliseconds since the epoch, as this tenant sees them.
    pub fn now_ms(&self) -> i64 {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(wall.as_millis()).unwrap_or(i64::MAX).saturating_add(self.offset_ms())
    }

    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    pub fn set_offset_ms(&self, offset: i64) {
        self.offset_ms.store(offset, Ordering::Relaxed);
    }

    pub fn advance_ms(&self, by: i64) {
        self.offset_ms.fetch_add(by, Ordering::Relaxed);
    }

    /// 17 digits, `yyyyMMddHHmmssSSS` [D]; in the tenant's own zone, not UTC [R] (§1.2).
    pub fn digits(&self, ms: i64) -> String {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone());
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}{:03}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
    }

    /// `2024-02-19 17:32:28`, the form of `default["Date Created"]` [R] (§7).
    pub fn spaced(&self, ms: i64) -> String {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// `2024-01-06T21:42:38.937Z`, the form of a policy's `expiration` [R] (§8.1).
pub fn iso_millis(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `20240106T214238Z` and `20240106`, the two forms of Signature V4 [A].
pub fn amz_date(ms: i64) -> (String, String) {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    (at.strftime("%Y%m%dT%H%M%SZ").to_string(), at.strftime("%Y%m%d").to_string())
}

/// `Tue, 15 Nov 1994 08:12:31 GMT`, for the `Date` header when the clock was moved.
pub fn http_date(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
