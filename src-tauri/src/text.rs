//! The tray's words, in the system's language. The page has its own.

use engine::model::{SettingKey, SettingView};

/// A language that Ferry speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Open,
    Quit,
    PauseAll,
    PauseHours,
    ResumeAll,
    SyncNow,
    Sync,
    Problems,
    Recent,
    Resting,
    NotStarted,
    SignIn,
    Offline,
    Working,
    Waiting,
    Paused,
    PausedUntil,
    Files,
    UnderAMinute,
    Minutes,
    Hours,
    UploadsDone,
    NeedYou,
    NotUploaded,
    Stopped,
    SeeWhy,
}

impl Language {
    /// As set, or as the system speaks.
    pub fn chosen(settings: &[SettingView]) -> Self {
        let set = settings.iter().find(|setting| setting.key == SettingKey::Language);
        match set.map(|setting| setting.value.as_str()) {
            None | Some("system") => Self::of(&sys_locale::get_locale().unwrap_or_default()),
            Some(language) => Self::of(language),
        }
    }

    fn of(locale: &str) -> Self {
        if locale.to_lowercase().starts_with("de") { Self::German } else { Self::English }
    }

    /// `{n}` stands for a number; a bar parts one from many.
    fn pattern(self, word: Word) -> &'static str {
        match self {
            Self::English => match word {
                Word::Open => "Open Ferry",
                Word::Quit => "Quit Ferry",
                Word::PauseAll => "Pause all",
                Word::PauseHours => "Pause for {n} hour|Pause for {n} hours",
                Word::ResumeAll => "Resume all",
                Word::SyncNow => "Sync now",
                Word::Sync => "Synchronization",
                Word::Problems => "Problems ({n})",
                Word::Recent => "Recently uploaded",
                Word::Resting => "Nothing to upload",
                Word::NotStarted => "Ferry could not start",
                Word::SignIn => "Sign in again to go on",
                Word::Offline => "No connection; {n} file waits|No connection; {n} files wait",
                Word::Working => "Uploading {n} file|Uploading {n} files",
                Word::Waiting => "{n} file waits|{n} files wait",
                Word::Paused => "Paused; {n} file to go|Paused; {n} files to go",
                Word::PausedUntil => "Paused until",
                Word::Files => "{n} file|{n} files",
                Word::UnderAMinute => "less than a minute",
                Word::Minutes => "about {n} min",
                Word::Hours => "about {n} h",
                Word::UploadsDone => "Upload finished|{n} uploads finished",
                Word::NeedYou => "{n} file needs you|{n} files need you",
                Word::NotUploaded => "{n} file could not be uploaded|{n} files could not be uploaded",
                Word::Stopped => "Ferry can’t go on",
                Word::SeeWhy => "Open Ferry to see why, and what to do.",
            },
            Self::German => match word {
                Word::Open => "Ferry öffnen",
                Word::Quit => "Ferry beenden",
                Word::PauseAll => "Alle anhalten",
                Word::PauseHours => "{n} Stunde anhalten|{n} Stunden anhalten",
                Word::ResumeAll => "Alle fortsetzen",
                Word::SyncNow => "Jetzt synchronisieren",
                Word::Sync => "Synchronisierung",
                Word::Problems => "Probleme ({n})",
                Word::Recent => "Zuletzt hochgeladen",
                Word::Resting => "Nichts hochzuladen",
                Word::NotStarted => "Ferry konnte nicht starten",
                Word::SignIn => "Bitte melden Sie sich neu an",
                Word::Offline => "Keine Verbindung; {n} Datei wartet|Keine Verbindung; {n} Dateien warten",
                Word::Working => "{n} Datei wird hochgeladen|{n} Dateien werden hochgeladen",
                Word::Waiting => "{n} Datei wartet|{n} Dateien warten",
                Word::Paused => "Angehalten; noch {n} Datei|Angehalten; noch {n} Dateien",
                Word::PausedUntil => "Angehalten bis",
                Word::Files => "{n} Datei|{n} Dateien",
                Word::UnderAMinute => "weniger als eine Minute",
                Word::Minutes => "etwa {n} min",
                Word::Hours => "etwa {n} h",
                Word::UploadsDone => "Upload fertig|{n} Uploads fertig",
                Word::NeedYou => "{n} Datei braucht Sie|{n} Dateien brauchen Sie",
                Word::NotUploaded => "{n} Datei wurde nicht hochgeladen|{n} Dateien wurden nicht hochgeladen",
                Word::Stopped => "Ferry kommt nicht weiter",
                Word::SeeWhy => "Öffnen Sie Ferry: Dort steht, warum und was zu tun ist.",
            },
        }
    }

    pub fn say(self, word: Word) -> String {
        self.count(word, 0)
    }

    pub fn count(self, word: Word, number: u64) -> String {
        let (one, many) =
            self.pattern(word).split_once('|').unwrap_or((self.pattern(word), self.pattern(word)));
        (if number == 1 { one } else { many }).replace("{n}", &self.number(number))
    }

    /// Thousands apart, as the language has it.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(if self == Self::German { '.' } else { ',' });
            }
            out.push(digit);
        }
        out
    }

    /// Decimal units, as the page has them.
    pub fn speed(self, bytes: u64) -> String {
        let (divisor, unit) = match bytes {
            0..1_000_000 => (1_000, "kB/s"),
            1_000_000..1_000_000_000 => (1_000_000, "MB/s"),
            _ => (1_000_000_000, "GB/s"),
        };
        let tenths = bytes.saturating_mul(10) / divisor;
        if divisor == 1_000 || tenths >= 100 {
            return format!("{} {unit}", self.number(tenths / 10));
        }
        let point = if self == Self::German { ',' } else { '.' };
        format!("{}{point}{} {unit}", tenths / 10, tenths % 10)
    }

    pub fn duration(self, seconds: u64) -> String {
        match seconds {
            0..60 => self.say(Word::UnderAMinute),
            60..7_200 => self.count(Word::Minutes, seconds.div_ceil(60)),
            _ => self.count(Word::Hours, seconds.div_ceil(3_600)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, German};
    use super::Word;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(English.count(Word::Working, 1), "Uploading 1 file");
        assert_eq!(English.count(Word::Working, 1_204), "Uploading 1,204 files");
        assert_eq!(German.count(Word::Offline, 1_234_567), "Keine Verbindung; 1.234.567 Dateien warten");
        assert_eq!(
            (English.number(0), English.number(999), English.number(100_000)),
            ("0".into(), "999".into(), "100,000".into())
        );
    }

    #[test]
    fn speeds_and_times_are_short() {
        assert_eq!(English.speed(512_000), "512 kB/s");
        assert_eq!(German.speed(3_460_000), "3,4 MB/s");
        assert_eq!(English.speed(51_900_000), "51 MB/s");
        assert_eq!(English.speed(1_250_000_000), "1.2 GB/s");
        assert_eq!(English.duration(59), "less than a minute");
        assert_eq!(English.duration(61), "about 2 min");
        assert_eq!(German.duration(10_000), "etwa 3 h");
    }

    #[test]
    fn the_system_chooses_the_language() {
        assert_eq!((Language::of("de-AT"), Language::of("de_DE.UTF-8")), (German, German));
        assert_eq!((Language::of("en-GB"), Language::of("")), (English, English));
    }
}
