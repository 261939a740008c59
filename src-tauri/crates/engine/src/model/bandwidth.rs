//! Limits and times as people write them: `2 MB/s`, `mon-fri 08:00-18:00 up 500 KB/s; sat,sun 00:00-24:00 rest`.

use serde::{Deserialize, Serialize};

use super::timetable::Timetable;

/// Less than this is a mistake, bytes a second: one picture would take half an hour.
const LEAST: u64 = 10_000;
/// More than this is none, bytes a second.
const MOST: u64 = 10_000_000_000;

/// What the words for sizes mean, bytes; those of the German keyboard are the same.
const UNITS: &[(&str, f64)] = &[
    ("kbit/s", 125.0),
    ("mbit/s", 125_000.0),
    ("gbit/s", 125_000_000.0),
    ("kbps", 125.0),
    ("mbps", 125_000.0),
    ("gbps", 125_000_000.0),
    ("kb/s", 1_000.0),
    ("mb/s", 1_000_000.0),
    ("gb/s", 1_000_000_000.0),
];

/// Bytes a second. `None` where it is no such thing.
pub fn rate(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase().replace(',', ".");
    let (number, unit) = UNITS.iter().find_map(|(word, unit)| Some((text.strip_suffix(word)?, *unit)))?;
    let number: f64 = number.trim().parse().ok()?;
    (number.is_finite() && number >= 0.0).then(|| (number * unit).round() as u64)
}

/// As it is kept: in whole kilobytes.
pub fn rate_text(bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1_000);
    if kilobytes >= 1_000 && kilobytes.is_multiple_of(100) {
        format!("{} MB/s", kilobytes as f64 / 1_000.0)
    } else {
        format!("{kilobytes} KB/s")
    }
}

pub(super) fn kept_rate(text: &str) -> Result<String, &'static str> {
    match rate(text).ok_or("limit")? {
        less if less < LEAST => Err("limit_small"),
        most if most > MOST => Err("limit"),
        rate => Ok(rate_text(rate)),
    }
}

/// `none` and zero are no limit.
pub(super) fn kept_limit(text: &str) -> Result<String, &'static str> {
    if matches!(text, "none" | "0") || rate(text) == Some(0) {
        return Ok(String::new());
    }
    kept_rate(text)
}

pub(super) fn kept_timetable(text: &str) -> Result<String, &'static str> {
    Timetable::parse(text).map(|timetable| timetable.to_string())
}

/// A moment, RFC 3339.
pub(super) fn kept_moment(text: &str) -> Result<String, &'static str> {
    moment(text).map(|moment| moment.to_string()).ok_or("moment")
}

pub fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// Why nothing is sent or fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RestFor {
    /// The user paused everything for some hours.
    User,
    Timetable,
    Battery,
    Metered,
}

/// Nothing is sent or fetched for a while; the queue stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Rest {
    pub reason: RestFor,
    /// Unix milliseconds, where it is known.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub until: Option<i64>,
}

/// What may be sent and fetched at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct BandwidthView {
    /// Bytes a second; `None`: as much as the line takes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub up: Option<u64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub down: Option<u64>,
    /// The timetable has set the limits.
    pub by_timetable: bool,
    pub rest: Option<Rest>,
    /// On its battery; `None`: this computer can't tell, or has none.
    pub on_battery: Option<bool>,
    /// On a line that is paid by the byte; `None`: this system can't tell.
    pub on_metered: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_taken_as_people_write_them() {
        for (typed, kept) in [
            ("2 MB/s", "2 MB/s"),
            ("1,5mb/s", "1.5 MB/s"),
            ("16 Mbit/s", "2 MB/s"),
            ("100 Mbps", "12.5 MB/s"),
            ("512 KB/s", "512 KB/s"),
            ("1234 kB/s", "1234 KB/s"),
            ("1 Gbit/s", "125 MB/s"),
            ("none", ""),
            ("0 MB/s", ""),
        ] {
            assert_eq!(kept_limit(typed).as_deref(), Ok(kept), "{typed}");
            assert!(kept.is_empty() || kept_limit(kept).as_deref() == Ok(kept), "{kept} stays what it is");
        }
        for (typed, wrong) in [
            ("fast", "limit"),
            ("5", "limit"),
            ("-1 MB/s", "limit"),
            ("NaN MB/s", "limit"),
            ("1 B/s", "limit"),
            ("1 KB/s", "limit_small"),
            ("9999 GB/s", "limit"),
        ] {
            assert_eq!(kept_limit(typed), Err(wrong), "{typed}");
        }
    }
}
