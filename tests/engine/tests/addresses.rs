//! What people type where an address is due: every mistake is told apart, while it is typed and when it is sent.
#![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::error::{ErrorCode, Failure};
use engine::model::{AddressPlace, KeySource, SignInRequest};
use engine::words;
use engine_tests::{Stage, doors, hasty};
use ferry_tenant::{Options, Tenant};
use serde_json::Value;

const PAGE: &str = "<html><h1>Welcome to the hotel</h1></html>";

struct Street {
    stage: Stage,
    doors: BTreeMap<&'static str, String>,
}

/// A library, and its neighbours that are none.
async fn street() -> Street {
    let folder = tempfile::tempdir().unwrap();
    let (trusted, other) = (folder.path().join("trusted.pem"), folder.path().join("other.pem"));
    let doors = BTreeMap::from([
        ("{other_name}", doors::encrypted("other.test", &trusted).await),
        ("{untrusted}", doors::encrypted("127.0.0.1", &other).await),
        ("{closed}", doors::closed()),
        ("{silent}", doors::silent().await.0),
        ("{moved}", doors::answering("302 Found\r\nLocation: https://www.example.com/", "").await),
        ("{web_page}", doors::answering("200 OK\r\nContent-Type: text/html", PAGE).await),
        ("{other_api}", doors::answering("200 OK\r\nContent-Type: application/json", "{}").await),
        ("{no_oauth}", doors::answering("404 Not Found\r\nContent-Type: application/json", "{}").await),
    ]);
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let mut doors = doors;
    doors.insert("{tenant_as_https}", tenant.url().replace("http://", "https://"));
    doors.insert("{tenant}", tenant.url().to_owned());
    let pace = engine::pace::Pace { answer: Duration::from_secs(2), ..hasty() };
    let stage = Stage::behind(tenant, pace, Some(trusted)).await;
    // Signing in has kept the key; these are about a computer where nobody has signed in.
    let mut stage = stage;
    stage.stop().await;
    stage.vault = Default::default();
    stage.data = tempfile::tempdir().unwrap();
    stage.start().await;
    drop(folder);
    Street { stage, doors }
}

impl Street {
    fn typed(&self, row: &Value) -> String {
        let mut typed = row["typed"].as_str().unwrap().to_owned();
        for (name, address) in &self.doors {
            typed = typed.replace(name, address);
        }
        typed
    }

    /// Signs in with what a row says, and as the row's mistake wants it: to the browser or beyond.
    async fn sign_in(&self, row: &Value) -> Failure {
        let tenant = &self.stage.tenant;
        let word = |name: &str, usual: &str| row[name].as_str().unwrap_or(usual).to_owned();
        let request = SignInRequest {
            tenant: self.typed(row),
            app_id: Some(word("app_id", tenant.app_id())),
            app_secret: Some(word("app_secret", tenant.app_secret()).as_str().into()),
            ..SignInRequest::default()
        };
        let handle = self.stage.handle();
        match handle.start_sign_in(request).await {
            Err(failure) => failure,
            // Only the exchange shows that the secret is wrong.
            Ok(started) => self.stage.signed_in(started, |_| {}).await.0.unwrap_err(),
        }
    }
}

fn rows() -> Vec<Value> {
    serde_json::from_str(include_str!("../wrong_addresses.json")).unwrap()
}

/// Whoever can't ask about names (no resolver answers here) hears that, and nothing about the name.
fn is_as_listed(failure: &Failure, row: &Value) {
    if failure.code == ErrorCode::NetworkOffline && row["typed"].as_str().unwrap().ends_with(".invalid") {
        println!("skipped: {row}: nobody can be asked about names here");
        return;
    }
    let found = (failure.code.as_str(), failure.params.get("reason").map(String::as_str));
    assert_eq!(found, (row["code"].as_str().unwrap(), row["reason"].as_str()), "{row}: {failure:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_has_a_sentence_of_its_own() {
    let street = street().await;
    let mut sentences = BTreeSet::new();
    let mut mistakes = BTreeSet::new();
    for row in rows() {
        let failure = street.sign_in(&row).await;
        is_as_listed(&failure, &row);
        if row["code"] != "CredentialsRefused" && row["reason"] != "no_sign_in" {
            let failure = street.stage.handle().check_address(&street.typed(&row)).await.unwrap_err();
            is_as_listed(&failure, &row);
            sentences.insert(words::sentence(&failure));
        } else {
            sentences.insert(words::sentence(&failure));
        }
        mistakes.insert((row["code"].to_string(), row["reason"].to_string(), row["typed"].to_string()));
    }
    assert!(sentences.len() >= 20, "{sentences:#?}");
    // Which of two spellings of one mistake was typed stands in the sentence.
    assert_eq!(sentences.len(), mistakes.len() - 1, "empty and blank are the same\n{sentences:#?}");
    assert!(
        sentences.iter().all(|sentence| !sentence.contains("''") && !sentence.contains("hush")),
        "{sentences:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_library_is_found_with_the_host_of_its_sign_in_and_the_key_there_is() {
    let stage = Stage::at_pace(Tenant::start(Options::default()).await.unwrap(), hasty()).await;
    let found = stage.handle().check_address(&format!("{}/album/A1", stage.tenant.url())).await.unwrap();
    assert_eq!(found.tenant, stage.tenant.url().trim_start_matches("http://"));
    assert_eq!((found.sign_in_host.as_str(), found.place), ("127.0.0.1", AddressPlace::Library));
    assert_eq!(found.key, Some(KeySource::Kept), "the stage has signed in");
    for (page, place) in [("uploadlink/x1", AddressPlace::UploadLink), ("v/Press", AddressPlace::Workspace)] {
        let typed = format!("{}/{page}", stage.tenant.url());
        assert_eq!(stage.handle().check_address(&typed).await.unwrap().place, place);
        assert_eq!(stage.handle().place_page(&typed).unwrap(), typed);
    }
    assert!(stage.handle().place_page(stage.tenant.url()).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_further_ends_the_look_before() {
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let pace = engine::pace::Pace { answer: engine_tests::PATIENCE, ..hasty() };
    let stage = Stage::at_pace(tenant, pace).await;
    let (silent, come) = doors::silent().await;
    let (first, handle) = (stage.handle(), stage.handle());
    let asked = tokio::spawn(async move { first.check_address(&silent).await });
    stage.until(|| come.load(Ordering::Relaxed) > 0).await;
    let found = handle.check_address(stage.tenant.url()).await;
    assert!(found.is_ok(), "{found:?}");
    assert_eq!(asked.await.unwrap().unwrap_err().code, ErrorCode::SignInCancelled);
}
