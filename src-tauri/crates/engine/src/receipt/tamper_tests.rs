//! Whatever is edited in a receipt shows, and the first part that does not fit is named.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ReceiptFormat;
use super::check::{Checked, check_text};
use super::page_text::PageLanguage;
use super::record::{ReceiptHead, ReceiptLine};
use super::samples::{FORMATS, done, failed, first_version, head, lines, written, written_as};
use crate::error::Outcome;

fn checked(text: &str) -> Outcome<Checked> {
    check_text(text.as_bytes(), |_, _| Ok(()))
}

fn checked_text(text: &str) -> Outcome<Checked> {
    checked(text)
}

/// What is said of a text that was tampered with, and the row.
#[track_caller]
fn complaint(text: &str) -> (String, u64) {
    let mut failure = checked(text).unwrap_err();
    let row = failure.params.get("row").map_or(0, |row| row.parse().unwrap());
    (failure.params.remove("reason").unwrap(), row)
}

fn document() -> Value {
    serde_json::from_str(&written(ReceiptFormat::Json, &lines()).0).unwrap()
}

fn text(document: &Value) -> String {
    // In the order that Ferry writes: the header, the files, the end.
    let fields = document.as_object().unwrap();
    let is_end = |name: &str| ["files", "totals", "seal"].contains(&name);
    let head = fields.iter().filter(|(name, _)| !is_end(name));
    let end = ["files", "totals", "seal"].map(|name| (name, &fields[name]));
    let all = head.map(|(name, value)| (name.as_str(), value)).chain(end);
    let all: Vec<String> = all.map(|(name, value)| format!("{:?}: {value:#}", name)).collect();
    format!("{{{}}}", all.join(",\n"))
}

/// Changes a value into each kind of other one; what is inside of it, too.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("x"), json!("")],
        Value::Bool(_) => vec![],
        Value::Number(number) => vec![json!(number.as_u64().unwrap() + 1)],
        Value::String(text) => vec![json!(format!("{text}x")), json!(""), Value::Null],
        Value::Array(values) => {
            let mut all = vec![Value::Null, json!([{}])];
            for (at, inner) in values.iter().enumerate() {
                let mut fewer = values.clone();
                fewer.remove(at);
                all.push(Value::Array(fewer));
                for other in changed(inner) {
                    let mut copy = values.clone();
                    copy[at] = other;
                    all.push(Value::Array(copy));
                }
            }
            all
        }
        Value::Object(fields) => {
            let mut all = vec![Value::Null, json!({})];
            for (name, inner) in fields {
                for other in changed(inner) {
                    let mut copy = fields.clone();
                    copy[name] = other;
                    all.push(Value::Object(copy));
                }
                let mut copy = fields.clone();
                copy.remove(name);
                all.push(Value::Object(copy));
            }
            all
        }
    }
}

#[test]
fn every_format_comes_back_as_it_was_and_has_the_same_seal() {
    for lines in [lines(), vec![], vec![failed()], vec![done("a.jpg")]] {
        let seals = FORMATS.map(|format| {
            let (text, seal) = written(format, &lines);
            let mut read = Vec::new();
            let checked = check_text(text.as_bytes(), |row, line| {
                read.push((row, ReceiptLine { hash: String::new(), ..line }));
                Ok(())
            });
            let checked = checked.unwrap_or_else(|failure| panic!("{failure:?}: {text}"));
            assert_eq!(read, (1..).zip(lines.clone()).collect::<Vec<_>>());
            assert_eq!(ReceiptHead { hash: String::new(), ..checked.head.clone() }, head());
            assert_eq!((checked.totals.files, &checked.seal), (lines.len() as u64, &seal));
            checked.expect_seal(&seal.to_uppercase()).unwrap();
            checked.expect_seal(&"0".repeat(64)).unwrap_err();
            seal
        });
        assert!(seals.iter().all(|seal| *seal == seals[0]));
    }
}

