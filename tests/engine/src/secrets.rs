//! Looks for secrets where none may be: plain, and in the ways in which they are written into addresses and headers.

use std::path::Path;

/// One secret, and how it may show itself.
#[derive(Clone)]
struct Known {
    what: String,
    forms: Vec<Vec<u8>>,
}

/// All secrets of a run.
#[derive(Clone, Default)]
pub struct Secrets(Vec<Known>);

impl Secrets {
    /// Shorter words would be found by chance.
    const LEAST: usize = 8;

    pub fn add(&mut self, what: &str, secret: &str) {
        if secret.len() < Self::LEAST || self.0.iter().any(|known| known.forms[0] == secret.as_bytes()) {
            return;
        }
        let mut forms =
            vec![secret.as_bytes().to_vec(), percent(secret).into_bytes(), hex::encode(secret).into_bytes()];
        forms.extend((0..3).flat_map(|offset| base64_within(secret.as_bytes(), offset)));
        self.0.push(Known { what: what.to_owned(), forms });
    }

    /// What they are, one for each.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|known| known.what.as_str())
    }

    /// What is found in some bytes, said by what it is and never by itself.
    pub fn found_in(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for known in &self.0 {
            for form in &known.forms {
                if let Some(at) = memchr::memmem::find(bytes, form) {
                    let from = at.saturating_sub(120);
                    let before = String::from_utf8_lossy(&bytes[from..at]).replace('\0', " ");
                    found.push(format!("{} in {place} at {at}, after: {before}", known.what));
                    break;
                }
            }
        }
        found
    }

    /// What is found in the files of a folder, whatever they are.
    pub fn found_below(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(self.found_below(&path));
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.extend(self.found_in(&path.display().to_string(), &bytes));
            }
        }
        found
    }
}

fn percent(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The letters that stand for the secret alone when so many bytes come before it.
fn base64_within(secret: &[u8], offset: usize) -> [Vec<u8>; 2] {
    const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const FOR_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret);
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [PLAIN, FOR_URLS].map(|letters| {
        let letter = |at: usize| (0..6).fold(0, |sum, bit_of| sum << 1 | usize::from(bit(at * 6 + bit_of)));
        (first..last).map(|at| letters[letter(at)]).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        let mut secrets = Secrets::default();
        secrets.add("word", "s3cr+t/w0rd=");
        let found = |text: &str| !secrets.found_in("here", text.as_bytes()).is_empty();
        assert!(found("a s3cr+t/w0rd= b") && found("x=s3cr%2Bt%2Fw0rd%3D"));
        // Of "s3cr+t/w0rd=", "id:s3cr+t/w0rd=" and "i:s3cr+t/w0rd=:".
        for text in ["czNjcit0L3cwcmQ9", "aWQ6czNjcit0L3cwcmQ9", "aTpzM2NyK3QvdzByZD06"] {
            assert!(found(text), "{text}");
        }
        assert!(!found("s3cr t w0rd"));
    }
}
