//! What may be sent and fetched at a time: pure, from what is set and what is known of the computer.

use jiff::{Timestamp, Zoned};

use crate::model::timetable::{Timetable, What};
use crate::model::{Rest, RestFor};

/// What is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Bytes a second.
    pub up: Option<u64>,
    pub down: Option<u64>,
    pub timetable: Timetable,
    pub rest_on_battery: bool,
    pub rest_on_metered: bool,
    pub rest_until: Option<Timestamp>,
}

/// What holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    pub up: Option<u64>,
    pub down: Option<u64>,
    pub by_timetable: bool,
    pub rest: Option<Rest>,
    /// When to look again at the latest, if the computer stays as it is.
    pub next: Option<Timestamp>,
}

/// `on_battery`, `on_metered`: `None` where the system can't tell, which holds nothing up.
pub fn allowed(rules: &Rules, now: &Zoned, on_battery: Option<bool>, on_metered: Option<bool>) -> Allowed {
    let set = rules.timetable.at(now);
    let change = rules.timetable.next_change(now).map(|change| change.timestamp());
    let until = rules.rest_until.filter(|until| *until > now.timestamp());
    let next = [change, until].into_iter().flatten().min();
    let millis = |moment: Option<Timestamp>| moment.map(Timestamp::as_millisecond);
    let rest = if until.is_some() {
        Some(Rest { reason: RestFor::User, until: millis(until) })
    } else if set == Some(What::Rest) {
        Some(Rest { reason: RestFor::Timetable, until: millis(change) })
    } else if rules.rest_on_battery && on_battery == Some(true) {
        Some(Rest { reason: RestFor::Battery, until: None })
    } else if rules.rest_on_metered && on_metered == Some(true) {
        Some(Rest { reason: RestFor::Metered, until: None })
    } else {
        None
    };
    match set {
        Some(What::Limits { up, down }) => Allowed { up, down, by_timetable: true, rest, next },
        _ => Allowed { up: rules.up, down: rules.down, by_timetable: false, rest, next },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    fn rules(timetable: &str) -> Rules {
        let timetable = Timetable::parse(timetable).unwrap();
        Rules { up: Some(1_000_000), timetable, ..Rules::default() }
    }

    #[test]
    fn the_timetable_goes_before_the_general_limit() {
        let rules = rules("daily 08:00-18:00 up 500 KB/s; daily 18:00-20:00 full; daily 20:00-21:00 rest");
        let holds = |time: &str| allowed(&rules, &at(time), None, None);
        let morning = holds("2026-11-22T07:00[Europe/Berlin]");
        assert_eq!((morning.up, morning.by_timetable, morning.rest), (Some(1_000_000), false, None));
        assert_eq!(morning.next, Some(at("2026-11-22T08:00[Europe/Berlin]").timestamp()));
        assert_eq!(holds("2026-11-22T09:00[Europe/Berlin]").up, Some(500_000));
        assert_eq!(holds("2026-11-22T19:00[Europe/Berlin]").up, None);
        let evening = holds("2026-11-22T20:30[Europe/Berlin]").rest.unwrap();
        let nine = at("2026-11-22T21:00[Europe/Berlin]").timestamp().as_millisecond();
        assert_eq!(evening, Rest { reason: RestFor::Timetable, until: Some(nine) });
    }

    #[test]
    fn a_pause_of_hours_ends_by_itself() {
        let now = at("2026-11-22T12:00[Europe/Berlin]");
        let until = at("2026-11-22T14:00[Europe/Berlin]").timestamp();
        let rules = Rules { rest_until: Some(until), ..rules("daily 13:00-15:00 rest") };
        let held = allowed(&rules, &now, None, None);
        assert_eq!(held.rest, Some(Rest { reason: RestFor::User, until: Some(until.as_millisecond()) }));
        assert_eq!(held.next, Some(at("2026-11-22T13:00[Europe/Berlin]").timestamp()));
        let after = allowed(&rules, &at("2026-11-22T14:00[Europe/Berlin]"), None, None);
        assert_eq!(after.rest.map(|rest| rest.reason), Some(RestFor::Timetable));
    }

    #[test]
    fn only_what_is_known_holds_anything_up() {
        let now = at("2026-11-22T12:00[Europe/Berlin]");
        let rules = Rules { rest_on_battery: true, rest_on_metered: true, ..rules("") };
        let held = |battery, metered| allowed(&rules, &now, battery, metered).rest.map(|rest| rest.reason);
        assert_eq!(held(None, None), None);
        assert_eq!(held(Some(false), Some(false)), None);
        assert_eq!(held(Some(true), None), Some(RestFor::Battery));
        assert_eq!(held(None, Some(true)), Some(RestFor::Metered));
        assert_eq!(allowed(&Rules::default(), &now, Some(true), Some(true)).rest, None);
    }
}
