//! `cargo xtask test`: what CI runs, step by step, with a table at the end.

mod cargo_tests;
mod steps;
pub mod window;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::place::Place;
use crate::setup::{self, Mode};
use steps::{STEPS, Step};

/// How a step ended, if it did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Passed(String),
    /// Nothing was checked. Never to be mistaken for a pass.
    NothingYet(String),
}

#[derive(Debug)]
struct Entry {
    name: &'static str,
    took: Duration,
    result: Outcome<Verdict>,
}

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    let keep_going = arguments.iter().any(|argument| argument == "--keep-going");
    if arguments.iter().any(|argument| argument == "--list") {
        for step in STEPS {
            println!("{:10} {}", step.name, step.about);
        }
        return Ok(());
    }
    let names: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|name| *name != "--keep-going").collect();
    let steps = chosen(&names)?;

    let mut purposes = Vec::new();
    steps.iter().flat_map(|step| step.needs).for_each(|need| {
        if !purposes.contains(need) {
            purposes.push(*need);
        }
    });
    setup::ensure(place, &purposes, Mode::Install)?;

    let mut entries = Vec::new();
    for step in steps {
        println!("\n━━ {}: {}", step.name, step.about);
        let started = Instant::now();
        let result = (step.run)(place);
        let took = started.elapsed();
        if let Err(failure) = &result {
            println!("{failure}");
        }
        let failed = result.is_err();
        entries.push(Entry { name: step.name, took, result });
        if failed && !keep_going {
            break;
        }
    }
    println!("\n{}", table(&entries));
    match entries.iter().filter(|entry| entry.result.is_err()).count() {
        0 => Ok(()),
        failed => Err(Failure::new(format!("{failed} of {} steps failed.", entries.len()))),
    }
}

/// In the order of `STEPS`, whatever the order of the names.
fn chosen(names: &[&str]) -> Outcome<Vec<&'static Step>> {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!("there is no step \"{unknown}\"; there are: {}", known.join(", "))));
    }
    Ok(STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect())
}

fn table(entries: &[Entry]) -> String {
    let mut lines = vec![format!("{:<10} {:>8}  result", "step", "seconds")];
    for Entry { name, took, result } in entries {
        let result = match result {
            Ok(Verdict::Passed(note)) => format!("ok      {note}"),
            Ok(Verdict::NothingYet(why)) => format!("NO TESTS YET: {why}"),
            Err(failure) => format!("FAILED  {}", failure.to_string().lines().next().unwrap_or_default()),
        };
        lines.push(format!("{name:<10} {:>8.1}  {}", took.as_secs_f64(), result.trim_end()));
    }
    let total: Duration = entries.iter().map(|entry| entry.took).sum();
    lines.push(format!("{:<10} {:>8.1}", "total", total.as_secs_f64()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_in_their_own_order() {
        let names: Vec<&str> =
            chosen(&["licences", "format"]).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(names, ["format", "licences"]);
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
        assert!(chosen(&["formatt"]).is_err());
    }

    #[test]
    fn a_step_without_tests_does_not_look_like_a_pass() {
        let took = Duration::from_millis(1500);
        let shown = table(&[
            Entry { name: "unit", took, result: Ok(Verdict::Passed("41 tests".into())) },
            Entry { name: "e2e", took, result: Ok(Verdict::NothingYet("no package.json".into())) },
            Entry { name: "demo", took, result: Err(Failure::new("no\nway")) },
        ]);
        assert!(shown.contains("unit            1.5  ok      41 tests\n"));
        assert!(shown.contains("NO TESTS YET: no package.json"));
        assert!(shown.contains("FAILED  no\n"));
        assert!(shown.ends_with("total           4.5"));
    }
}
