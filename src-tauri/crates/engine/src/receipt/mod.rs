//! The proof of a batch: every file, what became of it, and how that was verified.
//!
//! # The chain
//!
//! A receipt is a chain of links: its header, its files (those that failed or are blocked first, then the others, each
//! in the order they were added), and its end. A link is a list of fields; each field is written as
//! `<its length in bytes, decimal>:<its UTF-8 bytes>,` (a netstring), and a field without a value as `-,`. A link's hash
//! is the SHA-256 of that, in lower-case hexadecimal. Numbers are decimal. Counts by state are one field: word, number,
//! word, number …, sorted by word, each written like a field. A failure's parameters are the same with names and values.
//!
//! | Link | Fields |
//! |---|---|
//! | header | `head`, version (`2`), batch, label, tenant, user, email, destination, state, created, finished, jobs by state, bytes by state, left_out |
//! | file | `file`, hash of the link before, file, source, destination, size, md5, state, asset_scheme, asset_id, verified_by, confirmed, then of its failure code, who, params, details, reason; then metadata |
//! | end | `end`, hash of the link before, files, jobs by state, bytes by state |
//!
//! Metadata is one field: each of its parts written like a field, and in it field, name, values (again one field), state and
//! reason. Version 1 has none of it, in its links and in its rows; such receipts are still checked.
//!
//! The hash of the end is the **seal**. It is the same for JSON, CSV and HTML, and the same whenever the receipt of a
//! finished batch is made again. In JSON, `hash` is a field of the header and of each file, and `totals` and `seal` close
//! the receipt. In CSV they are columns; `head` has its value in the first row, `seal` (with the totals) in the last. In
//! HTML each link is an attribute with the JSON that the visible words are made from, and checking makes them again.
//!
//! There is no key. What the chain proves: whoever has the seal from elsewhere sees any later edit; without it, an edit
//! shows unless every hash after it was computed anew. Somebody who does that makes a seal that fits.
//!
//! A change of these fields, or of what a page shows, is a new version; older ones have to stay readable.

mod as_csv;
mod as_html;
mod as_json;
mod chain;
mod check;
mod compare;
mod page;
mod page_text;
mod page_words;
mod read;
mod record;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tamper_tests;
mod told;
mod writer;

pub use check::{Checked, check};
pub use compare::{LocalFile, compare};
pub use page_text::PageLanguage;
pub(crate) use page_text::escaped;
pub(crate) use record::PROBLEMS;
pub use record::{ReceiptFailure, ReceiptHead, ReceiptLine, ReceiptTotals};
pub use told::ReceiptValue;
pub(crate) use told::Told;
pub(crate) use writer::ReceiptWriter;

/// The version of the form that is written here.
pub const VERSION: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptFormat {
    Json,
    Csv,
    Html,
}

impl ReceiptFormat {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "html" => Some(Self::Html),
            _ => None,
        }
    }
}