#[test]
fn the_form_is_the_one_that_others_rely_on() {
    let (_, seal) = written(ReceiptFormat::Json, &lines());
    assert_eq!(
        seal, "021e5631846fdd116151f667eaac6c1a2556c57ae907401c1a11770464f11330",
        "another form is another version"
    );
    let first = ReceiptHead { receipt: 1, ..head() };
    let lines: Vec<_> = lines().into_iter().map(first_version).collect();
    let (_, seal) = written_as(ReceiptFormat::Json, PageLanguage::English, first, &lines);
    assert_eq!(seal, "55cd7b1292c9f9d449e2807de754f9e2052fb7ddc4ad8d0efec2120ad93893bf");
}

/// Written by the Ferry that knew nothing of metadata in receipts.
const FIRST: [&str; 3] = [
    include_str!("first_version/receipt.json"),
    include_str!("first_version/receipt.csv"),
    include_str!("first_version/receipt.html"),
];

#[test]
fn receipts_of_the_first_version_still_hold_and_take_nothing_more() {
    for text in FIRST {
        let checked = checked(text).unwrap_or_else(|failure| panic!("{failure:?}: {text}"));
        checked.expect_seal("0e515ecb1d90612f627ef1bb73ee0a500188e5d0b96c4a40f4d1c53bc1d0b5a6").unwrap();
        assert_eq!((checked.head.receipt, checked.totals.files), (1, 3));
        assert!(checked_text(&text.replacen("a.jpg", "b.jpg", 1)).is_err());
    }
    // What its links do not cover must not be there.
    let more = FIRST[0].replacen("\"failure\":null,", "\"failure\":null,\"metadata\":[],", 1);
    assert_eq!(complaint(&more), ("receipt_row".to_owned(), 2));
    let as_new = FIRST[0].replacen("\"receipt\":1", "\"receipt\":2", 1);
    assert_eq!(complaint(&as_new).0, "receipt_head");
}

#[test]
fn the_words_of_pages_are_those_of_their_version() {
    for (language, hash) in [
        (PageLanguage::English, "2d12189bdeacfecc8523c0b22e2df1c8a765b72d8c936677d3a29b98d7c28ed6"),
        (PageLanguage::German, "96889890606e8053016fea57652db1dbbb4214fa10cb73497db82244c9f8407f"),
    ] {
        let (page, seal) = written_as(ReceiptFormat::Html, language, head(), &lines());
        let checked = checked(&page).unwrap_or_else(|failure| panic!("{failure:?}: {page}"));
        assert_eq!(checked.seal, seal);
        assert_eq!(hex::encode(Sha256::digest(&page)), hash, "other words are another version:\n{page}");
    }
}

