//! `cargo xtask chaos`: many seeds of the chaos run, some side by side, each in a program of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::place::Place;

/// Most of a seed is waiting.
const SIDE_BY_SIDE: u64 = 3;

#[derive(Debug, PartialEq, Eq)]
struct Wish {
    seeds: u64,
    minutes: u64,
    first: u64,
}

fn wish(arguments: &[String]) -> Outcome<Wish> {
    let mut wish = Wish { seeds: 100, minutes: 30, first: 1 };
    let mut words = arguments.iter();
    let mut told = false;
    while let Some(word) = words.next() {
        let number = words.next().and_then(|number| number.parse().ok());
        let number = number.when(format!("{word} takes a number"))?;
        match word.as_str() {
            "--seeds" => wish.seeds = number,
            "--minutes" => wish.minutes = number,
            "--seed" => wish.first = number,
            other => return Err(Failure::new(format!("chaos does not take {other}"))),
        }
        told |= word == "--seeds";
    }
    // One seed alone is one that failed elsewhere.
    if !told && arguments.iter().any(|word| word == "--seed") {
        wish.seeds = 1;
    }
    Ok(wish)
}

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    let wish = wish(arguments)?;
    Run::cargo()
        .args(["build", "--quiet", "--package", "engine-tests", "--example", "chaos"])
        .in_folder(&place.root)
        .run()?;
    let program = place.target.join("debug").join("examples").join("chaos");
    let started = Instant::now();
    let until = started + Duration::from_secs(wish.minutes * 60);
    let (next, held) = (AtomicU64::new(wish.first), AtomicU64::new(0));
    let failed: Mutex<Vec<u64>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(wish.seeds) {
            scope.spawn(|| {
                while Instant::now() < until && lock(&failed).is_empty() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= wish.first + wish.seeds {
                        return;
                    }
                    if play(&program, seed) {
                        held.fetch_add(1, Ordering::Relaxed);
                    } else {
                        lock(&failed).push(seed);
                    }
                }
            });
        }
    });
    let (held, failed) = (held.into_inner(), failed.into_inner().unwrap_or_else(PoisonError::into_inner));
    let seconds = started.elapsed().as_secs_f64();
    println!("{held} seeds held in {seconds:.0} s, {:.1} s a seed", seconds / held.max(1) as f64);
    if failed.is_empty() {
        return Ok(());
    }
    let seeds = failed.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    Err(Failure::new(format!(
        "seed {seeds} broke an invariant; `cargo xtask chaos --seed N` plays one again"
    )))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `true`: everything held. What it said is printed whole where something did not.
fn play(program: &PathBuf, seed: u64) -> bool {
    println!("seed {seed} …");
    let done = Command::new(program).arg(seed.to_string()).stdin(Stdio::null()).output();
    match done {
        Ok(done) if done.status.success() => {
            let said = String::from_utf8_lossy(&done.stdout);
            println!("{}", said.lines().last().unwrap_or_default());
            true
        }
        Ok(done) => {
            println!("{}", String::from_utf8_lossy(&done.stdout));
            println!("{}", String::from_utf8_lossy(&done.stderr));
            false
        }
        Err(error) => {
            println!("{}: {error}", program.display());
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_seed_alone_is_played_alone() {
        assert_eq!(wish(&words("--seed 7")).unwrap(), Wish { seeds: 1, minutes: 30, first: 7 });
        let some = wish(&words("--seeds 5 --minutes 2 --seed 9")).unwrap();
        assert_eq!(some, Wish { seeds: 5, minutes: 2, first: 9 });
        assert!(wish(&words("--seeds")).is_err());
        assert!(wish(&words("--sead 1")).is_err());
    }
}
