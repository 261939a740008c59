//! The same files by everyone, rounds interleaved.

use std::path::Path;

use ferry_line::Line;
use serde::Serialize;

use super::Options;
use super::settings::{CURL, RCLONE_LARGE, RCLONE_SMALL, Setting};
use crate::contender::curl;
use crate::contender::ferry::{self, Said};
use crate::contender::rclone::{self, Bucket};
use crate::outcome::{Outcome, Trouble, because};
use crate::process::{Cost, load};
use crate::sink::{Manner, Sink};
use crate::sources::{FILMS, Shape, Sources, prepare};
use crate::table::{median, verdict};
use crate::upload::{RunFolder, to_sink};

/// Times as fast as curl and as rclone.
const WANTED_OF_CURL: f64 = 0.9;
const WANTED_OF_RCLONE: f64 = 1.0;

pub struct Race<'a> {
    pub options: &'a Options,
    pub shape: Shape,
    pub title: &'static str,
    pub line: &'a Line,
}

/// One contender's rounds with one setting.
#[derive(Debug, Serialize)]
struct Runs {
    name: &'static str,
    setting: String,
    rounds: Vec<Cost>,
    /// What Ferry says about itself.
    said: Vec<Said>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Result {
    case: &'static str,
    title: &'static str,
    runs: Vec<Runs>,
}

#[derive(Clone, Copy)]
enum Contender {
    Ferry { parts: bool },
    Curl(Setting),
    Rclone(Setting),
}

impl Contender {
    fn name(self) -> &'static str {
        match self {
            Self::Ferry { parts: true } => "ferry, parts",
            Self::Ferry { parts: false } => "ferry, form",
            Self::Curl(_) => "curl",
            Self::Rclone(_) => "rclone",
        }
    }

    fn setting(self) -> String {
        match self {
            Self::Ferry { .. } => String::new(),
            Self::Curl(setting) | Self::Rclone(setting) => setting.join(" "),
        }
    }

    fn with(setting_of: fn(Setting) -> Self, settings: &[Setting]) -> Vec<Self> {
        settings.iter().map(|setting| setting_of(setting)).collect()
    }
}

pub fn run(race: &Race<'_>, folder: &Path) -> Outcome<Result> {
    let sources = prepare(race.shape)?;
    let large = race.shape.name == FILMS.name;
    let rclone: &[Setting] = if large { &RCLONE_LARGE } else { &RCLONE_SMALL };
    let ways: &[bool] = if large { &[true, false] } else { &[false] };
    println!("\n{} · {}", race.shape.name, race.title);
    let mut runs: Vec<(Contender, Runs)> = Vec::new();
    let mut add = |contender: Contender, (cost, said): (Cost, Option<Said>)| {
        let known = runs
            .iter()
            .position(|(_, known)| known.name == contender.name() && known.setting == contender.setting());
        match known.and_then(|at| runs.get_mut(at)) {
            Some((_, known)) => {
                known.rounds.push(cost);
                known.said.extend(said);
            }
            None => {
                let (name, setting) = (contender.name(), contender.setting());
                runs.push((
                    contender,
                    Runs { name, setting, rounds: vec![cost], said: said.into_iter().collect() },
                ));
            }
        }
    };
    // The first round tries every setting; the others only the best ones.
    let mut field: Vec<Contender> = ways.iter().map(|parts| Contender::Ferry { parts: *parts }).collect();
    let opponents = [Contender::with(Contender::Curl, &CURL), Contender::with(Contender::Rclone, rclone)];
    let mut best = Vec::new();
    for settings in opponents.into_iter().filter(|_| !race.options.alone) {
        let mut tried = Vec::new();
        for contender in settings {
            let (cost, said) = once(race, &sources, folder, contender)?;
            println!(
                "  tried    {:>7.2} s   {} {}",
                cost.wall_seconds,
                contender.name(),
                contender.setting()
            );
            add(contender, (cost, said));
            tried.push((contender, cost.wall_seconds));
        }
        best.extend(tried.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(contender, _)| contender));
    }
    for round in 0..race.options.rounds.max(1) {
        for contender in field.iter().chain(&best) {
            // The best ones have had their first round.
            if round > 0 || matches!(contender, Contender::Ferry { .. }) {
                add(*contender, once(race, &sources, folder, *contender)?);
            }
        }
    }
    field.extend(&best);
    let runs: Vec<Runs> = runs.into_iter().map(|(_, runs)| runs).collect();
    let chosen = |contender: &Contender| {
        runs.iter().find(|runs| runs.name == contender.name() && runs.setting == contender.setting())
    };
    print(&field.iter().filter_map(chosen).collect::<Vec<_>>(), race.shape);
    Ok(Result { case: race.shape.name, title: race.title, runs })
}

