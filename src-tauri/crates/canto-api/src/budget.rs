//! How many calls a tenant takes: one budget for everything that talks to it.
//!
//! 200 calls a minute and account is the one published figure [T], so the budget's own rule stays below it.
//! A tenant that sends `RateLimit` headers is believed instead. Posts to the object store are not counted [I].

mod headers;
mod state;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::{StatusCode, header::HeaderMap};
use tokio::{
    sync::{Mutex as Turn, Notify},
    time::Instant,
};

use self::state::State;
use crate::error::retry_after;

/// The shared call budget of one tenant. Clones share it.
#[derive(Clone)]
pub struct Budget {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Held while waiting for a call's turn: first come, first served.
    turn: Turn<()>,
    /// Something got better: look again.
    changed: Notify,
}

impl Default for Budget {
    /// 180 calls a minute, 60 of them at once.
    fn default() -> Self {
        Self::new(180, 60)
    }
}

impl Budget {
    /// So many calls a minute, and so many at once after a rest. Both at least 1.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        let state = State::new(per_minute, burst, Instant::now());
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                turn: Turn::new(()),
                changed: Notify::new(),
            }),
        }
    }

    /// Waits for permission for one call, in the order of asking. Hold the permit until the answer is there.
    pub async fn acquire(&self) -> Permit {
        let _turn = self.shared.turn.lock().await;
        loop {
            // Listens before looking, so that no change between the two is missed.
            let changed = self.shared.changed.notified();
            let Err(until) = self.state().try_take(Instant::now()) else { return Permit(self.clone()) };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = changed => {}
            }
        }
    }

    /// Learns from an answer: `RateLimit` headers, and on 429 a pause for all callers of `Retry-After`, or,
    /// without one, of 5 s doubling to 60 s.
    fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        let now = Instant::now();
        {
            let mut state = self.state();
            if let Some(told) = headers::read(headers) {
                state.believe(told, now);
            }
            let wait = retry_after(headers);
            if status == StatusCode::TOO_MANY_REQUESTS {
                state.refused(wait, now);
            } else {
                state.served();
                if let (true, Some(wait)) = (status.is_server_error(), wait) {
                    state.pause_for(now, wait);
                }
            }
        }
        self.shared.changed.notify_one();
    }

    /// The tenant itself says how much it takes: the rule of 180 a minute is not in force.
    pub fn is_told(&self) -> bool {
        self.state().is_told()
    }

    /// How long all callers still have to wait because the tenant said so; none if they don't.
    pub fn paused_for(&self) -> Option<Duration> {
        let now = Instant::now();
        self.state()
            .paused_until()
            .and_then(|until| until.checked_duration_since(now))
            .filter(|d| !d.is_zero())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave for one call. Dropping it without an answer is fine.
pub struct Permit(Budget);

impl Permit {
    /// The call is answered: what the answer says about limits goes into the budget.
    pub fn end(self, status: StatusCode, headers: &HeaderMap) {
        let budget = self.0.clone();
        drop(self);
        budget.answered(status, headers);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().call_ended();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn ok(budget: &Budget, pairs: &[(&'static str, String)]) {
        budget.answered(StatusCode::OK, &headers(pairs));
    }

    async fn take(budget: &Budget, calls: usize) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            budget.acquire().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_at_once_then_three_a_second() {
        let budget = Budget::default();
        assert_eq!(take(&budget, 60).await, Duration::ZERO);
        let spent = take(&budget, 180).await;
        assert!(spent > Duration::from_secs(59) && spent < Duration::from_secs(61), "{spent:?}");
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(take(&budget, 60).await, Duration::ZERO);
        assert!(take(&budget, 1).await > Duration::from_millis(300));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_pauses_everyone() {
        let budget = Budget::default();
        take(&budget, 1).await;
        budget.answered(StatusCode::TOO_MANY_REQUESTS, &headers(&[("retry-after", "17".to_owned())]));
        assert_eq!(budget.paused_for(), Some(Duration::from_secs(17)));
        let others: Vec<_> = (0..3)
            .map(|_| {
                let budget = budget.clone();
                tokio::spawn(async move { take(&budget, 1).await })
            })
            .collect();
        for other in others {
            assert!(other.await.unwrap() >= Duration::from_secs(17));
        }
        assert_eq!(budget.paused_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_without_a_word_double_the_pause() {
        let budget = Budget::default();
        let refuse = || budget.answered(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
        let mut waits = Vec::new();
        for _ in 0..6 {
            refuse();
            waits.push(take(&budget, 1).await.as_secs());
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
        ok(&budget, &[]);
        refuse();
        assert_eq!(take(&budget, 1).await.as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn headers_are_believed_in_both_directions() {
        let budget = Budget::default();
        take(&budget, 1).await;
        let generous = [
            ("ratelimit-limit", "10000".to_owned()),
            ("ratelimit-remaining", "9999".to_owned()),
            ("ratelimit-reset", "60".to_owned()),
        ];
        ok(&budget, &generous);
        assert_eq!(take(&budget, 5000).await, Duration::ZERO);
        let used_up = [
            ("ratelimit", "\"default\";r=0;t=20".to_owned()),
            ("ratelimit-policy", "\"default\";q=5;w=60".to_owned()),
        ];
        ok(&budget, &used_up);
        assert_eq!(take(&budget, 1).await.as_secs(), 20);
        assert_eq!(take(&budget, 4).await, Duration::ZERO, "a new window has the whole limit");
        assert!(take(&budget, 1).await > Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_tenant_that_falls_silent_gets_the_own_rule_again() {
        let budget = Budget::default();
        take(&budget, 1).await;
        let told = [("ratelimit-remaining", "1000".to_owned()), ("ratelimit-reset", "1".to_owned())];
        ok(&budget, &told);
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(take(&budget, 60).await, Duration::ZERO);
        assert!(take(&budget, 60).await > Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn first_come_first_served() {
        let budget = Budget::new(60, 1);
        take(&budget, 1).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..5)
            .map(|n| {
                let (budget, order) = (budget.clone(), order.clone());
                tokio::spawn(async move {
                    budget.acquire().await;
                    order.lock().unwrap().push(n);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }
}
