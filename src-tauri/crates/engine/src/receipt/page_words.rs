//! The words of the printable page in its languages. A page is checked by making its words again: a change of them is a
//! new version of the receipt (a test holds them).

use super::record::ReceiptFailure;

pub(super) struct PageWords {
    pub receipt: &'static str,
    pub kind: &'static str,
    pub library: &'static str,
    pub account: &'static str,
    pub destination: &'static str,
    pub added: &'static str,
    pub finished: &'static str,
    pub not_yet: &'static str,
    pub batch: &'static str,
    pub left_out: &'static str,
    pub left_out_why: &'static str,
    pub file: &'static str,
    pub files: &'static str,
    pub problems_title: &'static str,
    pub others_title: &'static str,
    pub name: &'static str,
    pub bytes: &'static str,
    pub reason: &'static str,
    pub asset: &'static str,
    pub confirmed: &'static str,
    pub no_files: &'static str,
    pub totals: &'static str,
    pub state: &'static str,
    pub all: &'static str,
    pub seal: &'static str,
    /// Before and after the command that checks.
    pub seal_text: [&'static str; 2],
    pub verified_by_both: &'static str,
    pub verified_by_store: &'static str,
    pub verified_by_library: &'static str,
    pub verified_by_size: &'static str,
    pub tags: &'static str,
    pub keywords: &'static str,
    pub description: &'static str,
    pub sent: &'static str,
    pub applied: &'static str,
    pub waiting: &'static str,
    pub refused: &'static str,
    pub refused_right: &'static str,
    pub refused_gone: &'static str,
    pub unknown: &'static str,
}

pub(super) const ENGLISH: PageWords = PageWords {
    receipt: "Receipt",
    kind: "Upload receipt",
    library: "Library",
    account: "Account",
    destination: "Destination",
    added: "Added",
    finished: "Finished",
    not_yet: "not yet",
    batch: "Batch",
    left_out: "Left out",
    left_out_why: "by pattern or as junk",
    file: "file",
    files: "files",
    problems_title: "Did not arrive",
    others_title: "Files",
    name: "File",
    bytes: "Bytes",
    reason: "Reason",
    asset: "Asset",
    confirmed: "Confirmed (UTC)",
    no_files: "There were no files.",
    totals: "Totals",
    state: "State",
    all: "all",
    seal: "Seal",
    seal_text: [
        "The last link of a chain of SHA-256 hashes over everything above. Whoever noted it elsewhere sees any later \
         change:",
        "also compares the local files.",
    ],
    verified_by_both: "confirmed by store and library",
    verified_by_store: "confirmed by the store",
    verified_by_library: "confirmed by the library",
    verified_by_size: "only the size was confirmed",
    tags: "Tags",
    keywords: "Keywords",
    description: "Description",
    sent: "sent with the file",
    applied: "set",
    waiting: "not set yet",
    refused: "refused: the library does not take this",
    refused_right: "refused: the account may not set this",
    refused_gone: "refused: the asset is no longer there",
    unknown: "not certain",
};

pub(super) const GERMAN: PageWords = PageWords {
    receipt: "Beleg",
    kind: "Upload-Beleg",
    library: "Bibliothek",
    account: "Konto",
    destination: "Ziel",
    added: "Hinzugefügt",
    finished: "Abgeschlossen",
    not_yet: "noch nicht",
    batch: "Upload Nr.",
    left_out: "Ausgelassen",
    left_out_why: "nach Muster oder als Datenmüll",
    file: "Datei",
    files: "Dateien",
    problems_title: "Nicht angekommen",
    others_title: "Dateien",
    name: "Datei",
    bytes: "Bytes",
    reason: "Grund",
    asset: "Asset",
    confirmed: "Bestätigt (UTC)",
    no_files: "Es gab keine Dateien.",
    totals: "Summen",
    state: "Zustand",
    all: "alle",
    seal: "Siegel",
    seal_text: [
        "Das letzte Glied einer Kette von SHA-256-Prüfsummen über alles, was oben steht. Wer es anderswo notiert hat, \
         erkennt jede spätere Änderung:",
        "vergleicht auch die lokalen Dateien.",
    ],
    verified_by_both: "von Speicher und Bibliothek bestätigt",
    verified_by_store: "vom Speicher bestätigt",
    verified_by_library: "von der Bibliothek bestätigt",
    verified_by_size: "nur die Größe ist bestätigt",
    tags: "Tags",
    keywords: "Stichwörter",
    description: "Beschreibung",
    sent: "mit der Datei gesendet",
    applied: "gesetzt",
    waiting: "noch nicht gesetzt",
    refused: "abgelehnt: die Bibliothek nimmt das nicht an",
    refused_right: "abgelehnt: das Konto darf das nicht setzen",
    refused_gone: "abgelehnt: das Asset gibt es nicht mehr",
    unknown: "nicht sicher",
};

pub(super) fn german_state(state: &str) -> Option<&'static str> {
    Some(match state {
        "queued" => "in der Warteschlange",
        "checking" => "wird geprüft",
        "uploading" => "wird gesendet",
        "finishing" => "wird abgeschlossen",
        "processing" => "in Verarbeitung",
        "done" => "fertig",
        "paused" => "angehalten",
        "waiting" => "wartet",
        "blocked" => "blockiert",
        "skipped" => "übersprungen",
        "cancelled" => "abgebrochen",
        "failed" => "fehlgeschlagen",
        _ => return None,
    })
}

