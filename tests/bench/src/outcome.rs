//! One error type: a sentence. A benchmark that fails says why and ends.

use std::fmt::Display;

pub type Outcome<T = ()> = Result<T, Trouble>;

/// What went wrong.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// `map_err(because("what can't be done"))`.
pub fn because<E: Display>(what: &str) -> impl Fn(E) -> Trouble + Copy + '_ {
    move |error| Trouble(format!("{what}: {error}"))
}
