//! Through which proxy, if any, an address is reached: what is set in Ferry, else what the system says.

mod connector;
mod desktop;
mod resolver;
mod route;
mod script;
mod system;

pub use connector::through;
pub use resolver::{Resolver, Rules, Way, Ways};
pub use route::Login;
