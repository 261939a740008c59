//! The three ways in which servers tell what is left of a rate limit (IETF drafts; whether a live tenant
//! sends any is [ND]).

use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::error::date_of;

/// What a tenant said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Calls left in this window.
    pub(super) remaining: u64,
    /// Until the window ends.
    pub(super) reset: Option<Duration>,
    /// Calls in a whole window.
    pub(super) limit: Option<u64>,
    /// Length of a whole window.
    pub(super) window: Option<Duration>,
}

/// Reads `RateLimit-Limit/-Remaining/-Reset`, or `RateLimit: "x";r=…;t=…` with `RateLimit-Policy:
/// "x";q=…;w=…`, or `RateLimit: limit=…, remaining=…, reset=…`. Seconds throughout.
pub(super) fn read(headers: &HeaderMap) -> Option<Told> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let policy = text("ratelimit-policy");
    let one = text("ratelimit");
    let number = |name: &str| text(name).and_then(first_number);
    let field = |from: Option<&str>, names: &[&str]| names.iter().find_map(|name| named(from?, name));

    let remaining = number("ratelimit-remaining").or_else(|| field(one, &["r", "remaining"]))?;
    let reset = number("ratelimit-reset").or_else(|| field(one, &["t", "reset"]));
    let limit = number("ratelimit-limit")
        .or_else(|| field(one, &["limit"]))
        .or_else(|| field(policy, &["q"]))
        .or_else(|| policy.and_then(first_number));
    let window = field(policy, &["w"]).or_else(|| field(text("ratelimit-limit"), &["w"]));
    Some(Told {
        remaining,
        reset: reset.map(|reset| Duration::from_secs(from_now(reset, headers))),
        limit: limit.filter(|limit| *limit > 0),
        window: window.filter(|window| *window > 0).map(Duration::from_secs),
    })
}

/// Some servers send a point in Unix time where the drafts want seconds from now.
fn from_now(reset: u64, headers: &HeaderMap) -> u64 {
    if reset < 1_000_000_000 {
        return reset;
    }
    let now = date_of(headers).unwrap_or_else(jiff::Timestamp::now).as_second();
    reset.saturating_sub(u64::try_from(now).unwrap_or(0))
}

/// `"200, 200;w=60"` begins with a number.
fn first_number(text: &str) -> Option<u64> {
    text.split([',', ';']).next()?.trim().parse().ok()
}

/// `name=7` among parts divided by `,` or `;`; of several policies the first counts.
fn named(text: &str, name: &str) -> Option<u64> {
    text.split([',', ';']).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        if key.trim() == name { value.trim().parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pairs: &[(&'static str, &'static str)]) -> Option<Told> {
        read(&pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn three_spellings() {
        let seconds = |n| Some(Duration::from_secs(n));
        let expected = |window| Some(Told { remaining: 50, reset: seconds(30), limit: Some(200), window });
        let three = [("ratelimit-limit", "200"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "30")];
        assert_eq!(told(&three), expected(None));
        let draft = [("ratelimit", "\"default\";r=50;t=30"), ("ratelimit-policy", "\"default\";q=200;w=60")];
        assert_eq!(told(&draft), expected(seconds(60)));
        let older = [("ratelimit", "limit=200, remaining=50, reset=30"), ("ratelimit-policy", "200;w=60")];
        assert_eq!(told(&older), expected(seconds(60)));
        let unix = [
            ("ratelimit-remaining", "50"),
            ("ratelimit-reset", "1700000030"),
            ("ratelimit-limit", "200"),
            ("date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ];
        assert_eq!(told(&unix), expected(None));
        assert_eq!(told(&[("ratelimit-limit", "200")]), None);
        assert_eq!(told(&[]), None);
    }
}
