//! How fast, and whether at all: a pacer for each direction, and the rules that set it.

mod allowed;
mod paced;
mod pacer;

pub use allowed::{Allowed, Rules, allowed};
pub use paced::paced;
pub use pacer::Pacer;
