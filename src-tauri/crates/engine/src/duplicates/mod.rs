//! Files that the library has already: found before they are sent, by what was delivered from here and by what the tenant
//! tells (canto-api.md §8.6).

mod catalogue;
pub mod finder;
mod judge;
pub mod library;
mod page;
pub mod picture;
mod policy;
pub mod preview;
pub mod stage;
pub mod sums;
