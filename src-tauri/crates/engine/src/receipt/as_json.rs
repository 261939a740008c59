//! Receipts as JSON: one object, a line for each file.

use std::fmt;
use std::io::{self, BufRead, Write};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::read::{self, Sink, Stop};
use super::record::{ReceiptHead, ReceiptLine, ReceiptTotals};
use super::writer::Form;

pub(super) struct JsonForm<W> {
    out: W,
    lines: u64,
}

impl<W: Write> JsonForm<W> {
    pub fn new(out: W) -> Self {
        Self { out, lines: 0 }
    }
}

impl<W: Write> Form for JsonForm<W> {
    fn head(&mut self, head: &ReceiptHead) -> io::Result<()> {
        let head = serde_json::to_string(head)?;
        write!(self.out, "{},\n\"files\":[", head.strip_suffix('}').unwrap_or(&head))
    }

    fn line(&mut self, line: ReceiptLine) -> io::Result<()> {
        self.out.write_all(if self.lines == 0 { b"\n" } else { b",\n" })?;
        self.lines += 1;
        Ok(serde_json::to_writer(&mut self.out, &line)?)
    }

    fn end(&mut self, totals: &ReceiptTotals, seal: &str) -> io::Result<()> {
        let totals = serde_json::to_string(totals)?;
        writeln!(self.out, "\n],\n\"totals\":{totals},\n\"seal\":\"{seal}\"}}")?;
        self.out.flush()
    }
}

/// Reads a receipt of any layout, as long as its header stands before its files and its totals after them.
pub(super) fn read(input: impl BufRead, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut stop = None;
    let mut document = serde_json::Deserializer::from_reader(input);
    let read = Document { sink, stop: &mut stop }.deserialize(&mut document).and_then(|()| document.end());
    match stop {
        Some(stop) => Err(stop),
        None => Ok(read?),
    }
}

/// `stop` is what the parser's error stands for, where it is not its own.
struct Document<'a> {
    sink: &'a mut dyn Sink,
    stop: &'a mut Option<Stop>,
}

fn stopped<E: Error>(slot: &mut Option<Stop>, stop: impl Into<Stop>) -> E {
    *slot = Some(stop.into());
    E::custom("stopped")
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a receipt")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { sink, stop } = self;
        let mut head = Map::new();
        let mut has_files = false;
        let mut totals: Option<ReceiptTotals> = None;
        let mut seal: Option<String> = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "files" if !has_files => {
                    has_files = true;
                    if head.contains_key("batch") && !head.contains_key("receipt") {
                        return Err(stopped(stop, read::unsealed()));
                    }
                    let head = read::head(std::mem::take(&mut head)).map_err(|why| stopped(stop, why))?;
                    sink.head(head).map_err(|failure| stopped(stop, failure))?;
                    map.next_value_seed(Files { sink: &mut *sink, stop: &mut *stop })?;
                }
                "totals" if has_files && totals.is_none() => totals = Some(map.next_value()?),
                "seal" if has_files && seal.is_none() => seal = Some(map.next_value()?),
                _ if !has_files && !head.contains_key(&key) => {
                    let value: Value = map.next_value()?;
                    head.insert(key, value);
                }
                _ => return Err(stopped(stop, Stop::Unfit)),
            }
        }
        match (totals, seal) {
            (Some(totals), Some(seal)) => sink.end(totals, &seal).map_err(|failure| stopped(stop, failure)),
            _ => Err(stopped(stop, Stop::Unfit)),
        }
    }
}

struct Files<'a> {
    sink: &'a mut dyn Sink,
    stop: &'a mut Option<Stop>,
}

impl<'de> DeserializeSeed<'de> for Files<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Files<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut files: A) -> Result<(), A::Error> {
        while let Some(line) = files.next_element::<ReceiptLine>()? {
            self.sink.line(line).map_err(|failure| stopped(self.stop, failure))?;
        }
        Ok(())
    }
}
