//! Whether a file is complete, as far as a look from outside can tell. Pure: clocks are passed in.

use std::collections::HashMap;
use std::time::Duration;

use super::diff::Entry;
use crate::store::seen_files::Stamp;

/// A file whose times lie so far back by the file system's own clock needs no second look: whoever writes, renames or sets times
/// moves the time of change, which nobody can set back. So much, since a share's clock may differ.
const LONG_AGO: Duration = Duration::from_secs(120);
/// A file of this size is watched twice as long as a small one, of twice this size three times, and so on.
const SIZE_STEP: u64 = 1024 * 1024 * 1024;
const MOST_TIMES: u64 = 6;
/// Files that are remembered between looks; of others the folder is looked at again.
const MOST: usize = 100_000;

/// Names that programs give files which are not finished, whatever their folder.
pub fn is_partial(name: &str) -> bool {
    const ENDINGS: [&str; 20] = [
        ".part",
        ".partial",
        ".crdownload",
        ".download",
        ".opdownload",
        ".filepart",
        ".aria2",
        ".!ut",
        ".!qb",
        ".bc!",
        ".tmp",
        ".temp",
        ".swp",
        ".swx",
        ".swo",
        ".icloud",
        ".unfinished",
        ".incomplete",
        ".ferry-part",
        "~",
    ];
    const BEGINNINGS: [&str; 9] = [
        ".goutputstream-",
        ".#",
        "#",
        ".~lock.",
        "~$",
        ".fuse_hidden",
        ".nfs0",
        "~syncthing~",
        ".syncthing.",
    ];
    let lower = name.to_lowercase();
    let hash_both_ends = |begin: &str| begin == "#" && !lower.ends_with('#');
    ENDINGS.iter().any(|ending| lower.len() > ending.len() && lower.ends_with(ending))
        || BEGINNINGS.iter().any(|begin| lower.starts_with(begin) && !hash_both_ends(begin))
        || is_rsync_name(name)
}

/// `.photo.jpg.Xa3f9Q`: what rsync writes to before it renames.
fn is_rsync_name(name: &str) -> bool {
    let Some((stem, word)) = name.rsplit_once('.') else { return false };
    // An ending that is a word of its own, such as `.backup`, has no capital or digit within.
    let random = word.len() == 6
        && word.bytes().all(|letter| letter.is_ascii_alphanumeric())
        && word.bytes().skip(1).any(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    name.starts_with('.') && stem.len() > 1 && stem.get(1..).is_some_and(|stem| stem.contains('.')) && random
}

/// How long a file of a size has to be the same.
pub fn quiet_for(size: u64, quiet: Duration) -> Duration {
    let times = (1 + size / SIZE_STEP).min(MOST_TIMES);
    quiet * u32::try_from(times).unwrap_or(1)
}

/// What it is now.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// By a clock that is never set.
    pub steady: Duration,
    /// By the clock on the wall, nanoseconds.
    pub wall_ns: i64,
    pub quiet: Duration,
}

struct Watched {
    stamp: Stamp,
    changed_ns: Option<i64>,
    since: Duration,
    /// It came to rest, and waits for something else.
    rests: bool,
}

/// Files of one folder that may still be written.
type OfFolder = HashMap<String, Watched>;

/// Files that may still be written, by folders.
#[derive(Default)]
pub struct Settling {
    folders: HashMap<std::path::PathBuf, OfFolder>,
    count: usize,
}

/// A look at one folder.
pub struct Look<'a> {
    before: OfFolder,
    still: OfFolder,
    settling: &'a mut Settling,
    folder: std::path::PathBuf,
    now: Now,
}

