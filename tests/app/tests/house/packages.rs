//! Which package may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use app_tests::repository;
use serde_json::Value;

struct Rule {
    package: &'static str,
    /// Of our own packages.
    uses: &'static [&'static str],
    /// Also in its tests.
    tests_use: &'static [&'static str],
    /// Beginnings of names from elsewhere.
    never: &'static [&'static str],
}

const WINDOWS: &[&str] = &["tauri", "wry", "tao", "gtk"];

const RULES: &[Rule] = &[
    Rule {
        package: "checksum",
        uses: &[],
        tests_use: &[],
        never: &["tauri", "tokio", "rusqlite", "reqwest"],
    },
    Rule {
        package: "canto-api",
        uses: &[],
        tests_use: &[],
        never: &["tauri", "wry", "tao", "gtk", "rusqlite", "keyring", "clap"],
    },
    Rule {
        package: "engine",
        uses: &["canto-api", "checksum"],
        tests_use: &["ferry-tenant"],
        never: &["tauri", "wry", "tao", "gtk", "clap", "indicatif", "axum"],
    },
    Rule {
        package: "ferry-cli",
        uses: &["engine"],
        tests_use: &["ferry-tenant"],
        never: &["tauri", "wry", "tao", "gtk", "rusqlite", "reqwest", "hyper", "keyring"],
    },
    Rule {
        package: "ferry-desktop",
        uses: &["engine"],
        tests_use: &[],
        never: &["rusqlite", "reqwest", "hyper", "keyring", "clap"],
    },
    // It is what we are measured by: it must not share our mistakes.
    Rule { package: "ferry-tenant", uses: &[], tests_use: &[], never: WINDOWS },
    Rule {
        package: "engine-tests",
        uses: &["canto-api", "engine", "ferry-line", "ferry-tenant"],
        tests_use: &[],
        never: WINDOWS,
    },
    Rule {
        package: "app-tests",
        uses: &["engine", "ferry-desktop", "ferry-tenant"],
        tests_use: &[],
        never: &[],
    },
    Rule {
        package: "ferry-bench",
        uses: &["canto-api", "engine", "ferry-line", "ferry-tenant"],
        tests_use: &[],
        never: WINDOWS,
    },
    Rule { package: "ferry-line", uses: &[], tests_use: &[], never: WINDOWS },
    Rule { package: "xtask", uses: &[], tests_use: &[], never: WINDOWS },
];

#[test]
fn packages_use_only_what_is_below_them() {
    let packages = packages();
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.package).collect();
    let there: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    assert_eq!(there, known, "every package of the workspace has a rule");

    let mut wrong = Vec::new();
    for rule in RULES {
        for (name, in_tests) in &packages[rule.package] {
            let ours = known.contains(name.as_str());
            let allowed =
                rule.uses.contains(&name.as_str()) || (*in_tests && rule.tests_use.contains(&name.as_str()));
            if ours && !allowed {
                wrong.push(format!("{} may not use {name}", rule.package));
            }
            let never = rule.never.iter().any(|word| name == word || name.starts_with(&format!("{word}-")));
            // In their tests, packages may look behind what they stand on.
            if never && !in_tests {
                wrong.push(format!("{} may never use {name}", rule.package));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Dependencies by package; whether each is for tests alone.
fn packages() -> BTreeMap<String, BTreeSet<(String, bool)>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let answer: Value = serde_json::from_slice(&run.stdout).unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |value: &Value| (word(&value["name"]), value["kind"] == "dev");
    answer["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter().map(dependency).collect();
            (word(&package["name"]), dependencies)
        })
        .collect()
}
