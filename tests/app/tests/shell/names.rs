//! Commands have the same names everywhere: registered, listed for the permissions, allowed, called by the page.

use std::collections::BTreeSet;
use std::fs;

use app_tests::repository;

fn registered() -> BTreeSet<String> {
    ferry_desktop::commands::COMMANDS.iter().map(|name| (*name).to_owned()).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// Words in double quotes that look like a command's name.
fn quoted(text: &str) -> BTreeSet<String> {
    let word = |word: &&str| {
        word.contains('_') && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    text.split('"').skip(1).step_by(2).filter(word).map(str::to_owned).collect()
}

#[test]
fn the_build_script_lists_them() {
    assert_eq!(quoted(&read("src-tauri/build.rs")), registered());
}

#[test]
fn the_page_calls_them() {
    assert_eq!(quoted(&read("ui/src/ipc/tauri.ts")), registered());
}

#[test]
fn the_capability_allows_them_and_listening_and_nothing_else() {
    let capability: serde_json::Value =
        serde_json::from_str(&read("src-tauri/capabilities/main.json")).unwrap();
    let allowed: BTreeSet<String> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let mut wanted: BTreeSet<String> =
        registered().iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
    wanted.extend(["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned));
    assert_eq!(allowed, wanted);
    assert_eq!(fs::read_dir(repository().join("src-tauri/capabilities")).unwrap().count(), 1);
}
