//! `cargo test`, with its closing lines counted.

use super::Verdict;
use crate::command::Run;
use crate::failure::{Failure, Outcome};
use crate::place::Place;

/// Steps with our tools on the search path: the engine's suite starts servers from there.
pub fn cargo_test(place: &Place, arguments: &[&str]) -> Outcome<Verdict> {
    let mut counts = Counts::default();
    let code = Run::cargo()
        .args(["test", "--no-fail-fast"])
        .args(arguments)
        .in_folder(&place.root)
        .env("FERRY_TOOLS", &place.tools)
        .env("PATH", place.path_with_tools()?)
        .run_reading(None, |line| {
            println!("{line}");
            counts.read(line);
        })?;
    counts.verdict(code)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Counts {
    /// `test result: ok. 41 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.02s`
    fn read(&mut self, line: &str) {
        let Some(closing) = line.trim_start().strip_prefix("test result:") else { return };
        let words: Vec<&str> = closing.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u32>() else { continue };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn verdict(&self, code: i32) -> Outcome<Verdict> {
        let Self { passed, failed, ignored } = self;
        if code != 0 || *failed > 0 {
            return Err(Failure::new(format!(
                "cargo test ended with {code}: {passed} passed, {failed} failed"
            )));
        }
        if *passed == 0 {
            return Ok(Verdict::NothingYet("cargo test ran no test".into()));
        }
        let skipped = if *ignored > 0 { format!(", {ignored} IGNORED") } else { String::new() };
        Ok(Verdict::Passed(format!("{passed} tests{skipped}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_closing_lines() {
        let mut counts = Counts::default();
        counts.read("running 3 tests");
        counts.read("test a ... ok");
        counts.read(
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
        );
        counts.read("test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(counts, Counts { passed: 6, failed: 1, ignored: 1 });
        assert!(counts.verdict(101).is_err());
    }

    #[test]
    fn no_test_is_no_pass() {
        assert!(matches!(Counts::default().verdict(0), Ok(Verdict::NothingYet(_))));
        assert!(Counts::default().verdict(101).is_err());
        let some = Counts { passed: 2, failed: 0, ignored: 1 };
        assert_eq!(some.verdict(0).unwrap(), Verdict::Passed("2 tests, 1 IGNORED".into()));
    }
}
