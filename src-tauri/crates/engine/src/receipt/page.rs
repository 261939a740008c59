//! The printable page: what a person sees of a receipt, made from its parts alone.

use std::collections::BTreeSet;

use super::page_text::{attribute, escaped, files, grouped, moment};
use super::record::{ByState, ReceiptEnd, ReceiptHead, ReceiptLine};

pub(super) const STYLE: &str = include_str!("page.css");

/// What stands before the parts, which are attributes; each is in the last line of its piece of the page.
pub(super) const HEAD: &str = " data-head='";
pub(super) const LINE: &str = " data-row='";
pub(super) const END: &str = " data-end='";

const COLUMNS: &str = "<th>File<th class=n>Bytes";

/// The table that is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Table {
    #[default]
    None,
    Problems,
    Others,
}

/// A page that is being made from its top to its end.
#[derive(Debug, Default)]
pub(super) struct Page {
    table: Table,
    /// From where to where the files above went: said once for neighbours.
    way: String,
}

impl Page {
    pub fn head(head: &ReceiptHead, style: &str) -> serde_json::Result<String> {
        let label = escaped(&head.label);
        let account = match (head.user.as_str(), head.email.as_str()) {
            (user, "") => escaped(user),
            (user, email) => format!("{} <span class=soft>{}</span>", escaped(user), escaped(email)),
        };
        let finished =
            head.finished.as_deref().map_or("not yet".to_owned(), |at| format!("{} UTC", moment(at)));
        let left_out = if head.left_out == 0 {
            String::new()
        } else {
            format!("<dt>Left out<dd>{}, by pattern or as junk", files(head.left_out))
        };
        Ok(format!(
            "<!doctype html>\n<html lang=en><meta charset=utf-8>\
             <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=viewport content=\"width=device-width\"><title>Receipt: {label}</title>\n\
             <style>{style}</style>\n\
             <main{HEAD}{part}'><header><p class=kind>Upload receipt<h1>{label}</h1>\
             <p class=sum>{sum}</p><dl><dt>Library<dd>{tenant}<dt>Account<dd>{account}<dt>Destination<dd>{place}\
             <dt>Added<dd>{created} UTC<dt>Finished<dd>{finished}<dt>Batch<dd>{batch}{left_out}</dl></header>\n",
            part = attribute(head)?,
            sum = sum(&head.jobs),
            tenant = escaped(&head.tenant),
            place = if head.destination.is_empty() { "/".to_owned() } else { escaped(&head.destination) },
            created = moment(&head.created),
            batch = head.batch,
        ))
    }

    pub fn line(&mut self, line: &ReceiptLine) -> serde_json::Result<String> {
        let wanted =
            if line.is_problem() && self.table != Table::Others { Table::Problems } else { Table::Others };
        let opening = if wanted == self.table { String::new() } else { self.open(wanted) };
        let part = attribute(line)?;
        let failed = wanted == Table::Problems || (line.failure.is_some() && !line.is_done());
        let rest = if failed { why(line, wanted) } else { proof(line) };
        let (file, size) = (escaped(&line.file), grouped(line.size));
        let way = self.way(line).unwrap_or_default();
        Ok(format!(
            "{opening}{way}<tr class={}{LINE}{part}'><td><b>{file}</b><td class=n>{size}{rest}\n",
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
        self.table = table;
        self.way.clear();
        match table {
            Table::None => closing.to_owned(),
            Table::Problems => format!(
                "{closing}<h2>Did not arrive</h2><table class=problems>\
                 <colgroup><col><col class=bytes><col class=reason></colgroup>\
                 <thead><tr>{COLUMNS}<th>Reason</thead><tbody>\n"
            ),
            Table::Others => format!(
                "{closing}<h2>Files</h2><table>\
                 <colgroup><col><col class=bytes><col class=md5><col class=asset><col class=when></colgroup>\
                 <thead><tr>{COLUMNS}<th>MD5<th>Asset<th>Confirmed (UTC)</thead><tbody>\n"
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
        let totals = &end.totals;
        let nothing = if self.table == Table::None { "<p>There were no files.\n" } else { "" };
        let states: BTreeSet<&String> = totals.jobs.keys().chain(totals.bytes.keys()).collect();
        let of = |counts: &ByState, state: &String| grouped(counts.get(state).copied().unwrap_or(0));
        let rows: String = states
            .into_iter()
            .map(|state| {
                let (jobs, bytes) = (of(&totals.jobs, state), of(&totals.bytes, state));
                format!("<tr><td>{}<td class=n>{jobs}<td class=n>{bytes}", escaped(state))
            })
            .collect();
        Ok(format!(
            "{closing}{nothing}<footer{END}{part}'><h2>Totals</h2><table class=totals>\
             <thead><tr><th>State<th class=n>Files<th class=n>Bytes</thead><tbody>{rows}</tbody>\
             <tfoot><tr><td>all<td class=n>{files}<td class=n>{bytes}</tfoot></table>\
             <h2>Seal</h2><p><code class=seal>{seal}</code>\
             <p class=soft>The last link of a chain of SHA-256 hashes over everything above. Whoever noted it elsewhere \
             sees any later change: <code>ferry receipt --verify FILE --seal {seal}</code> also compares the local \
             files.</footer></main></html>\n",
            closing = self.close(),
            part = attribute(end)?,
            files = grouped(totals.files),
            bytes = grouped(totals.bytes.values().fold(0, |sum: u64, bytes| sum.saturating_add(*bytes))),
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

fn why(line: &ReceiptLine, table: Table) -> String {
    let failure = line.failure.clone().unwrap_or_default();
    let span = if table == Table::Problems { "" } else { " colspan=3" };
    let technical = [line.state.as_str(), &failure.code, &failure.details].map(escaped);
    let technical: Vec<String> = technical.into_iter().filter(|text| !text.is_empty()).collect();
    format!("<td{span}>{}<small>{}</small>", escaped(&failure.reason), technical.join(" · "))
}

fn proof(line: &ReceiptLine) -> String {
    let text = |value: &Option<String>| escaped(value.as_deref().unwrap_or(""));
    let verified = match line.verified_by.as_deref() {
        Some("etag_and_md5") => "confirmed by store and library",
        Some("etag") => "confirmed by the store",
        Some("md5") => "confirmed by the library",
        Some("size") => "only the size was confirmed",
        Some(_) | None => "",
    };
    let confirmed = match &line.confirmed {
        Some(at) if line.is_done() => moment(at),
        _ => escaped(&line.state),
    };
    format!(
        "<td><code>{}</code><small>{verified}</small><td><code>{}</code><small>{}</small><td>{confirmed}",
        text(&line.md5),
        text(&line.asset_id),
        text(&line.asset_scheme),
    )
}

/// `3 files: 2 done, 1 failed`
fn sum(jobs: &ByState) -> String {
    let words: Vec<String> =
        jobs.iter().map(|(state, count)| format!("{} {}", grouped(*count), escaped(state))).collect();
    let all = files(jobs.values().fold(0, |sum: u64, count| sum.saturating_add(*count)));
    if words.is_empty() { all } else { format!("{all}: {}", words.join(", ")) }
}
