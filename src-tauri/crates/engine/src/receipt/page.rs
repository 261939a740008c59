//! The printable page: what a person sees of a receipt, made from its parts alone.

use std::collections::BTreeSet;

use super::page_text::{PageLanguage, Voice, attribute, escaped};
use super::page_words::{PageWords, german_reason};
use super::record::{ByState, ReceiptEnd, ReceiptHead, ReceiptLine};
use super::told::ReceiptValue;

pub(super) const STYLE: &str = include_str!("page.css");

/// What stands before the parts, which are attributes; each is in the last line of its piece of the page.
pub(super) const HEAD: &str = " data-head='";
pub(super) const LINE: &str = " data-row='";
pub(super) const END: &str = " data-end='";

/// The table that is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Table {
    #[default]
    None,
    Problems,
    Others,
}

/// A page that is being made from its top to its end.
#[derive(Debug)]
pub(super) struct Page {
    voice: Voice,
    table: Table,
    /// From where to where the files above went: said once for neighbours.
    way: String,
}

impl Page {
    pub fn new(version: u32, language: PageLanguage) -> Self {
        Self { voice: Voice { version, language }, table: Table::None, way: String::new() }
    }

    pub fn language(&self) -> PageLanguage {
        self.voice.language
    }

    pub fn head(&self, head: &ReceiptHead, style: &str) -> serde_json::Result<String> {
        let (voice, words) = (self.voice, self.voice.words());
        let label = escaped(&head.label);
        let account = match (head.user.as_str(), head.email.as_str()) {
            (user, "") => escaped(user),
            (user, email) => format!("{} <span class=soft>{}</span>", escaped(user), escaped(email)),
        };
        let finished = head
            .finished
            .as_deref()
            .map_or(words.not_yet.to_owned(), |at| format!("{} UTC", voice.moment(at)));
        let left_out = if head.left_out == 0 {
            String::new()
        } else {
            format!("<dt>{}<dd>{}, {}", words.left_out, voice.files(head.left_out), words.left_out_why)
        };
        Ok(format!(
            "<!doctype html>\n<html lang={tag}><meta charset=utf-8>\
             <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=viewport content=\"width=device-width\"><title>{receipt}: {label}</title>\n\
             <style>{style}</style>\n\
             <main{HEAD}{part}'><header><p class=kind>{kind}<h1>{label}</h1>\
             <p class=sum>{sum}</p><dl><dt>{library}<dd>{tenant}<dt>{account_word}<dd>{account}\
             <dt>{destination}<dd>{place}<dt>{added}<dd>{created} UTC<dt>{finished_word}<dd>{finished}\
             <dt>{batch_word}<dd>{batch}{left_out}</dl></header>\n",
            tag = voice.language.tag(),
            receipt = words.receipt,
            kind = words.kind,
            library = words.library,
            account_word = words.account,
            destination = words.destination,
            added = words.added,
            finished_word = words.finished,
            batch_word = words.batch,
            part = attribute(head)?,
            sum = sum(&head.jobs, voice),
            tenant = escaped(&head.tenant),
            place = if head.destination.is_empty() { "/".to_owned() } else { escaped(&head.destination) },
            created = voice.moment(&head.created),
            batch = head.batch,
        ))
    }

    pub fn line(&mut self, line: &ReceiptLine) -> serde_json::Result<String> {
        let wanted =
            if line.is_problem() && self.table != Table::Others { Table::Problems } else { Table::Others };
        let opening = if wanted == self.table { String::new() } else { self.open(wanted) };
        let part = attribute(line)?;
        let failed = wanted == Table::Problems || (line.failure.is_some() && !line.is_done());
        let rest = if failed { why(line, wanted, self.voice) } else { proof(line, self.voice) };
        let (file, size) = (escaped(&line.file), self.voice.grouped(line.size));
        let told: String = line.metadata.iter().flatten().map(|value| told(value, self.voice)).collect();
        let way = self.way(line).unwrap_or_default();
        Ok(format!(
            "{opening}{way}<tr class={}{LINE}{part}'><td><b>{file}</b>{told}<td class=n>{size}{rest}\n",
            kind(line)
        ))
    }

    /// A row of its own where a file comes from another folder than the one above.
    fn way(&mut self, line: &ReceiptLine) -> Option<String> {
        let folder = line.source.strip_suffix(&line.file).map(|folder| folder.trim_end_matches(['/', '\\']));
        let from = escaped(folder.unwrap_or(&line.source));
        let place = escaped(&line.destination);
        let to = if place.is_empty() { String::new() } else { format!(" → {place}") };
        let way = format!("{from}{to}");
        if way == self.way {
            return None;
        }
        let columns = if self.table == Table::Problems { 3 } else { 5 };
        let row = format!("<tr class=way><td colspan={columns}>{way}\n");
        self.way = way;
        Some(row)
    }

    fn open(&mut self, table: Table) -> String {
        let closing = self.close();
        let PageWords { problems_title, others_title, name, bytes, reason, asset, confirmed, .. } =
            self.voice.words();
        let columns = format!("<th>{name}<th class=n>{bytes}");
        self.table = table;
        self.way.clear();
        match table {
            Table::None => closing.to_owned(),
            Table::Problems => format!(
                "{closing}<h2>{problems_title}</h2><table class=problems>\
                 <colgroup><col><col class=bytes><col class=reason></colgroup>\
                 <thead><tr>{columns}<th>{reason}</thead><tbody>\n"
            ),
            Table::Others => format!(
                "{closing}<h2>{others_title}</h2><table>\
                 <colgroup><col><col class=bytes><col class=md5><col class=asset><col class=when></colgroup>\
                 <thead><tr>{columns}<th>MD5<th>{asset}<th>{confirmed}</thead><tbody>\n"
            ),
        }
    }

