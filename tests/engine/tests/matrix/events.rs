//! Things that happen to the program, the user's wishes, the file, the clocks and the way: at moments that are held.

use std::time::Duration;

use engine::model::{JobAction, JobSelection, JobStateKind};
use engine_tests::relay::{Damage, Kind, On, Side};
use engine_tests::{MovableWorld, noise};
use ferry_tenant::{Action, Match, Rule};
use futures_util::FutureExt;

use crate::cell::{Cell, End, FILM, PARTS, Scene, WAYS, Way};

/// A moment lasts so long at least, for what happens in it.
const HELD: Duration = Duration::from_millis(900);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The file was looked at, the tenant is asked where it goes.
    Before,
    /// Some bytes of it are out.
    Middle,
    /// The store has the form, or one of the parts, and has not said so yet.
    Answer,
    /// The parts are to be put together.
    Completing,
    /// The tenant works on it.
    Working,
}

const MOMENTS: [Moment; 5] =
    [Moment::Before, Moment::Middle, Moment::Answer, Moment::Completing, Moment::Working];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Crash,
    Stop,
    PauseAndResume,
    Cancel,
    /// Other bytes of the same size.
    Rewritten,
    CutShort,
    /// Another file of another size is put in its place.
    Replaced,
    MovedAway,
    TokensExpire,
    PoliciesExpire,
    HoursPass,
    ClockSetBack,
    ClockSetForward,
    StoreAway,
    UploadsSwept,
}

const EVENTS: [Event; 15] = [
    Event::Crash,
    Event::Stop,
    Event::PauseAndResume,
    Event::Cancel,
    Event::Rewritten,
    Event::CutShort,
    Event::Replaced,
    Event::MovedAway,
    Event::TokensExpire,
    Event::PoliciesExpire,
    Event::HoursPass,
    Event::ClockSetBack,
    Event::ClockSetForward,
    Event::StoreAway,
    Event::UploadsSwept,
];

pub fn cells() -> Vec<Cell> {
    let all = EVENTS.iter().flat_map(|event| {
        MOMENTS.iter().flat_map(move |moment| WAYS.iter().filter_map(|way| cell(*event, *moment, *way)))
    });
    all.collect()
}

/// The table. `None`: there is no such moment, or nothing of the kind could happen in it.
fn end(event: Event, moment: Moment, way: Way) -> Option<End> {
    use {Event as E, Moment as M, Way as W};
    Some(match (event, moment, way) {
        (_, M::Completing, W::Form) | (E::UploadsSwept, _, W::Form) => return None,
        // Nothing of it can be taken back once the store has it all.
        (E::Cancel, M::Before | M::Middle, _) | (E::Cancel, M::Answer, W::Parts) => End::Cancelled,
        (E::Cancel, M::Completing, _) => End::AsTheLibrarySays,
        // What was compared for the last time arrives as it was.
        (E::Rewritten | E::CutShort | E::Replaced, M::Before | M::Middle, _)
        | (E::Rewritten | E::CutShort | E::Replaced, M::Answer, W::Parts) => End::DoneAnew,
        _ => End::Done,
    })
}

/// Forms, or parts, that have to be sent at most.
fn most(event: Event, moment: Moment, way: Way) -> usize {
    let once = matches!(moment, Moment::Working | Moment::Completing)
        || (moment == Moment::Answer && way == Way::Form);
    let times = match (event, once) {
        // Begun, found to have changed, sent anew.
        (Event::Rewritten | Event::CutShort | Event::Replaced, false) => 3,
        // Parts of which nobody knew yet that they were in vain may be sent once more.
        (Event::UploadsSwept, _) if moment != Moment::Working => 3,
        (_, true) => 1,
        (_, false) => 2,
    };
    if way == Way::Parts { times * PARTS } else { times }
}

