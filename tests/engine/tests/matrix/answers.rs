//! Answers that calls get, mostly twice, in place of the right ones.

use engine::error::ErrorCode;
use engine::model::JobStateKind as Kind;
use ferry_tenant::{Action, FaultBody, Match, Rule};
use futures_util::FutureExt;

use crate::cell::{Cell, End, PARTS, WAYS, Way};

const TIMES: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Busy,
    BusyFor,
    TooMany,
    Broken,
    ErrorPage,
    /// A web page where none is due, as portals send it.
    Page,
    Nothing,
    Refused,
    Forbidden,
    NotFound,
    /// The connection ends before the answer.
    Cut,
    /// Everything is done, and then the connection ends.
    Lost,
    /// The first byte is another one.
    Flipped,
}

const ANSWERS: [Answer; 13] = [
    Answer::Busy,
    Answer::BusyFor,
    Answer::TooMany,
    Answer::Broken,
    Answer::ErrorPage,
    Answer::Page,
    Answer::Nothing,
    Answer::Refused,
    Answer::Forbidden,
    Answer::NotFound,
    Answer::Cut,
    Answer::Lost,
    Answer::Flipped,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    MakeAlbum,
    Setting,
    Send,
    Status,
    Details,
    Begin,
    Sign,
    Complete,
}

const CALLS: [Call; 8] = [
    Call::MakeAlbum,
    Call::Setting,
    Call::Send,
    Call::Status,
    Call::Details,
    Call::Begin,
    Call::Sign,
    Call::Complete,
];

pub fn cells() -> Vec<Cell> {
    let all = CALLS.iter().flat_map(|call| {
        ANSWERS.iter().flat_map(move |answer| WAYS.iter().filter_map(|way| cell(*call, *answer, *way)))
    });
    all.collect()
}

/// The table: what is not named here ends well by itself.
fn end(call: Call, answer: Answer) -> End {
    use {Answer as A, Call as C};
    match (call, answer) {
        // What is above it was read a moment before: a 404 is about the right, too.
        (C::MakeAlbum, A::Refused | A::Forbidden | A::NotFound) => {
            End::Held(Kind::Blocked, ErrorCode::DestinationRefused)
        }
        (C::Setting | C::Begin | C::Sign, A::Refused) => End::Held(Kind::Failed, ErrorCode::TenantRefused),
        (C::Setting | C::Begin | C::Sign | C::Complete, A::Forbidden) => {
            End::Held(Kind::Blocked, ErrorCode::NoPermission)
        }
        _ => End::Done,
    }
}

fn cell(call: Call, answer: Answer, way: Way) -> Option<Cell> {
    let of_parts = matches!(call, Call::Begin | Call::Sign | Call::Complete);
    let of_forms = call == Call::Setting;
    if of_parts && way == Way::Form || of_forms && way == Way::Parts {
        return None;
    }
    let most = if way == Way::Parts { 3 * PARTS } else { 3 };
    Some(Cell {
        name: format!("{call:?} · {answer:?} · {way:?}"),
        way,
        end: end(call, answer),
        most,
        // Damage that the store does not notice becomes an asset, which is never taken for the file.
        damaged: if (call, answer, way) == (Call::Send, Answer::Flipped, Way::Form) { TIMES } else { 0 },
        // Of a beginning whose answer was lost nobody knows the name: the bucket sweeps it.
        orphans: if call == Call::Begin { TIMES } else { 0 },
        ingest_delay_ms: 0,
        prepares: Box::new(move |scene| scene.stage.tenant.add_fault(rule(call, answer, way))),
        happens: Box::new(|_| async {}.boxed()),
    })
}

fn rule(call: Call, answer: Answer, way: Way) -> Rule {
    let on = match (call, way) {
        (Call::MakeAlbum, _) => Match { method: Some("POST".into()), ..Match::path("/api/v1/album") },
        (Call::Setting, _) => Match::path("/api/v1/upload/setting"),
        (Call::Send, Way::Form) => Match::object_post(),
        (Call::Send, Way::Parts) => Match::part_put(),
        (Call::Status, _) => Match::path("/api/v1/upload/status"),
        (Call::Details, _) => Match::path("/api/v1/batch/content"),
        (Call::Begin | Call::Complete, _) => Match::multipart("POST"),
        (Call::Sign, _) => Match::multipart("GET"),
    };
    let rule = Rule::new(on, action(call, answer));
    // The first of these calls begins the upload, and so may the third.
    if call == Call::Complete { rule.times(1).after(1) } else { rule.times(TIMES as u64) }
}

fn action(call: Call, answer: Answer) -> Action {
    let own = if call == Call::Send { FaultBody::Xml } else { FaultBody::Json };
    let status = |code, body| Action::Status { code, retry_after: None, body, after_bytes: None };
    let later = |code| Action::Status { code, retry_after: Some("1".into()), body: own, after_bytes: None };
    match answer {
        Answer::Busy => status(503, own),
        Answer::BusyFor => later(503),
        Answer::TooMany => later(429),
        Answer::Broken => status(500, own),
        Answer::ErrorPage => status(502, FaultBody::Html),
        Answer::Page => status(200, FaultBody::Html),
        Answer::Nothing => status(200, FaultBody::Empty),
        Answer::Refused => status(400, own),
        Answer::Forbidden => status(403, own),
        Answer::NotFound => status(404, own),
        Answer::Cut => Action::Cut { after_bytes: 0 },
        Answer::Lost => Action::LoseAnswer,
        Answer::Flipped => Action::FlipByte { at: 0 },
    }
}
