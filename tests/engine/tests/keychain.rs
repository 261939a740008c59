//! The system's own keychain, a real gnome-keyring: kept over a restart, gone after signing out, said when it is not there.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panic")]

use std::process::Command;

use engine::error::ErrorCode;
use engine::model::SignInRequest;
use engine::session::{Keychain, Secret, Vault, open_vault};
use engine::{Engine, EngineOptions};
use engine_tests::{Stage, hasty};
use ferry_tenant::{Options, Tenant};

/// A bus of its own, and on it a keyring with an empty password.
const SESSION: &str = "exec dbus-run-session -- sh -c \"printf '\\n' | gnome-keyring-daemon --daemonize --unlock \
                       --components=secrets >/dev/null && exec '$0' $1 $2\"";
/// No bus, as on a server.
const NOTHING: &str = "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere exec \"$0\" $1 $2";

fn is_there(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists())
}

/// Runs one of the tests below in a session of its own; nothing of the user's keyring is touched.
fn in_a_session(script: &str, test: &str) {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if !is_there(program) {
            println!("skipped: {program} is not installed");
            return;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    std::fs::create_dir(&run).unwrap();
    let ended = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact --ignored --nocapture"])
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &run)
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let complaints = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}\n{complaints}");
}

#[test]
fn a_gnome_keyring_keeps_a_sign_in() {
    in_a_session(SESSION, "inside_a_session_with_a_keyring");
}

#[test]
fn where_no_keyring_is_there_that_is_said() {
    in_a_session(NOTHING, "inside_a_session_without_a_keyring");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a session of its own; run by a_gnome_keyring_keeps_a_sign_in"]
async fn inside_a_session_with_a_keyring() {
    let tenant = Tenant::start(Options::default()).await.unwrap();
    let mut stage = Stage::at_pace(tenant, hasty()).await;
    stage.stop().await;
    stage.data = tempfile::tempdir().unwrap();
    let options = |stage: &Stage| EngineOptions { vault: None, ..stage.engine_options() };
    stage.engine = Some(Engine::start(options(&stage)).await.unwrap());
    let request = SignInRequest {
        tenant: stage.tenant.url().to_owned(),
        app_id: Some(stage.tenant.app_id().to_owned()),
        app_secret: Some(stage.tenant.app_secret().into()),
        ..SignInRequest::default()
    };
    let started = stage.handle().start_sign_in(request).await.unwrap();
    let account = stage.signed_in_as(started, "contributor@demo.test", |_| {}).await.0.unwrap();
    stage.stop().await;

    // A new start finds it, also where the token has to be renewed.
    stage.engine = Some(Engine::start(options(&stage)).await.unwrap());
    stage.tenant.expire_tokens();
    stage.handle().list_library(account.id, None).await.unwrap();
    let name = format!("account {}/ contributor@demo.test", stage.tenant.url());
    let kept = move || Keychain.get(&name).unwrap();
    let there = kept.clone();
    assert!(tokio::task::spawn_blocking(there).await.unwrap().is_some());
    stage.handle().sign_out(account.id, true).await.unwrap();
    assert!(tokio::task::spawn_blocking(kept).await.unwrap().is_none());
    stage.stop().await;
}

#[test]
#[ignore = "needs a session of its own; run by where_no_keyring_is_there_that_is_said"]
fn inside_a_session_without_a_keyring() {
    let data = tempfile::tempdir().unwrap();
    let world = engine::clock::SystemWorld;
    let refused = open_vault(data.path(), None, &world).and_then(|vault| vault.get("anything")).unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeychainUnavailable);
    // With a passphrase a file takes its place.
    let file = open_vault(data.path(), Some(Secret::new("a passphrase")), &world).unwrap();
    file.set("name", &Secret::new("word")).unwrap();
    assert_eq!(file.get("name").unwrap().unwrap().expose(), "word");
}
