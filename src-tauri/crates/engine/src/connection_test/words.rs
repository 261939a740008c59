//! What a test says, in its languages: for its page, and for the command line.

use std::collections::BTreeMap;

use crate::error::{ErrorCode, Failure};
use crate::model::{HostPurpose, NetworkWay, SpeedFound, StepKind, StepWord, TestStep, WayReason};
use crate::receipt::PageLanguage;
use crate::words;

/// What a step is.
pub fn title(step: StepKind, language: PageLanguage) -> &'static str {
    let (english, german) = match step {
        StepKind::Way => ("The way", "Der Weg"),
        StepKind::Name => ("Name", "Name"),
        StepKind::Connect => ("Connection and encryption", "Verbindung und Verschlüsselung"),
        StepKind::SignIn => ("Sign-in", "Anmeldung"),
        StepKind::Rights => ("Right to upload", "Recht zum Hochladen"),
        StepKind::Setting => ("Permission of the storage", "Erlaubnis des Speichers"),
        StepKind::Send => ("Sample sent", "Probe gesendet"),
        StepKind::Cut => ("Connection cut off on purpose", "Verbindung absichtlich getrennt"),
        StepKind::Resume => ("Gone on", "Fortgesetzt"),
        StepKind::Verify => ("Verified", "Geprüft"),
        StepKind::Speed => ("Speed", "Geschwindigkeit"),
        StepKind::Remove => ("Sample removed", "Probe entfernt"),
        StepKind::Whole => ("Picture as an asset", "Bild als Asset"),
        StepKind::Delete => ("Picture deleted", "Bild gelöscht"),
    };
    of(language, english, german)
}

/// What a step found, or why it was not done; of a failed one, its sentence.
pub fn said(step: &TestStep, language: PageLanguage) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(failure) = &step.failure {
        parts.push(sentence(failure, language));
    }
    if let Some(way) = &step.way {
        parts.push(of_way(way, language));
    }
    if let Some(word) = step.word {
        let mut values = step.values.clone();
        if let Some(bytes) = values.get("speed").and_then(|speed| speed.parse().ok()) {
            values.insert("speed".to_owned(), rate(bytes, language));
        }
        parts.push(filled(word_of(word, language), &values));
    }
    parts.join(" ")
}

/// What went wrong.
pub fn sentence(failure: &Failure, language: PageLanguage) -> String {
    match language {
        PageLanguage::English => words::sentence(failure),
        PageLanguage::German => {
            german(failure).map_or_else(|| words::sentence(failure), |text| words::filled(text, failure))
        }
    }
}

