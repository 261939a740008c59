//! The types that the page speaks are those of the engine.

use std::process::Command;

use app_tests::repository;

#[test]
fn the_committed_bindings_are_what_the_generator_writes() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "engine",
            "--features",
            "bindings",
            "--example",
            "write_bindings",
        ])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let committed = std::fs::read(repository().join("ui/src/ipc/bindings.ts")).unwrap();
    assert!(run.stdout == committed, "ui/src/ipc/bindings.ts is stale: run `cargo xtask bindings`");
}