fn once(
    race: &Race<'_>,
    sources: &Sources,
    folder: &Path,
    contender: Contender,
) -> Outcome<(Cost, Option<Said>)> {
    let run = RunFolder::new(folder)?;
    let far = race.line.far.address.parse().map_err(because("the far end has no address"))?;
    let manner = Manner {
        delay_ms: race.options.delay_ms,
        parts: matches!(contender, Contender::Ferry { parts: true }),
        bytes_a_second: None,
        address: Some(far),
    };
    let sink = race.line.far.inside(|| Sink::start(&sources.table, run.path(), manner));
    let sink = sink.map_err(Trouble::new)??;
    let bucket = Bucket::of_sink(&sink.url, &sink.authority);
    let cost = race.line.near.inside(|| match contender {
        Contender::Ferry { .. } => {
            ferry::run(&to_sink(&sink, &run, sources)).map(|(cost, said)| (cost, Some(said)))
        }
        Contender::Curl(flags) => curl::run(sources, &bucket, run.path(), flags).map(|cost| (cost, None)),
        Contender::Rclone(flags) => rclone::run(sources, &bucket, flags).map(|cost| (cost, None)),
    });
    let (cost, said) = cost.map_err(Trouble::new)??;
    // Until the same answer that the others end with, to a thousandth of a second.
    let heard = sink.heard(false)?;
    sink.stop()?;
    let first_byte = heard.first_bytes.values().min().copied().unwrap_or_default();
    let exactly = |said: Said| {
        let after = |moment: u64| moment.saturating_sub(said.wished_at) as f64 / 1e6;
        Said {
            stored_seconds: after(heard.said_stored),
            first_byte_seconds: after(first_byte),
            last_byte_seconds: after(heard.last_byte),
            ..said
        }
    };
    Ok((cost, said.map(exactly)))
}

fn print(chosen: &[&Runs], shape: Shape) {
    let wall = |runs: &Runs| median(runs.rounds.iter().map(|cost| cost.wall_seconds).collect());
    let megabytes = f64::from(shape.files) * shape.size as f64 / 1e6;
    for runs in chosen {
        let cpu = median(runs.rounds.iter().map(Cost::cpu_seconds).collect());
        let seconds = wall(runs);
        println!(
            "  {:<12} {seconds:>7.2} s   {:>5.2} MB/s   CPU {cpu:>5.2} s   {} rounds   {}",
            runs.name,
            megabytes / seconds.max(1e-9),
            runs.rounds.len(),
            runs.setting
        );
        if !runs.said.is_empty() {
            let of = |value: fn(&Said) -> f64| median(runs.said.iter().map(value).collect());
            let (stored, done) = (of(|said| said.stored_seconds), of(|said| said.seconds));
            let (first, last) = (of(|said| said.first_byte_seconds), of(|said| said.last_byte_seconds));
            println!(
                "               from the wish: first byte {first:.3} s, last byte {last:.3} s, \
                 stored {stored:.3} s, done {done:.2} s"
            );
        }
    }
    // What the others do ends with the last answer to a file: so does this. Ferry's sign-in before it, and waiting for the
    // tenant's word after it, are in the whole.
    let stored = |runs: &Runs| median(runs.said.iter().map(|said| said.stored_seconds).collect());
    for ferry in chosen.iter().filter(|runs| runs.name.starts_with("ferry")) {
        for (other, wanted) in [("curl", WANTED_OF_CURL), ("rclone", WANTED_OF_RCLONE)] {
            if let Some(runs) = chosen.iter().find(|runs| runs.name == other) {
                let times = wall(runs) / stored(ferry).max(1e-9);
                let whole = wall(runs) / wall(ferry).max(1e-9);
                let verdict = verdict(times, "× as fast until all is stored", wanted, true);
                println!("  {} beside {other}: {verdict}; the whole {whole:.2} ×", ferry.name);
            }
        }
    }
    println!("  load {:.1}", load());
}