fn word_of(word: StepWord, language: PageLanguage) -> &'static str {
    use StepWord as W;
    let (english, german) = match word {
        W::Addresses => ("{addresses}", "{addresses}"),
        W::Answered => ("Answers within {millis} ms.", "Antwortet innerhalb von {millis} ms."),
        W::TokenValid => ("Signed in as {user}.", "Angemeldet als {user}."),
        W::TokenRenewed => (
            "Signed in as {user}; the sign-in was renewed.",
            "Angemeldet als {user}; die Anmeldung wurde erneuert.",
        ),
        W::MayUpload => ("This account may upload.", "Dieses Konto darf hochladen."),
        W::RightsUnknown => (
            "The library does not say what this account may do.",
            "Die Bibliothek sagt nicht, was dieses Konto darf.",
        ),
        W::SettingParts => (
            "Holds for {minutes} minutes; large files go in parts, which can be gone on with.",
            "Gilt {minutes} Minuten; große Dateien gehen in Teilen, die sich fortsetzen lassen.",
        ),
        W::SettingForm => (
            "Holds for {minutes} minutes; this library takes files as a whole.",
            "Gilt {minutes} Minuten; diese Bibliothek nimmt Dateien im Ganzen.",
        ),
        W::Sent => ("{bytes} bytes, in parts.", "{bytes} Bytes, in Teilen."),
        W::CutOff => ("After {out} of {bytes} bytes.", "Nach {out} von {bytes} Bytes."),
        W::GoneOn => (
            "The storage had {kept} parts, and they are right; {sent} were missing and were sent.",
            "Der Speicher hatte {kept} Teile, und sie stimmen; {sent} fehlten und wurden gesendet.",
        ),
        W::FormAnew => (
            "As a whole nothing can be gone on with: such a file begins anew, and the storage keeps nothing of it.",
            "Im Ganzen lässt sich nichts fortsetzen: So eine Datei beginnt von vorn, und der Speicher behält nichts.",
        ),
        W::Verified => (
            "{parts} parts, each with the checksum of what was sent.",
            "{parts} Teile, jedes mit der Prüfsumme dessen, was gesendet wurde.",
        ),
        W::Measured => ("Up to {speed}.", "Bis zu {speed}."),
        W::Removed => ("Nothing of it is left.", "Nichts davon bleibt zurück."),
        W::RemovedLater => (
            "The storage could not be told yet; Ferry does it later.",
            "Der Speicher ließ sich noch nicht anweisen; Ferry holt es nach.",
        ),
        W::NotRemoved => (
            "The storage could not be told; unfinished parts are left there until it sweeps.",
            "Der Speicher ließ sich nicht anweisen; unfertige Teile bleiben dort, bis er aufräumt.",
        ),
        W::Confirmed => (
            "{name} is in {place}, with the checksum of what was sent.",
            "{name} ist in {place}, mit der Prüfsumme dessen, was gesendet wurde.",
        ),
        W::Deleted => ("{name} is deleted again.", "{name} ist wieder gelöscht."),
        W::Left => (
            "It could not be deleted and may lie in {place}, as {name}.",
            "Es ließ sich nicht löschen und liegt womöglich in {place}, als {name}.",
        ),
        W::ByProxy => ("The proxy looks it up.", "Das schlägt der Proxy nach."),
        W::NoAlbum => (
            "Not sent: would leave a file in the library. Choose an album to have it sent and deleted again.",
            "Nicht gesendet: würde eine Datei in der Bibliothek hinterlassen. Wählen Sie ein Album, dann wird es gesendet \
             und wieder gelöscht.",
        ),
        W::SampleOff => ("Not wanted.", "Nicht gewünscht."),
        W::Rests => ("Ferry sends nothing at present.", "Ferry sendet zurzeit nichts."),
        W::NotSignedIn => (
            "Nobody is signed in; the test goes as far as this.",
            "Niemand ist angemeldet; so weit geht die Prüfung.",
        ),
        W::EarlierFailed => (
            "Not tried, since something before failed.",
            "Nicht versucht, weil vorher etwas fehlgeschlagen ist.",
        ),
        W::Cancelled => ("Cancelled.", "Abgebrochen."),
    };
    of(language, english, german)
}

/// How a host is reached, and why so.
fn of_way(way: &NetworkWay, language: PageLanguage) -> String {
    let rule = way.rule.as_deref().unwrap_or_default();
    let (english, german) = match way.reason {
        Some(WayReason::Off) => ("proxies are switched off in Ferry", "Proxys sind in Ferry abgeschaltet"),
        Some(WayReason::NothingSet) => {
            ("the system has no proxy for it", "das System hat dafür keinen Proxy")
        }
        Some(WayReason::Loopback) => ("it is on this computer", "es ist auf diesem Computer"),
        Some(WayReason::Exception) => ("the exception {rule}", "die Ausnahme {rule}"),
        Some(WayReason::Manual) => ("set in Ferry", "in Ferry eingestellt"),
        Some(WayReason::Environment) => ("environment variables", "Umgebungsvariablen"),
        Some(WayReason::System) => ("the settings of the system", "die Einstellungen des Systems"),
        Some(WayReason::Script) => ("the script {rule}", "das Skript {rule}"),
        Some(WayReason::SystemScript) => {
            ("the script {rule}, which the system names", "das Skript {rule}, das das System nennt")
        }
        None => ("unknown", "unbekannt"),
    };
    let reason = of(language, english, german).replace("{rule}", rule);
    match (&way.proxy, language) {
        (Some(proxy), PageLanguage::English) => format!("Through {proxy}: {reason}."),
        (Some(proxy), PageLanguage::German) => format!("Über {proxy}: {reason}."),
        (None, PageLanguage::English) => format!("Directly: {reason}."),
        (None, PageLanguage::German) => format!("Direkt: {reason}."),
    }
}

