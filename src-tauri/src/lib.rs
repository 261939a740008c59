//! The desktop shell: a window, a tray icon, and commands of a few lines each on the engine's handle.

mod background;
pub mod commands;
mod demo;
pub mod desktop;
pub mod drops;
mod errors;
mod events;
pub mod notices;
mod one_at_a_time;
pub mod opened;
mod picture;
pub mod pieces;
mod quit;
pub mod settings;
mod startup;
pub mod state;
pub mod takeover;
mod text;
pub mod thumbnails;
mod tray;
pub mod window;

pub use startup::{attach, context, run};
