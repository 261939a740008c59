//! Hears what the system says of the network, and notices sleep and a clock that was set.

use std::net::IpAddr;
use std::sync::mpsc::Sender;
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use if_watch::IfEvent;
use if_watch::tokio::IfWatcher;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::reachability::Heard;
use crate::clock::{Millis, SharedWorld};
use crate::queue::message::ToOwner;

const TICK: Duration = Duration::from_secs(2);
/// A tick that comes so much too late was slept through, milliseconds.
const SLEPT: Millis = 10_000;
/// The clock is set now and then by a little, which is no matter, milliseconds.
const SET: Millis = 2_000;
/// Addresses come and go together; before this is over, the system is still at it.
const SETTLING: Duration = Duration::from_millis(300);
const FIRST_LIST: Duration = Duration::from_secs(1);

/// What two looks at both clocks mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gap {
    slept: bool,
    /// By how much the wall clock was set, milliseconds; a sleep looks the same where the steady clock stands still.
    set_by: Millis,
}

impl Gap {
    fn of(wall: Millis, steady: Millis) -> Self {
        let tick = TICK.as_millis() as Millis;
        let set_by = wall - steady;
        Self { slept: wall.max(steady) > tick + SLEPT, set_by: if set_by.abs() > SET { set_by } else { 0 } }
    }
}

/// Tells the probe of another network and of waking up, and the owner of a clock that was set. `renew` replaces what
/// belongs to the network that was; it is told which addresses are gone. `last`: both clocks as they were before anything
/// was reckoned by them.
pub async fn watch(
    world: SharedWorld,
    mut last: (Millis, Millis),
    probe: UnboundedSender<Heard>,
    owner: Sender<ToOwner>,
    renew: impl Fn(&[IpAddr]),
    quit: CancellationToken,
) {
    let mut addresses = address_changes();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let changed = tokio::select! {
            () = quit.cancelled() => return,
            Some(first) = addresses.next() => {
                let mut gone = Vec::new();
                note(first, &mut gone);
                tokio::time::sleep(SETTLING).await;
                while let Some(next) = addresses.next().now_or_never().flatten() {
                    note(next, &mut gone);
                }
                Some(gone)
            }
            _ = ticks.tick() => {
                let now = (world.now(), world.steady());
                let gap = Gap::of(now.0 - last.0, now.1 - last.1);
                last = now;
                if gap.set_by != 0 {
                    drop(owner.send(ToOwner::ClockSet { by: gap.set_by }));
                }
                gap.slept.then(Vec::new)
            }
        };
        if let Some(gone) = changed {
            tracing::info!(?gone, "another network, or awake again");
            renew(&gone);
            // The probe ends only with the engine.
            probe.send(Heard::Changed).unwrap_or_default();
        }
    }
}

/// Which addresses are gone, after one more of them came or went.
fn note(event: IfEvent, gone: &mut Vec<IpAddr>) {
    match event {
        IfEvent::Up(net) => gone.retain(|address| *address != net.addr()),
        IfEvent::Down(net) => gone.push(net.addr()),
    }
}

/// Addresses of this computer that come and go, but for those that are there at first. Never ends; where the system
/// can't be asked, failing requests have to tell.
fn address_changes() -> BoxStream<'static, IfEvent> {
    let watcher = match IfWatcher::new() {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "the system does not tell of network changes");
            return stream::pending().boxed();
        }
    };
    let started = Instant::now();
    let changes = watcher.filter_map(move |event| {
        // It begins by naming all that are there.
        let is_news = |event: &IfEvent| matches!(event, IfEvent::Down(_)) || started.elapsed() > FIRST_LIST;
        std::future::ready(event.ok().filter(is_news))
    });
    changes.chain(stream::pending()).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_back_at_once_is_not_gone() {
        let mut gone = Vec::new();
        let [one, two] = ["10.0.0.1/24", "10.0.0.2/24"].map(|net| net.parse().unwrap());
        for event in [IfEvent::Down(one), IfEvent::Down(two), IfEvent::Up(one)] {
            note(event, &mut gone);
        }
        assert_eq!(gone, [two.addr()]);
    }

    #[test]
    fn sleep_and_a_set_clock_are_told_apart_from_an_ordinary_tick() {
        assert_eq!(Gap::of(2_003, 2_001), Gap::default());
        assert_eq!(Gap::of(2_900, 2_000), Gap::default(), "set by less than a second");
        assert_eq!(Gap::of(-86_398_000, 2_000), Gap { slept: false, set_by: -86_400_000 });
        // Linux and macOS: the steady clock stands still meanwhile. Windows: it goes on.
        assert_eq!(Gap::of(28_802_000, 2_000), Gap { slept: true, set_by: 28_800_000 });
        assert_eq!(Gap::of(28_802_000, 28_802_000), Gap { slept: true, set_by: 0 });
    }
}
