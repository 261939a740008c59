//! Canto's dates.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::lenient;

/// A date as Canto writes it: `yyyyMMddHHmmssSSS`, 17 digits [D].
///
/// Its time zone is [ND], so it can be compared with other dates of the same tenant and with nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct CantoTime(u64);

impl CantoTime {
    /// Reads 17 digits; anything else, and Canto's "no date" (the epoch's day [R]), is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 17 || !text.bytes().all(|b| b.is_ascii_digit()) || text.starts_with("19700101") {
            return None;
        }
        text.parse().ok().map(Self)
    }

    /// The 17 digits as one number, e.g. for a database column; keeps the order.
    pub fn digits(self) -> u64 {
        self.0
    }

    /// Takes back what [`CantoTime::digits`] gave.
    pub fn from_digits(digits: u64) -> Option<Self> {
        Self::parse(&format!("{digits:017}"))
    }
}

impl fmt::Display for CantoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:017}", self.0)
    }
}

impl fmt::Debug for CantoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CantoTime({self})")
    }
}

impl From<CantoTime> for String {
    fn from(time: CantoTime) -> Self {
        time.to_string()
    }
}

/// Reads a date that may be missing, null, a number or nonsense.
pub(crate) fn opt_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CantoTime>, D::Error> {
    Ok(lenient::opt_text(from)?.and_then(|text| CantoTime::parse(&text)))
}

impl<'de> Deserialize<'de> for CantoTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        opt_time(from)?.ok_or_else(|| serde::de::Error::custom("not a date of 17 digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_digits_and_the_order() {
        let early = CantoTime::parse("20150415063836418").unwrap();
        let late = CantoTime::parse("20240219183228169").unwrap();
        assert!(early < late);
        assert_eq!(early.to_string(), "20150415063836418");
        assert_eq!(CantoTime::from_digits(late.digits()), Some(late));
        assert_eq!(CantoTime::parse("19700101010000000"), None);
        assert_eq!(CantoTime::parse("2024-02-19"), None);
        assert_eq!(serde_json::to_string(&late).unwrap(), "\"20240219183228169\"");
    }
}
