//! What is set is in force, stays, is told to everyone, and can be locked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

use std::path::Path;

use engine::error::ErrorCode;
use engine::event::EngineEvent;
use engine::model::SettingKey;
use engine::{Engine, EngineHandle, EngineOptions, Role};

fn options(data: &Path) -> EngineOptions {
    EngineOptions { managed: None, ..EngineOptions::new(data) }
}

async fn value(handle: &EngineHandle, key: SettingKey) -> String {
    let all = handle.list_settings().await.unwrap();
    all.into_iter().find(|setting| setting.key == key).unwrap().value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_changes_what_is_set_and_everyone_hears_of_it() {
    let data = tempfile::tempdir().unwrap();
    let engine = Engine::start(options(data.path())).await.unwrap();
    let mut events = engine.handle().subscribe().await.unwrap().events;
    assert_eq!(value(&engine.handle(), SettingKey::Theme).await, "system");

    let guest = Engine::start(EngineOptions { role: Role::Guest, ..options(data.path()) }).await.unwrap();
    guest.handle().set_setting(SettingKey::Theme, Some("dark".into())).await.unwrap();
    let heard = async { while !matches!(*events.recv().await.unwrap(), EngineEvent::SettingsChanged) {} };
    tokio::time::timeout(engine_tests::PATIENCE, heard).await.unwrap();
    assert_eq!(value(&engine.handle(), SettingKey::Theme).await, "dark");
    guest.stop().await;
    engine.stop().await;

    let engine = Engine::start(options(data.path())).await.unwrap();
    assert_eq!(value(&engine.handle(), SettingKey::Theme).await, "dark");
    engine.handle().set_setting(SettingKey::Theme, None).await.unwrap();
    assert_eq!(value(&engine.handle(), SettingKey::Theme).await, "system");
    let refused = engine.handle().set_setting(SettingKey::Theme, Some("pink".into())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RequestInvalid);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_administrator_has_set_is_in_force_and_stays() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("managed.json");
    std::fs::write(&file, r#"{ "by": "Acme IT", "settings": { "language": "de", "theme": "pink" } }"#)
        .unwrap();
    let engine = Engine::start(EngineOptions { managed: Some(file), ..options(data.path()) }).await.unwrap();
    let all = engine.handle().list_settings().await.unwrap();
    let language = all.iter().find(|setting| setting.key == SettingKey::Language).unwrap();
    assert_eq!((language.value.as_str(), language.locked_by.as_deref()), ("de", Some("Acme IT")));
    let refused = engine.handle().set_setting(SettingKey::Language, Some("en".into())).await.unwrap_err();
    assert_eq!((refused.code, refused.params["by"].as_str()), (ErrorCode::SettingLocked, "Acme IT"));
    // What can't be chosen locks nothing.
    engine.handle().set_setting(SettingKey::Theme, Some("dark".into())).await.unwrap();
    assert_eq!(value(&engine.handle(), SettingKey::Theme).await, "dark");
    engine.stop().await;
}
