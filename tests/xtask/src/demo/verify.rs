//! The comparison that decides whether the demo worked: each local file's size and MD5 against the library.

use std::collections::HashMap;

use super::files::LocalFile;
use super::library::Held;
use crate::failure::{Failure, Outcome};

/// The local files whose bytes the library does not hold. Two local files need two assets, even with equal bytes.
pub fn missing<'a>(local: &'a [LocalFile], held: &[Held]) -> Vec<&'a LocalFile> {
    let mut copies: HashMap<(u64, &str), usize> = HashMap::new();
    for asset in held {
        *copies.entry((asset.size, &asset.md5)).or_default() += 1;
    }
    local
        .iter()
        .filter(|file| match copies.get_mut(&(file.size, file.md5.as_str())) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

pub fn print(local: &[LocalFile], held: &[Held]) -> Outcome {
    let missing = missing(local, held);
    let bytes: u64 = local.iter().map(|file| file.size).sum();
    println!();
    if missing.is_empty() {
        println!("Verified: the library holds all {} files, {bytes} bytes, by size and MD5.", local.len());
        return Ok(());
    }
    for file in &missing {
        println!("not in the library: {} ({} bytes, MD5 {})", file.path.display(), file.size, file.md5);
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        for asset in held.iter().filter(|asset| asset.name == name) {
            println!("    it has one of this name with {} bytes, MD5 {}", asset.size, asset.md5);
        }
    }
    Err(Failure::new(format!("{} of {} files are not in the library.", missing.len(), local.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str, size: u64, md5: &str) -> LocalFile {
        LocalFile { path: path.into(), size, md5: md5.into() }
    }

    fn held(name: &str, size: u64, md5: &str) -> Held {
        Held { name: name.into(), size, md5: md5.into() }
    }

    #[test]
    fn size_and_sum_decide_and_the_name_does_not() {
        let files = [local("/x/a", 1, "aa"), local("/x/b", 2, "bb")];
        assert!(
            missing(&files, &[held("b", 2, "bb"), held("other", 1, "aa"), held("more", 9, "cc")]).is_empty()
        );
        assert_eq!(missing(&files, &[held("a", 1, "aa"), held("b", 3, "bb")]), [&files[1]]);
        assert_eq!(missing(&files, &[]).len(), 2);
    }

    #[test]
    fn one_asset_stands_for_one_file() {
        let twins = [local("/x/a", 1, "aa"), local("/y/a", 1, "aa")];
        assert_eq!(missing(&twins, &[held("a", 1, "aa")]), [&twins[1]]);
        assert!(missing(&twins, &[held("a", 1, "aa"), held("a", 1, "aa")]).is_empty());
    }
}
