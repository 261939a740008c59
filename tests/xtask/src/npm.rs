//! The parts that npm installs and runs: `ui`, `tests/ui`, `tests/e2e`, `tests/companion`.

use std::fs;

use md5::{Digest, Md5};
use serde_json::Value;

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::place::Place;
use crate::setup::Mode;

const OLDEST_NODE: (u32, u32) = (20, 19);

pub fn check_version() -> Outcome {
    let answer = Run::new("node").arg("--version").ask().unwrap_or_default();
    match version(&answer) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        Some(_) => Err(Failure::new(format!(
            "Node.js {} is too old here; please install {}.{} or newer.",
            answer.trim(),
            OLDEST_NODE.0,
            OLDEST_NODE.1
        ))),
        None => Err(Failure::new("there is no Node.js here; please install 20.19 or newer, with npm.")),
    }
}

fn version(answer: &str) -> Option<(u32, u32)> {
    let mut parts = answer.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// `npm ci`, only when what is installed is not what the lock file says.
pub fn install(place: &Place, folder: &str, mode: Mode) -> Outcome {
    let path = place.root.join(folder);
    let Ok(lock) = fs::read(path.join("package-lock.json")) else {
        if path.join("package.json").exists() {
            println!("{folder} has no package-lock.json, so nothing is installed there.");
        }
        return Ok(());
    };
    let sum = hex::encode(Md5::digest(&lock));
    let stamp = place.target.join("xtask").join(format!("npm-{}", folder.replace('/', "-")));
    if path.join("node_modules").is_dir() && fs::read_to_string(&stamp).is_ok_and(|text| text == sum) {
        return Ok(());
    }
    // npm's own list of what lies in node_modules: someone may have run npm by hand.
    let there = fs::read(path.join("node_modules/.package-lock.json")).unwrap_or_default();
    if !covers(&there, &lock) {
        println!("Missing here: {folder}/node_modules as its package-lock.json has it");
        if mode == Mode::DryRun {
            return Ok(());
        }
        Run::npm().args(["ci", "--no-audit", "--no-fund"]).in_folder(&path).run()?;
    }
    if let (Mode::Install, Some(parent)) = (mode, stamp.parent()) {
        fs::create_dir_all(parent).when(parent.display())?;
        fs::write(&stamp, sum).when(stamp.display())?;
    }
    Ok(())
}

/// Whether every package of `lock` lies there at its version; those of other platforms may be missing.
fn covers(there: &[u8], lock: &[u8]) -> bool {
    let packages = |bytes| serde_json::from_slice::<Value>(bytes).ok().map(|mut v| v["packages"].take());
    let (Some(Value::Object(there)), Some(Value::Object(lock))) = (packages(there), packages(lock)) else {
        return false;
    };
    lock.iter().filter(|(path, _)| !path.is_empty()).all(|(path, wanted)| match there.get(path) {
        Some(found) => found["version"] == wanted["version"] && found["integrity"] == wanted["integrity"],
        None => wanted["optional"] == true,
    })
}

pub fn has_script(place: &Place, folder: &str, script: &str) -> bool {
    fs::read_to_string(place.root.join(folder).join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .is_some_and(|package| package["scripts"][script].is_string())
}

pub fn script(place: &Place, folder: &str, script: &str) -> Run {
    Run::npm().args(["run", script]).in_folder(place.root.join(folder))
}

/// The shell compiles `ui/dist` in, so it has to be there first.
pub fn build_ui(place: &Place) -> Outcome {
    if has_script(place, "ui", "build") { script(place, "ui", "build").run() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(version("v18.1.0"), Some((18, 1)));
        assert_eq!(version(""), None);
    }

    #[test]
    fn compares_what_is_installed_with_the_lock() {
        let lock = br#"{"packages":{"":{"name":"ui"},"node_modules/a":{"version":"1"},"node_modules/b":{"version":"2","optional":true}}}"#;
        assert!(covers(br#"{"packages":{"node_modules/a":{"version":"1"}}}"#, lock));
        assert!(!covers(br#"{"packages":{"node_modules/a":{"version":"2"}}}"#, lock));
        assert!(!covers(br#"{"packages":{}}"#, lock));
        assert!(!covers(b"", lock));
    }
}