/// What a host is there for.
pub fn purpose(purpose: HostPurpose, language: PageLanguage) -> &'static str {
    let (english, german) = match purpose {
        HostPurpose::Api => ("the library itself (API)", "die Bibliothek selbst (API)"),
        HostPurpose::SignIn => ("sign-in (OAuth), also in the browser", "Anmeldung (OAuth), auch im Browser"),
        HostPurpose::Store => ("storage: files are sent there", "Speicher: dorthin werden Dateien gesendet"),
        HostPurpose::Parts => ("begins and ends uploads in parts", "beginnt und beendet Uploads in Teilen"),
        HostPurpose::Downloads => ("downloads of originals", "Downloads der Originale"),
    };
    of(language, english, german)
}

/// `12.5 MB/s`
pub fn rate(bytes: u64, language: PageLanguage) -> String {
    let (divisor, unit) = match bytes {
        1_000_000_000.. => (1e9, "GB/s"),
        1_000_000.. => (1e6, "MB/s"),
        _ => (1e3, "KB/s"),
    };
    let value = bytes as f64 / divisor;
    let digits = usize::from(value < 100.0);
    point(format!("{value:.digits$} {unit}"), language)
}

/// `0.4 s`
pub fn seconds(millis: u64, language: PageLanguage) -> String {
    point(format!("{:.1} s", millis as f64 / 1000.0), language)
}

/// The sentence that a measurement comes to.
pub fn recommendation(speed: &SpeedFound, language: PageLanguage) -> Option<String> {
    const MIB: u64 = 1024 * 1024;
    let advice = speed.advice?;
    let rate = rate(advice.speed, language);
    let minutes = advice.seconds.div_ceil(60);
    let (streams, many) = (advice.streams, advice.streams != 1);
    let mut text = match language {
        PageLanguage::English => {
            let connections = if many { "connections" } else { "connection" };
            format!("{streams} {connections} side by side carry {rate}: 10 GB take about {minutes} min.")
        }
        PageLanguage::German => {
            let connections = if many { "Verbindungen nebeneinander schaffen" } else { "Verbindung schafft" };
            format!("{streams} {connections} {rate}: 10 GB dauern etwa {minutes} min.")
        }
    };
    if let Some(part) = advice.part_size {
        let mib = part / MIB;
        text += &match language {
            PageLanguage::English => format!(" Recommended: parts of {mib} MiB, {streams} at a time."),
            PageLanguage::German => format!(" Empfohlen: Teile von {mib} MiB, {streams} zugleich."),
        };
    }
    if let Some(limit) = speed.limit {
        let limit = self::rate(limit, language);
        text += &match language {
            PageLanguage::English => format!(" The limit of {limit} that is set in Ferry was kept."),
            PageLanguage::German => {
                format!(" Die in Ferry eingestellte Grenze von {limit} wurde eingehalten.")
            }
        };
    }
    Some(text)
}

