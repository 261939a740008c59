//! Names that can't become the name of an asset, a folder or an album.

use std::ffi::OsStr;

use crate::error::{ErrorCode, Failure, Outcome};

/// Longest name that is sent, bytes of UTF-8: what local file systems and S3 metadata headers both hold.
/// What Canto allows is not documented (canto-api.md §14.15 [ND]).
const LONGEST: usize = 255;

/// The name as text (with replacement characters where it is none), and why it can't be sent.
pub fn check(name: &OsStr) -> (String, Option<Failure>) {
    let shown = name.to_string_lossy().into_owned();
    let refused = |reason: &str| Some(Failure::new(ErrorCode::NameRefused).with("reason", reason));
    let failure = if name.to_str().is_none() {
        refused("not_unicode")
    } else if shown.chars().any(char::is_control) {
        refused("control_character")
    } else if shown.len() > LONGEST {
        refused("too_long")
    } else {
        None
    };
    (shown, failure)
}

/// A name that somebody gave a folder or an album, without spaces around it.
///
/// # Errors
/// `NameRefused`, with the name and the reason.
pub fn library_name(name: &str) -> Outcome<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::new(ErrorCode::NameRefused).with("reason", "empty"));
    }
    match check(OsStr::new(name)).1 {
        Some(failure) => Err(failure.with("name", name)),
        None => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_language_are_fine() {
        for name in [
            "DSC_0412.NEF",
            "Grüße 😀.jpg",
            "u\u{308}ber.jpg",
            "名前.png",
            " leading and trailing ",
            "a;b,c.jpg",
        ] {
            assert_eq!(check(OsStr::new(name)).1, None, "{name}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        let failure = check(OsStr::new("two\nlines.jpg")).1.unwrap();
        assert_eq!(failure.code, ErrorCode::NameRefused);
        assert_eq!(failure.params["reason"], "control_character");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_refused_but_shown() {
        use std::os::unix::ffi::OsStrExt;
        let (shown, failure) = check(OsStr::from_bytes(b"caf\xe9.jpg"));
        assert_eq!(shown, "caf\u{fffd}.jpg");
        assert!(failure.is_some());
    }

    #[test]
    fn a_given_name_is_trimmed_and_checked() {
        assert_eq!(library_name("  Spring / Selects ").as_deref(), Ok("Spring / Selects"));
        for name in ["", "  ", "two\nlines", &"x".repeat(256)] {
            assert_eq!(library_name(name).unwrap_err().code, ErrorCode::NameRefused, "{name}");
        }
    }
}
