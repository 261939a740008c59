//! The files that are sent: made once, the same for the same case, under `target/bench/sources`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use rand::{RngExt, SeedableRng};

use crate::outcome::{Outcome, Trouble, because};

const BLOCK: usize = 1024 * 1024;
/// Left free on the disk.
const SPARE: u64 = 2 * 1024 * 1024 * 1024;

/// Files of one size.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub name: &'static str,
    pub files: u32,
    pub size: u64,
    pub folders: u32,
}

pub const MANY: Shape = Shape { name: "a", files: 10_000, size: 10 * 1024, folders: 100 };
pub const LARGE: Shape = Shape { name: "b", files: 8, size: 512 * 1024 * 1024, folders: 1 };
pub const FAR: Shape = Shape { name: "c", files: 2_000, size: 10 * 1024, folders: 20 };
/// For a slow line: in parts where they are offered, and small ones.
pub const FILMS: Shape = Shape { name: "films", files: 4, size: 20 * 1024 * 1024, folders: 1 };
pub const PHOTOS: Shape = Shape { name: "photos", files: 300, size: 100 * 1024, folders: 1 };
/// To be stopped on a slow line; more than are sent at once.
pub const REELS: Shape = Shape { name: "reels", files: 12, size: 48 * 1024 * 1024, folders: 1 };
pub const HUGE: Shape = Shape { name: "huge", files: 1, size: 2 * 1024 * 1024 * 1024, folders: 1 };
pub const MEMORY: Shape = Shape { name: "memory", files: 100_000, size: 1024, folders: 1_000 };

/// Files on the disk, and the table of their names, sizes and checksums.
#[derive(Clone, Debug)]
pub struct Sources {
    pub folder: PathBuf,
    pub table: PathBuf,
}

/// `target/bench` of this checkout.
pub fn bench_folder() -> Outcome<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let folder = root.ok_or_else(|| Trouble::new("this checkout has no root"))?.join("target/bench");
    fs::create_dir_all(&folder).map_err(because("target/bench can't be made"))?;
    Ok(folder)
}

/// Nothing is started that would fill the disk.
pub fn check_room(folder: &Path, wanted: u64) -> Outcome {
    let free = fs4::available_space(folder).map_err(because("the disk can't be asked for its room"))?;
    if free < wanted + SPARE {
        return Err(Trouble::new(format!(
            "{} MB are free, {} are needed",
            free >> 20,
            (wanted + SPARE) >> 20
        )));
    }
    Ok(())
}

/// Makes what is not there yet, and reads it once, so that it is in the page cache.
pub fn prepare(shape: Shape) -> Outcome<Sources> {
    let all = bench_folder()?.join("sources");
    let sources = Sources { folder: all.join(shape.name), table: all.join(format!("{}.table", shape.name)) };
    if !sources.table.is_file() {
        fs::create_dir_all(&all).map_err(because("the sources can't be made"))?;
        check_room(&all, u64::from(shape.files) * shape.size.max(4096))?;
        eprintln!("making {} files of {} bytes …", shape.files, shape.size);
        make(shape, &sources).map_err(because("the sources can't be made"))?;
    }
    warm(&sources.folder).map_err(because("the sources can't be read"))?;
    Ok(sources)
}

fn make(shape: Shape, sources: &Sources) -> std::io::Result<()> {
    if sources.folder.exists() {
        fs::remove_dir_all(&sources.folder)?;
    }
    // The table comes last and under its name at once: it says that everything is there.
    let unfinished = sources.table.with_extension("unfinished");
    let mut table = BufWriter::new(File::create(&unfinished)?);
    let mut random = rand::rngs::SmallRng::seed_from_u64(u64::from(shape.files) ^ shape.size);
    let mut block = vec![0; BLOCK];
    let per_folder = shape.files.div_ceil(shape.folders);
    for number in 0..shape.files {
        let folder = sources.folder.join(format!("shoot-{:04}", number / per_folder));
        if number % per_folder == 0 {
            fs::create_dir_all(&folder)?;
        }
        let name = format!("{}-{number:06}.jpg", shape.name);
        let mut file = File::create(folder.join(&name))?;
        let (mut hash, mut left) = (Md5::new(), shape.size);
        while left > 0 {
            let length = left.min(BLOCK as u64) as usize;
            let Some(piece) = block.get_mut(..length) else { break };
            random.fill(&mut *piece);
            hash.update(&*piece);
            file.write_all(piece)?;
            left -= length as u64;
        }
        writeln!(table, "{name}\t{}\t{}", shape.size, hex::encode(hash.finalize()))?;
    }
    table.flush()?;
    drop(table);
    fs::rename(unfinished, &sources.table)
}

fn warm(folder: &Path) -> std::io::Result<()> {
    let mut block = vec![0; BLOCK];
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let mut file = File::open(entry.path())?;
            while file.read(&mut block)? > 0 {}
        }
    }
    Ok(())
}

/// One file of a table.
#[derive(Debug)]
pub struct Known {
    pub size: u64,
    pub md5: String,
}

/// The files that a sink will meet, by name.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(String, Known)>,
    by_name: HashMap<String, u32>,
}

impl Table {
    pub fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).map_err(because("the table can't be read"))?;
        let mut table = Self::default();
        for line in text.lines() {
            let mut words = line.split('\t');
            let (Some(name), Some(Ok(size)), Some(md5)) =
                (words.next(), words.next().map(str::parse), words.next())
            else {
                return Err(Trouble::new(format!("no row of a table: {line}")));
            };
            table.by_name.insert(name.to_owned(), table.rows.len() as u32);
            table.rows.push((name.to_owned(), Known { size, md5: md5.to_owned() }));
        }
        Ok(table)
    }

    pub fn find(&self, name: &str) -> Option<(u32, &Known)> {
        let row = *self.by_name.get(name)?;
        self.rows.get(row as usize).map(|(_, known)| (row, known))
    }

    pub fn row(&self, row: u32) -> Option<(&str, &Known)> {
        self.rows.get(row as usize).map(|(name, known)| (name.as_str(), known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_name_and_row() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "a.jpg\t3\t900150983cd24fb0d6963f7d28e17f72\nb.jpg\t0\tx\n").unwrap();
        let table = Table::read(file.path()).unwrap();
        let (row, known) = table.find("a.jpg").unwrap();
        assert_eq!((known.size, table.row(row).unwrap().0), (3, "a.jpg"));
        assert!(table.find("c.jpg").is_none());
        fs::write(file.path(), "nothing").unwrap();
        assert!(Table::read(file.path()).is_err());
    }
}
