//! The page for whoever runs the network: what has to be let through, and what the test found. One content, rendered as a
//! page of its own and as text to copy. What stands behind a question mark in an address may be a signature, and is left out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::{purpose, rate, recommendation, said, seconds, title};
use crate::model::{ConnectionReport, SpeedLevel, StepState, TestHost, TestStep};
use crate::receipt::PageLanguage;
use crate::session::loopback::PORTS;

/// A table, or sentences, under a heading.
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
    pub head: Vec<&'static str>,
    /// Each as long as the head.
    pub rows: Vec<Vec<String>>,
    /// Rows that somebody has to look at.
    pub problems: Vec<usize>,
}

pub struct Document {
    pub language: PageLanguage,
    pub title: String,
    pub under: String,
    pub sections: Vec<Section>,
}

/// What stands on the page.
pub fn document(report: &ConnectionReport, language: PageLanguage) -> Document {
    let words = |english: &'static str, german: &'static str| match language {
        PageLanguage::English => english,
        PageLanguage::German => german,
    };
    let at = Timestamp::from_millisecond(report.started_at).unwrap_or_default().to_zoned(TimeZone::system());
    let at = at.strftime(words("%-d %b %Y, %H:%M %Z", "%d.%m.%Y, %H:%M %Z"));
    let mut sections = vec![
        hosts(report, language),
        Section {
            title: words("What has to pass", "Was durchgelassen werden muss").to_owned(),
            lines: passes(report, language),
            head: Vec::new(),
            rows: Vec::new(),
            problems: Vec::new(),
        },
        results(report, language),
    ];
    sections.extend(speed(report, language));
    let title = words("Connections that Ferry needs", "Verbindungen, die Ferry braucht").to_owned();
    let under = format!("{} · {at} · Ferry {} · {}", report.tenant, report.version, report.system);
    let mut document = Document { language, title, under, sections };
    document.each(without_queries);
    document
}

impl Document {
    fn each(&mut self, change: impl Fn(&str) -> String) {
        self.under = change(&self.under);
        for section in &mut self.sections {
            let texts = section.lines.iter_mut().chain(section.rows.iter_mut().flatten());
            for text in texts {
                *text = change(text);
            }
        }
    }
}

fn hosts(report: &ConnectionReport, language: PageLanguage) -> Section {
    let words = |english: &'static str, german: &'static str| match language {
        PageLanguage::English => english,
        PageLanguage::German => german,
    };
    let row = |there: &TestHost| {
        let purposes: Vec<&str> = there.purposes.iter().map(|one| purpose(*one, language)).collect();
        let way = there.proxy.clone().unwrap_or_else(|| words("directly", "direkt").to_owned());
        vec![
            there.host.clone(),
            format!("TCP {}", there.port),
            purposes.join("; "),
            way,
            there.addresses.join(", "),
        ]
    };
    let mut lines = vec![
        words(
            "Outgoing connections, to be opened by name: addresses change.",
            "Ausgehende Verbindungen, nach Namen zu öffnen: Adressen wechseln.",
        )
        .to_owned(),
    ];
    let (first, last) = (PORTS[0], PORTS[PORTS.len() - 1]);
    lines.push(match language {
        PageLanguage::English => format!(
            "127.0.0.1, TCP {first}–{last}: the browser brings the sign-in back there. This stays on the computer; nothing \
             has to be opened in the network for it."
        ),
        PageLanguage::German => format!(
            "127.0.0.1, TCP {first}–{last}: Dorthin bringt der Browser die Anmeldung zurück. Das bleibt auf dem Computer; im \
             Netz ist dafür nichts zu öffnen."
        ),
    });
    Section {
        title: words("Hosts and ports", "Server und Ports").to_owned(),
        lines,
        head: match language {
            PageLanguage::English => vec!["Host", "Port", "What for", "Way in use", "Addresses at the test"],
            PageLanguage::German => vec!["Server", "Port", "Wofür", "Weg", "Adressen bei der Prüfung"],
        },
        rows: report.hosts.iter().map(row).collect(),
        problems: Vec::new(),
    }
}

