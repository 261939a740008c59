//! A receipt for tests, with everything odd in it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use super::record::{ReceiptFailure, ReceiptHead, ReceiptLine};
use super::{PageLanguage, ReceiptFormat, ReceiptValue, ReceiptWriter};
use crate::model::BatchId;

pub(super) const FORMATS: [ReceiptFormat; 3] = [ReceiptFormat::Json, ReceiptFormat::Csv, ReceiptFormat::Html];

pub(super) fn head() -> ReceiptHead {
    ReceiptHead {
        receipt: super::VERSION,
        batch: BatchId(7),
        label: "Shooting <Mai> 'n' \"Juni\"".into(),
        tenant: "acme.canto.com".into(),
        user: "Zoë".into(),
        email: "zoe@acme.test".into(),
        destination: "Marketing/2026".into(),
        state: "finished".into(),
        created: "2026-01-31T13:05:59.123Z".into(),
        finished: Some("2026-01-31T13:06:59Z".into()),
        jobs: BTreeMap::from([("done".into(), 3), ("failed".into(), 1)]),
        bytes: BTreeMap::from([("done".into(), 30), ("failed".into(), 5)]),
        left_out: 2,
        hash: String::new(),
    }
}

pub(super) fn done(file: &str) -> ReceiptLine {
    ReceiptLine {
        file: file.into(),
        source: format!("/home/zoë/{file}"),
        destination: "Marketing / 2026".into(),
        size: 10,
        md5: Some("900150983cd24fb0d6963f7d28e17f72".into()),
        state: "done".into(),
        asset_scheme: Some("image".into()),
        asset_id: Some("a1b2".into()),
        verified_by: Some("etag_and_md5".into()),
        confirmed: Some("2026-01-31T13:06:58Z".into()),
        failure: None,
        metadata: Some(told()),
        hash: String::new(),
    }
}

/// Metadata of every state, in every shape.
fn told() -> Vec<ReceiptValue> {
    let value = |field: &str, name: &str, values: &[&str], state: &str, reason: Option<&str>| ReceiptValue {
        field: field.into(),
        name: name.into(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
        state: state.into(),
        reason: reason.map(str::to_owned),
    };
    vec![
        value("tags", "tags", &["Mai", "=1"], "sent", None),
        value("keywords", "keywords", &["Lake, north", "<b>"], "applied", None),
        value("meta_choice_0", "Nutzung", &["Presse"], "refused", Some("tenant")),
        value("meta_text_0", "Photo 'credit'", &["Zoë"], "waiting", None),
    ]
}

/// As version 1 wrote it.
pub(super) fn first_version(mut line: ReceiptLine) -> ReceiptLine {
    line.metadata = None;
    line
}

pub(super) fn failed() -> ReceiptLine {
    ReceiptLine {
        file: "two\r\nlines, \"quoted\"; \u{1b}[31m.txt".into(),
        source: "/s/two\nlines".into(),
        size: 5,
        state: "failed".into(),
        failure: Some(ReceiptFailure {
            code: "NameRefused".into(),
            who: "you".into(),
            params: BTreeMap::from([("reason".into(), "control_character".into())]),
            details: "</td>'details'".into(),
            reason: "The name holds a control character.".into(),
        }),
        metadata: Some(Vec::new()),
        ..ReceiptLine::default()
    }
}

pub(super) fn lines() -> Vec<ReceiptLine> {
    vec![
        failed(),
        done("=cmd|'/c'!A1.jpg"),
        done("'<script>alert(1)</script>&amp;.png"),
        done("Grüße 😀, a.mov"),
    ]
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn written(format: ReceiptFormat, lines: &[ReceiptLine]) -> (String, String) {
    written_as(format, PageLanguage::English, head(), lines)
}

pub(super) fn written_as(
    format: ReceiptFormat,
    language: PageLanguage,
    head: ReceiptHead,
    lines: &[ReceiptLine],
) -> (String, String) {
    let out = Shared::default();
    let mut writer = ReceiptWriter::start(out.clone(), format, language, head).unwrap();
    for line in lines {
        writer.line(line.clone()).unwrap();
    }
    let seal = writer.end().unwrap();
    let bytes = std::mem::take(&mut *out.0.lock().unwrap());
    (String::from_utf8(bytes).unwrap(), seal)
}
