//! Any failure, any number of them before, any wish of the server, any chance.

use proptest::option;
use proptest::prelude::{any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::properties::{Checked, Steps, StillWorld, hold};

const NOW: Millis = 1_800_000_000_000;

/// What servers say, and what they should never say.
fn wish() -> impl Strategy<Value = Option<Duration>> {
    option::of(prop_oneof![
        (0..100_000u64).prop_map(Duration::from_millis),
        any::<u64>().prop_map(Duration::from_secs),
        Just(Duration::MAX),
    ])
}

fn most(failures: u32) -> Millis {
    delay(failures).as_millis() as Millis
}

fn waits(ready_at: Millis, failures: u32, wish: Option<Duration>) -> Checked {
    let waits = ready_at.saturating_sub(NOW);
    let wish = wish.map_or(0, |wish| Millis::try_from(wish.as_millis()).unwrap_or(Millis::MAX));
    let most = most(failures);
    prop_assert!(waits >= wish.min(Millis::MAX - NOW), "the server's wish is obeyed: {waits} < {wish}");
    prop_assert!(waits >= most / 2, "{waits} ms after {failures} failures");
    prop_assert!(waits <= most.max(wish), "{waits} ms after {failures} failures, wish {wish}");
    Ok(())
}

type Case = (u32, ErrorCode, Option<Duration>, u8);

fn after_any((failures, code, wish, chance): Case, steps: &Steps) -> Checked {
    let world = StillWorld { now: NOW, chance };
    steps.add(2);
    let (count, event) = after_failure(&world, failures, Failure::new(code), wish);
    match event {
        JobEvent::TriedInVain { failure, ready_at } => {
            prop_assert_eq!((failure.code, count), (code, failures + 1));
            prop_assert_eq!(code.class(), FailureClass::Temporary);
            prop_assert!(count < MOST_FAILURES);
            waits(ready_at, failures, wish)?;
        }
        JobEvent::GaveUp { failure } => {
            prop_assert_eq!((failure.code, count), (code, failures + 1));
            prop_assert!(code.class() == FailureClass::Permanent || count >= MOST_FAILURES);
        }
        JobEvent::Held { failure } => {
            prop_assert_eq!((failure.code, code.class()), (code, FailureClass::NeedsSomeone));
        }
        JobEvent::MustWait { on, failure } => {
            prop_assert_eq!(failure.map(|failure| failure.code), Some(code));
            // Nothing that the file, or its job, is to blame for: it is not charged for it.
            let expected = if on == WaitingFor::Quiet { 0 } else { failures };
            prop_assert_eq!(count, expected);
            prop_assert_eq!(on == WaitingFor::Network, concerns_the_way(code));
        }
        other => prop_assert!(false, "{other:?}"),
    }
    let (count, event) = after_damage(&world, failures, Failure::new(ErrorCode::ChecksumMismatch));
    prop_assert_eq!(count, failures + 1);
    match event {
        JobEvent::ArrivedDamaged { ready_at, .. } => waits(ready_at, failures, None),
        JobEvent::IngestFailed { .. } => {
            prop_assert!(count >= MOST_DAMAGED);
            Ok(())
        }
        other => {
            prop_assert!(false, "{other:?}");
            Ok(())
        }
    }
}

#[test]
fn back_off_is_bounded_and_the_server_is_obeyed() {
    let failures = prop_oneof![0..MOST_FAILURES + 2, 0..u32::MAX];
    let cases = (failures, select(ErrorCode::ALL), wish(), any::<u8>());
    hold("retry", file!(), 20_000, cases, after_any);
}

/// With the same chance each wait is at least as long as the one before, and in the end all are the longest.
#[test]
fn back_off_grows() {
    let grows = |chance: u8, steps: &Steps| {
        let world = StillWorld { now: 0, chance };
        let mut before = Duration::ZERO;
        for failures in 0..40 {
            let now = jittered(&world, delay(failures));
            prop_assert!(now >= before && now <= LONGEST_DELAY);
            before = now;
            steps.add(1);
        }
        prop_assert!(before >= LONGEST_DELAY / 2);
        Ok(())
    };
    hold("back-off", file!(), 256, any::<u8>(), grows);
}
