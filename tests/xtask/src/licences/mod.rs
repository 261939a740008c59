//! Whether every dependency's licence is one of those that `deny.toml` allows, for crates and for npm's packages.

mod allowed;
mod expression;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::place::Place;
use allowed::Allowed;

const NPM_FOLDERS: [&str; 4] = ["ui", "tests/ui", "tests/e2e", "tests/companion"];

/// Licences that a package says in its readme alone.
const READ: [(&str, &str); 1] = [("node_modules/combine-errors", "MIT")];

#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    licence: Option<String>,
    /// Part of the build or the tests only, never of what people install.
    build_only: bool,
}

/// What was checked, in words.
pub fn check(place: &Place) -> Outcome<String> {
    let allowed = Allowed::read(&place.root.join("deny.toml"))?;
    let metadata = Run::cargo()
        .args(["metadata", "--format-version", "1", "--locked"])
        .in_folder(&place.root)
        .ask()
        .when("`cargo metadata --locked` failed; is Cargo.lock up to date?")?;
    let crates = crates_of(&serde_json::from_str(&metadata).when("cargo metadata")?);
    let mut scripts = Vec::new();
    for folder in NPM_FOLDERS {
        scripts.extend(npm_packages(place, folder)?);
    }
    let mut problems = BTreeSet::new();
    for package in crates.iter().chain(&scripts) {
        if let Some(problem) = problem(package, &allowed) {
            problems.insert(problem);
        }
    }
    if crates.is_empty() {
        return Err(Failure::new("cargo metadata names no dependency, which can't be"));
    }
    if problems.is_empty() {
        return Ok(format!("{} crates, {} npm packages", crates.len(), scripts.len()));
    }
    let list: Vec<String> = problems.into_iter().collect();
    Err(Failure::new(format!("{} licences are not allowed:\n  {}", list.len(), list.join("\n  "))))
}

fn problem(package: &Package, allowed: &Allowed) -> Option<String> {
    let name = &package.name;
    let Some(licence) = &package.licence else {
        return Some(format!("{name} names no licence"));
    };
    match expression::holds(licence, |id| allowed.allows(id, package.build_only)) {
        Ok(true) => None,
        Ok(false) => Some(format!("{name}: {licence}")),
        Err(why) => Some(format!("{name}: \"{licence}\" is not an SPDX expression: {why}")),
    }
}

/// The packages that come from elsewhere.
fn crates_of(metadata: &Value) -> Vec<Package> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .filter(|package| package["source"].is_string())
        .map(|package| Package {
            name: format!("{} {}", word(&package["name"]), word(&package["version"])),
            licence: package["license"].as_str().map(str::to_owned),
            build_only: false,
        })
        .collect()
}

fn npm_packages(place: &Place, folder: &str) -> Outcome<Vec<Package>> {
    let path = place.root.join(folder);
    let Ok(lock) = fs::read_to_string(path.join("package-lock.json")) else {
        return Ok(Vec::new());
    };
    let lock: Value = serde_json::from_str(&lock).when(format!("{folder}/package-lock.json"))?;
    let mut packages = npm_packages_of(&lock);
    for package in packages.iter_mut().filter(|package| package.licence.is_none()) {
        package.licence = fs::read_to_string(path.join(&package.name).join("package.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .and_then(|installed| installed["license"].as_str().map(str::to_owned))
            .or_else(|| READ.iter().find(|(name, _)| *name == package.name).map(|(_, id)| (*id).to_owned()));
    }
    let tests_only = folder != "ui";
    packages.iter_mut().for_each(|package| package.build_only |= tests_only);
    Ok(packages)
}

/// A lock file of version 2 or 3 says each package's licence.
fn npm_packages_of(lock: &Value) -> Vec<Package> {
    let Some(packages) = lock["packages"].as_object() else {
        return Vec::new();
    };
    packages
        .iter()
        .filter(|(path, package)| !path.is_empty() && package["link"] != true)
        .map(|(path, package)| Package {
            name: path.clone(),
            licence: package["license"].as_str().map(str::to_owned),
            build_only: package["dev"] == true || package["devOptional"] == true,
        })
        .collect()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn our_own_crates_are_not_dependencies() {
        let metadata = json!({"packages": [
            {"name": "engine", "version": "0.1.0", "source": null, "license": null},
            {"name": "serde", "version": "1.0.0", "source": "registry+x", "license": "MIT OR Apache-2.0"},
        ]});
        let crates = crates_of(&metadata);
        assert_eq!(crates.len(), 1);
        assert_eq!(crates[0].name, "serde 1.0.0");
    }

    #[test]
    fn npm_lock_files_say_what_ships() {
        let lock = json!({"packages": {
            "": {"name": "ui"},
            "node_modules/svelte": {"license": "MIT"},
            "node_modules/vite": {"license": "MIT", "dev": true},
            "node_modules/old": {},
        }});
        let packages = npm_packages_of(&lock);
        assert_eq!(packages.len(), 3);
        let find = |name: &str| packages.iter().find(|package| package.name.ends_with(name)).unwrap();
        assert!(!find("svelte").build_only && find("vite").build_only);
        assert_eq!(find("old").licence, None);
    }

    #[test]
    fn says_what_is_wrong() {
        let allowed = Allowed::parse("[licenses]\nallow = [\"MIT\"]\n").unwrap();
        let package = |licence: Option<&str>| Package {
            name: "x 1".into(),
            licence: licence.map(str::to_owned),
            build_only: false,
        };
        assert_eq!(problem(&package(Some("MIT")), &allowed), None);
        assert_eq!(problem(&package(Some("GPL-3.0")), &allowed).unwrap(), "x 1: GPL-3.0");
        assert!(problem(&package(None), &allowed).unwrap().contains("no licence"));
        assert!(problem(&package(Some("MIT OR")), &allowed).unwrap().contains("not an SPDX"));
    }
}
