//! Medians and ratios, as text.

use crate::upload::{Comparison, Round};

/// Peak memory that the engine may have, bytes.
pub const MEMORY: f64 = 64.0 * 1024.0 * 1024.0;

/// What is wanted of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub times_faster: f64,
    /// Ferry's CPU as a share of the other's.
    pub cpu_share: Option<f64>,
}

/// Medians of one contender's rounds.
struct Medians {
    wall: f64,
    cpu: f64,
    memory: f64,
    server: f64,
    load: f64,
}

/// Of an even number the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or(0.0);
    let (upper, even) = (values.len() / 2, values.len().is_multiple_of(2));
    if even { f64::midpoint(at(upper.saturating_sub(1)), at(upper)) } else { at(upper) }
}

impl Medians {
    fn of(rounds: &[Round]) -> Option<Self> {
        let of = |value: &dyn Fn(&Round) -> f64| median(rounds.iter().map(value).collect());
        (!rounds.is_empty()).then(|| Self {
            wall: of(&|round| round.cost.wall_seconds),
            cpu: of(&|round| round.cost.cpu_seconds()),
            memory: of(&|round| round.cost.peak_memory as f64),
            server: of(&|round| round.server_cpu),
            load: of(&|round| round.cost.load),
        })
    }

    fn print(&self, name: &str) {
        let Self { wall, cpu, memory, server, load } = self;
        let memory = memory / 1024.0 / 1024.0;
        println!(
            "  {name:<8} {wall:>8.2} s   CPU {cpu:>7.2} s   {memory:>6.1} MiB   (server's CPU {server:.2} s, load {load:.1})"
        );
    }
}

/// Prints one case.
pub fn print(result: &Comparison, wanted: Option<Wanted>) {
    println!("\n{} ({}) · {}", result.case, result.server, result.title);
    let Some(ferry) = Medians::of(&result.ferry) else { return };
    ferry.print("ferry");
    let said: Vec<_> = result.ferry.iter().filter_map(|round| round.said).collect();
    if !said.is_empty() {
        let stored = median(said.iter().map(|said| said.stored_seconds).collect());
        let seconds = median(said.iter().map(|said| said.seconds).collect());
        println!(
            "           of it from the wish to the last file stored {stored:.2} s, to the last one done {seconds:.2} s"
        );
    }
    println!(
        "           peak memory {}",
        verdict(ferry.memory / 1024.0 / 1024.0, "MiB", MEMORY / 1024.0 / 1024.0, false)
    );
    let Some(rclone) = Medians::of(&result.rclone) else { return };
    rclone.print("rclone");
    let faster = rclone.wall / ferry.wall.max(1e-9);
    let share = ferry.cpu / rclone.cpu.max(1e-9);
    match wanted {
        Some(wanted) => {
            println!("  faster   {}", verdict(faster, "×", wanted.times_faster, true));
            match wanted.cpu_share {
                Some(most) => println!("  CPU      {}", verdict(share, "of rclone's", most, false)),
                None => println!("  CPU      {share:.2} of rclone's"),
            }
        }
        None => println!("  faster   {faster:.2} ×\n  CPU      {share:.2} of rclone's"),
    }
    println!("  memory   {:.2} of rclone's", ferry.memory / rclone.memory.max(1.0));
}

pub fn verdict(value: f64, unit: &str, bound: f64, at_least: bool) -> String {
    let reached = if at_least { value >= bound } else { value <= bound };
    let (sign, word) = (if at_least { "≥" } else { "≤" }, if reached { "reached" } else { "NOT REACHED" });
    format!("{value:.2} {unit} (wanted {sign} {bound:.2}: {word})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_round_counts() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn a_bound_is_met_on_its_own_side() {
        assert!(verdict(2.0, "×", 2.0, true).ends_with(": reached)"));
        assert!(verdict(1.9, "×", 2.0, true).contains("NOT"));
        assert!(verdict(65.0, "MiB", 64.0, false).contains("NOT"));
    }
}