    fn close(&self) -> &'static str {
        match self.table {
            Table::None => "",
            Table::Problems | Table::Others => "</tbody></table>\n",
        }
    }

    pub fn end(&self, end: &ReceiptEnd) -> serde_json::Result<String> {
        let (voice, words, totals) = (self.voice, self.voice.words(), &end.totals);
        let nothing =
            if self.table == Table::None { format!("<p>{}\n", words.no_files) } else { String::new() };
        let states: BTreeSet<&String> = totals.jobs.keys().chain(totals.bytes.keys()).collect();
        let of = |counts: &ByState, state: &String| voice.grouped(counts.get(state).copied().unwrap_or(0));
        let rows: String = states
            .into_iter()
            .map(|state| {
                let (jobs, bytes) = (of(&totals.jobs, state), of(&totals.bytes, state));
                format!("<tr><td>{}<td class=n>{jobs}<td class=n>{bytes}", voice.state(state))
            })
            .collect();
        Ok(format!(
            "{closing}{nothing}<footer{END}{part}'><h2>{totals_word}</h2><table class=totals>\
             <thead><tr><th>{state}<th class=n>{files_word}<th class=n>{bytes_word}</thead><tbody>{rows}</tbody>\
             <tfoot><tr><td>{all}<td class=n>{files}<td class=n>{bytes}</tfoot></table>\
             <h2>{seal_word}</h2><p><code class=seal>{seal}</code>\
             <p class=soft>{before} <code>ferry receipt --verify FILE --seal {seal}</code> {after}</footer></main>\
             </html>\n",
            totals_word = words.totals,
            state = words.state,
            files_word = words.others_title,
            bytes_word = words.bytes,
            all = words.all,
            seal_word = words.seal,
            before = words.seal_text[0],
            after = words.seal_text[1],
            closing = self.close(),
            part = attribute(end)?,
            files = voice.grouped(totals.files),
            bytes =
                voice.grouped(totals.bytes.values().fold(0, |sum: u64, bytes| sum.saturating_add(*bytes))),
            seal = escaped(&end.seal),
        ))
    }
}

/// A word that the style knows.
fn kind(line: &ReceiptLine) -> &'static str {
    match (line.is_done(), line.is_problem()) {
        (true, _) => "done",
        (_, true) => "problem",
        _ => "other",
    }
}

fn why(line: &ReceiptLine, table: Table, voice: Voice) -> String {
    let failure = line.failure.clone().unwrap_or_default();
    let span = if table == Table::Problems { "" } else { " colspan=3" };
    let technical = [voice.state(&line.state), escaped(&failure.code), escaped(&failure.details)];
    let technical: Vec<String> = technical.into_iter().filter(|text| !text.is_empty()).collect();
    let said = match voice.language {
        PageLanguage::English => None,
        PageLanguage::German => german_reason(&failure),
    };
    format!("<td{span}>{}<small>{}</small>", escaped(said.unwrap_or(&failure.reason)), technical.join(" · "))
}

/// `Keywords: Lake, north (set)`
fn told(value: &ReceiptValue, voice: Voice) -> String {
    let words = voice.words();
    let name = match value.field.as_str() {
        "tags" => words.tags.to_owned(),
        "keywords" => words.keywords.to_owned(),
        "description" => words.description.to_owned(),
        _ => escaped(&value.name),
    };
    let state = match (value.state.as_str(), value.reason.as_deref()) {
        ("sent", _) => words.sent,
        ("applied", _) => words.applied,
        ("waiting", _) => words.waiting,
        ("refused", Some("right")) => words.refused_right,
        ("refused", Some("gone")) => words.refused_gone,
        ("refused", _) => words.refused,
        _ => words.unknown,
    };
    let values: Vec<String> = value.values.iter().map(|value| escaped(value)).collect();
    format!("<small>{name}: {} ({state})</small>", values.join(", "))
}

fn proof(line: &ReceiptLine, voice: Voice) -> String {
    let words = voice.words();
    let text = |value: &Option<String>| escaped(value.as_deref().unwrap_or(""));
    let verified = match line.verified_by.as_deref() {
        Some("etag_and_md5") => words.verified_by_both,
        Some("etag") => words.verified_by_store,
        Some("md5") => words.verified_by_library,
        Some("size") => words.verified_by_size,
        Some(_) | None => "",
    };
    let confirmed = match &line.confirmed {
        Some(at) if line.is_done() => voice.moment(at),
        _ => voice.state(&line.state),
    };
    format!(
        "<td><code>{}</code><small>{verified}</small><td><code>{}</code><small>{}</small><td>{confirmed}",
        text(&line.md5),
        text(&line.asset_id),
        text(&line.asset_scheme),
    )
}

/// `3 files: 2 done, 1 failed`
fn sum(jobs: &ByState, voice: Voice) -> String {
    let words: Vec<String> = jobs
        .iter()
        .map(|(state, count)| format!("{} {}", voice.grouped(*count), voice.state(state)))
        .collect();
    let all = voice.files(jobs.values().fold(0, |sum: u64, count| sum.saturating_add(*count)));
    if words.is_empty() { all } else { format!("{all}: {}", words.join(", ")) }
}
