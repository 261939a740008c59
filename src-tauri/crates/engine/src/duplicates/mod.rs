//! Files that the library has already: found before they are sent, by what was delivered from here and by what the tenant
//! tells (canto-api.md §8.6).

pub mod asset_picture;
mod catalogue;
pub mod finder;
mod judge;
pub mod library;
mod look;
mod page;
mod picture;
mod policy;
pub mod preview;
pub mod stage;
pub mod sums;

pub use self::sums::sums_of_files;
