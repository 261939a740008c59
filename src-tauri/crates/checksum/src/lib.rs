//! MD5, many files side by side.
//!
//! The sum of one file is a chain that no computer can split (about 0.7 GB/s); sums of different files are
//! independent and go side by side in the lanes of vector instructions (measurements.md B1: 2 to 4 GB/s).

mod crew;
mod lanes;
mod many;
mod stream;
mod vector;

pub use crew::Crew;
pub use many::md5_of_many;
pub use stream::Md5Stream;