#[test]
fn a_german_page_is_german_and_has_the_seal_of_the_others() {
    let (page, seal) = written_as(ReceiptFormat::Html, PageLanguage::German, head(), &lines());
    assert_eq!(seal, written(ReceiptFormat::Json, &lines()).1);
    for words in [
        "<html lang=de>",
        "4 Dateien: 3 fertig, 1 fehlgeschlagen",
        "<dd>31.01.2026, 13:05:59 UTC",
        "Der Name enthält ein Steuerzeichen",
        "von Speicher und Bibliothek bestätigt",
        "<small>Nutzung: Presse (abgelehnt: die Bibliothek nimmt das nicht an)</small>",
        "<small>Stichwörter: Lake, north, &lt;b&gt; (gesetzt)</small>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Neither words nor the language can be changed alone.
    for (from, to, reason) in [
        ("<html lang=de>", "<html lang=en>", "receipt_head"),
        ("(abgelehnt: die Bibliothek nimmt das nicht an)", "(gesetzt)", "receipt_cut"),
        ("<td>fehlgeschlagen<td", "<td>fertig<td", "receipt_end"),
    ] {
        assert_eq!(complaint(&page.replacen(from, to, 1)).0, reason, "{from}");
    }
}

#[test]
fn the_layout_of_json_is_free() {
    assert_eq!(checked(&text(&document())).unwrap().totals.files, 4);
}

#[test]
fn a_change_of_any_field_of_any_file_names_the_row() {
    let original = document();
    let mut tried = 0;
    for row in 0..4 {
        for (name, value) in original["files"][row].as_object().unwrap() {
            for other in changed(value) {
                let mut copy = original.clone();
                copy["files"][row][name] = other.clone();
                if copy == original {
                    continue;
                }
                let (reason, at) = complaint(&text(&copy));
                assert!(
                    ["receipt_row", "receipt_cut"].contains(&reason.as_str()),
                    "{name} {other}: {reason}"
                );
                assert_eq!(at, row as u64 + 1, "{name} {other}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_change_of_any_field_of_the_header_shows() {
    let original = document();
    for (name, value) in original.as_object().unwrap() {
        if ["files", "totals", "seal"].contains(&name.as_str()) {
            continue;
        }
        for other in changed(value) {
            let mut copy = original.clone();
            copy[name] = other;
            if copy != original {
                let (reason, _) = complaint(&text(&copy));
                let fitting = ["receipt_head", "receipt_unsealed", "receipt_unknown", "receipt_newer"];
                assert!(fitting.contains(&reason.as_str()), "{name}: {reason}");
            }
        }
    }
}

#[test]
fn a_change_of_the_totals_or_the_seal_shows() {
    let original = document();
    for name in ["totals", "seal"] {
        for other in changed(&original[name]) {
            let mut copy = original.clone();
            copy[name] = other.clone();
            let (reason, _) = complaint(&text(&copy));
            assert!(["receipt_end", "receipt_cut"].contains(&reason.as_str()), "{name} {other}: {reason}");
        }
    }
}

/// The parts of a receipt that are files, as pieces of its text, with what stands before and after them.
fn pieces(format: ReceiptFormat) -> (String, Vec<String>, String) {
    // Only files of one kind, so that each stands on a line of its own.
    let lines = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"].map(done);
    let (text, _) = written(format, &lines);
    let mut pieces: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let first = pieces.iter().position(|line| line.contains("a.jpg")).unwrap();
    let after = pieces.split_off(first + lines.len()).concat();
    let files = pieces.split_off(first);
    (pieces.concat(), files, after)
}

#[test]
fn a_file_that_is_removed_added_or_moved_names_the_row() {
    for format in FORMATS {
        let (before, files, after) = pieces(format);
        let broken = |files: &[String]| {
            let text = format!("{before}{}{after}", files.concat());
            let text = if format == ReceiptFormat::Json { commas(&text) } else { text };
            complaint(&text).1
        };
        for at in 0..files.len() - 1 {
            let mut fewer = files.clone();
            fewer.remove(at);
            assert_eq!(broken(&fewer), at as u64 + 1, "{format:?}");
            let mut swapped = files.clone();
            swapped.swap(at, at + 1);
            assert_eq!(broken(&swapped), at as u64 + 1, "{format:?}");
            let mut doubled = files.clone();
            doubled.insert(at, files[at].clone());
            assert_eq!(broken(&doubled), at as u64 + 2, "{format:?}");
        }
        let mut fewer = files.clone();
        fewer.pop();
        let text = format!("{before}{}{after}", fewer.concat());
        let text = if format == ReceiptFormat::Json { commas(&text) } else { text };
        let (reason, _) = complaint(&text);
        assert!(["receipt_end", "receipt_cut"].contains(&reason.as_str()), "{format:?}: {reason}");
    }
}

/// JSON again after lines were moved.
fn commas(text: &str) -> String {
    text.replace("},\n", "}\n")
        .replace("}\n{\"file\"", "},\n{\"file\"")
        .replace("}\n\"seal\"", "},\n\"seal\"")
}

#[test]
fn a_receipt_that_ends_early_or_goes_on_is_broken() {
    for format in FORMATS {
        let (whole, _) = written(format, &lines());
        let ends: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
        for end in ends.into_iter().filter(|end| *end < whole.len()) {
            assert!(checked(&whole[..end]).is_err(), "{format:?}: {end}");
        }
        for end in (0..whole.len() - 3).filter(|end| whole.is_char_boundary(*end)) {
            assert!(checked(&whole[..end]).is_err(), "{format:?}: {end}");
        }
        let last = whole.lines().last().unwrap();
        for more in ["x", "{}", "<p>and more\n", "a,b\r\n", last] {
            assert!(checked(&format!("{whole}{more}")).is_err(), "{format:?}: {more}");
        }
    }
}

#[test]
fn what_the_page_shows_can_not_be_changed_alone() {
    let (page, _) = written(ReceiptFormat::Html, &lines());
    for (from, to, reason, row) in [
        ("<dd>acme.canto.com", "<dd>other.canto.com", "receipt_head", 0),
        ("</style>", "tr:nth-child(2){display:none}</style>", "receipt_head", 0),
        ("</title>", "</title><script>document.body.remove()</script>", "receipt_head", 0),
        ("<td>The name holds a control character.", "<td>All is well.", "receipt_cut", 1),
        ("<tr class=done", "<tr hidden class=done", "receipt_cut", 2),
        ("(set)</small>", "(refused)</small>", "receipt_cut", 2),
        ("<b>Grüße 😀, a.mov", "<b>Grüße 😀, b.mov", "receipt_cut", 4),
        ("<h2>Files</h2>", "<h2>Files</h2><p>and 7 others", "receipt_cut", 2),
        ("<td>failed<td class=n>1", "<td>failed<td class=n>0", "receipt_end", 0),
        ("</footer>", "<p>Checked by TÜV</footer>", "receipt_end", 0),
        ("</html>", "</html><p>more", "receipt_end", 0),
    ] {
        assert!(page.contains(from), "{from}: {page}");
        assert_eq!(complaint(&page.replacen(from, to, 1)), (reason.to_owned(), row), "{from}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn columns_of_a_table_can_not_be_changed() {
    let (table, _) = written(ReceiptFormat::Csv, &lines());
    for (from, to, reason, row) in [
        (",900150983cd24fb0d6963f7d28e17f72,", ",00000000000000000000000000000000,", "receipt_row", 2),
        (",5,,failed", ",6,,failed", "receipt_row", 1),
        ("\"\"applied\"\"", "\"\"refused\"\"", "receipt_row", 2),
        ("\"\"Presse\"\"", "\"\"Intern\"\"", "receipt_row", 2),
        (",5,,failed", ",five,,failed", "receipt_cut", 1),
        (",5,,failed", ",5,failed", "receipt_cut", 1),
        ("Marketing/2026", "Marketing/2027", "receipt_head", 0),
        ("\"\"files\"\":4", "\"\"files\"\":5", "receipt_end", 0),
        ("md5,state", "state,md5", "receipt_unknown", 0),
    ] {
        assert!(table.contains(from), "{from}: {table}");
        assert_eq!(complaint(&table.replacen(from, to, 1)), (reason.to_owned(), row), "{from}");
    }
}

#[test]
fn what_is_no_receipt_is_said() {
    for text in [
        "",
        " \n",
        "hello",
        "{}",
        "{\"a\":1}",
        "[1]",
        "{\"files\":[]}",
        "<!doctype html><html><p>A page</html>",
        "<svg/>",
        "file,size\r\na.jpg,1\r\n",
        "\u{0}\u{1}\u{2}",
    ] {
        assert_eq!(complaint(text).0, "receipt_unknown", "{text:?}");
    }
    assert_eq!(
        check_text(&b"\xff\xfe\x00{"[..], |_, _| Ok(())).unwrap_err().params["reason"],
        "receipt_unknown"
    );
    for older in [
        "{\"batch\":1,\"bytes\":{},\"label\":\"a\",\n\"files\":[\n]}\n",
        "\u{feff}file,size,md5,state,destination,asset_scheme,asset_id,verified_by,confirmed,source,error,details\r\n",
        "<!doctype html><html lang=en><meta charset=utf-8><title>Receipt: a</title><style></style></html>\n",
    ] {
        assert_eq!(complaint(older).0, "receipt_unsealed", "{older}");
    }
    let newer = text(&document()).replacen("\"receipt\": 2", "\"receipt\": 3", 1);
    assert_eq!(complaint(&newer).0, "receipt_newer");
}
