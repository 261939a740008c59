//! The comparison of a folder with what was seen there, beside a slow one that nobody can doubt.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::prelude::any;
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq};

use super::diff::{Absence, Difference, Entry, Step, absence, compare, step};
use crate::model::{AssetId, JobId, JobStateKind};
use crate::properties::{Checked, Steps, hold};
use crate::store::seen_files::{Fate, SeenFile, Stamp};

fn stamp() -> impl Strategy<Value = Stamp> {
    (0..3u64, 0..3i64, proptest::option::of(0..3u64)).prop_map(|(size, modified_ns, number)| Stamp {
        size,
        modified_ns,
        number,
    })
}

fn names() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "a",
        "A",
        "a.jpg",
        "b",
        "u\u{308}",
        "\u{fc}",
        "\u{10000}",
        "\u{ffff}",
        "zz",
        "Z",
    ])
    .prop_map(str::to_owned)
}

fn files() -> impl Strategy<Value = BTreeMap<String, Stamp>> {
    btree_map(names(), stamp(), 0..10)
}

fn fates() -> impl Strategy<Value = Option<Fate>> {
    let asset = proptest::option::of(Just(AssetId { scheme: "image".into(), id: "x".into() }));
    let fate = (proptest::sample::select(JobStateKind::ALL.to_vec()), 0..3u64, 0..3i64, asset)
        .prop_map(|(state, size, modified_ns, asset)| Fate { state, size, modified_ns, asset });
    proptest::option::of(fate)
}

fn row(name: &str, stamp: Stamp, missed: Option<i64>) -> SeenFile {
    SeenFile { name: name.to_owned(), stamp, job: JobId(1), missed }
}

type Files = BTreeMap<String, Stamp>;

fn told_once((now, before): (Files, Files), steps: &Steps) -> Checked {
    steps.add(now.len() as u64);
    let entry =
        |(name, stamp): (&String, &Stamp)| Entry { name: name.clone(), stamp: *stamp, changed_ns: None };
    let entries: Vec<Entry> = now.iter().map(entry).collect();
    let rows: Vec<SeenFile> = before.iter().map(|(name, stamp)| row(name, *stamp, None)).collect();
    let mut told: BTreeMap<&str, char> = BTreeMap::new();
    for difference in compare(&entries, &rows) {
        let (entry, row, kind) = match difference {
            Difference::New(entry) => (entry, None, 'n'),
            Difference::Changed(entry, row) => (entry, Some(row), 'c'),
            Difference::Renumbered(entry, row) => (entry, Some(row), 'r'),
        };
        prop_assert!(row.is_none_or(|row| row.name == entry.name));
        prop_assert!(told.insert(&entry.name, kind).is_none());
    }
    for (name, stamp) in &now {
        let right = match before.get(name) {
            None => Some('n'),
            Some(old) if (old.size, old.modified_ns) != (stamp.size, stamp.modified_ns) => Some('c'),
            Some(old) if stamp.number.is_some() && old.number != stamp.number => Some('r'),
            Some(_) => None,
        };
        prop_assert_eq!(told.get(name.as_str()).copied(), right, "{}", name);
    }
    // Of what is gone nothing is said.
    prop_assert!(told.keys().all(|name| now.contains_key(*name)));
    Ok(())
}

#[test]
fn each_file_is_told_once_and_rightly() {
    hold("compare", file!(), 20_000, (files(), files()), told_once);
}

type Case = (Stamp, Stamp, Option<Fate>, bool, Option<i64>);

fn sent_once((now, before, fate, as_version, missed): Case, steps: &Steps) -> Checked {
    steps.add(1);
    let told = step(now, &row("a", before, missed), fate.as_ref(), as_version);
    let sends = matches!(told, Step::Send | Step::Version(_));
    let Some(fate) = &fate else {
        prop_assert_eq!(told, Step::Send);
        return Ok(());
    };
    prop_assert!(fate.state.is_settled() || told == Step::Later);
    let done = fate.state == JobStateKind::Done;
    let as_sent = (fate.size, fate.modified_ns) == (now.size, now.modified_ns);
    prop_assert!(!(done && as_sent && sends));
    prop_assert!(!(done && missed == Some(-1) && sends));
    if let Step::Version(asset) = &told {
        prop_assert!(as_version && done);
        prop_assert_eq!(Some(asset), fate.asset.as_ref());
    }
    Ok(())
}

#[test]
fn nothing_is_sent_twice_nor_again_what_the_library_has_lost() {
    let missed = proptest::option::of(-1..3i64);
    hold("step", file!(), 50_000, (stamp(), stamp(), fates(), any::<bool>(), missed), sent_once);
}

fn believed((first, now, apart): (Option<i64>, i64, i64), steps: &Steps) -> Checked {
    steps.add(1);
    match absence(first, now, apart) {
        Absence::Believed => prop_assert!(first.is_some_and(|first| first >= 0 && now - first >= apart)),
        // What is remembered is never later than now, so that a clock that was set back can't make it wait for ever.
        Absence::Doubted(at) => {
            prop_assert!(at <= now && absence(Some(at), now + apart, apart) == Absence::Believed);
        }
    }
    Ok(())
}

#[test]
fn an_asset_is_gone_only_when_it_was_missing_twice_and_some_time_apart() {
    let cases = (proptest::option::of(-1..10_000i64), 0..10_000i64, 1..5_000i64);
    hold("absence", file!(), 50_000, cases, believed);
}
