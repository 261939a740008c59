//! Each call that sending takes × each form of a refusal × when it begins.

use std::sync::Arc;
use std::time::Duration;

use engine::error::ErrorCode as Code;
use engine::model::{BatchId, JobAction, JobSelection, JobStateKind};
use engine_tests::{Stage, hasty, md5_of, noise};
use ferry_tenant::{Action, FaultBody, Match, Options, Rule, Switches, Tenant};
use tokio::sync::Semaphore;

use crate::{done, nobody_is_asked_to_sign_in, says};

const MIB: usize = 1024 * 1024;
const FILES: usize = 20;
const FILMS: usize = 3;
const AT_ONCE: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unauthorized,
    Forbidden,
    NotFound,
    /// `{}` with 200.
    LeftOut,
    /// A web page with 200.
    Page,
}

const FORMS: [Form; 5] = [Form::Unauthorized, Form::Forbidden, Form::NotFound, Form::LeftOut, Form::Page];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// The level of the tree that files go to.
    Tree,
    CreateAlbum,
    CreateFolder,
    /// The album that was chosen.
    Album,
    Setting,
    Begin,
    Sign,
    Complete,
    Status,
    Details,
    /// Neither the list nor the album nor a search.
    StatusAndAlbum,
    DetailsAndAlbum,
}

