//! Values as the printable page shows them, and as its attributes hold them.

use serde::Serialize;

use super::page_words::{ENGLISH, GERMAN, PageWords};

/// The language of a receipt's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageLanguage {
    #[default]
    English,
    German,
}

impl PageLanguage {
    /// Of a locale such as `de_AT.UTF-8`; English for those that Ferry does not speak.
    pub fn of_locale(locale: &str) -> Self {
        match locale.split(['-', '_', '.']).next() {
            Some(tag) if tag.eq_ignore_ascii_case("de") => Self::German,
            _ => Self::English,
        }
    }

    /// Of a page that was written.
    pub(super) fn of_page(top: &str) -> Self {
        if top.starts_with("<!doctype html>\n<html lang=de>") { Self::German } else { Self::English }
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    pub(super) fn words(self) -> &'static PageWords {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// How a page writes numbers and times. Version 1 spoke English, with dates as computers write them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub version: u32,
    pub language: PageLanguage,
}

impl Voice {
    pub fn words(self) -> &'static PageWords {
        self.language.words()
    }

    pub fn files(self, count: u64) -> String {
        let words = self.words();
        format!("{} {}", self.grouped(count), if count == 1 { words.file } else { words.files })
    }

    /// `1,234,567` or `1.234.567`
    pub fn grouped(self, count: u64) -> String {
        let separator = match self.language {
            PageLanguage::English => ',',
            PageLanguage::German => '.',
        };
        let digits = count.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// `31 Jan 2026, 13:05:59` or `31.01.2026, 13:05:59` of a time in RFC 3339; text that is none stays as it is.
    pub fn moment(self, time: &str) -> String {
        let Some((date, clock)) = time.split_once('T') else { return escaped(time) };
        let clock = escaped(clock.split(['.', 'Z']).next().unwrap_or(clock));
        match date.parse::<jiff::civil::Date>() {
            Ok(day) if self.version >= 2 => {
                let pattern = match self.language {
                    PageLanguage::English => "%-d %b %Y",
                    PageLanguage::German => "%d.%m.%Y",
                };
                format!("{}, {clock}", day.strftime(pattern))
            }
            _ => format!("{} {clock}", escaped(date)),
        }
    }

    /// The word of a job's state.
    pub fn state(self, state: &str) -> String {
        match self.language {
            PageLanguage::English => escaped(state),
            PageLanguage::German => escaped(super::page_words::german_state(state).unwrap_or(state)),
        }
    }
}

/// Text that stays text, and on its line.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A part as JSON, for an attribute in single quotes.
pub(super) fn attribute(part: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(part)?;
    Ok(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;"))
}

/// The JSON of an attribute again.
pub(super) fn from_attribute(text: &str) -> String {
    text.replace("&#39;", "'").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_stays_text() {
        assert_eq!(escaped("<b>&\"x'\n"), "&lt;b&gt;&amp;&quot;x&#39;&#10;");
        for text in ["<script>alert('&lt;')</script>", "&amp;#39;", "a\nb"] {
            let safe = attribute(&text).unwrap();
            assert!(!safe.contains(['<', '>', '\'', '\n']), "{safe}");
            assert_eq!(from_attribute(&safe), serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn numbers_and_times_read_well_in_each_language() {
        let voice = |version, language| Voice { version, language };
        let [first, english, german] = [
            voice(1, PageLanguage::English),
            voice(2, PageLanguage::English),
            voice(2, PageLanguage::German),
        ];
        for count in [0, 999] {
            assert_eq!(
                (english.grouped(count), german.grouped(count)),
                (count.to_string(), count.to_string())
            );
        }
        assert_eq!(
            (english.grouped(1_234_567), german.grouped(1_234_567)),
            ("1,234,567".into(), "1.234.567".into())
        );
        let at = "2026-01-31T13:05:59.123Z";
        assert_eq!(first.moment(at), "2026-01-31 13:05:59");
        assert_eq!(english.moment(at), "31 Jan 2026, 13:05:59");
        assert_eq!(german.moment("2026-02-01T03:05:59Z"), "01.02.2026, 03:05:59");
        assert_eq!((german.moment("<"), english.moment("<T>")), ("&lt;".into(), "&lt; &gt;".into()));
        assert_eq!((english.files(1), german.files(2_000)), ("1 file".into(), "2.000 Dateien".into()));
    }

    #[test]
    fn a_locale_is_one_of_the_languages() {
        for (locale, language) in [
            ("de", PageLanguage::German),
            ("de_AT.UTF-8", PageLanguage::German),
            ("DE-ch", PageLanguage::German),
            ("den", PageLanguage::English),
            ("C.UTF-8", PageLanguage::English),
            ("", PageLanguage::English),
        ] {
            assert_eq!(PageLanguage::of_locale(locale), language, "{locale}");
        }
    }
}