fn passes(report: &ConnectionReport, language: PageLanguage) -> Vec<String> {
    let proxy = report.hosts.iter().any(|there| there.proxy.is_some());
    let english = [
        "HTTPS (TLS 1.2 or 1.3) with the servers' own certificates. No TLS inspection; where it can't be left out, add the \
         inspecting authority's certificate to the system, or as a PEM file in Ferry under Settings, Network.",
        "Methods: GET, HEAD, POST, PUT, DELETE to the library; HEAD, POST and PUT to the storage.",
        "Bodies of up to 5 GiB by POST (multipart/form-data) and 64 MiB by PUT, as streams: no virus scanner or filter that \
         holds them back until they are complete, and no limit on the whole time of a request.",
        "Headers as they are: Authorization to the library, Content-MD5 to the storage, and ETag in the storage's answers. \
         Expect: 100-continue is not needed.",
    ];
    let german = [
        "HTTPS (TLS 1.2 oder 1.3) mit den eigenen Zertifikaten der Server. Kein Aufbrechen von TLS; wo es sich nicht \
         vermeiden lässt, das Zertifikat der aufbrechenden Stelle ins System aufnehmen oder als PEM-Datei in Ferry unter \
         Einstellungen, Netzwerk.",
        "Methoden: GET, HEAD, POST, PUT, DELETE zur Bibliothek; HEAD, POST und PUT zum Speicher.",
        "Inhalte bis 5 GiB per POST (multipart/form-data) und 64 MiB per PUT, als Strom: kein Virenscanner oder Filter, der \
         sie zurückhält, bis sie vollständig sind, und keine Grenze für die Gesamtdauer einer Anfrage.",
        "Kopfzeilen, wie sie sind: Authorization zur Bibliothek, Content-MD5 zum Speicher und ETag in den Antworten des \
         Speichers. Expect: 100-continue ist nicht nötig.",
    ];
    let chosen = match language {
        PageLanguage::English => english,
        PageLanguage::German => german,
    };
    let mut lines: Vec<String> = chosen.into_iter().map(str::to_owned).collect();
    if proxy {
        lines.push(match language {
            PageLanguage::English => {
                "The proxy has to take CONNECT to these hosts on these ports, and to hold a connection open while bytes move."
                    .to_owned()
            }
            PageLanguage::German => {
                "Der Proxy muss CONNECT zu diesen Servern auf diesen Ports annehmen und eine Verbindung offen halten, solange \
                 sich Bytes bewegen."
                    .to_owned()
            }
        });
    }
    lines
}

fn results(report: &ConnectionReport, language: PageLanguage) -> Section {
    let words = |english: &'static str, german: &'static str| match language {
        PageLanguage::English => english,
        PageLanguage::German => german,
    };
    let state = |state: StepState| match state {
        StepState::Fine => words("fine", "in Ordnung"),
        StepState::Failed => words("failed", "fehlgeschlagen"),
        StepState::Skipped => words("not done", "nicht ausgeführt"),
        StepState::Running => words("running", "läuft"),
    };
    let row = |step: &TestStep| {
        let mut found = said(step, language);
        if let Some(failure) = &step.failure {
            let details = if failure.details.is_empty() { "" } else { ": " };
            found += &format!(" [{}{details}{}]", failure.code.as_str(), failure.details);
        }
        let name = match &step.host {
            Some(host) => format!("{} ({host})", title(step.step, language)),
            None => title(step.step, language).to_owned(),
        };
        let took =
            if step.state == StepState::Skipped { String::new() } else { seconds(step.millis, language) };
        vec![name, state(step.state).to_owned(), took, found]
    };
    let mut lines = Vec::new();
    if let Some(latency) = report.latency {
        lines.push(match language {
            PageLanguage::English => format!("The library answers within {latency} ms."),
            PageLanguage::German => format!("Die Bibliothek antwortet innerhalb von {latency} ms."),
        });
    }
    Section {
        title: words("What the test found", "Was die Prüfung ergab").to_owned(),
        lines,
        head: match language {
            PageLanguage::English => vec!["Step", "Result", "Time", "Found"],
            PageLanguage::German => vec!["Schritt", "Ergebnis", "Dauer", "Befund"],
        },
        rows: report.steps.iter().map(row).collect(),
        problems: report
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.state == StepState::Failed)
            .map(|(at, _)| at)
            .collect(),
    }
}

fn speed(report: &ConnectionReport, language: PageLanguage) -> Option<Section> {
    let speed = report.speed.as_ref()?;
    let row = |level: &SpeedLevel| vec![level.streams.to_string(), rate(level.speed, language)];
    let (heading, head) = match language {
        PageLanguage::English => ("Speed", vec!["Connections side by side", "Together"]),
        PageLanguage::German => ("Geschwindigkeit", vec!["Verbindungen nebeneinander", "Zusammen"]),
    };
    Some(Section {
        title: heading.to_owned(),
        lines: recommendation(speed, language).into_iter().collect(),
        head,
        rows: speed.levels.iter().map(row).collect(),
        problems: Vec::new(),
    })
}

/// Addresses without what stands behind their question marks.
fn without_queries(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        match word.split_once('?') {
            Some((address, query)) if address.contains("://") => {
                kept.push_str(address);
                // What ends the word or the sentence stays.
                let end = query.trim_end_matches([' ', '\n', '\t', ')', ']', '.', ',', ';', ':']).len();
                kept.push_str(query.get(end..).unwrap_or_default());
            }
            _ => kept.push_str(word),
        }
    }
    kept
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
