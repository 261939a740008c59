//! How many requests may be in flight: rising while throughput rises, halved on trouble (measurements.md part C).

use std::time::Duration;

use tokio::time::Instant;

/// Parts of all files together (measurements.md part C).
pub const MOST_PARTS_AT_ONCE: usize = 16;
/// Large files by form, and in parts (`dispatcher.rs` says why so many).
pub const MOST_LARGE_FILES: usize = 8;

/// A window is judged when this much time has passed and every permit was used about once.
const SHORTEST_WINDOW: Duration = Duration::from_millis(60);
/// More throughput than this is a rise, less than the other a fall.
pub const RISE: f64 = 1.10;
const FALL: f64 = 0.75;
/// After trouble the limit rests before it rises again.
const REST: Duration = Duration::from_secs(3);

/// One lane's limit. Pure: time is passed in.
#[derive(Debug)]
pub struct AdaptiveLimit {
    limit: usize,
    least: usize,
    most: usize,
    /// Doubling while throughput rises; afterwards one step at a time.
    starting: bool,
    best: f64,
    window_started: Option<Instant>,
    done: usize,
    bytes: u64,
    rests_until: Option<Instant>,
}

impl AdaptiveLimit {
    pub fn new(first: usize, least: usize, most: usize) -> Self {
        Self {
            limit: first,
            least,
            most,
            starting: true,
            best: 0.0,
            window_started: None,
            done: 0,
            bytes: 0,
            rests_until: None,
        }
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Begins with so many, where nothing was measured yet.
    pub fn begin_with(&mut self, limit: usize) {
        if self.starting && self.best == 0.0 {
            self.limit = limit.clamp(self.least, self.most);
        }
    }

    /// A request ended well. `busy`: all permits were in use.
    pub fn succeeded(&mut self, now: Instant, bytes: u64, busy: bool) {
        let started = *self.window_started.get_or_insert(now);
        self.done += 1;
        // Requests count as well as bytes: of small files, the former is what a line is good for.
        self.bytes += bytes + 4_096;
        let elapsed = now.duration_since(started);
        if self.done < self.limit || elapsed < SHORTEST_WINDOW {
            return;
        }
        let rate = self.bytes as f64 / elapsed.as_secs_f64();
        self.window_started = Some(now);
        self.done = 0;
        self.bytes = 0;
        if self.rests_until.is_some_and(|until| now < until) || !busy {
            return;
        }
        if rate > self.best * RISE {
            self.best = rate;
            let step = if self.starting { self.limit } else { (self.limit / 8).max(1) };
            self.limit = (self.limit + step).min(self.most);
        } else {
            self.starting = false;
            if rate < self.best * FALL {
                // The line has become slower, or there are too many: step back and measure anew.
                self.limit = (self.limit - self.limit / 8).max(self.least);
                self.best = rate;
            } else {
                self.best = self.best * 0.95 + rate * 0.05;
            }
        }
    }

    /// 429, 503, a time-out, a broken connection.
    pub fn in_trouble(&mut self, now: Instant) {
        if self.rests_until.is_some_and(|until| now < until) {
            return;
        }
        self.limit = (self.limit / 2).max(self.least);
        self.starting = false;
        self.best = 0.0;
        self.rests_until = Some(now + REST);
        self.window_started = None;
        self.done = 0;
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that answers each request after `latency` and carries at most `most` side by side.
    fn run(limit: &mut AdaptiveLimit, latency: Duration, most: usize, rounds: usize) {
        let mut now = Instant::now();
        for _ in 0..rounds {
            let in_flight = limit.limit();
            // Beyond what the line carries, answers only come later.
            now += latency.mul_f64((in_flight as f64 / most as f64).max(1.0));
            for _ in 0..in_flight {
                limit.succeeded(now, 10_000, true);
            }
        }
    }

    #[test]
    fn rises_to_the_most_on_a_line_with_latency() {
        let mut limit = AdaptiveLimit::new(8, 2, 128);
        run(&mut limit, Duration::from_millis(80), 1_000, 8);
        assert_eq!(limit.limit(), 128);
    }

    #[test]
    fn stops_rising_where_the_line_is_full() {
        let mut limit = AdaptiveLimit::new(8, 2, 128);
        run(&mut limit, Duration::from_millis(80), 16, 40);
        assert!((16..=64).contains(&limit.limit()), "{}", limit.limit());
    }

    #[test]
    fn trouble_halves_once_however_many_requests_meet_it() {
        let mut limit = AdaptiveLimit::new(64, 2, 128);
        let now = Instant::now();
        for _ in 0..64 {
            limit.in_trouble(now);
        }
        assert_eq!(limit.limit(), 32);
        limit.in_trouble(now + REST);
        assert_eq!(limit.limit(), 16);
        for round in 2..20 {
            limit.in_trouble(now + REST * round);
        }
        assert_eq!(limit.limit(), 2, "never below the least");
    }
}