/// What the receipt says in English, by its code; codes that a file can't fail with stay English.
pub(super) fn german_reason(failure: &ReceiptFailure) -> Option<&'static str> {
    let reason = failure.params.get("reason").map_or("", String::as_str);
    Some(match (failure.code.as_str(), reason) {
        ("SourceChanged", _) => "Die Datei ändert sich immer wieder, während sie gelesen wird.",
        ("SourceMissing", _) => "Die Datei ist nicht mehr da, wo sie war.",
        ("SourceUnreadable", _) => "Die Datei lässt sich nicht lesen.",
        ("SourceNotAFile", _) => "Das ist keine gewöhnliche Datei.",
        ("SourceLocked", _) => "Ein anderes Programm benutzt die Datei.",
        ("VolumeAway", _) => "Das Laufwerk, die Karte oder die Freigabe ist nicht verbunden.",
        ("AssetUnseen", "hidden") => {
            "Die Bibliothek meldet, dass die Datei angekommen ist, zeigt sie diesem Konto aber nicht."
        }
        ("AssetUnseen", _) => {
            "Die Datei ist angekommen, aber die Bibliothek zeigt seit einem Tag kein Asset davon."
        }
        ("NameRefused", "not_unicode") => "Der Name ist kein gültiges Unicode.",
        ("NameRefused", "control_character") => {
            "Der Name enthält ein Steuerzeichen, etwa einen Zeilenumbruch."
        }
        ("NameRefused", "too_long") => "Der Name ist zu lang.",
        ("NameRefused", _) => "Der Name ist in der Bibliothek nicht möglich.",
        ("TooLarge", _) => "Die Datei ist größer, als die Bibliothek auf einmal annimmt (5 GiB).",
        ("NetworkOffline", _) => "Es gibt keine Verbindung zur Bibliothek.",
        ("NetworkInterrupted", _) => "Die Verbindung ist abgebrochen.",
        ("NetworkTimeout", _) => "Die Bibliothek antwortet nicht.",
        ("UnexpectedAnswer", _) => {
            "Etwas anderes als die Bibliothek hat geantwortet, etwa eine Anmeldeseite."
        }
        ("TlsRefused", _) => "Die verschlüsselte Verbindung wurde abgelehnt.",
        ("TenantBusy", _) => "Die Bibliothek ist ausgelastet.",
        ("TenantRefused", _) => "Die Bibliothek hat die Anfrage abgelehnt.",
        ("SignInRequired", _) => "Die Anmeldung ist abgelaufen.",
        ("NoPermission", "upload") => "Dieses Konto hat kein Recht, in diese Bibliothek hochzuladen.",
        ("NoPermission", "place") => "Das Ziel nimmt von diesem Konto keine Uploads an.",
        ("NoPermission", "view") => {
            "Dieses Konto darf nicht sehen, was angekommen ist, deshalb lässt es sich nicht prüfen."
        }
        ("NoPermission", _) => "Dieses Konto hat hier kein Recht zum Hochladen.",
        ("DestinationMissing", "hidden") => {
            "Das Ziel ist nicht mehr da, oder dieses Konto darf es nicht mehr sehen."
        }
        ("DestinationMissing", _) => "Das Ziel gibt es in der Bibliothek nicht.",
        ("DestinationRefused", "create_album") => "Dieses Konto darf dort keine Alben anlegen.",
        ("DestinationRefused", "create_folder") => "Dieses Konto darf dort keine Ordner anlegen.",
        ("DestinationRefused", _) => {
            "Die Bibliothek lässt dieses Konto dort keinen Ordner und kein Album anlegen."
        }
        ("PolicyRefused", _) => "Der Speicher hat die Erlaubnis zum Hochladen nicht angenommen.",
        ("ChecksumMismatch", _) => "Angekommen ist etwas anderes, als gesendet wurde.",
        ("IngestRefused", _) => "Die Bibliothek hat die Datei, konnte aber kein Asset daraus machen.",
        ("DiskFull", _) => "Auf dem Datenträger mit Ferrys Daten ist kein Platz mehr.",
        ("Internal", _) => "In Ferry ist etwas schiefgegangen.",
        _ => return None,
    })
}
