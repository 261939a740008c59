//! Which file a row of a sheet means.

use std::collections::HashMap;
use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;

use crate::error::Outcome;
use crate::intake::{Filter, Found, FoundFile, walk_all};
use crate::model::NearKind;

/// The names of the staged files.
#[derive(Debug, Default)]
pub struct FileNames {
    names: Vec<FileName>,
    /// By what a near name has in common with them.
    by_key: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
pub struct FileName {
    pub name: String,
    /// How many files have it.
    pub files: u64,
}

/// What a row's name fits.
#[derive(Debug, PartialEq, Eq)]
pub enum Fit {
    Exact(usize),
    /// Each with what it differs in.
    Near(Vec<(usize, NearKind)>),
    Nothing,
}

impl FileNames {
    /// Of every file that these paths would send. Must not run on an async worker.
    pub fn of_paths(paths: &[PathBuf], filter: &Filter) -> Outcome<Self> {
        let mut names = Self::default();
        walk_all(paths, filter, &mut |found| {
            if let Found::File(FoundFile { name, failure: None, .. }) = found {
                names.add(name);
            }
            Ok(())
        })?;
        Ok(names)
    }

    fn add(&mut self, name: String) {
        let same = self.by_key.entry(key(&name)).or_default();
        let known = same.iter().find(|at| self.names.get(**at).is_some_and(|known| known.name == name));
        match known.and_then(|at| self.names.get_mut(*at)) {
            Some(known) => known.files += 1,
            None => {
                same.push(self.names.len());
                self.names.push(FileName { name, files: 1 });
            }
        }
    }

    pub fn all(&self) -> &[FileName] {
        &self.names
    }

    pub fn get(&self, at: usize) -> Option<&FileName> {
        self.names.get(at)
    }

    /// A cell may hold a path: its last part counts.
    pub fn fit(&self, cell: &str) -> Fit {
        let wanted = last_part(cell);
        let Some(alike) = self.by_key.get(&key(wanted)).filter(|_| !wanted.is_empty()) else {
            return Fit::Nothing;
        };
        let named = |at: usize| self.names.get(at).map_or("", |file| file.name.as_str());
        match alike.iter().find(|at| named(**at) == wanted) {
            Some(at) => Fit::Exact(*at),
            None => Fit::Near(alike.iter().map(|at| (*at, difference(wanted, named(*at)))).collect()),
        }
    }
}

pub fn last_part(cell: &str) -> &str {
    let cell = cell.trim_matches(['\n', '\r', '\t']);
    cell.rsplit(['/', '\\']).next().unwrap_or(cell)
}

type Form = fn(String) -> String;

/// One form after the other, each with one difference less.
const FORMS: [(NearKind, Form); 5] = [
    (NearKind::Unicode, |name| name.nfc().collect()),
    (NearKind::Case, |name| name.to_lowercase()),
    (NearKind::Spaces, |name| name.chars().filter(|letter| !letter.is_whitespace()).collect()),
    (NearKind::Zeros, |name| without_zeros(&name)),
    (NearKind::Extension, without_extension),
];

/// The same for all names that are near each other.
fn key(name: &str) -> String {
    FORMS.iter().fold(name.to_owned(), |name, (_, form)| form(name))
}

/// The last difference that has to be overlooked, of two names with the same key.
fn difference(one: &str, other: &str) -> NearKind {
    let (mut one, mut other) = (one.to_owned(), other.to_owned());
    for (kind, form) in FORMS {
        (one, other) = (form(one), form(other));
        if one == other {
            return kind;
        }
    }
    NearKind::Extension
}

/// `img_007` and `img_7` are the same, `img_0` keeps its digit.
fn without_zeros(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    let mut in_number = false;
    while let Some(letter) = letters.next() {
        let more = letters.peek().is_some_and(char::is_ascii_digit);
        if letter == '0' && !in_number && more {
            continue;
        }
        in_number = letter.is_ascii_digit();
        plain.push(letter);
    }
    plain
}

fn without_extension(mut name: String) -> String {
    if let Some((stem, ending)) = name.rsplit_once('.') {
        let plausible = (1..=5).contains(&ending.len())
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
            && ending.bytes().any(|b| b.is_ascii_alphabetic());
        if plausible && !stem.is_empty() {
            name.truncate(stem.len());
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str]) -> FileNames {
        let mut names = FileNames::default();
        files.iter().for_each(|name| names.add((*name).to_owned()));
        names
    }

    #[test]
    fn a_row_fits_exactly_nearly_or_not_at_all() {
        use NearKind as N;
        for (row, file, wanted) in [
            ("DSC_1.jpg", "DSC_1.jpg", None),
            ("shoot/day 1/DSC_1.jpg", "DSC_1.jpg", None),
            (r"C:\shoot\DSC_1.jpg", "DSC_1.jpg", None),
            ("dsc_1.JPG", "DSC_1.jpg", Some(N::Case)),
            ("u\u{308}ber.jpg", "\u{fc}ber.jpg", Some(N::Unicode)),
            ("U\u{308}BER.jpg", "\u{fc}ber.jpg", Some(N::Case)),
            ("DSC 1.jpg", "DSC1.jpg", Some(N::Spaces)),
            (" DSC_1.jpg ", "DSC_1.jpg", Some(N::Spaces)),
            ("DSC_0001.jpg", "DSC_1.jpg", Some(N::Zeros)),
            ("7.jpg", "007.jpg", Some(N::Zeros)),
            ("DSC_1", "DSC_1.jpg", Some(N::Extension)),
            ("DSC_1.tif", "DSC_1.jpg", Some(N::Extension)),
            ("Meeting 3.5", "Meeting 3.5.jpg", Some(N::Extension)),
        ] {
            let wanted = wanted.map_or(Fit::Exact(0), |kind| Fit::Near(vec![(0, kind)]));
            assert_eq!(names(&[file]).fit(row), wanted, "{row} and {file}");
        }
        for (row, file) in [
            ("DSC_10.jpg", "DSC_1.jpg"),
            ("0.jpg", ".jpg"),
            ("Meeting 3", "Meeting 3.5"),
            ("", ".jpg"),
            ("over.jpg", "\u{fc}ber.jpg"),
        ] {
            assert_eq!(names(&[file]).fit(row), Fit::Nothing, "{row} and {file}");
        }
    }

    #[test]
    fn an_exact_name_is_not_looked_past() {
        let names = names(&["a.jpg", "A.JPG", "a.nef", "a.jpg"]);
        assert_eq!(names.fit("a.jpg"), Fit::Exact(0));
        assert_eq!(names.get(0).unwrap().files, 2);
        let Fit::Near(near) = names.fit("a") else { panic!("near") };
        assert_eq!(near.len(), 3);
    }
}
