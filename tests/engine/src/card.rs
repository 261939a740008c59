//! A file system in a file, mounted on a folder: a card that is pulled, a disk that is full, a computer whose power is cut.
//! Needs root and loop devices; where it can't be made, a test says *skipped* and why.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The file system's own call for a cut (FS_IOC_SHUTDOWN), and: without writing the journal first.
const SHUTDOWN: &str = "open(my $d, '<', $ARGV[0]) or die \"$!\\n\"; my $how = pack('L', 2);
    defined(ioctl($d, 0x8004587d, $how)) or die \"$!\\n\"";

pub struct Card {
    image: PathBuf,
    mount: PathBuf,
}

impl Card {
    /// In a folder, mounted there under a name.
    ///
    /// # Errors
    /// Why this can't be done here.
    pub fn new(folder: &Path, name: &str, mebibytes: u64) -> Result<Self, String> {
        let card = Self { image: folder.join(format!("{name}.img")), mount: folder.join(name) };
        std::fs::File::create(&card.image).unwrap().set_len(mebibytes << 20).unwrap();
        // Nothing is kept back for root, who runs this.
        run("mkfs.ext4", &["-q", "-F", "-m", "0", word(&card.image)])?;
        card.insert("")?;
        Ok(card)
    }

    /// At its place, or at another one beside it.
    ///
    /// # Errors
    /// What `mount` said.
    pub fn insert(&self, elsewhere: &str) -> Result<(), String> {
        let mount = self.place(elsewhere);
        std::fs::create_dir_all(&mount).unwrap();
        run("mount", &["-o", "loop,errors=remount-ro", word(&self.image), word(&mount)])
    }

    /// Gone at once, whoever uses it.
    pub fn pull(&self, elsewhere: &str) {
        run("umount", &["-l", word(&self.place(elsewhere))]).unwrap();
    }

    /// Waits until nobody uses it any more, and unmounts it.
    pub async fn eject(&self) {
        let until = tokio::time::Instant::now() + Duration::from_secs(20);
        while let Err(said) = run("umount", &[word(&self.mount)]) {
            assert!(tokio::time::Instant::now() < until, "{said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// From now on nothing more gets to the disk, and what was not flushed never did: as when the power is cut.
    ///
    /// # Errors
    /// Why the file system's call can't be made here.
    pub fn cut_power(&self) -> Result<(), String> {
        match run("xfs_io", &["-x", "-c", "shutdown", word(&self.mount)]) {
            Err(said) if said.contains("can not be started") => {
                run("perl", &["-e", SHUTDOWN, word(&self.mount)])
            }
            done => done,
        }
    }

    /// What an error of the disk does: no more writing, reading goes on.
    ///
    /// # Errors
    /// Where the kernel has no such switch.
    pub fn make_read_only(&self) -> Result<(), String> {
        let source = Command::new("findmnt").args(["-n", "-o", "SOURCE", word(&self.mount)]).output();
        let source = source.map_err(|error| error.to_string())?;
        let device = String::from_utf8_lossy(&source.stdout).trim().replace("/dev/", "");
        let switch = format!("/sys/fs/ext4/{device}/trigger_fs_error");
        std::fs::write(&switch, "1").map_err(|error| format!("{switch}: {error}"))
    }

    pub fn mount(&self) -> &Path {
        &self.mount
    }

    fn place(&self, elsewhere: &str) -> PathBuf {
        self.mount.with_file_name(format!("{}{elsewhere}", self.mount.file_name().unwrap().to_string_lossy()))
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // It may be out already.
        drop(run("umount", &["-l", word(&self.mount)]));
    }
}

fn word(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let done = Command::new(program).args(arguments).output();
    let done = done.map_err(|error| format!("{program} can not be started: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim()))
}
