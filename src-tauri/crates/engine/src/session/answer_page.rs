//! The page that the browser shows when it came back, in English or German.

use crate::error::ErrorCode;

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    SignedIn,
    /// The person said no.
    Declined,
    /// Somebody else was to sign in.
    WrongAccount,
    NotSignedIn,
    /// Of another sign-in, or of none.
    Unexpected,
}

impl Said {
    pub fn of(result: Result<(), ErrorCode>) -> Self {
        match result {
            Ok(()) => Self::SignedIn,
            Err(ErrorCode::SignInCancelled) => Self::Declined,
            Err(ErrorCode::WrongAccount) => Self::WrongAccount,
            Err(_) => Self::NotSignedIn,
        }
    }

    fn words(self, german: bool) -> (&'static str, &'static str) {
        match (self, german) {
            (Self::SignedIn, false) => ("Signed in", "You can close this window and go back to Ferry."),
            (Self::SignedIn, true) => {
                ("Angemeldet", "Sie können dieses Fenster schließen und zu Ferry zurückkehren.")
            }
            (Self::Declined, false) => {
                ("Not signed in", "Nothing was changed. You can close this window and go back to Ferry.")
            }
            (Self::Declined, true) => (
                "Nicht angemeldet",
                "Es wurde nichts geändert. Sie können dieses Fenster schließen und zu Ferry zurückkehren.",
            ),
            (Self::WrongAccount, false) => (
                "This is another account",
                "Ferry waits for somebody else to sign in, and says who. You can close this window.",
            ),
            (Self::WrongAccount, true) => (
                "Das ist ein anderes Konto",
                "Ferry wartet auf eine andere Anmeldung und sagt, auf welche. Sie können dieses Fenster schließen.",
            ),
            (Self::NotSignedIn, false) => {
                ("Not signed in", "Ferry says why, and how to go on. You can close this window.")
            }
            (Self::NotSignedIn, true) => (
                "Nicht angemeldet",
                "Ferry sagt, warum, und wie es weitergeht. Sie können dieses Fenster schließen.",
            ),
            (Self::Unexpected, false) => {
                ("Nothing to do here", "Ferry does not wait for this sign-in. You can close this window.")
            }
            (Self::Unexpected, true) => (
                "Hier ist nichts zu tun",
                "Ferry wartet nicht auf diese Anmeldung. Sie können dieses Fenster schließen.",
            ),
        }
    }
}

/// `language` is what is set in Ferry: `en`, `de`, or anything else for the browser's own.
pub fn page(said: Said, language: &str, browser: &str) -> String {
    let german = match language {
        "de" => true,
        "en" => false,
        _ => prefers_german(browser),
    };
    let (title, sentence) = said.words(german);
    let lang = if german { "de" } else { "en" };
    format!(
        "<!doctype html><html lang={lang}><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title} – Ferry</title><style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,\
         sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}}main{{text-align:center;padding:2rem;\
         max-width:32rem}}h1{{font-size:1.4rem;margin:0 0 .5rem}}p{{margin:0}}</style>\
         <main><h1>{title}</h1><p>{sentence}</p></main></html>"
    )
}

/// The first of the two languages that a browser names, in its order of preference.
fn prefers_german(accept: &str) -> bool {
    let mut wishes: Vec<(f32, &str)> = accept
        .split(',')
        .filter_map(|wish| {
            let (language, weight) = wish.split_once(';').unwrap_or((wish, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(1.0, |text| text.parse().unwrap_or(0.0));
            Some((weight, language.trim().get(..2)?))
        })
        .collect();
    wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let first = wishes
        .iter()
        .find(|(_, language)| ["de", "en"].iter().any(|known| language.eq_ignore_ascii_case(known)));
    first.is_some_and(|(_, language)| language.eq_ignore_ascii_case("de"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_set_one_or_the_browsers() {
        let title = |language, browser| page(Said::SignedIn, language, browser).contains("Angemeldet");
        assert!(title("de", "en-US"));
        assert!(!title("en", "de-DE"));
        assert!(title("system", "fr, de-AT;q=0.8, en;q=0.5"));
        assert!(!title("system", "de;q=0.3, en-GB;q=0.9"));
        assert!(!title("system", "") && !title("system", "fr"));
    }

    #[test]
    fn every_page_says_that_the_window_can_be_closed() {
        use Said as S;
        for said in [S::SignedIn, S::Declined, S::WrongAccount, S::NotSignedIn, S::Unexpected] {
            assert!(page(said, "en", "").contains("close this window"), "{said:?}");
            assert!(page(said, "de", "").contains("dieses Fenster schließen"), "{said:?}");
        }
    }
}
