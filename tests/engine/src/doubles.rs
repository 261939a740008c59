//! What the engine is given in place of the system's: a vault, clocks, and less patience.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use canto_api::Secret;
use engine::clock::{Millis, SystemWorld, World};
use engine::error::Outcome;
use engine::pace::Pace;
use engine::session::Vault;

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, String>>,
    ever: Mutex<Vec<String>>,
}

impl MemoryVault {
    /// Every secret that was ever kept here.
    pub fn ever_stored(&self) -> Vec<String> {
        self.ever.lock().unwrap().clone()
    }

    /// What is kept under a name.
    pub fn kept(&self, name: &str) -> Option<String> {
        self.secrets.lock().unwrap().get(name).cloned()
    }
}

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Outcome<Option<Secret>> {
        Ok(self.secrets.lock().unwrap().get(name).cloned().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Outcome<()> {
        self.ever.lock().unwrap().push(secret.expose().to_owned());
        self.secrets.lock().unwrap().insert(name.to_owned(), secret.expose().to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> Outcome<()> {
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
}

/// The system's clocks, moved as the test likes.
#[derive(Debug, Default)]
pub struct MovableWorld {
    system: SystemWorld,
    passed_ms: AtomicI64,
    set_by_ms: AtomicI64,
}

impl MovableWorld {
    /// So much time has passed.
    pub fn advance(&self, by: Duration) {
        self.passed_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Somebody sets the clock, forward or back.
    pub fn set_clock(&self, by_ms: Millis) {
        self.set_by_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl World for MovableWorld {
    fn now(&self) -> Millis {
        self.system.now() + self.passed_ms.load(Ordering::Relaxed) + self.set_by_ms.load(Ordering::Relaxed)
    }

    fn steady(&self) -> Millis {
        self.system.steady() + self.passed_ms.load(Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        self.system.random(bytes);
    }
}

/// A battery and a line as the test says; nothing is known at first.
#[derive(Debug, Default)]
pub struct Surroundings(Mutex<(Option<bool>, Option<bool>)>);

impl Surroundings {
    pub fn set(&self, on_battery: Option<bool>, on_metered: Option<bool>) {
        *self.0.lock().unwrap() = (on_battery, on_metered);
    }
}

impl engine::platform::surroundings::Surroundings for Surroundings {
    fn on_battery(&self) -> Option<bool> {
        self.0.lock().unwrap().0
    }

    fn on_metered(&self) -> Option<bool> {
        self.0.lock().unwrap().1
    }
}

/// What the engine waits for without a sign, cut short.
pub fn hasty() -> Pace {
    Pace {
        first_probe: Duration::from_millis(50),
        longest_probe: Duration::from_millis(400),
        seldom_look: Duration::from_millis(500),
        album_look: Duration::from_secs(1),
        source_look: Duration::from_millis(100),
        quiet: Duration::from_millis(500),
        first_abort: Duration::from_millis(100),
        longest_abort: Duration::from_secs(1),
        no_progress: Duration::from_millis(2_500),
        answer: Duration::from_millis(2_500),
        values_gather: Duration::from_millis(50),
        form: Duration::from_millis(500),
        surroundings: Duration::from_millis(200),
        database: Duration::from_millis(300),
        sync_gather: Duration::from_millis(50),
        sync_gather_most: Duration::from_millis(300),
        sync_later: Duration::from_millis(300),
        sync_poll: Duration::from_millis(400),
        sync_reconcile: Duration::from_secs(3_600),
        sync_apart: Duration::from_millis(200),
        right: Duration::from_secs(60),
        typing: Duration::from_millis(20),
        place_look: Duration::from_millis(200),
        sign_in: Duration::from_secs(60),
        measure: Duration::from_millis(300),
        sample: Duration::from_secs(5),
        missing: Duration::ZERO,
    }
}
