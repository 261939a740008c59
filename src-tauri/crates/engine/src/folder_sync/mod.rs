//! Watched folders: finds what is new or changed in them, and makes jobs of it. Hints of changes only say where to look; what a
//! look finds, beside what was seen before, decides.

mod aggregator;
mod diff;
#[cfg(test)]
mod diff_properties;
mod library;
mod live;
mod run;
mod stable_file;
mod syncer;
mod walk;

pub use syncer::{Choices, Choose, PreviewContext, Syncer, preview, volume_on};
