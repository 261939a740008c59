//! The upload setting of an account: fetched once for many files, and again shortly before its policy expires.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use canto_api::{ApiError, CantoClient, SharedCall, UploadSetting, shared};
use tokio::time::Instant;

use super::rights::{DOUBT, may_be_refusal};
use crate::clock::{Millis, SharedWorld};

/// Canto's settings are valid for five hours (canto-api.md §8.1 [C]); without a readable policy this is assumed.
const ASSUMED_LIFE: Duration = Duration::from_secs(4 * 3_600 + 1_800);
/// A share of the life is kept for the file that is sent with it.
const RESERVE: f64 = 0.1;
const LONGEST_RESERVE: Duration = Duration::from_secs(15 * 60);

type Fetch = SharedCall<Arc<Held>>;

struct Held {
    setting: Arc<UploadSetting>,
    /// By the clock that does not jump; the policy's life is measured against the server's own `Date`.
    good_until: Instant,
}

/// One fetch for all who ask.
pub struct SettingCache {
    world: SharedWorld,
    fetch: Mutex<Option<Fetch>>,
    doubt: Mutex<Option<Doubt>>,
}

/// Answers in a row that may mean a missing right.
struct Doubt {
    error: ApiError,
    count: u32,
    /// By the steady clock.
    since: Millis,
}

impl SettingCache {
    pub fn new(world: SharedWorld) -> Self {
        Self { world, fetch: Mutex::default(), doubt: Mutex::default() }
    }

    /// # Errors
    /// Those of the call; a failed fetch is forgotten.
    pub async fn get(&self, client: &CantoClient) -> Result<Arc<UploadSetting>, ApiError> {
        loop {
            if let Some(error) = self.doubtful() {
                return Err(error);
            }
            let fetch = self.running(client);
            match fetch.clone().await {
                Ok(held) if held.good_until > Instant::now() => {
                    *self.doubt() = None;
                    return Ok(Arc::clone(&held.setting));
                }
                Ok(_) => drop(self.forget(&fetch)),
                Err(error) => {
                    // The first of those who waited counts it for all.
                    if self.forget(&fetch) && may_be_refusal(&error) {
                        let mut doubt = self.doubt();
                        let count = doubt.as_ref().map_or(0, |doubt| doubt.count) + 1;
                        let since = self.world.steady();
                        *doubt = Some(Doubt { error: error.clone(), count, since });
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Answers in a row that may mean a missing right.
    pub fn doubts(&self) -> u32 {
        self.doubt().as_ref().map_or(0, |doubt| doubt.count)
    }

    pub fn forget_doubts(&self) {
        *self.doubt() = None;
    }

    /// Not every file asks for itself.
    fn doubtful(&self) -> Option<ApiError> {
        let now = self.world.steady();
        self.doubt().as_ref().filter(|doubt| now - doubt.since < DOUBT).map(|doubt| doubt.error.clone())
    }

    fn doubt(&self) -> std::sync::MutexGuard<'_, Option<Doubt>> {
        self.doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object store refused with this setting: the next one asks anew.
    pub fn refused(&self, setting: &Arc<UploadSetting>) {
        let mut slot = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
        let same = slot
            .as_ref()
            .and_then(|fetch| fetch.peek())
            .is_some_and(|held| held.as_ref().is_ok_and(|held| Arc::ptr_eq(&held.setting, setting)));
        if same {
            *slot = None;
        }
    }

    fn running(&self, client: &CantoClient) -> Fetch {
        let mut slot = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| {
            let client = client.clone();
            shared(async move { fetch(&client).await.map(Arc::new) })
        })
        .clone()
    }

    /// `true`: nobody had done so.
    fn forget(&self, fetch: &Fetch) -> bool {
        let mut slot = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = slot.as_ref().is_some_and(|held| held.ptr_eq(fetch));
        if is_it {
            *slot = None;
        }
        is_it
    }
}

async fn fetch(client: &CantoClient) -> Result<Held, ApiError> {
    let asked = Instant::now();
    // `refer=true` is not asked for: that the answer echoes it is not evidenced (canto-api.md §8.4 [ND]).
    let setting = client.upload_setting(false).await?;
    let life = setting.expires_in_at_fetch().unwrap_or(ASSUMED_LIFE);
    let good_for = life.saturating_sub(life.mul_f64(RESERVE).min(LONGEST_RESERVE));
    // A policy that is shorter than one request still serves one.
    let good_until = (asked + good_for).max(Instant::now() + Duration::from_millis(500));
    Ok(Held { setting: Arc::new(setting), good_until })
}
