//! The way through the browser: ports, pages, people who are somebody else, and browsers that never come back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::time::Duration;

use engine::error::{ErrorCode, Outcome};
use engine::model::{
    AccountId, AccountView, JobStateKind, SettingKey, SignInRequest, SignInStarted, SignInState,
};
use engine::pace::Pace;
use engine::session::loopback::PORTS;
use engine_tests::{Stage, hasty, in_browser};
use ferry_tenant::{Action, FaultBody, Faults, Match, Options, Rule, Switches, Tenant};
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONTRIBUTOR: &str = "contributor@demo.test";
const ADMIN: &str = "admin@demo.test";

async fn stage(switches: Switches) -> Stage {
    let tenant = Tenant::start(Options { switches, ..Options::default() }).await.unwrap();
    Stage::at_pace(tenant, hasty()).await
}

async fn started(stage: &Stage, again: Option<AccountId>) -> Outcome<SignInStarted> {
    let request = SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        again,
        ..SignInRequest::default()
    };
    stage.handle().start_sign_in(request).await
}

async fn signed_in_as(stage: &Stage, email: &str) -> AccountView {
    let started = started(stage, None).await.unwrap();
    stage.signed_in_as(started, email, |_| {}).await.0.unwrap()
}

fn asked_with(started: &SignInStarted, name: &str) -> Option<String> {
    let url = Url::parse(&started.url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn port(started: &SignInStarted) -> u16 {
    Url::parse(&asked_with(started, "redirect_uri").unwrap()).unwrap().port().unwrap()
}

/// What a browser does that comes back to Ferry, whatever the server said.
async fn come_back(started: &SignInStarted, query: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port(started))).await.unwrap();
    let request = format!("GET /callback?{query} HTTP/1.1\r\nHost: x\r\nAccept-Language: de\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    said
}

/// Others on this computer may hold some of the ports, or all: then it is a free one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_that_can_be_registered_go_first() {
    let stage = stage(Switches::default()).await;
    let free = match TcpListener::bind(("127.0.0.1", PORTS[0])).await {
        Ok(free) => {
            drop(free);
            true
        }
        Err(_) => false,
    };
    let first = started(&stage, None).await.unwrap();
    if free {
        assert!(PORTS.contains(&port(&first)), "{}", port(&first));
    }
    let mut taken = Vec::new();
    for port in PORTS {
        taken.extend(TcpListener::bind(("127.0.0.1", port)).await);
    }
    let other = started(&stage, None).await.unwrap();
    assert!(!PORTS.contains(&port(&other)) && port(&other) != port(&first));
    stage.signed_in(other, |_| {}).await.0.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_sign_in_at_once() {
    let stage = stage(Switches::default()).await;
    let (one, two) = (started(&stage, None).await.unwrap(), started(&stage, None).await.unwrap());
    assert_ne!(port(&one), port(&two));
    let (two, one) =
        tokio::join!(stage.signed_in_as(two, CONTRIBUTOR, |_| {}), stage.signed_in_as(one, ADMIN, |_| {}));
    assert_eq!((one.0.unwrap().email.as_str(), two.0.unwrap().email.as_str()), (ADMIN, CONTRIBUTOR));
    assert_eq!(stage.handle().accounts().await.unwrap().len(), 2);
}

/// Browsers open connections ahead of need, other programs knock, and somebody may send a code of another sign-in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_browser_with_the_right_word_is_let_in() {
    let stage = stage(Switches::default()).await;
    let started = started(&stage, None).await.unwrap();
    let silent = TcpStream::connect(("127.0.0.1", port(&started))).await.unwrap();
    let handle = stage.handle();
    let flow = started.flow;
    let finished = tokio::spawn(async move { handle.finish_sign_in(flow).await });
    let stranger = come_back(&started, "code=stolen&state=guessed").await;
    assert!(
        stranger.starts_with("HTTP/1.1 400") && stranger.contains("Hier ist nichts zu tun"),
        "{stranger}"
    );
    let quick = tokio::time::timeout(
        Duration::from_secs(5),
        in_browser(&stage.tenant, &started.url, ADMIN, "de-AT,en;q=0.5", |_| {}),
    );
    assert!(quick.await.expect("nobody waits for the silent one").contains("Angemeldet"));
    finished.await.unwrap().unwrap();
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_speaks_the_language_that_is_set() {
    let stage = stage(Switches::default()).await;
    stage.handle().set_setting(SettingKey::Language, Some("de".into())).await.unwrap();
    let started = started(&stage, None).await.unwrap();
    assert!(stage.signed_in(started, |_| {}).await.1.contains("Sie können dieses Fenster schließen"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_no_is_told_that_nothing_was_changed() {
    let stage = stage(Switches::default()).await;
    let started = started(&stage, None).await.unwrap();
    let page = format!("{}&decision=deny", started.url);
    let handle = stage.handle();
    let (ended, said) = tokio::join!(
        handle.finish_sign_in(started.flow),
        in_browser(&stage.tenant, &page, ADMIN, "", |_| {})
    );
    assert_eq!(ended.unwrap_err().code, ErrorCode::SignInCancelled);
    assert!(said.contains("Nothing was changed"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_was_closed_is_waited_for_five_minutes() {
    assert_eq!(Pace::default().sign_in, Duration::from_secs(300));
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let stage = Stage::at_pace(tenant, Pace { sign_in: Duration::from_millis(50), ..hasty() }).await;
    let started = started(&stage, None).await.unwrap();
    let ended = stage.handle().finish_sign_in(started.flow).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::SignInTimeout);
    // The port is free again, and there is nothing to wait for any more.
    assert!(TcpStream::connect(("127.0.0.1", port(&started))).await.is_err());
    let again = stage.handle().finish_sign_in(started.flow).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::SignInCancelled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_is_noticed_and_nothing_is_changed() {
    let stage = stage(Switches::default()).await;
    let account = signed_in_as(&stage, CONTRIBUTOR).await;
    let before = stage.vault.ever_stored().len();
    let wrong = started(&stage, Some(account.id)).await.unwrap();
    let (ended, said) = stage.signed_in_as(wrong, ADMIN, |_| {}).await;
    let failure = ended.unwrap_err();
    assert_eq!((failure.code, failure.params["reason"].as_str()), (ErrorCode::WrongAccount, "user"));
    assert_eq!((failure.params["expected"].as_str(), failure.params["got"].as_str()), (CONTRIBUTOR, ADMIN));
    assert!(said.contains("This is another account"), "{said}");
    assert_eq!(stage.vault.ever_stored().len(), before, "no secret of the other one is kept");
    let right = started(&stage, Some(account.id)).await.unwrap();
    assert_eq!(stage.signed_in_as(right, CONTRIBUTOR, |_| {}).await.0.unwrap().id, account.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_styles_of_token_names_and_both_ways_of_proof_work() {
    for (methods, wanted) in [(["plain", "S256"].as_slice(), "S256"), (&["plain"], "plain")] {
        let pkce_methods = methods.iter().map(|&method| method.to_owned()).collect();
        let stage = stage(Switches { pkce_methods, usual_token_names: true, ..Switches::default() }).await;
        let started = started(&stage, None).await.unwrap();
        assert_eq!(asked_with(&started, "code_challenge_method").as_deref(), Some(wanted));
        stage.signed_in(started, |_| {}).await.0.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_a_person_may_act_for_a_user_and_goes_on_doing_so() {
    let stage = stage(Switches::default()).await;
    let request = |user: &str| SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        on_behalf_of: Some(user.to_owned()),
        ..SignInRequest::default()
    };
    let account = stage.handle().sign_in_with_credentials(request(CONTRIBUTOR)).await.unwrap();
    assert_eq!(account.email, CONTRIBUTOR);
    let unknown = stage.handle().sign_in_with_credentials(request("nobody@demo.test")).await.unwrap_err();
    assert_eq!(unknown.params["reason"], "user");
    // The renewed token is that user's, too.
    stage.tenant.expire_tokens();
    stage.handle().list_library(account.id, None).await.unwrap();
    let key = format!("account {}/ {}", stage.tenant.url(), CONTRIBUTOR);
    assert!(stage.vault.kept(&key).unwrap().contains(CONTRIBUTOR), "{key}");
    stage.tenant.set_switches(Switches { client_credentials: false, ..Switches::default() });
    let refused = stage.handle().sign_in_with_credentials(request(CONTRIBUTOR)).await.unwrap_err();
    assert_eq!((refused.code, refused.params["reason"].as_str()), (ErrorCode::CredentialsRefused, "mode"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_asked_for_once_per_library_and_computer() {
    let stage = stage(Switches::default()).await;
    let account = signed_in_as(&stage, CONTRIBUTOR).await;
    let bare = || SignInRequest { tenant: stage.tenant.url().to_owned(), ..SignInRequest::default() };
    for account in [account.id, stage.account] {
        stage.handle().sign_out(account, true).await.unwrap();
    }
    let again = stage.handle().start_sign_in(bare()).await.unwrap();
    stage.signed_in_as(again, ADMIN, |_| {}).await.0.unwrap();
    // An id that is typed never takes another key's secret.
    let other = SignInRequest { app_id: Some("other".into()), ..bare() };
    let refused = stage.handle().sign_in_with_credentials(other).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CredentialsRefused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrators_file_or_the_environment_brings_the_key() {
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let mut stage = Stage::at_pace(tenant, hasty()).await;
    stage.stop().await;
    stage.data = tempfile::tempdir().unwrap();
    stage.vault = Default::default();
    let (id, secret) = (stage.tenant.app_id().to_owned(), stage.tenant.app_secret().to_owned());
    let file = stage.files.path().join("managed.json");
    let managed = serde_json::json!({ "by": "IT of Acme", "tenants": { stage.tenant.url(): { "app_id": id, "app_secret": secret } } });
    std::fs::write(&file, managed.to_string()).unwrap();
    let bare = SignInRequest { tenant: stage.tenant.url().to_owned(), ..SignInRequest::default() };

    let options = engine::EngineOptions { managed: Some(file), ..stage.engine_options() };
    stage.engine = Some(engine::Engine::start(options).await.unwrap());
    let found = stage.handle().check_address(stage.tenant.url()).await.unwrap();
    assert_eq!(found.key, Some(engine::model::KeySource::Managed));
    assert_eq!(found.managed_by.as_deref(), Some("IT of Acme"));
    stage.handle().sign_in_with_credentials(bare.clone()).await.unwrap();
    assert!(
        stage.vault.kept(&format!("app key {}/", stage.tenant.url())).is_none(),
        "a managed key stays in its file"
    );

    stage.stop().await;
    stage.data = tempfile::tempdir().unwrap();
    stage.vault = Default::default();
    let app_key = engine::session::AppKey { id, secret: secret.as_str().into() };
    let options = engine::EngineOptions { app_key: Some(app_key), ..stage.engine_options() };
    stage.engine = Some(engine::Engine::start(options).await.unwrap());
    stage.handle().sign_in_with_credentials(bare).await.unwrap();
}

/// Two users of one library, each with files of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_keeps_the_list_or_not_and_is_not_asked_to_come_back() {
    let mut stage = stage(Switches::default()).await;
    let jo = signed_in_as(&stage, CONTRIBUTOR).await;
    let boss = stage.account;
    stage.file("jo.jpg", b"jo");
    stage.file("boss.jpg", b"boss");
    let busy = Action::Status { code: 503, retry_after: None, body: FaultBody::Xml, after_bytes: None };
    stage.tenant.set_faults(Faults { rules: vec![Rule::new(Match::object_post(), busy)] });
    let mut watch = stage.watch().await;
    let mut theirs = Vec::new();
    for (account, name) in [(jo.id, "jo.jpg"), (boss, "boss.jpg")] {
        let mut order = stage.request(vec![stage.path(name)], stage.top());
        order.account = account;
        let batch = stage.handle().enqueue(order).await.unwrap();
        watch.count(batch, JobStateKind::Waiting, 1).await;
        theirs.push(batch);
    }
    stage.handle().sign_out(jo.id, false).await.unwrap();
    stage.handle().sign_out(boss, true).await.unwrap();
    watch.count(theirs[1], JobStateKind::Cancelled, 1).await;
    let states = |accounts: Vec<AccountView>| accounts.iter().map(|one| one.state).collect::<Vec<_>>();
    assert_eq!(states(stage.handle().accounts().await.unwrap()), [SignInState::SignedOut; 2]);
    stage.stop().await;
    stage.tenant.set_faults(Faults { rules: Vec::new() });
    stage.world.advance(Duration::from_secs(600));
    stage.start().await;
    let mut watch = stage.watch().await;
    assert!(!watch.subscription.snapshot.condition.sign_in_required, "nobody is nagged");
    assert_eq!(stage.handle().batch(theirs[0]).await.unwrap().totals.count(JobStateKind::Done), 0);

    // Signed in again, it goes on by itself; the other's stays as it was.
    assert_eq!(signed_in_as(&stage, CONTRIBUTOR).await.id, jo.id);
    watch.count(theirs[0], JobStateKind::Done, 1).await;
    assert_eq!(stage.jobs(theirs[1]).await[0].state, JobStateKind::Cancelled);
    assert_eq!(stage.tenant.assets().len(), 1);
}
