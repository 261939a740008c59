//! Files that the library has already: found before they are sent, by what was delivered from here and by what the tenant
//! tells (canto-api.md §8.6).

mod catalogue;
mod finder;
mod judge;
mod library;
mod look;
mod page;
mod picture;
mod policy;
pub mod preview;
pub mod stage;
mod sums;

pub use self::sums::sums_of_files;
