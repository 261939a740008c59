//! Which files there are, and how they are handed over.

use super::chance::Chance;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Names that have given programs trouble. All can be sent.
const NAMES: [&str; 16] = [
    "plain.jpg",
    "Grüße 😀.jpg",
    "u\u{308}ber.tif",
    "no ending",
    ".hidden.png",
    "two  spaces.mov",
    "it's \"quoted\".jpg",
    "50% & more+.pdf",
    "semi;colon,comma.jpg",
    "${filename}.jpg",
    "=?UTF-8?B?eA==?=.txt",
    "trailing dot..jpg",
    "ＦＵＬＬ　ＷＩＤＴＨ.png",
    "DSC_0001.JPG",
    "a.tar.gz",
    "-rf.jpg",
];

/// Files that are worth parts.
pub const MOST_LARGE: usize = 2;

const FOLDERS: [&str; 6] = ["", "Tag 1", "Tag 1/RAW", "Tag 2", "Tag 2/RAW", "Ünter/tief/er"];

pub struct FilePlan {
    /// Below the folder of files.
    pub path: String,
    pub size: u64,
    pub content: u64,
}

pub struct Workload {
    /// Whether the tenant offers parts.
    pub parts: bool,
    pub ingest_delay_ms: u64,
    pub files: Vec<FilePlan>,
    /// Folders that are handed over one after another.
    pub roots: Vec<String>,
    /// Moments of the run.
    pub steps: u64,
}

impl Workload {
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::of(seed, "workload");
        let parts = !chance.one_in(3);
        let ingest_delay_ms = *chance.pick(&[0, 50, 200, 1_500]);
        let roots: Vec<String> = (0..chance.between(1, 3)).map(|number| format!("Shoot {number}")).collect();
        let large = if chance.one_in(3) { 0 } else { chance.between(1, MOST_LARGE as u64) };
        let mut files: Vec<FilePlan> = Vec::new();
        for number in 0..chance.between(4, 22) {
            let size = if number < large { large_size(&mut chance) } else { small_size(&mut chance) };
            let name = chance.pick(&NAMES);
            let root = chance.pick(&roots).clone();
            let folder = chance.pick(&FOLDERS);
            let path = [root.as_str(), folder, name].iter().filter(|part| !part.is_empty()).fold(
                String::new(),
                |path, part| {
                    if path.is_empty() { (*part).to_owned() } else { format!("{path}/{part}") }
                },
            );
            if !files.iter().any(|file| file.path == path) {
                files.push(FilePlan { path, size, content: chance.below(u64::MAX) });
            }
        }
        Self { parts, ingest_delay_ms, files, roots, steps: chance.between(15, 60) }
    }
}

fn small_size(chance: &mut Chance) -> u64 {
    match chance.below(10) {
        0 => 0,
        1 => 1,
        // Around the edges of what goes out whole and what is read in blocks.
        2 => 64 * KIB + chance.between(0, 2) - 1,
        3 => MIB + chance.between(0, 2) - 1,
        4..=6 => chance.between(2, 60 * KIB),
        7 | 8 => chance.between(65 * KIB, 900 * KIB),
        _ => chance.between(MIB, 6 * MIB),
    }
}

fn large_size(chance: &mut Chance) -> u64 {
    match chance.below(4) {
        0 => 16 * MIB + 1,
        1 => 24 * MIB,
        _ => chance.between(17 * MIB, 44 * MIB),
    }
}
