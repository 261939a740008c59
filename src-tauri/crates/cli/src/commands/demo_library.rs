//! `ferry demo-library`: the demo tenant, where it is installed.

use std::path::PathBuf;
use std::process::Command;

use crate::args::DemoLibrary;
use crate::exit::{Ended, Problem};

pub async fn run(demo: DemoLibrary) -> Ended {
    let program = found().ok_or_else(|| {
        Problem::usage(
            "the demo library (ferry-tenant) is not installed: it is neither beside ferry nor on the PATH. \
             In a checkout, `cargo build -p ferry-tenant` makes it.",
        )
    })?;
    let mut command = Command::new(program);
    command.args(demo.options);
    become_it(command)
}

fn found() -> Option<PathBuf> {
    let name = format!("ferry-tenant{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(|dir| dir.join(&name)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    beside
        .into_iter()
        .chain(std::env::split_paths(&path).map(|dir| dir.join(&name)))
        .find(|path| path.is_file())
}

/// This process becomes the program, so that signals reach it.
#[cfg(unix)]
fn become_it(mut command: Command) -> Ended {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Ended {
    use crate::exit::Exit;
    let status = command.status()?;
    Ok(if status.success() { Exit::Well } else { Exit::Internal })
}
