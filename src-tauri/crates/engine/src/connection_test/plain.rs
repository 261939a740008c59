//! The two forms of the page: one that stands by itself in a browser, with the text to copy at its end, and that text.

use super::page::{Document, Section, document};
use crate::model::ConnectionReport;
use crate::receipt::{PageLanguage, escaped};

/// As the receipts look.
const STYLE: &str = include_str!("../receipt/page.css");
const MORE_STYLE: &str = ".found { table-layout: auto; }\n.found td:first-child { min-width: 180px; }\n\
     tr.problem td { font-weight: 500; }\n\
     pre { padding: 12px; border: 1px solid #dfe5e5; font: 11px/1.5 ui-monospace, \"Cascadia Mono\", monospace; \
     white-space: pre-wrap; overflow-wrap: anywhere; }\nul { margin: 0 0 8px; padding-left: 18px; }\n";

/// The whole page.
pub fn html(report: &ConnectionReport, language: PageLanguage) -> String {
    let document = document(report, language);
    let (tag, copy) = match document.language {
        PageLanguage::English => ("en", "As text, to copy"),
        PageLanguage::German => ("de", "Als Text zum Kopieren"),
    };
    let sections: String = document.sections.iter().map(section).collect();
    format!(
        "<!doctype html>\n<html lang={tag}><meta charset=utf-8>\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=viewport content=\"width=device-width\"><title>{title}</title>\n<style>{STYLE}{MORE_STYLE}</style>\n\
         <main><header><p class=kind>Ferry<h1>{title}</h1><p class=sum>{under}</p></header>\n{sections}\
         <h2>{copy}</h2><pre>{text}</pre></main></html>\n",
        title = escaped(&document.title),
        under = escaped(&document.under),
        // Line breaks are lines here.
        text = escaped(&text(&document)).replace("&#10;", "\n"),
    )
}

fn section(section: &Section) -> String {
    let lines: String = section.lines.iter().map(|line| format!("<li>{}", escaped(line))).collect();
    let lines = if lines.is_empty() { lines } else { format!("<ul>{lines}</ul>\n") };
    let row = |(at, row): (usize, &Vec<String>)| -> String {
        let cells: String = row.iter().map(|cell| format!("<td>{}", escaped(cell))).collect();
        let class = if section.problems.contains(&at) { " class=problem" } else { "" };
        format!("<tr{class}>{cells}\n")
    };
    let rows: String = section.rows.iter().enumerate().map(row).collect();
    let head: String = section.head.iter().map(|name| format!("<th>{}", escaped(name))).collect();
    let table = if rows.is_empty() {
        rows
    } else {
        format!("<table class=found><thead><tr>{head}</thead><tbody>\n{rows}</tbody></table>\n")
    };
    format!("<h2>{}</h2>\n{lines}{table}", escaped(&section.title))
}

/// The same as text.
pub fn plain(report: &ConnectionReport, language: PageLanguage) -> String {
    text(&document(report, language))
}

fn text(document: &Document) -> String {
    let mut text = format!("{}\n{}\n", document.title, document.under);
    for Section { title, lines, rows, .. } in &document.sections {
        text += &format!("\n{}\n", title.to_uppercase());
        for line in lines {
            text += &format!("- {line}\n");
        }
        for row in rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            text += &format!("* {}\n", cells.join(" | "));
        }
    }
    text
}
