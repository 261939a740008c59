//! How often watched folders are looked through.

use std::time::Duration;

/// The setting `sync_frequency`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frequency {
    /// As files change.
    #[default]
    AtOnce,
    /// Every so many minutes.
    Every(u32),
    /// Once a day, minutes after midnight by the clock on the wall.
    Daily(u32),
    ByHand,
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Frequency {
    /// As it is kept: `at_once`, `5`, `15` or `60` (minutes), a time such as `03:30`, `by_hand`. Nothing is `at_once`.
    ///
    /// # Errors
    /// A word for what is wrong with it.
    pub fn kept(text: &str) -> Result<String, &'static str> {
        Self::parse(text).map(Self::word).ok_or("frequency")
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "at_once" => Some(Self::AtOnce),
            "by_hand" => Some(Self::ByHand),
            "5" | "15" | "60" => text.parse().ok().map(Self::Every),
            time => {
                let (hours, minutes) = time.split_once(':')?;
                let digits =
                    |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
                if !digits(hours) || minutes.len() != 2 || !digits(minutes) {
                    return None;
                }
                let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
                (hours < 24 && minutes < 60).then_some(Self::Daily(hours * 60 + minutes))
            }
        }
    }

    fn word(self) -> String {
        match self {
            Self::AtOnce => "at_once".to_owned(),
            Self::ByHand => "by_hand".to_owned(),
            Self::Every(minutes) => minutes.to_string(),
            Self::Daily(minutes) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
        }
    }

    /// When the next whole run is due after one at `last`, Unix milliseconds; `offset`: of the clock on the wall. `None`: only
    /// when somebody asks. Watching misses things: there, too, everything is looked through now and then.
    pub fn next_run(self, last: i64, reconcile: Duration, offset: i64) -> Option<i64> {
        match self {
            Self::AtOnce => Some(last + i64::try_from(reconcile.as_millis()).unwrap_or(DAY)),
            Self::Every(minutes) => Some(last + i64::from(minutes) * MINUTE),
            Self::Daily(minutes) => {
                let local = last + offset;
                let today = local - local.rem_euclid(DAY) + i64::from(minutes) * MINUTE;
                Some(if today > local { today } else { today + DAY } - offset)
            }
            Self::ByHand => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_in_one_spelling() {
        for (typed, kept) in
            [("at_once", "at_once"), ("", "at_once"), ("5", "5"), ("3:05", "03:05"), ("23:59", "23:59")]
        {
            assert_eq!(Frequency::kept(typed).as_deref(), Ok(kept), "{typed}");
        }
        for wrong in ["7", "24:00", "1:60", "1:5", "-1:00", "+1:00", "soon", "5 minutes", "12:345"] {
            assert!(Frequency::kept(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_next_run_is_always_later_than_the_last() {
        let hour = 60 * MINUTE;
        let reconcile = Duration::from_secs(3_600);
        assert_eq!(Frequency::AtOnce.next_run(10, reconcile, 0), Some(10 + hour));
        assert_eq!(Frequency::Every(5).next_run(10, reconcile, 0), Some(10 + 5 * MINUTE));
        assert_eq!(Frequency::ByHand.next_run(10, reconcile, 0), None);
        let at_three = Frequency::Daily(180);
        assert_eq!(at_three.next_run(2 * hour, reconcile, 0), Some(3 * hour));
        assert_eq!(at_three.next_run(3 * hour, reconcile, 0), Some(3 * hour + DAY));
        // Two hours east of Greenwich three o'clock is one hour after midnight there.
        assert_eq!(at_three.next_run(0, reconcile, 2 * hour), Some(hour));
        assert_eq!(at_three.next_run(hour, reconcile, 2 * hour), Some(hour + DAY));
    }
}
