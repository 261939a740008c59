//! Signing in through the browser, to its end: with PKCE where the server says that it takes it, and without.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use engine::error::ErrorCode;
use engine::model::{AccountView, SignInRequest};
use engine::{error::Outcome, model::SignInStarted};
use engine_tests::Stage;
use ferry_tenant::{Options, Switches};

async fn stage(oauth_metadata: bool) -> Stage {
    let switches = Switches { oauth_metadata, ..Switches::default() };
    Stage::with(Options { switches, ..Options::default() }).await
}

async fn started(stage: &Stage) -> SignInStarted {
    let request = SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        ..SignInRequest::default()
    };
    stage.handle().start_sign_in(request).await.unwrap()
}

/// To its end, with what the browser shows.
async fn signed_in(
    stage: &Stage,
    started: SignInStarted,
    change: impl Fn(&mut (String, String)),
) -> Outcome<AccountView> {
    let (account, said) = stage.signed_in(started, change).await;
    assert_eq!(said.contains("Signed in"), account.is_ok(), "{said}");
    account
}

fn asked_with<'a>(started: &'a SignInStarted, name: &str) -> Option<&'a str> {
    let (_, query) = started.url.split_once('?').unwrap();
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_pkce_gets_it() {
    let stage = stage(true).await;
    let first = started(&stage).await;
    assert_eq!(asked_with(&first, "code_challenge_method"), Some("S256"));
    // 32 bytes of SHA-256 in base64 without padding, and never the same again.
    let challenge = asked_with(&first, "code_challenge").unwrap().to_owned();
    assert_eq!(challenge.len(), 43);
    signed_in(&stage, first, |_| {}).await.unwrap();
    let second = started(&stage).await;
    assert_ne!(asked_with(&second, "code_challenge"), Some(challenge.as_str()));
}

/// Somebody else's challenge, as where a code was stolen or planted: the server compares it with our verifier.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_another_challenge_is_refused() {
    let stage = stage(true).await;
    let theirs = canto_api::Pkce::from_random([7; 32], canto_api::PkceMethod::S256);
    let challenge = theirs.challenge().expose().to_owned();
    let swap = |(name, value): &mut (String, String)| {
        if name == "code_challenge" {
            value.clone_from(&challenge);
        }
    };
    let started = started(&stage).await;
    let failure = signed_in(&stage, started, swap).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::CredentialsRefused);
    assert!(format!("{failure:?}").contains("code_verifier"), "{failure:?}");
}

/// Unknown parameters must not be sent to a server that says nothing of them (canto-api.md §1.1 [D]).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_nothing_gets_no_challenge_and_signs_in_all_the_same() {
    let stage = stage(false).await;
    let started = started(&stage).await;
    assert_eq!(asked_with(&started, "code_challenge"), None);
    assert_eq!(asked_with(&started, "code_challenge_method"), None);
    signed_in(&stage, started, |_| {}).await.unwrap();
}
