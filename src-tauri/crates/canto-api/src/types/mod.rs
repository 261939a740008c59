//! The shapes of assets, and how they are read.

mod asset;
pub(crate) mod lenient;
mod time;

pub(crate) use asset::detail_in;
pub use asset::{Asset, AssetRef, RelatedAlbum, Version};
pub use time::CantoTime;
pub(crate) use time::opt_time;