const CALLS: [Call; 12] = [
    Call::Tree,
    Call::CreateAlbum,
    Call::CreateFolder,
    Call::Album,
    Call::Setting,
    Call::Begin,
    Call::Sign,
    Call::Complete,
    Call::Status,
    Call::Details,
    Call::StatusAndAlbum,
    Call::DetailsAndAlbum,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// From the first file on.
    First,
    /// The same, and the program starts again before the right is given.
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Done,
    Blocked(Code, &'static str),
}

/// The table. `None`: nothing of the kind happens there, or it means something else.
fn end(call: Call, form: Form) -> Option<End> {
    use {Call as C, Form as F};
    Some(match (call, form) {
        // A level that is empty is an empty level: the album is made.
        (C::Tree, F::LeftOut) => End::Done,
        (C::Tree, F::NotFound) => End::Blocked(Code::DestinationMissing, "place"),
        (C::Tree, _) => End::Blocked(Code::NoPermission, "place"),
        (C::CreateAlbum, _) => End::Blocked(Code::DestinationRefused, "create_album"),
        (C::CreateFolder, _) => End::Blocked(Code::DestinationRefused, "create_folder"),
        (C::Album, F::Unauthorized | F::Forbidden) => End::Blocked(Code::NoPermission, "place"),
        (C::Album, F::NotFound | F::LeftOut) => End::Blocked(Code::DestinationMissing, "place"),
        // A tenant that has no such call: what is sent there shows.
        (C::Album, F::Page) => End::Done,
        (C::Setting | C::Begin, _) => End::Blocked(Code::NoPermission, "upload"),
        (C::Sign | C::Complete, F::Unauthorized | F::Forbidden) => End::Blocked(Code::NoPermission, "upload"),
        // There it is about the upload in parts, which may be gone.
        (C::Sign | C::Complete, _) => return None,
        // The album shows what the list or the details don't.
        (C::Status | C::Details, _) => End::Done,
        // A hidden album may as well be one that does not show it yet: that takes its time.
        (C::StatusAndAlbum | C::DetailsAndAlbum, F::LeftOut | F::Page) => return None,
        (C::StatusAndAlbum | C::DetailsAndAlbum, _) => End::Blocked(Code::NoPermission, "view"),
    })
}

fn matches(call: Call) -> Vec<Match> {
    let with = |method: &str, path: &str| Match { method: Some(method.into()), ..Match::path(path) };
    match call {
        Call::Tree => vec![Match::path("/api/v1/tree/")],
        Call::CreateAlbum => vec![with("POST", "/api/v1/album/")],
        Call::CreateFolder => vec![with("POST", "/api/v1/folder/")],
        Call::Album => vec![Match::path("/api/v1/info/album/")],
        Call::Setting => vec![Match::path("/api/v1/upload/setting")],
        Call::Begin => vec![Match::multipart("POST")],
        Call::Sign => vec![Match::multipart("GET")],
        Call::Complete => vec![Match::multipart("POST")],
        Call::Status => vec![Match::path("/api/v1/upload/status")],
        Call::Details => vec![Match::path("/api/v1/batch/content")],
        Call::StatusAndAlbum => {
            vec![
                Match::path("/api/v1/upload/status"),
                with("GET", "/api/v1/album/"),
                Match::path("/api/v1/search"),
            ]
        }
        Call::DetailsAndAlbum => {
            vec![
                Match::path("/api/v1/batch/content"),
                with("GET", "/api/v1/album/"),
                Match::path("/api/v1/search"),
            ]
        }
    }
}

fn action(form: Form) -> Action {
    let status = |code, body| Action::Status { code, retry_after: None, body, after_bytes: None };
    match form {
        Form::Unauthorized => status(401, FaultBody::Json),
        Form::Forbidden => status(403, FaultBody::Json),
        Form::NotFound => status(404, FaultBody::Json),
        Form::LeftOut => status(200, FaultBody::Nothing),
        Form::Page => status(200, FaultBody::Html),
    }
}

/// Calls that the cell may cost before it is blocked: not one for each file.
fn most_calls(call: Call, form: Form) -> usize {
    match (call, form) {
        // As long as it may be a hotel's page, or a tenant that is set up anew, it is tried again.
        (Call::Begin, Form::NotFound | Form::Page) => 4 * FILMS,
        (Call::Begin | Call::Sign | Call::Complete, _) => 2 * FILMS,
        // Looked at as long as somebody may still let it be seen: nothing to do with the number of files.
        (Call::Status | Call::Details | Call::StatusAndAlbum | Call::DetailsAndAlbum, _) => usize::MAX,
        _ => 8,
    }
}

struct Cell {
    call: Call,
    form: Form,
    moment: Moment,
    end: End,
}

impl Cell {
    fn name(&self) -> String {
        format!("{:?} · {:?} · {:?}", self.call, self.form, self.moment)
    }

    fn in_parts(&self) -> bool {
        matches!(self.call, Call::Begin | Call::Sign | Call::Complete)
    }
}

struct Shoot {
    names: Vec<String>,
    sums: Vec<String>,
}

fn shoot(stage: &Stage, cell: &Cell) -> Shoot {
    let (count, size, ending) =
        if cell.in_parts() { (FILMS, 17 * MIB + 7, "mov") } else { (FILES, 9_000, "jpg") };
    let folder = if cell.call == Call::CreateFolder { "Shoot/Day 1" } else { "Shoot" };
    let mut shoot = Shoot { names: Vec::new(), sums: Vec::new() };
    for number in 0..count {
        let (name, bytes) = (format!("{number}.{ending}"), noise(number as u64, size + number));
        stage.file(&format!("{folder}/{name}"), &bytes);
        shoot.names.push(name);
        shoot.sums.push(md5_of(&bytes));
    }
    shoot.sums.sort();
    shoot
}

async fn play(cell: Cell) {
    let name = cell.name();
    let switches = Switches { ingest_delay_ms: 0, ..Switches::default() };
    let options = Options { parts: cell.in_parts(), switches, ..Options::default() };
    let mut stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
    let Shoot { names, sums } = shoot(&stage, &cell);
    for on in matches(cell.call) {
        let rule = Rule::new(on, action(cell.form));
        // The first of these begins the upload.
        stage.tenant.add_fault(if cell.call == Call::Complete { rule.after(FILMS as u64) } else { rule });
    }
    let to = if cell.call == Call::Album {
        stage.album(&["Marketing", "Spring", "Raw"])
    } else {
        stage.folder(&["Marketing", "Spring"])
    };
    let tokens = tokens(&stage);
    let batch = stage.enqueue(vec![stage.path("Shoot")], to).await;
    let view = stage.settled(batch).await;
    if let End::Blocked(code, right) = cell.end {
        for job in stage.jobs(batch).await {
            says(&job, code, right);
        }
        assert_eq!(done(&view), 0, "{name}");
        let calls: u64 = stage.tenant.faults().rules.iter().map(|rule| rule.fired).sum();
        assert!(calls as usize <= most_calls(cell.call, cell.form), "{name}: {calls} calls");
        if cell.moment == Moment::Restart {
            stage.stop().await;
            stage.start().await;
            for job in stage.jobs(batch).await {
                says(&job, code, right);
            }
        }
        stage.tenant.set_faults(Default::default());
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), names.len() as u64, "{name}: {:#?}", stage.jobs(batch).await);
    } else {
        assert_eq!(done(&view), names.len() as u64, "{name}: {:#?}", stage.jobs(batch).await);
    }
    nobody_is_asked_to_sign_in(&stage).await;
    assert!(
        self::tokens(&stage) <= tokens + 1,
        "{name}: {} tokens were issued",
        self::tokens(&stage) - tokens
    );
    arrived_once(&stage, &name, &sums);
    if !cell.in_parts() {
        assert_eq!(stage.posts(), names.len(), "{name}: nothing is sent twice");
    }
    stage.stop().await;
}

fn tokens(stage: &Stage) -> usize {
    stage.tenant.requests().iter().filter(|call| call.path.ends_with("/token")).count()
}

