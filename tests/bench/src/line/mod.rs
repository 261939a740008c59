//! `bench line`: over a slow, lossy line between two network namespaces, Ferry beside the best settings of curl and rclone;
//! and how soon the line falls silent after a pause and a cancel.

mod race;
mod settings;

use std::fs;

use ferry_line::Line;

use crate::contender::{curl, rclone};
use crate::control::{self, print_all};
use crate::outcome::{Outcome, Trouble, because};
use crate::process::load;
use crate::sources::{FILMS, PHOTOS, REELS, bench_folder, prepare};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// `films`, `photos` or `control`; all without it. May be given more than once.
    #[arg(long)]
    only: Vec<String>,
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// What the line carries in each direction, megabits a second.
    #[arg(long, default_value_t = 50)]
    megabits: u32,
    /// Packets lost, of a thousand.
    #[arg(long, default_value_t = 10)]
    lost: u32,
    /// Added to each answer.
    #[arg(long, default_value_t = 50)]
    delay_ms: u64,
    /// How senders find their speed, where it is not the system's way: `bbr`, `cubic`, `reno`.
    #[arg(long)]
    congestion: Option<String>,
    /// Only Ferry, for profiling.
    #[arg(long)]
    alone: bool,
    /// What the line carries where Ferry is stopped, megabits a second.
    #[arg(long, default_value_t = 80)]
    control_megabits: u32,
}

impl Options {
    fn takes(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    fn line(&self, megabits: u32) -> Outcome<Line> {
        let made = || -> ferry_line::Outcome<Line> {
            let line = Line::new()?;
            line.limit(megabits)?;
            line.lose(self.lost)?;
            for side in [&line.near, &line.far] {
                self.congestion.as_ref().map_or(Ok(()), |control| side.congestion(control))?;
            }
            Ok(line)
        };
        made().map_err(Trouble::new)
    }
}

pub fn command(options: &Options) -> Outcome {
    if let Some(missing) = ferry_line::missing() {
        println!("skipped: {missing}");
        return Ok(());
    }
    let folder = bench_folder()?;
    let (curl, rclone) = (curl::version()?, rclone::version()?);
    let Options { megabits, lost, delay_ms, .. } = options;
    println!("ferry {} · {curl} · {rclone} · load {:.1}", env!("CARGO_PKG_VERSION"), load());
    println!("{megabits} Mbit/s, {lost} ‰ of packets lost, {delay_ms} ms added to each answer");
    let mut results = Vec::new();
    for (shape, title) in [(FILMS, "4 × 20 MiB"), (PHOTOS, "300 × 100 KiB")] {
        if options.takes(shape.name) {
            let line = options.line(*megabits)?;
            results.push(race::run(&race::Race { options, shape, title, line: &line }, &folder)?);
        }
    }
    let controlled = if options.takes("control") { stopped(options)? } else { Vec::new() };
    let report = serde_json::json!({
        "curl": curl, "rclone": rclone, "megabits": megabits, "lost_of_a_thousand": lost, "delay_ms": delay_ms,
        "congestion": options.congestion, "results": results, "control": controlled,
    });
    let path = folder.join("line.json");
    fs::write(&path, format!("{report:#}")).map_err(because("the report can't be written"))?;
    println!("\n{}", path.display());
    Ok(())
}

/// Pause and cancel, seen from the far end.
fn stopped(options: &Options) -> Outcome<Vec<serde_json::Value>> {
    let sources = prepare(REELS)?;
    let folder = bench_folder()?;
    let (rate, rounds) = (options.control_megabits, options.rounds);
    let mut results = Vec::new();
    for way in ["parts", "form"] {
        let line = options.line(rate)?;
        let delay = options.delay_ms.to_string();
        let words = ["--far", &line.far.name, "--address", &line.far.address, "--delay-ms", &delay];
        let said = line.near.inside(|| control::contender(&folder, &sources, way, rounds, &words));
        let said = said.map_err(Trouble::new)??;
        println!("\n12 × 48 MiB by {way} on a line of {rate} Mbit/s, {rounds} rounds (load {:.1})", load());
        print_all(&said);
        results.push(serde_json::json!({ "way": way, "megabits": rate, "milliseconds": said }));
    }
    Ok(results)
}
