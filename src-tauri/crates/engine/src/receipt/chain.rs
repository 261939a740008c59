//! The hashes that bind the parts of a receipt together (their form is in the module's head).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::record::{ReceiptHead, ReceiptLine, ReceiptTotals};
use super::told::ReceiptValue;

/// A chain as far as it has come.
#[derive(Debug)]
pub(super) struct Chain {
    version: u32,
    last: String,
    totals: ReceiptTotals,
}

impl Chain {
    pub fn start(head: &ReceiptHead) -> Self {
        let link = Link::default()
            .text("head")
            .text(&head.receipt.to_string())
            .text(&head.batch.to_string())
            .text(&head.label)
            .text(&head.tenant)
            .text(&head.user)
            .text(&head.email)
            .text(&head.destination)
            .text(&head.state)
            .text(&head.created)
            .maybe(head.finished.as_deref())
            .pairs(&head.jobs)
            .pairs(&head.bytes)
            .text(&head.left_out.to_string());
        Self { version: head.receipt, last: link.hash(), totals: ReceiptTotals::default() }
    }

    /// Adds a file, whatever hash it says that it has.
    pub fn add(&mut self, line: &ReceiptLine) {
        let failure = line.failure.as_ref();
        let mut link = Link::default()
            .text("file")
            .text(&self.last)
            .text(&line.file)
            .text(&line.source)
            .text(&line.destination)
            .text(&line.size.to_string())
            .maybe(line.md5.as_deref())
            .text(&line.state)
            .maybe(line.asset_scheme.as_deref())
            .maybe(line.asset_id.as_deref())
            .maybe(line.verified_by.as_deref())
            .maybe(line.confirmed.as_deref());
        link = match failure {
            Some(failure) => link
                .text(&failure.code)
                .text(&failure.who)
                .pairs(&failure.params)
                .text(&failure.details)
                .text(&failure.reason),
            None => link.maybe(None).maybe(None).maybe(None).maybe(None).maybe(None),
        };
        if self.version >= 2 {
            link = link.told(line.metadata.as_deref().unwrap_or_default());
        }
        self.last = link.hash();
        self.totals.add(line);
    }

    /// Whether a file's fields are those of the version; the others are not in its link.
    pub fn fits(&self, line: &ReceiptLine) -> bool {
        line.metadata.is_some() == (self.version >= 2)
    }

    /// The hash of the last link.
    pub fn last(&self) -> &str {
        &self.last
    }

    pub fn totals(&self) -> &ReceiptTotals {
        &self.totals
    }

    /// The hash of the end.
    pub fn seal(&self) -> String {
        Link::default()
            .text("end")
            .text(&self.last)
            .text(&self.totals.files.to_string())
            .pairs(&self.totals.jobs)
            .pairs(&self.totals.bytes)
            .hash()
    }
}

/// The fields of one link.
#[derive(Default)]
struct Link(Vec<u8>);

impl Link {
    fn text(mut self, field: &str) -> Self {
        self.0.extend_from_slice(field.len().to_string().as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(field.as_bytes());
        self.0.push(b',');
        self
    }

    fn maybe(mut self, field: Option<&str>) -> Self {
        match field {
            Some(field) => self.text(field),
            None => {
                self.0.extend_from_slice(b"-,");
                self
            }
        }
    }

    fn pairs<T: ToString>(self, pairs: &BTreeMap<String, T>) -> Self {
        let inner = pairs
            .iter()
            .fold(Self::default(), |link, (name, value)| link.text(name).text(&value.to_string()));
        // Made of texts alone, so that this loses nothing.
        self.text(&String::from_utf8_lossy(&inner.0))
    }

    /// Each part of the metadata is a field that is written like a link of its own.
    fn told(self, metadata: &[ReceiptValue]) -> Self {
        let inner = metadata.iter().fold(Self::default(), |all, value| {
            let values = value.values.iter().fold(Self::default(), |values, value| values.text(value));
            let one = Self::default()
                .text(&value.field)
                .text(&value.name)
                .text(&String::from_utf8_lossy(&values.0))
                .text(&value.state)
                .maybe(value.reason.as_deref());
            all.text(&String::from_utf8_lossy(&one.0))
        });
        self.text(&String::from_utf8_lossy(&inner.0))
    }

    fn hash(self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_written_as_the_head_of_the_module_says() {
        let pairs = BTreeMap::from([("b".to_owned(), 20), ("a".to_owned(), 1)]);
        let link = Link::default().text("file").text("").maybe(None).text("Grüße").pairs(&pairs);
        assert_eq!(String::from_utf8(link.0).unwrap(), "4:file,0:,-,7:Grüße,17:1:a,1:1,1:b,2:20,,");
        assert_eq!(
            Link::default().hash(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn what_moves_from_one_field_to_the_next_is_another_link() {
        let line = |file: &str, source: &str| ReceiptLine {
            file: file.to_owned(),
            source: source.to_owned(),
            ..ReceiptLine::default()
        };
        let hash = |line: &ReceiptLine| {
            let mut chain = Chain { version: 2, last: String::new(), totals: ReceiptTotals::default() };
            chain.add(line);
            chain.last
        };
        assert_ne!(hash(&line("ab", "c")), hash(&line("a", "bc")));
        let told = |name: &str, values: &[&str]| {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            let value = ReceiptValue { name: name.to_owned(), values, ..ReceiptValue::default() };
            ReceiptLine { metadata: Some(vec![value]), ..line("a", "b") }
        };
        assert_ne!(hash(&told("x", &["y", "z"])), hash(&told("x", &["yz"])));
        assert_ne!(hash(&told("xy", &[])), hash(&told("x", &["y"])));
        let empty = ReceiptLine { md5: Some(String::new()), ..line("a", "b") };
        assert_ne!(hash(&line("a", "b")), hash(&empty));
    }
}
