//! The client against small servers on this computer. What they answer is made by hand after the
//! reference of the API; a green test shows that the client does as the reference says, not that Canto does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
mod downloads;
mod limits;
mod parts;
mod posts;
mod refusals;
mod sign_in;
mod support;
