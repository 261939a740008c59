//! Rights as the demo library gives and takes them: who may upload, and who sees an album, in every form of a refusal.

use engine::error::ErrorCode as Code;
use engine::model::{JobAction, JobSelection, JobStateKind, Right as Told, SignInRequest};
use engine_tests::{Stage, hasty, noise};
use ferry_tenant::{MissingRight, Options, Right, Role, Switches, Tenant};

use crate::{done, nobody_is_asked_to_sign_in, says};

const ME: &str = "contributor@demo.test";
const FORMS: [MissingRight; 5] = [
    MissingRight::Unauthorized,
    MissingRight::Forbidden,
    MissingRight::NotFound,
    MissingRight::Silent,
    MissingRight::Page,
];

/// A contributor through the browser.
async fn stage(missing_right: MissingRight, ingest_delay_ms: u64) -> Stage {
    let switches = Switches { missing_right, ingest_delay_ms, ..Switches::default() };
    let options = Options { switches, ..Options::default() };
    let mut stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
    let request = SignInRequest { tenant: stage.tenant.url().to_owned(), ..SignInRequest::default() };
    let started = stage.handle().start_sign_in(request).await.unwrap();
    stage.account = stage.signed_in_as(started, ME, |_| {}).await.0.unwrap().id;
    stage
}

async fn rights(stage: &Stage) -> Vec<Told> {
    let accounts = stage.handle().accounts().await.unwrap();
    accounts.into_iter().find(|account| account.id == stage.account).unwrap().rights
}

/// Taken away while files are on their way, given back later: the window shows both without a new sign-in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_to_upload_is_taken_and_given_back() {
    for form in FORMS {
        let stage = stage(form, 0).await;
        for number in 0..30 {
            stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 4_000));
        }
        stage.upload(vec![stage.path("Shoot")], stage.album(&["Inbox"])).await;
        let posts = stage.posts();
        stage.tenant.set_rights(ME, &[Right::Download]);
        stage.tenant.expire_policies();
        for number in 0..40 {
            stage.file(&format!("More/more {number}.jpg"), &noise(100 + number, 4_000));
        }
        let batch = stage.enqueue(vec![stage.path("More")], stage.album(&["Inbox"])).await;
        let view = stage.settled(batch).await;
        assert_eq!(view.totals.count(JobStateKind::Blocked), 40, "{form:?}: {view:#?}");
        for job in stage.jobs(batch).await {
            says(&job, Code::NoPermission, "upload");
        }
        assert_eq!(rights(&stage).await, [Told::Download], "{form:?}");
        nobody_is_asked_to_sign_in(&stage).await;

        // Tried again too early it costs a question or two, and says the same.
        let before = stage.tenant.requests().len();
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        stage.settled(batch).await;
        let asked = stage.tenant.requests().len() - before;
        assert!(asked <= 4, "{form:?}: {asked} calls");

        stage.tenant.set_rights(ME, &Role::Contributor.rights());
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), 40, "{form:?}: {:#?}", stage.jobs(batch).await);
        assert!(rights(&stage).await.contains(&Told::Upload), "{form:?}");
        // Those that met an old policy were refused by the store: not one of them is there twice.
        assert_eq!(stage.library().len(), 70, "{form:?}");
        assert!(stage.posts() - posts <= 40 + 32, "{form:?}: {} posts", stage.posts() - posts);
    }
}

/// An album is closed to the user before anything is sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_to_an_album_that_is_closed() {
    for form in FORMS {
        let stage = stage(form, 0).await;
        let album = stage.album(&["Marketing", "Press 24/25"]);
        stage.tenant.restrict(&album.id, Some(&[]));
        for number in 0..20 {
            stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 4_000));
        }
        let batch = stage.enqueue(vec![stage.path("Shoot")], album.clone()).await;
        let view = stage.settled(batch).await;
        if form == MissingRight::Page {
            // The look at the album says nothing; the library takes the files and makes no assets of them.
            assert_eq!(done(&view), 0, "{view:#?}");
        } else {
            let hidden = matches!(form, MissingRight::NotFound | MissingRight::Silent);
            let code = if hidden { Code::DestinationMissing } else { Code::NoPermission };
            for job in stage.jobs(batch).await {
                says(&job, code, "place");
                assert_eq!(job.failure.unwrap().params["destination"], album.path);
            }
            assert_eq!(stage.posts(), 0, "{form:?}");
        }
        nobody_is_asked_to_sign_in(&stage).await;
        stage.tenant.restrict(&album.id, None);
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), 20, "{form:?}: {:#?}", stage.jobs(batch).await);
        assert_eq!(stage.library().len(), 20);
    }
}