fn arrived_once(stage: &Stage, name: &str, sums: &[String]) {
    let mut there: Vec<String> = stage.tenant.assets().into_iter().map(|asset| asset.md5).collect();
    there.sort();
    assert_eq!(there, sums, "{name}: the library has each file once");
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for call in CALLS {
        for form in FORMS {
            let Some(end) = end(call, form) else { continue };
            cells.push(Cell { call, form, moment: Moment::First, end });
            if matches!(end, End::Blocked(..)) && form != Form::Page {
                cells.push(Cell { call, form, moment: Moment::Restart, end });
            }
        }
    }
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_call_is_refused_in_whichever_form_has_one_right_end() {
    let only = std::env::var("FERRY_CELL").unwrap_or_default();
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut playing = Vec::new();
    for cell in cells().into_iter().filter(|cell| cell.name().contains(&only)) {
        let (permits, name) = (Arc::clone(&permits), cell.name());
        let task = tokio::spawn(async move {
            let _permit = permits.acquire_owned().await;
            play(cell).await;
        });
        playing.push((name, task));
    }
    let (played, mut broken) = (playing.len(), Vec::new());
    for (name, task) in playing {
        if let Err(panic) = task.await {
            let said = panic.into_panic();
            let said = said.downcast_ref::<String>().cloned().unwrap_or_default();
            broken.push(format!("── {name}\n{said}"));
        }
    }
    println!("{played} cells, {} broken", broken.len());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The right goes while a thousand files are on their way: those that are there are done, the others cost a few calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_files_meet_it_as_one_cause() {
    const MANY: usize = 1_000;
    for form in [Form::Unauthorized, Form::Forbidden, Form::NotFound, Form::LeftOut] {
        let stage = Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await;
        for number in 0..MANY {
            stage.file(&format!("Shoot/{number:04}.jpg"), &noise(number as u64, 300));
        }
        // The first setting lasts for some hundred files, the next one is refused.
        let goes = Rule::new(Match::object_post(), Action::ExpirePolicies).after(300).times(1);
        stage.tenant.add_fault(goes);
        let setting = Rule::new(Match::path("/api/v1/upload/setting"), action(form)).after(1);
        stage.tenant.add_fault(setting);
        let batch = stage.enqueue(vec![stage.path("Shoot")], stage.top()).await;
        let view = stage.settled(batch).await;
        let blocked = view.totals.count(JobStateKind::Blocked);
        assert_eq!(done(&view) + blocked, MANY as u64, "{form:?}: {view:#?}");
        assert!(blocked > 0, "{form:?}: the right went too late");
        let asked = stage.tenant.faults().rules[1].fired;
        assert!(asked <= 8, "{form:?}: {asked} calls for {blocked} files");
        let causes: std::collections::BTreeSet<String> = stage
            .jobs(batch)
            .await
            .into_iter()
            .filter(|job| job.state == JobStateKind::Blocked)
            .map(|job| format!("{:?}", job.failure.map(|failure| (failure.code, failure.params))))
            .collect();
        assert_eq!(causes.len(), 1, "{form:?}: {causes:#?}");
        stage.tenant.set_faults(Default::default());
        again(&stage, batch).await;
        assert_eq!(stage.library().len(), MANY, "{form:?}");
        nobody_is_asked_to_sign_in(&stage).await;
    }
}

async fn again(stage: &Stage, batch: BatchId) {
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    let view = stage.settled(batch).await;
    assert_eq!(view.totals.count(JobStateKind::Done), view.totals.all(), "{:#?}", stage.jobs(batch).await);
}

/// What nothing shows is neither done nor sent again: the list says that it is there, with an id that leads nowhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_to_be_there_and_is_shown_nowhere_is_said_so() {
    let stage = Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await;
    let file = stage.file("a.jpg", &noise(1, 5_000));
    let mut watch = stage.watch().await;
    stage
        .tenant
        .add_fault(Rule::new(Match::path("/api/v1/batch/content"), Action::Delay { ms: 1_500 }).times(1));
    let batch = stage.enqueue(vec![file], stage.album(&["Inbox"])).await;
    stage.until(|| stage.tenant.assets().len() == 1).await;
    // Nobody sees it: here it is gone, which looks the same.
    let asset = stage.tenant.assets().remove(0);
    stage.tenant.delete_asset(asset.scheme, &asset.id);
    watch
        .until(batch, |view| {
            view.totals.count(JobStateKind::Finishing) + view.totals.count(JobStateKind::Processing) == 1
        })
        .await;
    for _ in 0..12 {
        stage.until(|| stage.tenant.under_way() == 0).await;
        tokio::time::timeout(Duration::from_millis(700), watch.finished(batch)).await.ok();
        stage.pass_time(Duration::from_secs(120)).await;
    }
    stage.settled(batch).await;
    let job = stage.job(batch, "a.jpg").await;
    says(&job, Code::AssetUnseen, "view");
    assert_eq!(stage.posts(), 1);
    // Asked again, it is looked for, not sent.
    stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
    watch.until(batch, |view| view.totals.count(JobStateKind::Blocked) == 0).await;
    assert_eq!(stage.posts(), 1);
}
