//! How a file is cut into parts. Pure.

use std::ops::Range;

use canto_api::{LARGEST_PART, LEAST_PART, MOST_PARTS};

const MIB: u64 = 1024 * 1024;
/// Where nothing is known of the line.
const USUAL: u64 = 8 * MIB;
/// A part that breaks off costs this much at most.
const MOST_AT_RISK: u64 = 64 * MIB;
/// A part takes about so many seconds: long enough to be worth its call, short enough to be lost, and to be waited for
/// by a file that is to start now (product.md 2.8).
const SECONDS: u64 = 2;
/// A file that goes out within some seconds is not worth the calls that parts cost, but one that is larger than the
/// last of these is, however fast the line.
const FORM_SECONDS: u64 = 4;
const FORM_LEAST: u64 = 16 * MIB;
const FORM_MOST: u64 = 128 * MIB;

/// Whether a file is worth being sent in parts, on a line that carries so many bytes a second in one stream.
pub fn is_worth_parts(size: u64, speed: Option<u64>) -> bool {
    let seconds_worth = speed.map_or(0, |speed| speed.saturating_mul(FORM_SECONDS));
    size > seconds_worth.clamp(FORM_LEAST, FORM_MOST)
}

/// A file in parts of one size, the last one shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub size: u64,
    /// A multiple of a mebibyte.
    pub part_size: u64,
}

impl Plan {
    /// `speed`: bytes a second of one stream, where known. `most`: what the server took at most, bytes.
    /// `None`: no cutting makes it fit.
    pub fn new(size: u64, speed: Option<u64>, most: u64) -> Option<Self> {
        let wish = speed.map_or(USUAL, |speed| speed.saturating_mul(SECONDS)).clamp(USUAL, MOST_AT_RISK);
        // 10,000 parts have to suffice, whatever else is wished.
        let needed = size.div_ceil(u64::from(MOST_PARTS));
        let most = most.clamp(LEAST_PART, LARGEST_PART) / MIB * MIB;
        let part_size = wish.min(most).max(needed).div_ceil(MIB) * MIB;
        (part_size <= most).then_some(Self { size, part_size })
    }

    /// Whether a store takes it; `most`: what the server took at most, bytes.
    pub fn is_possible(&self, most: u64) -> bool {
        (LEAST_PART..=LARGEST_PART.min(most)).contains(&self.part_size) && self.count() <= MOST_PARTS
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.size.div_ceil(self.part_size)).unwrap_or(u32::MAX)
    }

    /// Parts are counted from 1.
    pub fn range(&self, number: u32) -> Range<u64> {
        let from = u64::from(number.saturating_sub(1)) * self.part_size;
        from.min(self.size)..(from + self.part_size).min(self.size)
    }

    pub fn length(&self, number: u32) -> u64 {
        let range = self.range(number);
        range.end - range.start
    }
}

/// The size to try where a part of so many bytes was too large for the server: about half, in whole mebibytes.
/// `None`: a store takes no smaller ones.
pub fn smaller_part(refused: u64) -> Option<u64> {
    (refused > LEAST_PART).then(|| (refused / 2 / MIB * MIB).max(LEAST_PART))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LIMIT: u64 = u64::MAX;

    #[test]
    fn parts_cover_every_byte_once() {
        for size in [1, LEAST_PART, USUAL, USUAL + 1, 3 * USUAL, 5 * USUAL - 1] {
            let plan = Plan::new(size, None, NO_LIMIT).unwrap();
            let mut next = 0;
            for number in 1..=plan.count() {
                let range = plan.range(number);
                assert_eq!(range.start, next);
                assert!(!range.is_empty());
                next = range.end;
            }
            assert_eq!(next, size);
        }
    }

    #[test]
    fn ten_thousand_parts_suffice_for_the_largest_object() {
        for size in [100 << 30, 1 << 40, 5 << 40, 48 << 40] {
            let plan = Plan::new(size, Some(1), NO_LIMIT).unwrap();
            assert!(plan.count() <= MOST_PARTS);
            assert!(plan.part_size <= LARGEST_PART);
        }
        assert_eq!(Plan::new(50_001 << 30, None, NO_LIMIT), None, "larger than 10,000 parts of 5 GiB");
    }

    #[test]
    fn fast_lines_get_larger_parts_and_servers_set_the_limit() {
        let size = 10 << 30;
        assert_eq!(Plan::new(size, Some(100_000), NO_LIMIT).unwrap().part_size, USUAL);
        assert_eq!(Plan::new(size, Some(20 << 20), NO_LIMIT).unwrap().part_size, 40 * MIB);
        assert_eq!(Plan::new(size, Some(1 << 30), NO_LIMIT).unwrap().part_size, MOST_AT_RISK);
        assert_eq!(Plan::new(size, Some(1 << 30), 6 * MIB).unwrap().part_size, 6 * MIB);
        assert_eq!(Plan::new(1 << 40, None, 6 * MIB), None, "10,000 parts of 6 MiB don't hold it");
    }

    #[test]
    fn parts_shrink_until_the_least_that_a_store_takes() {
        let tried: Vec<u64> = std::iter::successors(Some(MOST_AT_RISK), |size| smaller_part(*size)).collect();
        assert_eq!(tried, [64 * MIB, 32 * MIB, 16 * MIB, 8 * MIB, LEAST_PART]);
        assert_eq!(
            smaller_part(11 * MIB),
            Some(5 * MIB),
            "whole mebibytes, or the plan would be cut larger again"
        );
    }

    #[test]
    fn a_limit_that_is_no_whole_number_of_mebibytes_leaves_room() {
        // Half of the 11 MiB that a server did not take.
        assert_eq!(Plan::new(10 << 30, None, 11 * MIB / 2).unwrap().part_size, 5 * MIB);
    }

    #[test]
    fn small_files_are_not_worth_it() {
        assert!(!is_worth_parts(FORM_LEAST, None));
        assert!(is_worth_parts(FORM_LEAST + 1, None));
        assert!(!is_worth_parts(100 * MIB, Some(100 * MIB)));
        assert!(is_worth_parts(FORM_MOST + 1, Some(1 << 40)));
    }
}

#[cfg(test)]
#[path = "plan_properties.rs"]
mod properties;