impl Settling {
    /// Begins a look at a folder; what it does not meet again is forgotten.
    pub fn look(&mut self, folder: &std::path::Path, now: Now) -> Look<'_> {
        let before = self.folders.remove(folder).unwrap_or_default();
        self.count -= before.len();
        Look { before, still: OfFolder::default(), settling: self, folder: folder.to_path_buf(), now }
    }

    /// When the first file may be stable.
    pub fn due(&self, quiet: Duration) -> Option<Duration> {
        let waiting = self.folders.values().flat_map(HashMap::values).filter(|file| !file.rests);
        waiting.map(|file| due(file, quiet)).min()
    }

    /// Folders with a file that may be stable.
    pub fn due_folders(&self, now: Duration, quiet: Duration) -> Vec<std::path::PathBuf> {
        let is_due = |of: &OfFolder| of.values().any(|file| !file.rests && due(file, quiet) <= now);
        self.folders.iter().filter(|(_, of)| is_due(of)).map(|(folder, _)| folder.clone()).collect()
    }

    /// Files that are being written, as far as anybody can tell.
    pub fn unfinished(&self) -> usize {
        self.folders.values().flat_map(HashMap::values).filter(|file| !file.rests).count()
    }

    /// No file is being written.
    pub fn is_quiet(&self) -> bool {
        self.count == 0 || self.folders.values().flat_map(HashMap::values).all(|file| file.rests)
    }
}

fn due(file: &Watched, quiet: Duration) -> Duration {
    file.since + quiet_for(file.stamp.size, quiet)
}