/// Failures of the way; of others the English sentence stands.
fn german(failure: &Failure) -> Option<&'static str> {
    use ErrorCode as C;
    Some(match (failure.code, words::reason(failure)) {
        (C::NetworkOffline, "name") => "Für {host} ist keine Adresse bekannt (DNS).",
        (C::NetworkOffline, "refused") => "{host} nimmt auf diesem Port keine Verbindung an.",
        (C::NetworkOffline, "host") => "{host} ist nicht zu erreichen.",
        (C::NetworkTimeout, "host") => "{host} antwortet nicht.",
        (C::NetworkInterrupted, "host") => "Die Verbindung zu {host} bricht ab.",
        (C::UnexpectedAnswer, "host") => {
            "Anstelle von {host} antwortet etwas anderes, etwa eine Anmeldeseite oder ein Filter."
        }
        (C::NetworkOffline, _) => "Es gibt keine Verbindung.",
        (C::NetworkTimeout, _) => "Es kommt keine Antwort.",
        (C::NetworkInterrupted, _) => "Die Verbindung ist abgebrochen.",
        (C::UnexpectedAnswer, _) => "Etwas anderes als die Bibliothek hat geantwortet.",
        (C::TlsRefused, "untrusted") => {
            "{tenant|Der Server} zeigt ein Zertifikat, dem dieser Computer nicht vertraut: Womöglich wird TLS aufgebrochen."
        }
        (C::TlsRefused, "other_name") => {
            "Das Zertifikat von {tenant|dem Server} gehört zu einer anderen Adresse."
        }
        (C::TlsRefused, _) => "Die verschlüsselte Verbindung kam nicht zustande.",
        (C::ProxyAuthRequired, _) => "Der Proxy verlangt Benutzer und Passwort.",
        (C::ProxyUnreachable, _) => "Der Proxy antwortet nicht.",
        (C::ProxyRefused, _) => "Der Proxy gibt die Verbindung nicht weiter.",
        (C::PacUnusable, _) => "Das Proxy-Skript {script|} ist nicht brauchbar.",
        (C::TenantBusy, _) => "Die Bibliothek ist ausgelastet.",
        (C::TenantRefused, _) => "Die Bibliothek hat die Anfrage abgelehnt.",
        (C::SignInRequired, _) => "Die Anmeldung ist abgelaufen.",
        (C::NoPermission, _) => "Dieses Konto hat das Recht dazu nicht.",
        (C::PolicyRefused, _) => "Der Speicher hat die Erlaubnis zum Hochladen nicht angenommen.",
        (C::ChecksumMismatch, _) => "Angekommen ist etwas anderes, als gesendet wurde.",
        (C::AssetUnseen, _) => "Das Bild ist angekommen, aber die Bibliothek zeigt es noch nicht.",
        (C::DestinationMissing, _) => "Das Ziel gibt es in der Bibliothek nicht.",
        (C::DiskFull, _) => "Auf dem Datenträger mit Ferrys Daten ist kein Platz mehr.",
        _ => return None,
    })
}

/// `{name}` is a value.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

fn point(text: String, language: PageLanguage) -> String {
    match language {
        PageLanguage::English => text,
        PageLanguage::German => text.replace('.', ","),
    }
}

fn of<T>(language: PageLanguage, english: T, german: T) -> T {
    match language {
        PageLanguage::English => english,
        PageLanguage::German => german,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_read_well() {
        let (english, german) = (PageLanguage::English, PageLanguage::German);
        assert_eq!(rate(205_300, english), "205 KB/s");
        assert_eq!(rate(12_540_000, german), "12,5 MB/s");
        assert_eq!(rate(1_020_000_000, english), "1.0 GB/s");
        assert_eq!(seconds(432, german), "0,4 s");
    }

    #[test]
    fn the_recommendation_says_what_it_means() {
        let advice = advice();
        let speed = SpeedFound { levels: Vec::new(), limit: None, advice: Some(advice) };
        let said = recommendation(&speed, PageLanguage::English).unwrap();
        assert_eq!(
            said,
            "4 connections side by side carry 12.0 MB/s: 10 GB take about 14 min. Recommended: parts of 8 MiB, 4 at a time."
        );
        let limited = SpeedFound { limit: Some(1_000_000), ..speed };
        assert!(recommendation(&limited, PageLanguage::German).unwrap().contains("Grenze von 1,0 MB/s"));
        assert_eq!(recommendation(&SpeedFound { advice: None, ..limited }, PageLanguage::English), None);
    }

    fn advice() -> crate::model::Advice {
        crate::model::Advice {
            streams: 4,
            speed: 12_000_000,
            part_size: Some(8 * 1024 * 1024),
            seconds: 834,
            taken_up: false,
        }
    }
}
