//! Names of files that any system takes: Windows, macOS and Linux, whichever this is, so that a folder can go from one to
//! another. Pure.

use unicode_normalization::UnicodeNormalization;

/// Bytes of UTF-8, however the file system normalizes; none of the usual ones takes less than 255 of anything.
const LONGEST: usize = 200;
/// What is told apart by a suffix may be longer by it.
const LONGEST_WITH_SUFFIX: usize = 250;
/// What comes after the last dot is taken for an extension up to this length, bytes.
const LONGEST_EXTENSION: usize = 20;
/// Names of devices on Windows, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

/// The name that a file of this name gets. The same for every spelling that looks the same.
pub fn safe(name: &str) -> String {
    let mut safe = made_safe(name);
    // What is cut off may leave something that is cut again.
    loop {
        let again = made_safe(&safe);
        if again == safe {
            return safe;
        }
        safe = again;
    }
}

fn made_safe(name: &str) -> String {
    let plain: String = name.nfc().map(|letter| if is_refused(letter) { '_' } else { letter }).collect();
    let mut safe = shortened(trimmed(&plain), "", LONGEST);
    // Nothing is hidden, and nothing looks like a file of Ferry's own.
    if safe.starts_with('.') {
        safe.replace_range(..1, "_");
    }
    if is_device(&safe) {
        safe.insert(0, '_');
    }
    if safe.is_empty() { "_".to_owned() } else { safe }
}

/// What file systems compare that know no case and no spelling: two names with one key can't be side by side everywhere.
pub fn key(name: &str) -> String {
    name.nfd().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}

/// Before the extension: `a (2).jpg`.
pub fn with_suffix(name: &str, suffix: &str) -> String {
    shortened(name, suffix, LONGEST_WITH_SUFFIX)
}

/// The name, or the first one with a number that is not taken.
pub fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&key(name)) {
        return name.to_owned();
    }
    let numbered = (2_u64..).map(|number| with_suffix(name, &format!(" ({number})")));
    numbered.into_iter().find(|name| !taken(&key(name))).unwrap_or_else(|| name.to_owned())
}

/// What a file is called that its user has changed. `date`: as 2027-01-31.
pub fn aside(name: &str, date: &str, taken: impl Fn(&str) -> bool) -> String {
    free(&with_suffix(name, &format!(" (changed on this computer {date})")), taken)
}

fn is_refused(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')
        // Turns the direction of what follows: a name could show another extension than it has.
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        // No characters, or none that every file system keeps.
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn trimmed(name: &str) -> &str {
    name.trim_start().trim_end_matches(|letter: char| letter == '.' || letter.is_whitespace())
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    if DEVICES.contains(&stem.as_str()) {
        return true;
    }
    NUMBERED_DEVICES.iter().any(|device| {
        let number = stem.strip_prefix(device).unwrap_or_default();
        let mut letters = number.chars();
        matches!((letters.next(), letters.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    })
}

/// Bytes in the longer one of the two forms that file systems keep.
fn length(text: &str) -> usize {
    text.len().max(text.nfd().map(char::len_utf8).sum()).max(text.nfc().map(char::len_utf8).sum())
}

/// Stem, suffix and extension, with as much of the stem as there is room for.
fn shortened(name: &str, suffix: &str, longest: usize) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(at) if at > 0 && length(&name[at..]) <= LONGEST_EXTENSION => name.split_at(at),
        _ => (name, ""),
    };
    let room = longest.saturating_sub(length(suffix) + length(extension));
    let mut stem = stem;
    while length(stem) > room {
        let mut letters = stem.chars();
        letters.next_back();
        stem = letters.as_str();
    }
    let stem = if suffix.is_empty() && extension.is_empty() { trimmed(stem) } else { stem.trim_end() };
    format!("{stem}{suffix}{extension}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::properties::hold;

    #[test]
    fn names_that_bite() {
        for (name, wanted) in [
            ("Hafen.jpg", "Hafen.jpg"),
            ("a/b\\c:d*e?f\"g<h>i|j.jpg", "a_b_c_d_e_f_g_h_i_j.jpg"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Com1 .tar.gz", "_Com1 .tar.gz"),
            ("LPT¹.doc", "_LPT¹.doc"),
            ("COM10.txt", "COM10.txt"),
            ("CONSOLE", "CONSOLE"),
            ("ends. . ", "ends"),
            ("  begins", "begins"),
            (".htaccess", "_htaccess"),
            ("...", "_"),
            ("", "_"),
            ("two\nlines\u{7}.txt", "two_lines_.txt"),
            ("invoice\u{202e}gpj.exe", "invoice_gpj.exe"),
            ("u\u{308}ber.jpg", "\u{fc}ber.jpg"),
            ("👩‍🚀.png", "👩‍🚀.png"),
        ] {
            assert_eq!(safe(name), wanted, "{name:?}");
        }
        let long = safe(&format!("{}.jpeg", "ä".repeat(300)));
        assert!(long.ends_with("ä.jpeg") && length(&long) <= LONGEST, "{long}");
    }

    #[test]
    fn what_can_not_be_side_by_side_has_one_key() {
        for (a, b) in
            [("A.JPG", "a.jpg"), ("\u{fc}.jpg", "u\u{308}.jpg"), ("Σ", "ς"), ("\u{212a}", "k"), ("ß", "SS")]
        {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        assert_ne!(key("a"), key("b"));
    }

    #[test]
    fn suffixes_stand_before_the_extension() {
        assert_eq!(with_suffix("a.jpg", " (2)"), "a (2).jpg");
        assert_eq!(with_suffix("a", " (2)"), "a (2)");
        let taken = ["a.jpg", "a (2).jpg"];
        assert_eq!(free("A.jpg", |key| taken.contains(&key)), "A (3).jpg");
        let aside = aside("a.jpg", "2027-01-31", |_| false);
        assert_eq!(aside, "a (changed on this computer 2027-01-31).jpg");
    }

    #[test]
    fn any_name_becomes_one_that_every_system_takes_and_stays_it() {
        let odd = prop_oneof![
            any::<char>(),
            Just('.'),
            Just(' '),
            Just('/'),
            Just('\u{308}'),
            Just('Ａ'),
            prop::sample::select(vec!['C', 'O', 'N', 'ǰ', 'ΐ', 'ﬃ', '한'])
        ];
        let name =
            prop::collection::vec(odd, 0..300).prop_map(|letters| letters.into_iter().collect::<String>());
        hold("safe names", file!(), 400, name, |name, steps| {
            let once = safe(&name);
            for (form, most) in
                [(once.clone(), LONGEST + 1), (with_suffix(&once, " (123)"), LONGEST_WITH_SUFFIX)]
            {
                steps.add(1);
                prop_assert!(!form.is_empty() && length(&form) <= most, "{form:?}");
                prop_assert!(form.encode_utf16().count() <= 255);
                prop_assert!(!form.chars().any(is_refused));
                prop_assert!(!form.ends_with(['.', ' ']) && !form.starts_with(['.', ' ']), "{form:?}");
                prop_assert!(!is_device(&form), "{form:?}");
            }
            prop_assert_eq!(safe(&once), once.clone(), "not stable");
            let spelled: String = name.nfd().collect();
            prop_assert_eq!(safe(&spelled), once);
            Ok(())
        });
    }
}
