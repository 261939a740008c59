//! Before there is a batch: the tree, the search, new folders and albums, and a place that is named by its id.

use engine::error::{ErrorCode as Code, Failure};
use engine_tests::{Stage, hasty};
use ferry_tenant::{Action, FaultBody, Match, MissingRight, Options, Right, Rule, Switches, Tenant};

use crate::{nobody_is_asked_to_sign_in, right_of};

const FORMS: [(u16, FaultBody); 4] =
    [(401, FaultBody::Json), (403, FaultBody::Json), (404, FaultBody::Json), (200, FaultBody::Nothing)];

async fn refused(stage: &Stage, path: &str, code: u16, body: FaultBody) {
    let action = Action::Status { code, retry_after: None, body, after_bytes: None };
    stage.tenant.set_faults(ferry_tenant::Faults { rules: vec![Rule::new(Match::path(path), action)] });
}

fn said(failure: &Failure) -> (Code, &str) {
    (failure.code, right_of(failure))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picker_says_what_is_missing() {
    let stage = Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await;
    let (handle, account) = (stage.handle(), stage.account);
    let folder = stage.folder(&["Marketing"]).id;
    for (code, body) in FORMS {
        let gone = code == 404;
        let place = if gone { Code::DestinationMissing } else { Code::NoPermission };
        refused(&stage, "/api/v1/tree", code, body).await;
        let level = handle.list_library(account, Some(folder.clone())).await;
        let found = handle.search_library(account, "Spring").await;
        for result in [level, found] {
            match result {
                // An empty level can't be told from one that is left out.
                Ok(nodes) => assert!(code == 200 && nodes.is_empty(), "{code}"),
                Err(failure) => assert_eq!(said(&failure), (place, "place"), "{code}"),
            }
        }
        refused(&stage, "/api/v1/folder/", code, body).await;
        let failure = handle.create_folder(account, Some(folder.clone()), "New").await.unwrap_err();
        assert_eq!(said(&failure), (Code::DestinationRefused, "create_folder"), "{code}");
        assert_eq!(failure.params["name"], "New");
        refused(&stage, "/api/v1/album/", code, body).await;
        let failure = handle.create_album(account, Some(folder.clone()), "New").await.unwrap_err();
        assert_eq!(said(&failure), (Code::DestinationRefused, "create_album"), "{code}");
        refused(&stage, "/api/v1/info/", code, body).await;
        let album = format!("album:{}", stage.album(&["Inbox"]).id);
        let failure = handle.resolve_destination(account, &album, false, false).await.unwrap_err();
        let wanted = if code == 401 || code == 403 { Code::NoPermission } else { Code::DestinationMissing };
        assert_eq!(failure.code, wanted, "{code}");
    }
    nobody_is_asked_to_sign_in(&stage).await;
}

/// The demo library's own way of refusing, for a consumer who signs in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_is_told_what_is_missing_in_every_form() {
    use MissingRight as M;
    for missing_right in [M::Unauthorized, M::Forbidden, M::NotFound, M::Silent] {
        let switches = Switches { missing_right, ..Switches::default() };
        let options = Options { switches, ..Options::default() };
        let stage = Stage::at_pace(Tenant::start(options).await.unwrap(), hasty()).await;
        let mine = stage.tenant.users().into_iter().find(|user| user.email == "admin@demo.test").unwrap();
        stage.tenant.set_rights(&mine.email, &[Right::Download]);
        let account = stage.sign_in().await;
        assert!(!account.rights.contains(&engine::model::Right::Upload));
        let file = stage.file("a.jpg", b"a picture");
        let view = stage.upload(vec![file], stage.album(&["Inbox"])).await;
        assert_eq!(view.totals.count(engine::model::JobStateKind::Blocked), 1, "{missing_right:?}");
        let job = stage.job(view.id, "a.jpg").await;
        crate::says(&job, Code::NoPermission, "upload");
        assert_eq!(stage.posts(), 0);
        let failure = stage.handle().create_album(stage.account, None, "New").await.unwrap_err();
        assert_eq!(said(&failure), (Code::DestinationRefused, "create_album"), "{missing_right:?}");
        nobody_is_asked_to_sign_in(&stage).await;
    }
}
