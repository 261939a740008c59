//! Which of the files that were given are taken.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::junk::{is_junk, is_junk_folder};
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{Enqueue, LeftOutReason, Sidecars, StagingChoices};

pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    take_junk: bool,
    leave_out: HashSet<PathBuf>,
    take_anyway: HashSet<PathBuf>,
    leave_sidecars: bool,
}

impl Filter {
    /// # Errors
    /// `RequestInvalid` with the pattern that is none.
    pub fn new(request: &Enqueue) -> Outcome<Self> {
        Self::of(&request.choices).with_patterns(&request.include, &request.exclude)
    }

    /// Of patterns alone.
    ///
    /// # Errors
    /// `RequestInvalid` with the pattern that is none.
    pub fn of_patterns(include: &[String], exclude: &[String]) -> Outcome<Self> {
        Self::of(&StagingChoices::default()).with_patterns(include, exclude)
    }

    fn with_patterns(self, include: &[String], exclude: &[String]) -> Outcome<Self> {
        let include = if include.is_empty() { None } else { Some(patterns(include)?) };
        Ok(Self { include, exclude: patterns(exclude)?, ..self })
    }

    /// Without patterns.
    pub fn of(choices: &StagingChoices) -> Self {
        Self {
            include: None,
            exclude: GlobSet::empty(),
            take_junk: choices.take_junk,
            leave_out: choices.leave_out.iter().cloned().collect(),
            take_anyway: choices.take_anyway.iter().cloned().collect(),
            leave_sidecars: choices.sidecars == Some(Sidecars::LeaveOut),
        }
    }

    /// Why a file is left out; `relative` is its path below what was given.
    pub fn leaves_file(&self, name: &str, path: &Path, relative: &Path) -> Option<LeftOutReason> {
        if let Some(decided) = self.decided(path) {
            return decided;
        }
        if !self.take_junk && is_junk(name) {
            Some(LeftOutReason::Junk)
        } else if self.include.as_ref().is_some_and(|set| !set.is_match(name) && !set.is_match(relative))
            || self.excludes(name, relative)
        {
            Some(LeftOutReason::Pattern)
        } else {
            None
        }
    }

    /// Why a folder is left out with all that is in it.
    pub fn leaves_folder(&self, name: &str, path: &Path, relative: &Path) -> Option<LeftOutReason> {
        if let Some(decided) = self.decided(path) {
            return decided;
        }
        if !self.take_junk && is_junk_folder(name) {
            Some(LeftOutReason::Junk)
        } else if self.excludes(name, relative) {
            Some(LeftOutReason::Pattern)
        } else {
            None
        }
    }

    /// An `.xmp` beside a picture stays behind.
    pub fn leaves_sidecar(&self, path: &Path) -> bool {
        self.leave_sidecars && self.decided(path).is_none()
    }

    /// The user's own word on a path or on a folder above it; that of leaving out is the stronger one.
    fn decided(&self, path: &Path) -> Option<Option<LeftOutReason>> {
        let within =
            |set: &HashSet<PathBuf>| !set.is_empty() && path.ancestors().any(|above| set.contains(above));
        if within(&self.leave_out) {
            Some(Some(LeftOutReason::Chosen))
        } else {
            within(&self.take_anyway).then_some(None)
        }
    }

    fn excludes(&self, name: &str, relative: &Path) -> bool {
        self.exclude.is_match(name) || self.exclude.is_match(relative)
    }
}

fn patterns(texts: &[String]) -> Outcome<GlobSet> {
    let invalid = |text: &str, error: globset::Error| {
        Failure::new(ErrorCode::RequestInvalid).with("pattern", text).because(error)
    };
    let mut builder = GlobSetBuilder::new();
    for text in texts {
        builder.add(Glob::new(text).map_err(|error| invalid(text, error))?);
    }
    builder.build().map_err(|error| invalid("", error))
}
