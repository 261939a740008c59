//! Reads a receipt and looks whether its chain holds.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::chain::Chain;
use super::read::{Sink, Stop, unfit};
use super::record::{ReceiptHead, ReceiptLine, ReceiptTotals};
use super::{as_csv, as_html, as_json};
use crate::error::{ErrorCode, Failure, Outcome};

/// A receipt whose chain holds.
#[derive(Clone, Debug)]
pub struct Checked {
    pub head: ReceiptHead,
    pub totals: ReceiptTotals,
    pub seal: String,
}

impl Checked {
    /// Compares with a seal that was kept elsewhere.
    ///
    /// # Errors
    /// `RequestInvalid` where it is another: the receipt was written again as a whole.
    pub fn expect_seal(&self, seal: &str) -> Outcome<()> {
        let same = self.seal.eq_ignore_ascii_case(seal.trim());
        if same { Ok(()) } else { Err(unfit("receipt_other_seal").with("seal", &self.seal)) }
    }
}

/// Reads a receipt in any of its formats, and gives each row with its number once the chain holds up to it.
/// For a blocking thread.
///
/// # Errors
/// `PathUnusable` for a file that can't be read; `RequestInvalid` for one that is no receipt or whose chain is broken, and
/// then its parameters name the first part that does not fit; what `each` returns.
pub fn check(path: &Path, each: impl FnMut(u64, ReceiptLine) -> Outcome<()>) -> Outcome<Checked> {
    let unusable = |error: std::io::Error| Failure::new(ErrorCode::PathUnusable).because(error);
    let open = || {
        let is_file = std::fs::metadata(path)?.is_file();
        if is_file { File::open(path) } else { Err(std::io::ErrorKind::IsADirectory.into()) }
    };
    let checked = open().map_err(unusable).and_then(|file| check_text(BufReader::new(file), each));
    checked.map_err(|failure| failure.with("path", path.display()))
}

pub(super) fn check_text(
    mut input: impl BufRead,
    each: impl FnMut(u64, ReceiptLine) -> Outcome<()>,
) -> Outcome<Checked> {
    let mut checker = Checker { each, head: None, chain: None, seal: None };
    let read = match first_character(&mut input) {
        Ok(Some(b'{')) => as_json::read(input, &mut checker),
        Ok(Some(b'<')) => as_html::read(input, &mut checker),
        Ok(Some(_)) => as_csv::read(input, &mut checker),
        Ok(None) => Err(Stop::Unfit),
        Err(error) => Err(error.into()),
    };
    match read {
        Ok(()) => checker.done(),
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Unfit) => Err(checker.unfit_here()),
    }
}

/// The first byte that is no blank; blanks and the mark of UTF-8 before it are taken.
fn first_character(input: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    const IGNORED: &[u8] = b" \t\r\n\xef\xbb\xbf";
    loop {
        let waiting = input.fill_buf()?;
        let Some(first) = waiting.first().copied() else { return Ok(None) };
        if !IGNORED.contains(&first) {
            return Ok(Some(first));
        }
        input.consume(1);
    }
}

struct Checker<F> {
    each: F,
    head: Option<ReceiptHead>,
    chain: Option<Chain>,
    seal: Option<String>,
}

impl<F: FnMut(u64, ReceiptLine) -> Outcome<()>> Checker<F> {
    fn done(self) -> Outcome<Checked> {
        match (self.head, self.chain, self.seal) {
            (Some(head), Some(chain), Some(seal)) => {
                Ok(Checked { head, totals: chain.totals().clone(), seal })
            }
            _ => Err(unfit("receipt_unknown")),
        }
    }

    /// The part after the last one that held is none that Ferry writes.
    fn unfit_here(&self) -> Failure {
        match &self.chain {
            None => unfit("receipt_unknown"),
            Some(_) if self.seal.is_some() => unfit("receipt_end"),
            Some(chain) => unfit("receipt_cut").with("row", chain.totals().files + 1),
        }
    }
}

impl<F: FnMut(u64, ReceiptLine) -> Outcome<()>> Sink for Checker<F> {
    fn head(&mut self, head: ReceiptHead) -> Outcome<()> {
        let chain = Chain::start(&head);
        if chain.last() != head.hash {
            return Err(unfit("receipt_head"));
        }
        self.chain = Some(chain);
        self.head = Some(head);
        Ok(())
    }

    fn line(&mut self, line: ReceiptLine) -> Outcome<()> {
        let Some(chain) = &mut self.chain else { return Err(unfit("receipt_unknown")) };
        let row = chain.totals().files + 1;
        let fits = chain.fits(&line);
        chain.add(&line);
        if !fits || chain.last() != line.hash {
            return Err(unfit("receipt_row").with("row", row).with("file", plain(&line.file)));
        }
        (self.each)(row, line)
    }

    fn end(&mut self, totals: ReceiptTotals, seal: &str) -> Outcome<()> {
        let Some(chain) = &self.chain else { return Err(unfit("receipt_unknown")) };
        if *chain.totals() != totals || chain.seal() != seal {
            return Err(unfit("receipt_end"));
        }
        self.seal = Some(seal.to_owned());
        Ok(())
    }
}

/// A name for a terminal, whatever somebody wrote into the receipt.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
