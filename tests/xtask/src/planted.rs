//! `cargo xtask planted`: bugs on purpose, each of which the named tests have to find; without one they are green.

use crate::command::Run;
use crate::failure::{Failure, Outcome};
use crate::place::Place;

/// A bug of `engine/src/planted.rs`, by its word, and tests that find it: file and name.
const BUGS: &[(&str, &[(&str, &str)])] = &[
    (
        "skip-restat",
        &[
            ("sources", "a_file_that_changes_while_its_form_is_sent_is_never_mixed"),
            ("sources", "a_file_that_changes_while_its_parts_are_sent_is_never_mixed"),
        ],
    ),
    ("normal-sync", &[("disks", "what_was_acknowledged_is_there_after_a_power_cut")]),
    (
        "resend-blindly",
        &[("faults", "an_answer_that_is_lost_after_the_file_was_stored_makes_no_second_asset")],
    ),
    (
        "trust-part-list",
        &[("parts", "a_part_whose_local_bytes_have_changed_is_sent_again_though_size_and_time_are_the_same")],
    ),
    ("log-token", &[("secrets", "no_secret_of_a_whole_run_is_said_or_kept")]),
    (
        "ignore-wrong-sum",
        &[
            ("faults", "bytes_that_were_damaged_on_the_way_are_never_done"),
            ("damage", "damage_to_a_form_is_noticed_wherever_it_strikes_and_repaired"),
        ],
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    /// It can't be run here, and says so.
    Skipped,
}

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::new("planted takes no arguments"));
    }
    let mut lines = Vec::new();
    let mut wrong = 0;
    for (bug, tests) in BUGS {
        for (file, name) in *tests {
            for planted in [None, Some(*bug)] {
                let ending = run(place, file, name, planted)?;
                let wanted = if planted.is_some() { Ending::Failed } else { Ending::Passed };
                let verdict = match ending {
                    Ending::Skipped => "SKIPPED",
                    _ if ending == wanted && planted.is_some() => "found",
                    _ if ending == wanted => "green",
                    _ => {
                        wrong += 1;
                        "WRONG"
                    }
                };
                lines.push(format!("{verdict:<8} {:<17} {file}::{name}", planted.unwrap_or("no bug")));
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    match wrong {
        0 => Ok(()),
        wrong => Err(Failure::new(format!("{wrong} tests did not say what they have to say"))),
    }
}

fn run(place: &Place, file: &str, name: &str, planted: Option<&str>) -> Outcome<Ending> {
    let mut ending = None;
    let mut said = String::new();
    Run::cargo()
        .args(["test", "--quiet", "--package", "engine-tests", "--features", "planted-bugs"])
        .args(["--test", file, "--", "--exact", name, "--show-output", "--format", "pretty"])
        .in_folder(&place.root)
        .env("FERRY_PLANTED_BUG", planted.unwrap_or_default())
        .env("RUST_BACKTRACE", "0")
        .run_reading(None, |line| {
            said.push_str(line);
            said.push('\n');
            if let Some(now) = ending_of(line, name) {
                ending = Some(now);
            } else if line.starts_with("skipped:") {
                ending = Some(Ending::Skipped);
                println!("{line}");
            }
        })?;
    // Not a failure of the test: it was not there, or did not compile.
    ending.ok_or_else(|| Failure::new(format!("{file} has no test {name}:\n{said}")))
}

/// `test NAME ... ok`
fn ending_of(line: &str, name: &str) -> Option<Ending> {
    match line.strip_prefix("test ")?.strip_prefix(name)?.trim() {
        "... ok" => Some(Ending::Passed),
        "... FAILED" => Some(Ending::Failed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_read_from_the_lines_of_tests() {
        assert_eq!(ending_of("test a_b ... ok", "a_b"), Some(Ending::Passed));
        assert_eq!(ending_of("test a_b ... FAILED", "a_b"), Some(Ending::Failed));
        assert_eq!(ending_of("test a_bc ... ok", "a_b"), None);
        assert_eq!(ending_of("running 1 test", "a_b"), None);
    }
}
