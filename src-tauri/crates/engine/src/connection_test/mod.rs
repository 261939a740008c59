//! The connection test (product.md 7.2): looks at every host, signs in, sends a sample over the road that files take, cuts
//! it off on purpose, goes on with it, verifies and removes it, measures, and writes a page for whoever runs the network.
//!
//! Nothing of it becomes a job. In parts, what is sent is never put together; by form, what is cut off never becomes an
//! object (canto-api.md §8.3 [A]): both leave nothing in the library. Only where an album is given, a small picture arrives
//! whole, and is deleted again if it is certain to be the one that was sent.

mod advice;
mod course;
mod flow;
mod form;
mod hosts;
mod page;
mod parts;
mod plain;
mod run;
mod sample;
mod speed;
mod whole;
mod words;

pub use plain::{html, plain};
pub use words::{purpose, rate, recommendation, said, seconds, sentence, title};

pub(crate) use course::Course;
pub(crate) use run::{Subject, Test};
