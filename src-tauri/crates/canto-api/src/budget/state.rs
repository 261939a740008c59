//! The arithmetic of the budget, without any waiting.

use std::time::Duration;

use tokio::time::Instant;

use super::headers::Told;

/// The longest pause a tenant can ask for; more would look like a hang.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// What is left, by the own rule or by the tenant's words.
pub(super) struct State {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
    window: Option<Window>,
    paused_until: Option<Instant>,
    refusals: u32,
    /// Calls that were let through and are not answered yet.
    running: u64,
}

/// The tenant's present window.
struct Window {
    remaining: u64,
    ends: Instant,
    /// Calls in a whole window, where the tenant told it.
    limit: Option<u64>,
    length: Duration,
    heard: Instant,
}

impl State {
    pub(super) fn new(per_minute: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst.max(1));
        Self {
            per_second: f64::from(per_minute.max(1)) / 60.0,
            burst,
            tokens: burst,
            filled_at: now,
            window: None,
            paused_until: None,
            refusals: 0,
            running: 0,
        }
    }

    /// The tenant's own words are in force.
    pub(super) fn is_told(&self) -> bool {
        self.window.is_some()
    }

    /// Takes one call, or says when to ask again.
    pub(super) fn try_take(&mut self, now: Instant) -> Result<(), Instant> {
        if let Some(until) = self.paused_until {
            if now < until {
                return Err(until);
            }
            self.paused_until = None;
        }
        self.fill(now);
        if let Some(window) = self.window_at(now) {
            if window.remaining == 0 {
                return Err(window.ends);
            }
            window.remaining -= 1;
        } else if self.tokens < 1.0 {
            // A millisecond more, so that rounding never wakes a caller for nothing.
            let missing = (1.0 - self.tokens) / self.per_second;
            return Err(now + Duration::from_secs_f64(missing) + Duration::from_millis(1));
        }
        // The own bucket drains along, so that a tenant that falls silent does not find it full.
        self.tokens = (self.tokens - 1.0).max(0.0);
        self.running += 1;
        Ok(())
    }

    /// The tenant's window, moved on if it is over, or none if the tenant has said nothing for long.
    fn window_at(&mut self, now: Instant) -> Option<&mut Window> {
        let window = self.window.as_mut()?;
        if now >= window.ends {
            let silent = now.duration_since(window.heard) > window.length * 2 + Duration::from_secs(60);
            match window.limit {
                Some(limit) if !silent => {
                    window.remaining = limit;
                    window.ends = now + window.length;
                }
                _ => self.window = None,
            }
        }
        self.window.as_mut()
    }

    fn fill(&mut self, now: Instant) {
        let gained = now.duration_since(self.filled_at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled_at = now;
    }

    /// Takes over the tenant's words. Calls under way may not be counted in them yet.
    pub(super) fn believe(&mut self, told: Told, now: Instant) {
        let known = self.window.as_ref();
        let limit = told.limit.or(known.and_then(|window| window.limit));
        let length = told.window.or(known.map(|window| window.length)).unwrap_or(Duration::from_secs(60));
        let left = told.reset.unwrap_or_else(|| {
            known.and_then(|window| window.ends.checked_duration_since(now)).unwrap_or(length)
        });
        self.window = Some(Window {
            remaining: told.remaining.saturating_sub(self.running),
            ends: now + left.min(LONGEST_PAUSE),
            limit,
            length: length.max(left).min(LONGEST_PAUSE),
            heard: now,
        });
    }

    /// One call less under way.
    pub(super) fn call_ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// A call went through: the next refusal starts with a short pause again.
    pub(super) fn served(&mut self) {
        if self.paused_until.is_none() {
            self.refusals = 0;
        }
    }

    /// 429: pauses everyone. Refusals of calls that were sent before the pause began do not double it.
    pub(super) fn refused(&mut self, retry_after: Option<Duration>, now: Instant) {
        match retry_after {
            Some(wait) => self.pause_for(now, wait),
            None if self.paused_until.is_none_or(|until| until <= now) => {
                let wait = Duration::from_secs((5u64 << self.refusals.min(4)).min(60));
                self.refusals += 1;
                self.pause_for(now, wait);
            }
            None => {}
        }
    }

    /// Nobody before that time is up; an earlier end than a known one changes nothing.
    pub(super) fn pause_for(&mut self, now: Instant, wait: Duration) {
        let until = now + wait.min(LONGEST_PAUSE);
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
    }

    pub(super) fn paused_until(&self) -> Option<Instant> {
        self.paused_until
    }
}
