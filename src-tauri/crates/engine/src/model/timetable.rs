//! Limits and rests by weekday and hour, in the time that clocks on the wall show.

use std::fmt;

use jiff::civil::DateTime;
use jiff::{ToSpan, Zoned};

use super::bandwidth::{kept_rate, rate, rate_text};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Minutes of a day.
const DAY: u16 = 24 * 60;
const MOST_RULES: usize = 50;

/// Rules in their order: the first one that holds at a time decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timetable(Vec<Rule>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    /// One for each weekday, Monday first.
    days: [bool; 7],
    /// Minutes since midnight; an end at or before the beginning is on the next day.
    from: u16,
    to: u16,
    what: What,
}

/// What holds at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Rest,
    /// Bytes a second, instead of what holds otherwise; `None`: as much as the line takes.
    Limits {
        up: Option<u64>,
        down: Option<u64>,
    },
}

impl Timetable {
    /// Rules with `;` between them: days, hours, and `rest`, `full`, or `up RATE`, `down RATE`.
    ///
    /// # Errors
    /// A word for what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let rules = text.split(';').map(str::trim).filter(|rule| !rule.is_empty());
        let rules: Vec<Rule> = rules.map(Rule::parse).collect::<Result<_, _>>()?;
        if rules.len() > MOST_RULES { Err("timetable") } else { Ok(Self(rules)) }
    }

    /// What holds at a time; `None`: nothing of its own.
    pub fn at(&self, time: &Zoned) -> Option<What> {
        let (today, minute) = civil(time);
        self.0.iter().find(|rule| rule.holds(today, minute)).map(|rule| rule.what)
    }

    /// When something else will hold, within a week.
    pub fn next_change(&self, time: &Zoned) -> Option<Zoned> {
        let now = self.at(time);
        let mut ends: Vec<Zoned> = (-1..=8_i64)
            .filter_map(|day| time.date().checked_add(day.days()).ok())
            .flat_map(|date| {
                self.0.iter().flat_map(move |rule| [rule.from, rule.to]).filter_map(move |minute| {
                    let midnight = DateTime::from_parts(date, jiff::civil::Time::midnight());
                    midnight.checked_add(i64::from(minute).minutes()).ok()
                })
            })
            // An hour that is skipped begins when the clock is set; one that comes twice, the first time.
            .filter_map(|moment| time.time_zone().to_zoned(moment).ok())
            .filter(|moment| moment > time)
            .collect();
        // Setting the clock moves the hours, too.
        if let Some(set) = time.time_zone().following(time.timestamp()).next() {
            ends.push(set.timestamp().to_zoned(time.time_zone().clone()));
        }
        ends.sort();
        let week = time.checked_add(8.days()).ok()?;
        ends.into_iter().take_while(|end| *end < week).find(|end| self.at(end) != now)
    }
}

/// The weekday, Monday being 0, and the minute of the day.
fn civil(time: &Zoned) -> (usize, u16) {
    let day = usize::try_from(time.weekday().to_monday_zero_offset()).unwrap_or_default();
    let minute = i16::from(time.hour()) * 60 + i16::from(time.minute());
    (day, u16::try_from(minute).unwrap_or_default())
}

impl Rule {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut words = text.split_whitespace();
        let days = words.next().and_then(days).ok_or("timetable_days")?;
        let (from, to) = words.next().and_then(hours).ok_or("timetable_hours")?;
        let what: Vec<&str> = words.collect();
        Ok(Self { days, from, to, what: what_of(&what.join(" "))? })
    }

    fn holds(&self, today: usize, minute: u16) -> bool {
        let on = |day: usize| self.days.get(day % 7).copied().unwrap_or_default();
        if self.from < self.to {
            on(today) && (self.from..self.to).contains(&minute)
        } else {
            (on(today) && minute >= self.from) || (on(today + 6) && minute < self.to)
        }
    }
}

fn days(text: &str) -> Option<[bool; 7]> {
    let day = |word: &str| DAYS.iter().position(|day| *day == word.to_ascii_lowercase());
    let mut days = [false; 7];
    if text.eq_ignore_ascii_case("daily") {
        return Some([true; 7]);
    }
    for word in text.split(',') {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (mut at, last) = (day(first)?, day(last)?);
        loop {
            *days.get_mut(at)? = true;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    Some(days)
}

/// The whole day is `00:00-24:00`.
fn hours(text: &str) -> Option<(u16, u16)> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60).then_some(hour * 60 + minute).filter(|minute| *minute <= DAY)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from < DAY && from != to).then_some((from, to))
}

fn what_of(text: &str) -> Result<What, &'static str> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "rest" => return Ok(What::Rest),
        "full" => return Ok(What::Limits { up: None, down: None }),
        _ => {}
    }
    let (up, down) = match (text.strip_prefix("up "), text.strip_prefix("down ")) {
        (Some(up), _) => match up.split_once(" down ") {
            Some((up, down)) => (Some(up), Some(down)),
            None => (Some(up), None),
        },
        (None, Some(down)) => (None, Some(down)),
        (None, None) => return Err("timetable"),
    };
    let limit = |text: Option<&str>| match text {
        None => Ok(None),
        Some(text) => kept_rate(text.trim().trim_end_matches(',')).map(|kept| rate(&kept)),
    };
    Ok(What::Limits { up: limit(up)?, down: limit(down)? })
}

impl fmt::Display for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            rule.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<&str> = DAYS.iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
        let days = if days.len() == DAYS.len() { "daily".to_owned() } else { days.join(",") };
        let [from, to] = [self.from, self.to].map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
        write!(f, "{days} {from}-{to} ")?;
        match self.what {
            What::Rest => f.write_str("rest"),
            What::Limits { up: None, down: None } => f.write_str("full"),
            What::Limits { up, down } => {
                let words = [("up", up), ("down", down)];
                let words =
                    words.iter().filter_map(|(word, limit)| Some(format!("{word} {}", rate_text((*limit)?))));
                f.write_str(&words.collect::<Vec<_>>().join(" "))
            }
        }
    }
}

#[cfg(test)]
#[path = "timetable_tests.rs"]
mod tests;
