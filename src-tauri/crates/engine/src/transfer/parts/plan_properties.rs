//! Any size, any speed, any limit: every byte in one part, and every part one that S3 takes.

use proptest::option;
use proptest::prelude::{any, prop_oneof};
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::properties::{Checked, Steps, hold};

/// As often small as large, and often next to a limit.
fn bytes() -> impl Strategy<Value = u64> {
    let near = prop_oneof![
        Just(MIB),
        Just(LEAST_PART),
        Just(USUAL),
        Just(MOST_AT_RISK),
        Just(LARGEST_PART),
        Just(LEAST_PART * 10_000),
        Just(LARGEST_PART * 10_000)
    ];
    prop_oneof![
        (0..63u32, any::<u64>()).prop_map(|(bits, any)| any >> (1 + bits)),
        (near, 0..3u64, -2..3i64).prop_map(|(at, times, off)| (at * times).saturating_add_signed(off)),
        (1..20_000u64).prop_map(|times| times * MIB),
    ]
}

/// The largest part that fits under a limit.
fn largest_under(most: u64) -> u64 {
    most.clamp(LEAST_PART, LARGEST_PART) / MIB * MIB
}

fn is_sound((size, speed, most): (u64, Option<u64>, u64), steps: &Steps) -> Checked {
    let most_parts = u64::from(MOST_PARTS);
    let Some(plan) = Plan::new(size, speed, most) else {
        prop_assert!(
            size > largest_under(most) * most_parts,
            "it would fit in parts of {}",
            largest_under(most)
        );
        steps.add(1);
        return Ok(());
    };
    prop_assert!((LEAST_PART..=LARGEST_PART).contains(&plan.part_size));
    prop_assert!(plan.part_size <= most.max(LEAST_PART), "{plan:?}");
    prop_assert_eq!(plan.part_size % MIB, 0);
    prop_assert!(plan.count() <= MOST_PARTS);
    // What a break costs is bounded, unless so large a file needs it.
    prop_assert!(plan.part_size <= MOST_AT_RISK || plan.part_size - MIB < size.div_ceil(most_parts));
    let mut next = 0;
    for number in 1..=plan.count() {
        let range = plan.range(number);
        // Only what can fail is written with a message: a million of these run.
        if range.start != next || range.is_empty() || plan.length(number) > plan.part_size {
            prop_assert!(false, "part {number} of {plan:?} is {range:?} after {next}");
        }
        next = range.end;
    }
    prop_assert_eq!(next, size);
    prop_assert!(plan.range(plan.count() + 1).is_empty());
    steps.add(u64::from(plan.count()) + 1);
    Ok(())
}

#[test]
fn parts_cover_every_byte_once_within_the_limits() {
    hold(
        "part plan",
        file!(),
        4_000,
        (bytes(), option::of(bytes()), prop_oneof![bytes(), Just(u64::MAX)]),
        is_sound,
    );
}

/// A line that got faster never makes parts worth less, nor does a larger file.
#[test]
fn what_is_worth_parts_grows_with_the_file() {
    let grows = |(size, more, speed): (u64, u64, Option<u64>), steps: &Steps| {
        prop_assert!(!is_worth_parts(size, speed) || is_worth_parts(size.saturating_add(more), speed));
        prop_assert!(is_worth_parts(size, speed) || size <= FORM_MOST);
        prop_assert!(!is_worth_parts(size, speed) || size > FORM_LEAST);
        steps.add(1);
        Ok(())
    };
    hold("worth parts", file!(), 4_000, (bytes(), bytes(), option::of(bytes())), grows);
}
