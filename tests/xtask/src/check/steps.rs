//! The steps of `cargo xtask test`, in their order: quick ones first.

use super::cargo_tests::cargo_test;
use super::{Verdict, window};
use crate::command::Run;
use crate::failure::{Outcome, While};
use crate::place::{Place, program};
use crate::setup::{CHROMIUM, Purpose};
use crate::{demo, licences, npm};

#[derive(Debug)]
pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    pub needs: &'static [Purpose],
    pub run: fn(&Place) -> Outcome<Verdict>,
}

pub const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt agrees", needs: &[], run: format },
    Step { name: "licences", about: "every dependency's licence is allowed", needs: &[], run: licences },
    Step { name: "clippy", about: "no warning in any package", needs: &[Purpose::Window], run: clippy },
    Step { name: "unit", about: "tests inside the crates", needs: &[Purpose::CommandLine], run: unit },
    Step { name: "engine", about: "the engine against real servers", needs: &[Purpose::Test], run: engine },
    Step { name: "shell", about: "commands, events, permissions", needs: &[Purpose::Window], run: shell },
    Step { name: "ui", about: "types, lint and unit tests of the UI", needs: &[Purpose::Window], run: ui },
    Step { name: "browser", about: "the UI in a browser", needs: &[Purpose::Test], run: browser },
    Step { name: "e2e", about: "the real window, driven from outside", needs: &[Purpose::Test], run: e2e },
    Step { name: "demo", about: "the README's first command", needs: &[Purpose::CommandLine], run: demo },
];

fn passed(note: &str) -> Outcome<Verdict> {
    Ok(Verdict::Passed(note.to_owned()))
}

fn format(place: &Place) -> Outcome<Verdict> {
    Run::cargo().args(["fmt", "--all", "--check"]).in_folder(&place.root).run()?;
    passed("")
}

fn licences(place: &Place) -> Outcome<Verdict> {
    licences::check(place).map(Verdict::Passed)
}

fn clippy(place: &Place) -> Outcome<Verdict> {
    npm::build_ui(place)?;
    Run::cargo()
        .args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
        .in_folder(&place.root)
        .run()?;
    passed("")
}

/// Every package but those with a step of their own.
fn unit(place: &Place) -> Outcome<Verdict> {
    cargo_test(
        place,
        &["--workspace", "--exclude", "engine-tests", "--exclude", "app-tests", "--exclude", "ferry-desktop"],
    )
}

fn engine(place: &Place) -> Outcome<Verdict> {
    cargo_test(place, &["--package", "engine-tests"])
}

fn shell(place: &Place) -> Outcome<Verdict> {
    npm::build_ui(place)?;
    cargo_test(place, &["--package", "app-tests", "--package", "ferry-desktop"])
}

fn ui(place: &Place) -> Outcome<Verdict> {
    let scripts: Vec<&str> =
        ["check", "lint", "test"].into_iter().filter(|name| npm::has_script(place, "ui", name)).collect();
    if scripts.is_empty() {
        return Ok(Verdict::NothingYet("ui has no script check, lint or test".into()));
    }
    for name in &scripts {
        npm::script(place, "ui", name).run()?;
    }
    passed(&scripts.join(", "))
}

fn browser(place: &Place) -> Outcome<Verdict> {
    if !npm::has_script(place, "tests/ui", "test") {
        return Ok(Verdict::NothingYet("tests/ui has no script test".into()));
    }
    npm::build_ui(place)?;
    // Playwright's own browsers are a download; the system's one will do.
    let chromium = CHROMIUM.iter().find_map(|name| program(name)).when("there is no Chromium here")?;
    npm::script(place, "tests/ui", "test").env("FERRY_CHROMIUM", chromium).run()?;
    passed("")
}

fn e2e(place: &Place) -> Outcome<Verdict> {
    if !npm::has_script(place, "tests/e2e", "test") {
        return Ok(Verdict::NothingYet("tests/e2e has no script test".into()));
    }
    window::run(place)?;
    passed("")
}

fn demo(place: &Place) -> Outcome<Verdict> {
    demo::run(place, Vec::new(), false, false)?;
    passed("without a display")
}
