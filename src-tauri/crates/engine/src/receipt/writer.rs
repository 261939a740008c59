//! Writes a receipt a row at a time, so that a million files need no memory.

use std::io::{self, Write};

use super::ReceiptFormat;
use super::as_csv::CsvForm;
use super::as_html::HtmlForm;
use super::as_json::JsonForm;
use super::chain::Chain;
use super::page_text::PageLanguage;
use super::record::{ReceiptHead, ReceiptLine, ReceiptTotals};

/// How a format writes the parts of a receipt, whose hashes are made already.
pub(super) trait Form {
    fn head(&mut self, head: &ReceiptHead) -> io::Result<()>;
    fn line(&mut self, line: ReceiptLine) -> io::Result<()>;
    /// The last part; everything is out after it.
    fn end(&mut self, totals: &ReceiptTotals, seal: &str) -> io::Result<()>;
}

pub(crate) struct ReceiptWriter<'w> {
    form: Box<dyn Form + 'w>,
    chain: Chain,
}

impl<'w> ReceiptWriter<'w> {
    pub fn start(
        out: impl Write + 'w,
        format: ReceiptFormat,
        language: PageLanguage,
        mut head: ReceiptHead,
    ) -> io::Result<Self> {
        let mut form: Box<dyn Form + 'w> = match format {
            ReceiptFormat::Json => Box::new(JsonForm::new(out)),
            ReceiptFormat::Csv => Box::new(CsvForm::new(out)),
            ReceiptFormat::Html => Box::new(HtmlForm::new(out, language)),
        };
        let chain = Chain::start(&head);
        chain.last().clone_into(&mut head.hash);
        form.head(&head)?;
        Ok(Self { form, chain })
    }

    pub fn line(&mut self, mut line: ReceiptLine) -> io::Result<()> {
        self.chain.add(&line);
        self.chain.last().clone_into(&mut line.hash);
        self.form.line(line)
    }

    /// The seal.
    pub fn end(mut self) -> io::Result<String> {
        let seal = self.chain.seal();
        self.form.end(self.chain.totals(), &seal)?;
        Ok(seal)
    }
}
