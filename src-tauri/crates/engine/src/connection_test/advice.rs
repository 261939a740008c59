//! From what streams side by side carried to what is recommended. Pure, and by the rules that transfers go by themselves.

use crate::model::{Advice, SpeedLevel};
use crate::transfer::parts::Plan;
use crate::transfer::permits::RISE;

/// What the sentence about the time is about: 10 GB.
const EXAMPLE: u64 = 10_000_000_000;

/// `largest_part`: what the server took at most, bytes; `None` where it takes no parts. `None`: nothing was carried.
pub fn advice(levels: &[SpeedLevel], largest_part: Option<u64>) -> Option<Advice> {
    let best = levels.iter().map(|level| level.speed).max().filter(|best| *best > 0)?;
    // As many as still brought a rise that permits would go on rising for; more of them only share the line.
    let enough = |level: &&SpeedLevel| level.speed as f64 * RISE >= best as f64;
    let chosen = levels.iter().filter(enough).min_by_key(|level| level.streams)?;
    let of_one = chosen.speed / u64::from(chosen.streams.max(1));
    let plan = largest_part.and_then(|most| Plan::new(EXAMPLE, Some(of_one), most));
    Some(Advice {
        streams: chosen.streams,
        speed: chosen.speed,
        part_size: plan.map(|plan| plan.part_size),
        seconds: EXAMPLE.div_ceil(chosen.speed.max(1)),
        taken_up: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KB: u64 = 1_000;
    const MB: u64 = 1_000_000;
    const MIB: u64 = 1024 * 1024;

    fn levels(speeds: &[u64]) -> Vec<SpeedLevel> {
        speeds.iter().zip(0..).map(|(speed, at)| SpeedLevel { streams: 1 << at, speed: *speed }).collect()
    }

    #[test]
    fn as_many_streams_as_bring_something_and_parts_of_some_seconds() {
        for (speeds, streams, part_mib, minutes) in [
            // A slow line: one stream fills it, and parts are as small as is usual.
            (vec![200 * KB, 205 * KB, 198 * KB], 1, 8, 833),
            // A long line: each stream carries as much again, until it is full.
            (vec![2 * MB, 4 * MB, 8 * MB, 12 * MB, 12 * MB + 500 * KB], 8, 8, 13),
            // A rise of less than a tenth is none.
            (vec![10 * MB, 10 * MB + 900 * KB, 11 * MB], 1, 20, 16),
            // A fast line in this building.
            (vec![400 * MB, 700 * MB, 1_000 * MB, 1_000 * MB], 4, 64, 0),
            // The best one came early, and more of them were worse.
            (vec![5 * MB, 9 * MB, 6 * MB], 2, 9, 18),
        ] {
            let found = advice(&levels(&speeds), Some(u64::MAX)).unwrap();
            let said = (found.streams, found.part_size.unwrap() / MIB, found.seconds / 60);
            assert_eq!(said, (streams, part_mib, minutes), "{speeds:?}");
        }
    }

    #[test]
    fn a_server_that_takes_no_parts_gets_no_part_size_and_one_with_a_limit_no_larger_ones() {
        let fast = levels(&[100 * MB]);
        assert_eq!(advice(&fast, None).unwrap().part_size, None);
        assert_eq!(advice(&fast, Some(16 * MIB)).unwrap().part_size, Some(16 * MIB));
    }

    #[test]
    fn the_advice_is_what_a_file_would_be_cut_into() {
        for speed in [50 * KB, 3 * MB, 30 * MB, 900 * MB] {
            let found = advice(&levels(&[speed]), Some(u64::MAX)).unwrap();
            let plan = Plan::new(EXAMPLE, Some(speed), u64::MAX).unwrap();
            assert_eq!(found.part_size, Some(plan.part_size));
        }
    }

    #[test]
    fn nothing_carried_is_no_advice() {
        assert_eq!(advice(&[], None), None);
        assert_eq!(advice(&levels(&[0, 0]), None), None);
    }
}
