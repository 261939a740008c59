//! How fast bytes flow, judged by what connections take: evenly, or in bursts as large as the buffers in between, which on a
//! slow line are seconds apart. Pure: time is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// What stands still for so long and moves again is a burst.
const GAP: Duration = Duration::from_millis(100);
/// From the start of one burst to that of another, buffers are as full as they were: so many are waited for.
const BURSTS: usize = 3;

/// From when streams are in swing.
#[derive(Debug)]
pub struct Flow {
    since: (Instant, u64),
    /// When something moved last, and what was taken by then.
    last: (Instant, u64),
    /// The start of each burst, with what was taken before it.
    bursts: Vec<(Instant, u64)>,
}

impl Flow {
    pub fn new(now: Instant, taken: u64) -> Self {
        Self { since: (now, taken), last: (now, taken), bursts: Vec::new() }
    }

    pub fn look(&mut self, now: Instant, taken: u64) {
        if taken == self.last.1 {
            return;
        }
        if now - self.last.0 >= GAP {
            self.bursts.push((now, self.last.1));
        }
        self.last = (now, taken);
    }

    /// Looking longer would tell nothing more.
    pub fn is_known(&self, now: Instant) -> bool {
        let even = self.bursts.is_empty() && now - self.last.0 < GAP;
        self.last.1 > self.since.1 && (even || self.bursts.len() >= BURSTS)
    }

    /// Bytes a second.
    pub fn speed(&self, now: Instant) -> u64 {
        let (from, to) = match (self.bursts.first(), self.bursts.last()) {
            (Some(first), Some(last)) if last.0 > first.0 => (*first, *last),
            _ => (self.since, (now, self.last.1)),
        };
        ((to.1 - from.1) as f64 / (to.0 - from.0).as_secs_f64().max(0.001)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looked at every 4 ms; `taken` says what was taken after so many milliseconds.
    fn looked_at(for_ms: u64, taken: impl Fn(u64) -> u64) -> (Flow, Instant) {
        let began = Instant::now();
        let mut flow = Flow::new(began, taken(0));
        let at = |ms: u64| began + Duration::from_millis(ms);
        for ms in (4..=for_ms).step_by(4) {
            flow.look(at(ms), taken(ms));
        }
        (flow, at(for_ms))
    }

    #[test]
    fn an_even_flow_is_known_at_once() {
        let (flow, now) = looked_at(1_600, |ms| ms * 12_000);
        assert!(flow.is_known(now));
        assert!((11_900_000..=12_100_000).contains(&flow.speed(now)), "{}", flow.speed(now));
    }

    #[test]
    fn bursts_of_a_slow_line_are_measured_from_start_to_start() {
        // 212 KB each 850 ms, whenever the looking ends.
        for ends in [2_800, 3_100, 3_400] {
            let (flow, now) = looked_at(ends, |ms| (ms / 850) * 212_500);
            assert!(flow.is_known(now));
            assert!((245_000..=255_000).contains(&flow.speed(now)), "{}", flow.speed(now));
        }
        let (early, now) = looked_at(1_200, |ms| (ms / 850) * 212_500);
        assert!(!early.is_known(now), "one burst says nothing");
    }

    #[test]
    fn what_stands_still_is_not_known() {
        let (flow, now) = looked_at(2_000, |_| 500_000);
        assert!(!flow.is_known(now));
        assert_eq!(flow.speed(now), 0);
    }
}
