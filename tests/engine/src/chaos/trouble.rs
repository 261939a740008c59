//! Faults of the tenant, of the store and of the line: all counted, so that they end.

use std::time::Duration;

use ferry_tenant::{Action, FaultBody, Match, Rule};

use super::chance::Chance;
use crate::relay::{Damage, Kind, On, Side};

/// A fault of the tenant or its store.
pub fn fault(chance: &mut Chance, parts: bool) -> Rule {
    let ways = if parts { 4 } else { 2 };
    let (on, action) = match chance.below(ways) {
        0 => (api_call(chance), api_action(chance)),
        1 => form(chance),
        2 => (Match::part_put(), part_action(chance)),
        _ => {
            let method = *chance.pick(&["POST", "POST", "GET", "GET", "DELETE"]);
            (Match::multipart(method), call_action(chance))
        }
    };
    Rule::new(on, action).times(chance.between(1, 3)).after(chance.below(6))
}

fn api_call(chance: &mut Chance) -> Match {
    let calls = [
        "/api/v1/upload/setting",
        "/api/v1/upload/status",
        "/api/v1/batch/content",
        "/api/v1/tree",
        "/api/v1/album",
        "/api/v1/folder",
        "/api/v1/",
        "/oauth",
    ];
    let call: &&str = chance.pick(&calls);
    Match::path(call)
}

fn api_action(chance: &mut Chance) -> Action {
    match chance.below(8) {
        0 => Action::ExpireTokens,
        1 => Action::ExpirePolicies,
        2 => status(*chance.pick(&[400, 401, 403, 404]), None),
        _ => call_action(chance),
    }
}

fn call_action(chance: &mut Chance) -> Action {
    match chance.below(9) {
        0 => Action::Hang,
        1 => Action::LoseAnswer,
        2 => Action::Cut { after_bytes: chance.below(200) },
        // Something that is no JSON. A flipped letter elsewhere would be another answer of the tenant's own.
        3 => Action::FlipByte { at: 0 },
        4 => Action::Delay { ms: chance.between(10, 3_000) },
        5 => status(429, Some("1")),
        _ => Action::Status {
            code: *chance.pick(&[500, 502, 503, 504, 503, 200]),
            retry_after: None,
            body: *chance.pick(&[FaultBody::Json, FaultBody::Html, FaultBody::Html, FaultBody::Empty]),
            after_bytes: None,
        },
    }
}

/// Most are for named files: rules without a name are asked before the form's fields are read.
fn form(chance: &mut Chance) -> (Match, Action) {
    let named = Match::named("*");
    match chance.below(14) {
        0 => (Match::object_post(), Action::Hang),
        1 => (Match::object_post(), Action::Delay { ms: chance.between(10, 4_000) }),
        2 => (Match::object_post(), Action::ExpirePolicies),
        3 | 4 => (named, Action::LoseAnswer),
        5 => (named, Action::Cut { after_bytes: chance.below(700_000) }),
        6 => (named, Action::FlipByte { at: chance.below(60_000) }),
        7 => (named, Action::WrongEtag),
        8 => (named, Action::NoEtag),
        9 => (named, Action::IngestError),
        10 => (named, Action::IngestDelay { ms: chance.between(10, 5_000) }),
        11 if chance.one_in(3) => (named, Action::NeverIngest),
        _ => {
            let code = *chance.pick(&[400, 403, 413, 500, 502, 503, 503, 504]);
            let body = *chance.pick(&[FaultBody::Xml, FaultBody::Xml, FaultBody::Html, FaultBody::Empty]);
            let after_bytes = chance.one_in(2).then(|| chance.below(300_000));
            (named, Action::Status { code, retry_after: None, body, after_bytes })
        }
    }
}

fn part_action(chance: &mut Chance) -> Action {
    match chance.below(11) {
        0 => Action::Hang,
        1 | 2 => Action::LoseAnswer,
        3 => Action::Cut { after_bytes: chance.below(8 << 20) },
        4 => Action::FlipByte { at: chance.below(1 << 20) },
        5 => Action::WrongEtag,
        6 => Action::NoEtag,
        7 => Action::Delay { ms: chance.between(10, 4_000) },
        _ => status(*chance.pick(&[400, 403, 404, 413, 500, 503, 503]), None),
    }
}

fn status(code: u16, retry_after: Option<&str>) -> Action {
    let body = FaultBody::Xml;
    Action::Status { code, retry_after: retry_after.map(str::to_owned), body, after_bytes: None }
}

/// A fault of the line to the store.
pub fn damage(chance: &mut Chance) -> Damage {
    let on = *chance.pick(&[On::Any, On::Form, On::Part]);
    let delay = Kind::Delay(Duration::from_millis(chance.between(10, 700)));
    if chance.one_in(4) {
        let kind = *chance.pick(&[Kind::Flip, Kind::Truncate, delay]);
        return Damage { on, side: Side::Answer, at: chance.below(150), kind };
    }
    let length = 1 + chance.below(3_000);
    let kinds =
        [Kind::Flip, Kind::Drop(length), Kind::Repeat(length), Kind::Truncate, Kind::Swap(length), delay];
    // Small places fit many files, large ones only large files.
    let range = *chance.pick(&[1, 1_000, 50_000, 4 << 20]);
    Damage { on, side: Side::Request, at: chance.below(range), kind: *chance.pick(&kinds) }
}
