//! Plays one seed, or some in a row: `chaos SEED [COUNT]`. Ends with 1 where an invariant broke. See `cargo xtask chaos`.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let (first, count) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let outer = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(outer) = outer else { return ExitCode::FAILURE };
    let mut code = ExitCode::SUCCESS;
    for seed in first..first + count {
        println!("seed {seed}");
        let verdict = outer.block_on(engine_tests::chaos::play(seed));
        if verdict.broken.is_empty() {
            println!("seed {seed} holds: {:.1} s, {}", verdict.took.as_secs_f64(), verdict.figures);
        } else {
            println!("{}\nseed {seed} breaks:\n{}", verdict.trace, verdict.broken.join("\n"));
            code = ExitCode::FAILURE;
        }
    }
    code
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("skipped: inodes are looked at, which are not told here");
    ExitCode::SUCCESS
}
