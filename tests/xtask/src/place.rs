//! Where things are: the repository, cargo's target directory, the tools we install for ourselves.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Outcome, While};

#[derive(Debug, Clone)]
pub struct Place {
    pub root: PathBuf,
    pub target: PathBuf,
    /// `$FERRY_TOOLS`, else `~/.cache/ferry/tools`; kept between checkouts, since building them takes minutes.
    pub tools: PathBuf,
}

impl Place {
    pub fn find() -> Outcome<Self> {
        // Cargo says where it runs this; what was compiled in is another checkout's where both share a target directory.
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package)
            .ancestors()
            .nth(2)
            .when("xtask must lie two folders below the repository")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        let tools = match env::var_os("FERRY_TOOLS") {
            Some(dir) => root.join(dir),
            None => home()?.join(".cache").join("ferry").join("tools"),
        };
        Ok(Self { root, target, tools })
    }

    /// A program that cargo built in the dev profile.
    pub fn built(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    pub fn venv(&self) -> PathBuf {
        self.tools.join("venv")
    }

    pub fn tool(&self, name: &str) -> PathBuf {
        self.tools.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The search path for steps that use our tools.
    pub fn path_with_tools(&self) -> Outcome<std::ffi::OsString> {
        let mut folders = vec![self.tools.join("bin"), self.venv().join("bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        env::join_paths(folders).when("can't build PATH")
    }

    pub fn sample_shoot(&self) -> PathBuf {
        self.root.join("tests").join("sample-shoot")
    }
}

fn home() -> Outcome<PathBuf> {
    env::var_os("HOME")
        .or_else(|| env::var_os("USERPROFILE"))
        .map(PathBuf::from)
        .when("neither FERRY_TOOLS nor HOME is set, so there is no place for tools")
}

/// The program of this name that would be started from here.
pub fn program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

pub fn on_path(name: &str) -> bool {
    program(name).is_some()
}

pub fn has_display() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|v| !v.is_empty()))
}
