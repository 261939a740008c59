//! File names and tags as a store gives them back in `x-amz-meta-*` headers.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

/// Raw UTF-8 as the form had it, or RFC 2047 words as AWS answers where a value is not ASCII [A].
pub fn decode(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    if text.contains("=?") { rfc2047(&text) } else { text }
}

fn rfc2047(text: &str) -> String {
    let mut out: Vec<u8> = Vec::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let Some((word, length)) = encoded_word(&rest[start..]) else {
            out.extend_from_slice(&rest.as_bytes()[..start + 2]);
            rest = &rest[start + 2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text.
        if !(after_word && rest[..start].trim().is_empty()) {
            out.extend_from_slice(&rest.as_bytes()[..start]);
        }
        out.extend(word);
        rest = &rest[start + length..];
        after_word = true;
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// `=?UTF-8?B?…?=` or `=?UTF-8?Q?…?=` at the start: its bytes and its length.
fn encoded_word(text: &str) -> Option<(Vec<u8>, usize)> {
    let mut parts = text.get(2..)?.splitn(3, '?');
    let (charset, kind, tail) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let end = tail.find("?=")?;
    let inner = &tail[..end];
    let bytes = match kind {
        "B" | "b" => BASE64_STANDARD.decode(inner).ok()?,
        "Q" | "q" => {
            percent_decode_str(&inner.replace('%', "%25").replace('_', " ").replace('=', "%")).collect()
        }
        _ => return None,
    };
    Some((bytes, 2 + charset.len() + 1 + kind.len() + 1 + end + 2))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes() {
        assert_eq!(decode("Grüße 🎏.jpg".as_bytes()), "Grüße 🎏.jpg");
        assert_eq!(decode(b"=?UTF-8?B?R3LDvMOfZQ==?= =?UTF-8?Q?_a=C3=BC?="), "Grüße aü");
        assert_eq!(decode(b"a =?= b"), "a =?= b");
    }
}
