//! What sources say, and which of them may say what.

use std::fs;
use std::path::Path;

use app_tests::repository;

/// Every Rust file below a folder, by relative path; without comments and without the tests at its end.
pub fn rust_files(root: &Path) -> Vec<(String, String)> {
    files(root, &["rs"])
        .into_iter()
        .map(|(path, text)| {
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
            let code: Vec<&str> =
                text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
            (path, code.join("\n"))
        })
        .collect()
}

fn files(root: &Path, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "there is nothing in {}", root.display());
    found.sort();
    found
}

/// The first names after `crate::` (or another root), also those in braces.
pub fn uses(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split(&format!("{root}::")).skip(1) {
        match rest.strip_prefix('{') {
            None => found.push(name(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut first = true;
                for (at, character) in group.char_indices() {
                    if first && depth == 0 && character.is_alphabetic() {
                        found.push(name(&group[at..]));
                        first = false;
                    }
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => first = true,
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn name(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn uses_are_found_in_all_their_shapes() {
    let code = "use crate::a::B; use crate::{c::{D, e::F}, g, h::I}; fn x() { crate::j::k(); }";
    assert_eq!(uses(code, "crate"), ["a", "c", "g", "h", "j"]);
}

#[test]
fn the_shell_speaks_neither_sql_nor_http() {
    for (path, code) in rust_files(&repository().join("src-tauri/src")) {
        for word in ["rusqlite", "reqwest", "hyper", "canto_api", "SELECT ", "INSERT "] {
            assert!(!code.contains(word), "src-tauri/src/{path} has {word}");
        }
    }
}

#[test]
fn the_engine_knows_no_window() {
    for package in ["engine", "canto-api"] {
        for (path, code) in rust_files(&repository().join("src-tauri/crates").join(package).join("src")) {
            assert!(!code.contains("tauri"), "{package}/src/{path} has tauri");
        }
    }
}

#[test]
fn only_the_bridge_imports_tauri_in_the_page() {
    for (path, text) in files(&repository().join("ui/src"), &["ts", "svelte", "js"]) {
        let uses_it = text.contains("@tauri-apps") || text.contains("__TAURI__");
        assert!(!uses_it || path.starts_with("ipc/"), "ui/src/{path} imports Tauri");
    }
}

#[test]
fn features_of_the_page_reach_the_engine_through_the_backend_alone() {
    for (path, text) in files(&repository().join("ui/src"), &["ts", "svelte"]) {
        let inside = path.starts_with("ipc/") || path == "ipc.ts";
        for word in ["ipc/tauri", "ipc/fake"] {
            assert!(
                inside || path.ends_with(".test.ts") || !text.contains(word),
                "ui/src/{path} imports {word}"
            );
        }
    }
}
