//! The proof of a batch: every file, what became of it, and how that was verified.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::Failure;
use crate::model::{BatchView, JobView, Verification};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptFormat {
    Json,
    Csv,
    Html,
}

impl ReceiptFormat {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "html" => Some(Self::Html),
            _ => None,
        }
    }
}

/// One file of a receipt.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptLine {
    pub file: String,
    pub source: String,
    pub destination: String,
    pub size: u64,
    pub md5: Option<String>,
    pub state: &'static str,
    pub asset_scheme: Option<String>,
    pub asset_id: Option<String>,
    pub verified_by: Option<Verification>,
    /// RFC 3339, UTC.
    pub confirmed: Option<String>,
    pub failure: Option<Failure>,
}

impl ReceiptLine {
    pub(crate) fn new(job: JobView, verified_by: Option<Verification>) -> Self {
        let source = std::path::Path::new(&job.folder).join(&job.name).to_string_lossy().into_owned();
        Self {
            file: job.name,
            source,
            destination: job.place,
            size: job.size,
            md5: job.md5,
            state: job.state.as_str(),
            asset_scheme: job.asset.as_ref().map(|asset| asset.scheme.clone()),
            asset_id: job.asset.map(|asset| asset.id),
            verified_by,
            confirmed: job.done_at.map(time),
            failure: job.failure,
        }
    }
}

fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|at| at.to_string()).unwrap_or_default()
}

/// Writes a receipt a page of lines at a time, so that a million files need no memory.
pub(crate) struct ReceiptWriter<W: Write> {
    out: W,
    format: ReceiptFormat,
    lines: u64,
}

impl<W: Write> ReceiptWriter<W> {
    pub fn start(
        mut out: W,
        format: ReceiptFormat,
        batch: &BatchView,
        tenant: &str,
        user: &str,
    ) -> io::Result<Self> {
        let totals = &batch.totals;
        match format {
            ReceiptFormat::Json => {
                let head = serde_json::json!({
                    "batch": batch.id, "label": batch.label, "tenant": tenant, "user": user,
                    "destination": batch.destination.path, "state": batch.state,
                    "created": time(batch.created_at), "finished": batch.finished_at.map(time),
                    "jobs": totals.jobs, "bytes": totals.bytes, "left_out": batch.left_out,
                });
                let head = head.to_string();
                write!(out, "{},\n\"files\":[", head.trim_end_matches('}'))?;
            }
            ReceiptFormat::Csv => {
                // The mark tells Excel that the file is UTF-8.
                out.write_all("\u{feff}".as_bytes())?;
                writeln!(
                    out,
                    "file,size,md5,state,destination,asset_scheme,asset_id,verified_by,confirmed,source,error,details\r"
                )?;
            }
            ReceiptFormat::Html => out.write_all(html_head(batch, tenant, user).as_bytes())?,
        }
        Ok(Self { out, format, lines: 0 })
    }

    pub fn line(&mut self, line: &ReceiptLine) -> io::Result<()> {
        self.lines += 1;
        match self.format {
            ReceiptFormat::Json => {
                if self.lines > 1 {
                    self.out.write_all(b",")?;
                }
                self.out.write_all(b"\n")?;
                serde_json::to_writer(&mut self.out, line).map_err(io::Error::from)
            }
            ReceiptFormat::Csv => {
                let texts = cells(line).map(|cell| quoted(&cell));
                writeln!(self.out, "{}\r", texts.join(","))
            }
            ReceiptFormat::Html => {
                let [
                    file,
                    size,
                    md5,
                    state,
                    destination,
                    _,
                    asset,
                    verified,
                    confirmed,
                    source,
                    error,
                    details,
                ] = cells(line).map(|cell| escaped(&cell));
                writeln!(
                    self.out,
                    "<tr class=\"{state}\"><td title=\"{source}\">{file}<td class=n>{size}<td>{state}<td>{destination}\
                     <td><code>{md5}</code><td>{verified}<td><code>{asset}</code><td>{confirmed}<td>{error} {details}"
                )
            }
        }
    }

    pub fn end(mut self) -> io::Result<()> {
        match self.format {
            ReceiptFormat::Json => self.out.write_all(b"\n]}\n")?,
            ReceiptFormat::Csv => {}
            ReceiptFormat::Html => self.out.write_all(b"</table></main></html>\n")?,
        }
        self.out.flush()
    }
}

fn cells(line: &ReceiptLine) -> [String; 12] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        line.file.clone(),
        line.size.to_string(),
        text(&line.md5),
        line.state.to_owned(),
        line.destination.clone(),
        text(&line.asset_scheme),
        text(&line.asset_id),
        line.verified_by.map(|by| by.as_str().to_owned()).unwrap_or_default(),
        text(&line.confirmed),
        line.source.clone(),
        line.failure.as_ref().map(|failure| failure.code.as_str().to_owned()).unwrap_or_default(),
        line.failure.as_ref().map(|failure| failure.details.clone()).unwrap_or_default(),
    ]
}

/// A cell as a spreadsheet reads it; a leading sign that it would take for a formula is made plain text.
fn quoted(cell: &str) -> String {
    let plain =
        if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() };
    if plain.contains([',', '"', '\n', '\r', '\'']) {
        format!("\"{}\"", plain.replace('"', "\"\""))
    } else {
        plain
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn html_head(batch: &BatchView, tenant: &str, user: &str) -> String {
    let totals: Vec<String> =
        batch.totals.jobs.iter().map(|(state, count)| format!("{count} {}", state.as_str())).collect();
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Receipt: {label}</title><style>\
         :root{{color-scheme:light}}body{{font:13px/1.45 system-ui,sans-serif;margin:2rem;color:#1c2526}}\
         h1{{font-size:1.4rem;margin:0}}dl{{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}}\
         dt{{color:#5b6769}}dd{{margin:0}}table{{border-collapse:collapse;width:100%}}\
         th,td{{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #dfe5e5;vertical-align:top}}\
         .n{{text-align:right;font-variant-numeric:tabular-nums}}code{{font-size:11px;overflow-wrap:anywhere}}\
         tr.failed td,tr.blocked td{{background:#fdf1ef}}@media print{{body{{margin:0}}tr{{break-inside:avoid}}}}\
         </style><main><h1>Receipt: {label}</h1><dl><dt>Library<dd>{tenant}<dt>User<dd>{user}\
         <dt>Destination<dd>{place}<dt>Added<dd>{created}<dt>Finished<dd>{finished}<dt>Files<dd>{totals}</dl>\
         <table><tr><th>File<th class=n>Bytes<th>State<th>Destination<th>MD5<th>Verified by<th>Asset<th>Confirmed<th>Reason\n",
        label = escaped(&batch.label),
        tenant = escaped(tenant),
        user = escaped(user),
        place = escaped(&batch.destination.path),
        created = time(batch.created_at),
        finished = batch.finished_at.map(time).unwrap_or_else(|| "not yet".to_owned()),
        totals = totals.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_keeps_its_commas() {
        assert_eq!(quoted("=SUM(A1)"), "\"'=SUM(A1)\"");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("DSC_1.jpg"), "DSC_1.jpg");
    }

    #[test]
    fn markup_in_names_stays_text() {
        assert_eq!(escaped("<b>&\"x\""), "&lt;b&gt;&amp;&quot;x&quot;");
    }
}