impl Look<'_> {
    /// Whether it can be taken now. If not, it is remembered for the next look.
    pub fn is_stable(&mut self, entry: &Entry) -> bool {
        let Now { steady, wall_ns, quiet } = self.now;
        // Nobody waits: for a look at what would be sent.
        if quiet.is_zero() {
            return true;
        }
        let quiet_time = quiet_for(entry.stamp.size, quiet);
        let last = entry.changed_ns.map(|changed| changed.max(entry.stamp.modified_ns));
        let long_ns = i64::try_from((LONG_AGO + quiet_time).as_nanos()).unwrap_or(i64::MAX);
        if last.is_some_and(|last| wall_ns.saturating_sub(last) >= long_ns) {
            return true;
        }
        let same = |before: &Watched| before.stamp == entry.stamp && before.changed_ns == entry.changed_ns;
        let since = match self.before.get(&entry.name).filter(|before| same(before)) {
            Some(before) if before.rests || steady.saturating_sub(before.since) >= quiet_time => return true,
            Some(before) => before.since,
            None => steady,
        };
        self.wait(entry, since, false);
        false
    }

    /// Somebody holds it: it is watched from now on.
    pub fn is_held(&mut self, entry: &Entry) {
        self.wait(entry, self.now.steady, false);
    }

    /// It is complete, but nobody may be able to take it now: as long as it stays the same, it counts as complete.
    pub fn rests(&mut self, entry: &Entry) {
        self.wait(entry, self.now.steady, true);
    }

    fn wait(&mut self, entry: &Entry, since: Duration, rests: bool) {
        if self.settling.count + self.still.len() < MOST {
            let watched = Watched { stamp: entry.stamp, changed_ns: entry.changed_ns, since, rests };
            self.still.insert(entry.name.clone(), watched);
        }
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        if !self.still.is_empty() {
            self.settling.count += self.still.len();
            self.settling.folders.insert(std::mem::take(&mut self.folder), std::mem::take(&mut self.still));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const QUIET: Duration = Duration::from_secs(10);
    const SECOND: i64 = 1_000_000_000;
    /// The file system's time at the beginning.
    const BEGIN: i64 = 1_800_000_000 * SECOND;

    fn entry(size: u64, modified: i64, changed: i64) -> Entry {
        let stamp = Stamp { size, modified_ns: BEGIN + modified * SECOND, number: Some(7) };
        Entry { name: "a.mov".into(), stamp, changed_ns: Some(BEGIN + changed * SECOND) }
    }

    /// Plays looks (second, file as it is then) and tells at which the file was taken.
    fn taken(looks: &[(u64, Entry)]) -> Option<u64> {
        let mut settling = Settling::default();
        looks.iter().find_map(|(second, entry)| {
            let steady = Duration::from_secs(*second);
            let wall_ns = BEGIN + i64::try_from(*second).unwrap() * SECOND;
            let mut look = settling.look(Path::new("/w"), Now { steady, wall_ns, quiet: QUIET });
            look.is_stable(entry).then_some(*second)
        })
    }

    #[test]
    fn a_file_is_taken_once_it_was_the_same_for_the_quiet_time() {
        let same = entry(5, 0, 0);
        assert_eq!(taken(&[(0, same.clone()), (9, same.clone()), (10, same.clone())]), Some(10));
        // One look proves nothing, however late it is within the time in which clocks may differ.
        assert_eq!(taken(&[(60, same.clone())]), None);
        // What lay still for long is taken at the first look.
        assert_eq!(taken(&[(200, same)]), Some(200));
    }

    #[test]
    fn whoever_writes_pauses_renames_or_sets_times_begins_the_quiet_anew() {
        // Grows at 8; the same from there on.
        let writer = [(0, entry(5, 0, 0)), (8, entry(9, 8, 8)), (12, entry(9, 8, 8)), (18, entry(9, 8, 8))];
        assert_eq!(taken(&writer), Some(18));
        // Of its full size from the beginning; only times tell.
        let preallocated =
            [(0, entry(9, 0, 0)), (8, entry(9, 8, 8)), (17, entry(9, 8, 8)), (18, entry(9, 8, 8))];
        assert_eq!(taken(&preallocated), Some(18));
        // The copy tool sets an old time at the end.
        let old_time = [
            (0, entry(9, 0, 0)),
            (9, entry(9, -999_999, 9)),
            (15, entry(9, -999_999, 9)),
            (19, entry(9, -999_999, 9)),
        ];
        assert_eq!(taken(&old_time), Some(19));
        // The header is rewritten: same size, and the time of modification set back to what it was.
        let header = [(0, entry(9, 0, 0)), (9, entry(9, 0, 9)), (12, entry(9, 0, 9)), (19, entry(9, 0, 9))];
        assert_eq!(taken(&header), Some(19));
    }

    #[test]
    fn a_file_that_takes_anothers_place_is_watched_from_there() {
        let mut other = entry(9, 0, 0);
        other.stamp.number = Some(8);
        assert_eq!(
            taken(&[(0, entry(9, 0, 0)), (10, other.clone()), (19, other.clone()), (20, other)]),
            Some(20)
        );
    }

    #[test]
    fn a_clock_that_lies_ahead_does_not_make_a_file_old() {
        // Times in the future, from a share whose clock is wrong.
        let future = entry(9, 9_999, 9_999);
        assert_eq!(taken(&[(0, future.clone()), (5, future.clone()), (10, future)]), Some(10));
    }

    #[test]
    fn large_files_are_watched_longer() {
        assert_eq!(quiet_for(0, QUIET), QUIET);
        assert_eq!(quiet_for(3 * SIZE_STEP, QUIET), QUIET * 4);
        assert_eq!(quiet_for(u64::MAX, QUIET), QUIET * 6);
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let mut settling = Settling::default();
        let now = Now { steady: Duration::ZERO, wall_ns: BEGIN, quiet: QUIET };
        assert!(!settling.look(Path::new("/w"), now).is_stable(&entry(1, 0, 0)));
        assert_eq!(settling.due(QUIET), Some(QUIET));
        assert_eq!(settling.due_folders(QUIET, QUIET).len(), 1);
        drop(settling.look(Path::new("/w"), now));
        assert!(settling.is_quiet() && settling.due(QUIET).is_none());
    }

    #[test]
    fn names_of_unfinished_files() {
        for name in [
            "film.mov.part",
            "x.crdownload",
            "Unconfirmed 1.crdownload",
            "a.tmp",
            "A.TMP",
            "~$letter.docx",
            ".~lock.a.odt#",
            "#a.txt#",
            ".a.jpg.swp",
            "a.psd~",
            ".goutputstream-ABC",
            ".photo.jpg.Xa3f9Q",
            "a.!qB",
            ".fuse_hidden00000a",
            "x.filepart",
        ] {
            assert!(is_partial(name), "{name}");
        }
        for name in [
            "a.jpg",
            "part",
            "a.part.jpg",
            "template.psd",
            "#1 winner.jpg",
            ".hidden.jpg",
            "temp",
            "a.backup",
            ".site.config",
            "download",
            "~",
            ".tmp",
        ] {
            assert!(!is_partial(name), "{name}");
        }
    }
}
