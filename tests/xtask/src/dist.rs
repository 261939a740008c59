//! `cargo xtask dist`: the installers that this system can make, into `target/dist`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::place::Place;
use crate::setup::{self, Mode, Purpose};

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::new("dist takes no arguments"));
    }
    setup::ensure(place, &[Purpose::Window], Mode::Install)?;
    let tauri =
        place.root.join("ui/node_modules/.bin").join(if cfg!(windows) { "tauri.cmd" } else { "tauri" });
    if !tauri.exists() {
        return Err(Failure::new("ui has no @tauri-apps/cli among its dev dependencies"));
    }
    let started = std::time::SystemTime::now();
    Run::new(&tauri)
        .args(["build", "--bundles", bundles()])
        .in_folder(&place.root)
        .env("CARGO_TARGET_DIR", &place.target)
        .run()?;
    collect(&place.target.join("release/bundle"), &place.target.join("dist"), started)
}

/// An AppImage needs tools that tauri fetches from the web while bundling; deb and rpm it makes by itself.
fn bundles() -> &'static str {
    match std::env::consts::OS {
        "macos" => "app,dmg",
        "windows" => "nsis,msi",
        _ => "deb,rpm",
    }
}

/// Copies the installers made by this run; older ones stay out.
fn collect(from: &Path, to: &Path, since: std::time::SystemTime) -> Outcome {
    fs::create_dir_all(to).when(to.display())?;
    let mut copied = 0;
    for kind in entries(from)? {
        for file in entries(&kind)? {
            let meta = fs::metadata(&file).when(file.display())?;
            let fresh = meta.modified().is_ok_and(|time| time >= since);
            if let (true, true, Some(name)) = (meta.is_file(), fresh, file.file_name()) {
                let target = to.join(name);
                fs::copy(&file, &target).when(target.display())?;
                println!("{}  {:.1} MB", target.display(), meta.len() as f64 / 1e6);
                copied += 1;
            }
        }
    }
    if copied == 0 { Err(Failure::new("the build made no installer")) } else { Ok(()) }
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).when(folder.display())? {
        paths.push(entry.when(folder.display())?.path());
    }
    paths.sort();
    Ok(paths)
}
