use super::*;

fn at(text: &str) -> Zoned {
    text.parse().unwrap()
}

fn table(text: &str) -> Timetable {
    let table = Timetable::parse(text).unwrap();
    assert_eq!(Timetable::parse(&table.to_string()).as_ref(), Ok(&table), "{table}");
    table
}

const UP: Option<What> = Some(What::Limits { up: Some(500_000), down: None });

#[test]
fn the_first_rule_that_holds_decides() {
    let table = table("Mon-Fri 08:00-18:00 up 500 KB/s; daily 12:00-13:00 rest; sat,sun 00:00-24:00 full");
    // A Monday.
    assert_eq!(table.at(&at("2026-11-23T07:59:59[Europe/Berlin]")), None);
    assert_eq!(table.at(&at("2026-11-23T08:00:00[Europe/Berlin]")), UP);
    assert_eq!(table.at(&at("2026-11-23T12:30:00[Europe/Berlin]")), UP);
    assert_eq!(table.at(&at("2026-11-23T18:00:00[Europe/Berlin]")), None);
    assert_eq!(table.at(&at("2026-11-28T12:30:00[Europe/Berlin]")), Some(What::Rest));
    let full = Some(What::Limits { up: None, down: None });
    assert_eq!(table.at(&at("2026-11-29T23:59:59[Europe/Berlin]")), full);
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let table = table("sun 22:00-06:00 rest");
    assert_eq!(table.at(&at("2026-11-22T05:00[Europe/Berlin]")), None, "Saturday's night");
    assert_eq!(table.at(&at("2026-11-22T22:00[Europe/Berlin]")), Some(What::Rest));
    assert_eq!(table.at(&at("2026-11-23T05:59[Europe/Berlin]")), Some(What::Rest));
    assert_eq!(table.at(&at("2026-11-23T06:00[Europe/Berlin]")), None);
    assert_eq!(table.at(&at("2026-11-23T23:00[Europe/Berlin]")), None);
}

#[test]
fn what_comes_next_is_found_over_midnight_and_a_week() {
    let table = table("sun 22:00-06:00 rest; mon 08:00-24:00 up 500 KB/s");
    let next = |time: &str| table.next_change(&at(time)).map(|time| time.strftime("%a %H:%M").to_string());
    assert_eq!(next("2026-11-22T12:00[Europe/Berlin]").as_deref(), Some("Sun 22:00"));
    assert_eq!(next("2026-11-22T23:00[Europe/Berlin]").as_deref(), Some("Mon 06:00"));
    assert_eq!(next("2026-11-23T09:00[Europe/Berlin]").as_deref(), Some("Tue 00:00"));
    assert_eq!(next("2026-11-24T00:00[Europe/Berlin]").as_deref(), Some("Sun 22:00"));
    assert_eq!(Timetable::default().next_change(&at("2026-11-22T12:00[Europe/Berlin]")), None);
    assert_eq!(
        self::table("daily 00:00-24:00 rest").next_change(&at("2026-11-22T12:00[Europe/Berlin]")),
        None
    );
}

/// On 29 March 2026 the clock goes from 02:00 to 03:00, on 25 October from 03:00 back to 02:00.
#[test]
fn the_clock_on_the_wall_decides_when_it_is_set() {
    let table = table("sun 01:00-03:00 rest");
    let lasts = |time: &str| {
        let time = at(time);
        let end = table.next_change(&time).unwrap();
        end.timestamp().duration_since(time.timestamp()).as_mins()
    };
    assert_eq!(lasts("2026-03-29T01:00+01:00[Europe/Berlin]"), 60);
    assert_eq!(lasts("2026-10-25T01:00+02:00[Europe/Berlin]"), 180);
    // One that would begin in the hour that is skipped begins when the clock is set.
    let skipped = self::table("sun 02:30-05:00 rest");
    let time = at("2026-03-29T01:30+01:00[Europe/Berlin]");
    let begins = skipped.next_change(&time).unwrap();
    assert_eq!(begins.timestamp().duration_since(time.timestamp()).as_mins(), 30);
    assert_eq!(skipped.at(&begins), Some(What::Rest));
    // In the hour that comes twice, it holds again.
    let twice = self::table("sun 02:00-02:30 rest");
    let first = at("2026-10-25T02:30+02:00[Europe/Berlin]");
    assert_eq!(twice.at(&first), None);
    assert_eq!(twice.next_change(&first), Some(at("2026-10-25T02:00+01:00[Europe/Berlin]")));
}

#[test]
fn what_is_wrong_is_told() {
    for (text, wrong) in [
        ("someday 08:00-18:00 rest", "timetable_days"),
        ("mon", "timetable_hours"),
        ("mon 8-18 rest", "timetable_hours"),
        ("mon 08:00-08:00 rest", "timetable_hours"),
        ("mon 25:00-26:00 rest", "timetable_hours"),
        ("mon 08:61-18:00 rest", "timetable_hours"),
        ("mon 08:00-18:00", "timetable"),
        ("mon 08:00-18:00 slow", "timetable"),
        ("mon 08:00-18:00 up fast", "limit"),
        ("mon 08:00-18:00 up 1 KB/s", "limit_small"),
    ] {
        assert_eq!(Timetable::parse(text), Err(wrong), "{text}");
    }
    assert_eq!(Timetable::parse(&"mon 08:00-18:00 rest;".repeat(51)), Err("timetable"));
}
