//! How fast, and whether at all: what is set and what the computer says is put in force, and kept so.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::EngineHandle;
use crate::error::Outcome;
use crate::event::EngineEvent;
use crate::model::bandwidth::{moment, rate};
use crate::model::timetable::Timetable;
use crate::model::{BandwidthView, SettingKey};
use crate::network::bandwidth::{Allowed, Rules, allowed};
use crate::queue::message::ToOwner;

impl EngineHandle {
    /// What may be sent and fetched at present, and why.
    pub async fn bandwidth(&self) -> Outcome<BandwidthView> {
        let rules = self.rules().await?;
        let (on_battery, on_metered) = self.surroundings(true, true).await;
        let Allowed { up, down, by_timetable, rest, .. } = self.allowed(&rules, on_battery, on_metered);
        Ok(BandwidthView { up, down, by_timetable, rest, on_battery, on_metered })
    }

    /// Sends and fetches nothing for so long; it survives a restart. Running transfers stop within a second and go on
    /// afterwards: those in parts with what is missing, the others from their beginning.
    ///
    /// # Errors
    /// `SettingLocked`.
    pub async fn rest_for(&self, time: Duration) -> Outcome<()> {
        let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let until = self.inner.world.now().saturating_add(time);
        let until = Timestamp::from_millisecond(until).unwrap_or(Timestamp::MAX);
        self.set_setting(SettingKey::RestUntil, Some(until.to_string())).await
    }

    /// Goes on before its time. What the timetable or the computer holds up stays held up.
    pub async fn end_rest(&self) -> Outcome<()> {
        self.set_setting(SettingKey::RestUntil, None).await
    }

    async fn rules(&self) -> Outcome<Rules> {
        let settings = self.list_settings().await?;
        let value = |key: SettingKey| {
            settings.iter().find(|setting| setting.key == key).map_or("", |setting| setting.value.as_str())
        };
        Ok(Rules {
            up: rate(value(SettingKey::LimitUp)),
            down: rate(value(SettingKey::LimitDown)),
            timetable: Timetable::parse(value(SettingKey::Timetable)).unwrap_or_default(),
            rest_on_battery: value(SettingKey::OnBattery) == "rest",
            rest_on_metered: value(SettingKey::OnMetered) == "rest",
            rest_until: moment(value(SettingKey::RestUntil)),
        })
    }

    /// Only what is wanted is asked for.
    async fn surroundings(&self, battery: bool, metered: bool) -> (Option<bool>, Option<bool>) {
        if !battery && !metered {
            return (None, None);
        }
        let surroundings = Arc::clone(&self.inner.surroundings);
        let look = move || {
            (
                battery.then(|| surroundings.on_battery()).flatten(),
                metered.then(|| surroundings.on_metered()).flatten(),
            )
        };
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }

    fn allowed(&self, rules: &Rules, on_battery: Option<bool>, on_metered: Option<bool>) -> Allowed {
        let now = Timestamp::from_millisecond(self.inner.world.now()).unwrap_or_default();
        allowed(rules, &now.to_zoned(TimeZone::system()), on_battery, on_metered)
    }

    /// One look; says how long it may take until the next.
    async fn put_in_force(&self, last: &mut Option<Allowed>) -> Outcome<Duration> {
        let rules = self.rules().await?;
        let (battery, metered) = self.surroundings(rules.rest_on_battery, rules.rest_on_metered).await;
        let allowed = self.allowed(&rules, battery, metered);
        let wait = allowed.next.map_or(self.inner.pace.surroundings, |next| {
            let left = next.as_millisecond().saturating_sub(self.inner.world.now());
            Duration::from_millis(u64::try_from(left).unwrap_or_default())
        });
        if last.as_ref() != Some(&allowed) {
            self.inner.network.up().set(allowed.up);
            self.inner.network.down().set(allowed.down);
            let rest = allowed.rest;
            if last.as_ref().is_none_or(|last| last.rest != rest)
                && let Some(owner) = &self.inner.owner
            {
                tracing::info!(?rest, up = allowed.up, down = allowed.down, "what may be sent and fetched");
                drop(owner.send(ToOwner::Rest { rest }));
            }
            *last = Some(allowed);
        }
        // The clock may be set, and the computer may sleep: it is looked at now and then in any case.
        Ok(wait.min(self.inner.pace.surroundings))
    }
}

/// Puts in force what is set, at first and whenever something changes.
pub(super) struct Watch {
    handle: EngineHandle,
    events: Receiver<Arc<EngineEvent>>,
    last: Option<Allowed>,
}

impl Watch {
    /// After the first look, so that nothing is sent before.
    pub async fn start(handle: EngineHandle) -> Outcome<Self> {
        let events = handle.inner.events.subscribe();
        let mut last = None;
        handle.put_in_force(&mut last).await?;
        Ok(Self { handle, events, last })
    }

    pub async fn run(mut self, quit: CancellationToken) {
        loop {
            let wait = self.handle.put_in_force(&mut self.last).await.unwrap_or_else(|failure| {
                // The next look may find them readable; until then, what was in force stays so.
                tracing::warn!(%failure, "the limits can't be read");
                self.handle.inner.pace.surroundings
            });
            tokio::select! {
                () = quit.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                closed = changed(&mut self.events) => if closed { return quit.cancelled().await },
            }
        }
    }
}

/// Waits for other settings. `true`: there will be no more events.
async fn changed(events: &mut Receiver<Arc<EngineEvent>>) -> bool {
    loop {
        match events.recv().await {
            Ok(event) if matches!(*event, EngineEvent::SettingsChanged) => return false,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return false,
            Err(RecvError::Closed) => return true,
        }
    }
}
