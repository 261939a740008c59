//! Holds a walk's files back until all of one picture are there: RAW, JPEG and sidecar of one name stand next to each other,
//! and whether a sidecar goes depends on the picture beside it.

use std::path::{Path, PathBuf};

use super::filter::Filter;
use super::kinds::{is_picture, is_raw, is_sidecar, shot_name};
use super::walk::{Found, FoundFile, Visit, look_into, walk};
use crate::error::Outcome;
use crate::model::{LeftOutReason, ShotPart};

/// Walks the given paths one after the other.
pub fn walk_all(paths: &[PathBuf], filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let mut shots = Shots { filter, root: None, key: None, held: Vec::new() };
    for path in paths {
        walk(path, filter, &mut |found| shots.take(found, visit))?;
    }
    shots.release(visit)
}

/// What is directly in a folder.
pub fn look_into_all(root: &Path, folder: &Path, filter: &Filter, visit: &mut Visit<'_>) -> Outcome<()> {
    let mut shots = Shots { filter, root: None, key: None, held: Vec::new() };
    look_into(root, folder, filter, &mut |found| shots.take(found, visit))?;
    shots.release(visit)
}

struct Shots<'a> {
    filter: &'a Filter,
    /// The folder of the loose files that were walked last.
    root: Option<PathBuf>,
    /// Of what is held.
    key: Option<(usize, String)>,
    held: Vec<Found>,
}

impl Shots<'_> {
    fn take(&mut self, found: Found, visit: &mut Visit<'_>) -> Outcome<()> {
        let key = match &found {
            // The next of the loose files of one folder.
            Found::Root { dir, arrives: false } if self.root.as_ref() == Some(dir) => return Ok(()),
            Found::Root { dir, arrives } => {
                let root = (!arrives).then(|| dir.clone());
                self.release(visit)?;
                self.root = root;
                return visit(found);
            }
            Found::Folder { .. } | Found::LeftOut { folder: true, .. } => {
                self.release(visit)?;
                return visit(found);
            }
            Found::File(file) => (file.depth, shot_name(&file.name)),
            Found::LeftOut { depth, path, .. } => (*depth, shot_name(&name_of(path))),
        };
        if self.key.as_ref() != Some(&key) {
            self.release(visit)?;
            self.key = Some(key);
        }
        self.held.push(found);
        Ok(())
    }

    fn release(&mut self, visit: &mut Visit<'_>) -> Outcome<()> {
        self.key = None;
        let mut held = std::mem::take(&mut self.held);
        if let [_] = held.as_slice() {
            return held.drain(..).try_for_each(visit);
        }
        // A picture that stays behind still has its sidecar.
        if held.iter().any(|found| is_picture(&name(found))) {
            for found in &mut held {
                let Found::File(file) = found else { continue };
                if is_sidecar(&file.name) && self.filter.leaves_sidecar(&file.path) {
                    let (depth, path) = (file.depth, std::mem::take(&mut file.path));
                    let reason = LeftOutReason::Sidecar;
                    *found = Found::LeftOut { depth, path, folder: false, reason };
                }
            }
        }
        mark(&mut held);
        held.into_iter().try_for_each(visit)
    }
}

/// Two pictures of one name need not be one: what a camera or its software made beside the other has a RAW or a sidecar.
fn mark(held: &mut [Found]) {
    let is_member = |file: &FoundFile| is_picture(&file.name) || is_sidecar(&file.name);
    // A film or a recording of that name does not come between.
    held.sort_by_key(|found| !matches!(found, Found::File(file) if is_member(file)));
    let mut members: Vec<&mut FoundFile> = held
        .iter_mut()
        .filter_map(|found| if let Found::File(file) = found { Some(file) } else { None })
        .filter(|file| is_member(file))
        .collect();
    let several = members.len() > 1
        && members.iter().any(|file| is_picture(&file.name))
        && members.iter().any(|file| is_raw(&file.name) || is_sidecar(&file.name));
    if several {
        members.iter_mut().for_each(|file| file.part = ShotPart::Further);
        members[0].part = ShotPart::First;
    }
}

fn name(found: &Found) -> String {
    match found {
        Found::File(file) => file.name.clone(),
        Found::LeftOut { path, .. } => name_of(path),
        Found::Root { .. } | Found::Folder { .. } => String::new(),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
