//! Values as the printable page shows them, and as its attributes hold them.

use serde::Serialize;

pub(super) fn files(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "file" } else { "files" })
}

/// `2026-01-31 13:05:59` of a time in RFC 3339.
pub(super) fn moment(time: &str) -> String {
    match time.split_once('T') {
        Some((date, clock)) => {
            format!("{} {}", escaped(date), escaped(clock.split(['.', 'Z']).next().unwrap_or(clock)))
        }
        None => escaped(time),
    }
}

/// `1,234,567`
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text that stays text, and on its line.
pub(super) fn escaped(text: &str) -> String {
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
    fn numbers_and_times_read_well() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!(moment("2026-01-31T13:05:59.123Z"), "2026-01-31 13:05:59");
        assert_eq!(moment("<"), "&lt;");
    }
}