fn cell(event: Event, moment: Moment, way: Way) -> Option<Cell> {
    Some(Cell {
        name: format!("{event:?} · {moment:?} · {way:?}"),
        way,
        end: end(event, moment, way)?,
        most: most(event, moment, way),
        damaged: 0,
        // Of a beginning whose answer nobody heard nobody knows the name: the bucket sweeps it.
        orphans: usize::from(moment == Moment::Before && matches!(event, Event::Crash | Event::Stop)),
        ingest_delay_ms: if moment == Moment::Working { 1_500 } else { 0 },
        prepares: Box::new(move |scene| hold(scene, moment)),
        happens: Box::new(move |scene| {
            async move {
                reached(scene, moment).await;
                happens(scene, event).await;
            }
            .boxed()
        }),
    })
}

fn hold(scene: &Scene, moment: Moment) {
    let delay = Action::Delay { ms: u64::try_from(HELD.as_millis()).unwrap() };
    let on = match scene.way {
        Way::Form => On::Form,
        Way::Parts => On::Part,
    };
    let damage = |side, at| Damage { on, side, at, kind: Kind::Delay(HELD) };
    match (moment, scene.way) {
        (Moment::Before, Way::Form) => {
            scene.stage.tenant.add_fault(Rule::new(Match::path("/api/v1/upload/setting"), delay).times(1));
        }
        (Moment::Before, Way::Parts) => {
            scene.stage.tenant.add_fault(Rule::new(Match::multipart("POST"), delay).times(1));
        }
        (Moment::Middle, _) => scene.relay.add(damage(Side::Request, 4_000_000)),
        (Moment::Answer, _) => scene.relay.add(damage(Side::Answer, 0)),
        (Moment::Completing, _) => {
            scene.stage.tenant.add_fault(Rule::new(Match::multipart("POST"), delay).times(1).after(1));
        }
        (Moment::Working, _) => {}
    }
}

async fn reached(scene: &Scene, moment: Moment) {
    match moment {
        Moment::Before | Moment::Completing => {
            scene.stage.until(|| scene.stage.tenant.faults().rules.iter().any(|rule| rule.fired > 0)).await;
        }
        Moment::Middle | Moment::Answer => scene.stage.until(|| scene.relay.held() > 0).await,
        Moment::Working => {
            let with_the_tenant = |view: &engine::model::BatchView| {
                view.totals.count(JobStateKind::Finishing) + view.totals.count(JobStateKind::Processing) > 0
            };
            scene.stage.watch().await.until(scene.batch, with_the_tenant).await;
        }
    }
}

async fn happens(scene: &mut Scene, event: Event) {
    let world: &MovableWorld = &scene.stage.world;
    let hours = Duration::from_secs(3 * 3_600);
    let film = scene.stage.path("Shoot/film.mov");
    let days = 2 * 24 * 3_600_000;
    match event {
        Event::Crash => {
            drop(scene.stage.engine.take());
            scene.stage.wait_for_lock().await;
            scene.stage.start().await;
        }
        Event::Stop => {
            scene.stage.stop().await;
            scene.stage.start().await;
        }
        Event::PauseAndResume => {
            let batch = JobSelection::Batch { batch: scene.batch };
            scene.stage.control(batch.clone(), JobAction::Pause).await;
            scene.stage.control(batch, JobAction::Resume).await;
        }
        Event::Cancel => {
            scene.stage.control(JobSelection::Batch { batch: scene.batch }, JobAction::Cancel).await;
        }
        Event::Rewritten => std::fs::write(film, noise(2, FILM)).unwrap(),
        Event::CutShort => {
            std::fs::File::options().write(true).open(film).unwrap().set_len(9_000_000).unwrap()
        }
        Event::Replaced => {
            let other = scene.stage.file("other.mov", &noise(3, FILM + 70_000));
            std::fs::rename(other, film).unwrap();
        }
        Event::MovedAway => std::fs::rename(film, scene.stage.path("elsewhere.mov")).unwrap(),
        Event::TokensExpire => scene.stage.tenant.expire_tokens(),
        Event::PoliciesExpire => scene.stage.tenant.expire_policies(),
        Event::HoursPass => {
            world.advance(hours);
            scene.stage.tenant.advance_clock(hours);
        }
        Event::ClockSetBack => world.set_clock(-days),
        Event::ClockSetForward => world.set_clock(days),
        Event::StoreAway => {
            scene.relay.go_away().await;
            scene.relay.come_back().await;
        }
        Event::UploadsSwept => scene.stage.tenant.lose_open_uploads(),
    }
}
