//! What is in a collection's folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::plan::SeenFile;
use crate::platform::file_times::modified_ns;

/// What is there but is no file keeps its name to itself, and is never as Ferry has written it.
const NO_FILE: SeenFile = SeenFile { size: u64::MAX, modified_ns: i64::MIN };
/// Parts of files that are being fetched begin so.
const PART: &str = ".ferry-part-";

/// By name, in the spelling that Ferry writes. `None`: there is no such folder.
///
/// # Errors
/// Those of reading it: then nothing is known.
pub fn look(folder: &Path) -> io::Result<Option<BTreeMap<String, SeenFile>>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(PART) {
            continue;
        }
        // Some file systems keep names in another spelling.
        let spelled: String = name.nfc().collect();
        files.insert(spelled, seen(&entry.path())?.unwrap_or(NO_FILE));
    }
    Ok(Some(files))
}

/// `None`: nothing is there.
///
/// # Errors
/// Those of looking.
pub fn seen(path: &Path) -> io::Result<Option<SeenFile>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            Ok(Some(SeenFile { size: metadata.len(), modified_ns: modified_ns(&metadata) }))
        }
        Ok(_) => Ok(Some(NO_FILE)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name under which an asset's bytes come: short, and the same in every try.
pub fn part_name(scheme: &str, id: &str) -> String {
    use md5::{Digest, Md5};
    let sum: [u8; 16] = Md5::digest(format!("{scheme}/{id}").as_bytes()).into();
    format!("{PART}{}", hex::encode(&sum[..8]))
}

/// Names of parts in a folder, if there is one.
///
/// # Errors
/// Those of reading it.
pub fn parts_in(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<io::Result<Vec<String>>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with(PART)).collect())
}