/// A new album that the tenant shows a little later: no file is given up for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_album_that_is_shown_late_takes_its_files() {
    for form in [MissingRight::NotFound, MissingRight::Silent] {
        let stage = stage(form, 0).await;
        let album = stage.album(&["Marketing", "Press 24/25"]);
        stage.tenant.restrict(&album.id, Some(&[]));
        for number in 0..20 {
            stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 4_000));
        }
        let mut watch = stage.watch().await;
        let batch = stage.enqueue(vec![stage.path("Shoot")], album.clone()).await;
        watch.count(batch, JobStateKind::Waiting, 1).await;
        stage.tenant.restrict(&album.id, None);
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), 20, "{form:?}: {:#?}", stage.jobs(batch).await);
    }
}

/// It is closed while the library works on what arrived: no asset is made, and the reason is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_album_is_closed_in_the_middle() {
    for form in
        [MissingRight::Unauthorized, MissingRight::Forbidden, MissingRight::NotFound, MissingRight::Silent]
    {
        let stage = stage(form, 1_500).await;
        let album = stage.album(&["Marketing", "Press 24/25"]);
        for number in 0..20 {
            stage.file(&format!("Shoot/{number}.jpg"), &noise(number, 4_000));
        }
        let batch = stage.enqueue(vec![stage.path("Shoot")], album.clone()).await;
        stage.until(|| stage.posts() == 20 && stage.tenant.under_way() == 0).await;
        stage.tenant.restrict(&album.id, Some(&[]));
        let view = stage.settled(batch).await;
        let hidden = matches!(form, MissingRight::NotFound | MissingRight::Silent);
        let code = if hidden { Code::DestinationMissing } else { Code::NoPermission };
        assert_eq!(view.totals.count(JobStateKind::Blocked), 20, "{form:?}: {:#?}", stage.jobs(batch).await);
        for job in stage.jobs(batch).await {
            says(&job, code, "place");
        }
        nobody_is_asked_to_sign_in(&stage).await;
        // Still closed: nothing is sent.
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        stage.settled(batch).await;
        assert_eq!(stage.posts(), 20, "{form:?}");
        stage.tenant.restrict(&album.id, None);
        stage.control(JobSelection::Batch { batch }, JobAction::Retry).await;
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), 20, "{form:?}: {:#?}", stage.jobs(batch).await);
        // The library has none of the first twenty: what is sent again is what it lacks.
        assert_eq!((stage.posts(), stage.library().len()), (40, 20), "{form:?}");
    }
}

/// Words that the user may not set: refused in any form, or taken and not done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_nobody_may_set_are_said_so() {
    for form in
        [MissingRight::Unauthorized, MissingRight::Forbidden, MissingRight::NotFound, MissingRight::Silent]
    {
        let stage = stage(form, 0).await;
        let most: Vec<Right> =
            Role::Contributor.rights().into_iter().filter(|right| *right != Right::Edit).collect();
        stage.tenant.set_rights(ME, &most);
        let file = stage.file("a.jpg", &noise(1, 4_000));
        let mut request = stage.request(vec![file], stage.album(&["Inbox"]));
        request.metadata.values.keywords = vec!["Outdoors".into()];
        request.metadata.values.description = Some("By the lake".into());
        let batch = stage.handle().enqueue(request).await.unwrap();
        let view = stage.settled(batch).await;
        assert_eq!(done(&view), 1);
        let job = stage.job(batch, "a.jpg").await.id;
        let handle = stage.handle();
        let refused = async {
            loop {
                let details = handle.job_details(job).await.unwrap();
                if let Some(failure) = details.metadata.and_then(|metadata| metadata.failure) {
                    return failure;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let failure = tokio::time::timeout(engine_tests::PATIENCE, refused).await.unwrap();
        assert_eq!(failure.code, Code::MetadataRefused, "{form:?}");
        let wanted = if form == MissingRight::NotFound { "gone" } else { "right" };
        assert_eq!(failure.params["reason"], wanted, "{form:?}: {failure:?}");
        nobody_is_asked_to_sign_in(&stage).await;
    }
}
