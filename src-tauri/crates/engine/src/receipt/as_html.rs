//! Receipts as a page. Each part is there twice: as JSON in an attribute, and in the words that are made from it.
//! Reading makes the page again from the JSON and compares, so that no word can be changed alone.

use std::io::{self, BufRead, Read, Write};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::VERSION;
use super::page::{self, Page};
use super::page_text::{PageLanguage, from_attribute};
use super::read::{self, Sink, Stop, unfit};
use super::record::{ReceiptEnd, ReceiptHead, ReceiptLine, ReceiptTotals};
use super::writer::Form;

pub(super) struct HtmlForm<W> {
    out: W,
    page: Page,
}

impl<W: Write> HtmlForm<W> {
    pub fn new(out: W, language: PageLanguage) -> Self {
        Self { out, page: Page::new(VERSION, language) }
    }
}

impl<W: Write> Form for HtmlForm<W> {
    fn head(&mut self, head: &ReceiptHead) -> io::Result<()> {
        self.page = Page::new(head.receipt, self.page.language());
        self.out.write_all(self.page.head(head, page::STYLE)?.as_bytes())
    }

    fn line(&mut self, line: ReceiptLine) -> io::Result<()> {
        self.out.write_all(self.page.line(&line)?.as_bytes())
    }

    fn end(&mut self, totals: &ReceiptTotals, seal: &str) -> io::Result<()> {
        let end = ReceiptEnd { totals: totals.clone(), seal: seal.to_owned() };
        self.out.write_all(self.page.end(&end)?.as_bytes())?;
        self.out.flush()
    }
}

/// SHA-256 of each style that a Ferry wrote: one that hides a row is none of them.
const STYLES: [&str; 1] = ["020baeb748b68f6fdf9dbc257bb109fde78618fe0ec5d769c0fea1b493364086"];

/// Far longer than a line of a receipt, so that other files are not read whole.
const LONGEST_PIECE: usize = 4 * 1024 * 1024;

pub(super) fn read(mut input: impl BufRead, sink: &mut dyn Sink) -> Result<(), Stop> {
    let (top, name) = piece(&mut input)?;
    if name != page::HEAD {
        return Err(if is_older(&top) { read::unsealed() } else { Stop::Unfit });
    }
    let head: ReceiptHead = read::head(part(&top, name)?)?;
    let changed = || Stop::from(unfit("receipt_head"));
    let style = style(&top).ok_or_else(changed)?;
    // The seal is the same in every language; the words are made in that of the page.
    let mut page = Page::new(head.receipt, PageLanguage::of_page(&top));
    if top != page.head(&head, style)? {
        return Err(changed());
    }
    sink.head(head)?;
    loop {
        let (text, name) = piece(&mut input)?;
        match name {
            page::LINE => {
                let line: ReceiptLine = part(&text, name)?;
                if text != page.line(&line)? {
                    return Err(Stop::Unfit);
                }
                sink.line(line)?;
            }
            page::END => {
                let end: ReceiptEnd = part(&text, name)?;
                if text != page.end(&end)? || !input.fill_buf()?.is_empty() {
                    return Err(unfit("receipt_end").into());
                }
                return Ok(sink.end(end.totals, &end.seal)?);
            }
            _ => return Err(Stop::Unfit),
        }
    }
}

/// Lines up to one that holds a part, and the name of its attribute; it is empty where the file ends or is no receipt.
fn piece(input: &mut impl BufRead) -> Result<(String, &'static str), Stop> {
    let mut text = String::new();
    loop {
        let start = text.len();
        let room = LONGEST_PIECE.saturating_sub(start) as u64;
        let read = input.by_ref().take(room).read_line(&mut text)?;
        let line = text.get(start..).unwrap_or_default();
        let holds = |name: &&str| line.contains(name);
        if let Some(name) = [page::HEAD, page::LINE, page::END].into_iter().find(holds) {
            return Ok((text, name));
        }
        if read == 0 {
            return Ok((text, ""));
        }
    }
}

fn part<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, Stop> {
    let (_, rest) = text.split_once(name).ok_or(Stop::Unfit)?;
    let (value, _) = rest.split_once('\'').ok_or(Stop::Unfit)?;
    serde_json::from_str(&from_attribute(value)).map_err(|_| Stop::Unfit)
}

fn style(top: &str) -> Option<&str> {
    let (_, rest) = top.split_once("<style>")?;
    let (style, _) = rest.split_once("</style>")?;
    STYLES.contains(&hash(style).as_str()).then_some(style)
}

fn hash(style: &str) -> String {
    hex::encode(Sha256::digest(style))
}

/// A page from before the chain.
fn is_older(top: &str) -> bool {
    top.starts_with("<!doctype html><html lang=en><meta charset=utf-8><title>Receipt: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_known_so_that_pages_with_it_can_be_checked() {
        assert_eq!(STYLES.last(), Some(&hash(page::STYLE).as_str()), "add the new hash; keep the others");
    }
}
