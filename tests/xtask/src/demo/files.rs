//! The files that an upload of some paths must bring into the library.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use crate::failure::{Outcome, While};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    pub path: PathBuf,
    pub size: u64,
    pub md5: String,
}

/// Every file in and below `paths`, but for what systems leave lying about.
pub fn below(paths: &[PathBuf]) -> Outcome<Vec<LocalFile>> {
    let mut found = Vec::new();
    for path in paths {
        collect(path, &mut found)?;
    }
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<LocalFile>) -> Outcome {
    let meta = fs::symlink_metadata(path).when(path.display())?;
    if meta.is_dir() {
        let mut children = Vec::new();
        for entry in fs::read_dir(path).when(path.display())? {
            children.push(entry.when(path.display())?.path());
        }
        children.sort();
        return children.iter().filter(|child| !is_junk(child)).try_for_each(|child| collect(child, found));
    }
    if meta.is_file() {
        let (size, md5) = sum(path)?;
        found.push(LocalFile { path: path.to_path_buf(), size, md5 });
    }
    Ok(())
}

/// What Ferry leaves out by itself.
fn is_junk(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("._")
        || [".DS_Store", ".localized", "Thumbs.db", "ehthumbs.db", "desktop.ini"]
            .iter()
            .any(|junk| name.eq_ignore_ascii_case(junk))
}

fn sum(path: &Path) -> Outcome<(u64, String)> {
    let mut file = File::open(path).when(path.display())?;
    let mut hash = Md5::new();
    let mut size = 0;
    let mut block = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut block).when(path.display())?;
        if read == 0 {
            return Ok((size, hex::encode(hash.finalize())));
        }
        hash.update(&block[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    #[test]
    fn the_sample_shoot_has_what_its_description_says() {
        let shoot = Place::find().unwrap().sample_shoot();
        let files = below(&[shoot]).unwrap();
        let name = |file: &LocalFile| file.path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(files.len(), 12);
        assert!(files.iter().any(|file| file.size == 0 && file.md5 == "d41d8cd98f00b204e9800998ecf8427e"));
        assert!(files.iter().any(|file| name(file) == "Hafen bei D\u{e4}mmerung.jpg"), "a name in NFC");
        assert!(files.iter().any(|file| name(file) == "Ba\u{308}ume im Nebel.jpg"), "a name in NFD");
        assert!(!files.iter().any(|file| name(file) == ".DS_Store"));
        assert!(files.iter().map(|file| file.size).sum::<u64>() < 3_000_000);
    }

    #[test]
    fn junk_is_left_out() {
        assert!(
            is_junk(Path::new("a/.DS_Store"))
                && is_junk(Path::new("THUMBS.DB"))
                && is_junk(Path::new("._a.jpg"))
        );
        assert!(!is_junk(Path::new("a/.hidden")) && !is_junk(Path::new("_a.jpg")));
    }
}
