//! Many paths cross between shell and page in pieces: a message that names a hundred thousand is megabytes of text, and while
//! the page reads or writes it, nothing moves.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;

use engine::error::Outcome;
use serde::Serialize;
use tauri::{AppHandle, Emitter, Runtime};

use crate::errors::invalid;
use crate::state::lock;

/// Paths of one message; `pieces.ts` has the same number.
const PIECE: usize = 1_000;
/// Lists that are good at a time. The page uses one, and the one before until an answer has come.
const MOST_LISTS: usize = 4;

/// A part of what the page is told; the last one of a message has nothing more to come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Piece<'a> {
    pub paths: &'a [String],
    pub more: bool,
}

/// Tells the page of paths. Pieces of one message follow each other.
///
/// # Errors
/// Those of the bridge; what was told until then is shown with the next message.
pub fn tell<R: Runtime>(app: &AppHandle<R>, event: &str, paths: &[String]) -> tauri::Result<()> {
    let mut pieces = paths.chunks(PIECE).peekable();
    while let Some(paths) = pieces.next() {
        app.emit(event, Piece { paths, more: pieces.peek().is_some() })?;
    }
    Ok(())
}

/// Paths that the page has handed over, to be named by a number from then on.
#[derive(Default)]
pub struct PathLists(Mutex<Lists>);

#[derive(Default)]
struct Lists {
    last: u64,
    kept: VecDeque<(u64, Vec<PathBuf>)>,
}

impl PathLists {
    /// Begins a list, or goes on with one, and gives its number.
    ///
    /// # Errors
    /// `RequestInvalid` when it is gone: other lists were begun since.
    pub fn keep(&self, list: Option<u64>, paths: Vec<PathBuf>) -> Outcome<u64> {
        let mut lists = lock(&self.0);
        if let Some(number) = list {
            let known = lists.kept.iter_mut().find(|(known, _)| *known == number).ok_or_else(gone)?;
            known.1.extend(paths);
            return Ok(number);
        }
        lists.last += 1;
        let number = lists.last;
        lists.kept.push_back((number, paths));
        if lists.kept.len() > MOST_LISTS {
            lists.kept.pop_front();
        }
        Ok(number)
    }

    /// The paths of a request: those that it names itself, or the list that it names.
    ///
    /// # Errors
    /// As for `keep`.
    pub fn of(&self, list: Option<u64>, named: Vec<PathBuf>) -> Outcome<Vec<PathBuf>> {
        let Some(number) = list else { return Ok(named) };
        let lists = lock(&self.0);
        let (_, paths) = lists.kept.iter().find(|(known, _)| *known == number).ok_or_else(gone)?;
        Ok(paths.clone())
    }
}

fn gone() -> engine::error::Failure {
    invalid("a list of paths that is kept no longer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_grows_piece_by_piece_and_the_oldest_goes() {
        let lists = PathLists::default();
        let first = lists.keep(None, vec!["/a".into()]).unwrap();
        assert_eq!(lists.keep(Some(first), vec!["/b".into()]).unwrap(), first);
        assert_eq!(lists.of(Some(first), Vec::new()).unwrap(), [PathBuf::from("/a"), "/b".into()]);
        assert_eq!(lists.of(None, vec!["/c".into()]).unwrap(), [PathBuf::from("/c")]);
        for _ in 0..MOST_LISTS {
            lists.keep(None, Vec::new()).unwrap();
        }
        assert!(lists.of(Some(first), Vec::new()).is_err());
        assert!(lists.keep(Some(first), Vec::new()).is_err());
    }
}
