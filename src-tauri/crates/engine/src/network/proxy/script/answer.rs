//! What a proxy script answers: `PROXY a:8080; SOCKS5 b:1080; DIRECT`.

use crate::model::{ProxyAddress, ProxyKind};

/// Each way in the order in which they are to be tried; `None` is the direct one. Nothing at all means the direct one,
/// as in browsers.
///
/// # Errors
/// The answer, if there is something in it but nothing that can be understood.
pub fn ways(answer: &str) -> Result<Vec<Option<ProxyAddress>>, String> {
    let words = answer.split(';').map(str::trim).filter(|word| !word.is_empty());
    let mut is_empty = true;
    let mut ways = Vec::new();
    for word in words {
        is_empty = false;
        match way(word) {
            Some(way) => ways.push(way),
            None => tracing::warn!(%word, "the proxy script names what is no proxy"),
        }
    }
    match (is_empty, ways.is_empty()) {
        (true, _) => Ok(vec![None]),
        (false, true) => Err(answer.chars().take(100).collect()),
        (false, false) => Ok(ways),
    }
}

fn way(word: &str) -> Option<Option<ProxyAddress>> {
    let (keyword, place) = word.split_once(char::is_whitespace).unwrap_or((word, ""));
    let kind = match keyword.to_ascii_uppercase().as_str() {
        "DIRECT" => return Some(None),
        "PROXY" | "HTTP" => ProxyKind::Http,
        "HTTPS" => ProxyKind::Https,
        "SOCKS4" => ProxyKind::Socks4,
        // Which version "SOCKS" means is not said anywhere; only 5 takes logins and names.
        "SOCKS" | "SOCKS5" => ProxyKind::Socks5,
        _ => return None,
    };
    ProxyAddress::of_host(kind, place.trim(), Some(kind.usual_port())).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(answer: &str) -> Vec<String> {
        let name = |way: Option<ProxyAddress>| way.map_or("direct".to_owned(), |address| address.to_string());
        ways(answer).unwrap().into_iter().map(name).collect()
    }

    #[test]
    fn answers_of_all_shapes() {
        assert_eq!(said("DIRECT"), ["direct"]);
        assert_eq!(said(" "), ["direct"]);
        assert_eq!(
            said("PROXY a:8080; https b ;socks c; SOCKS4 d:9;; direct"),
            ["http://a:8080", "https://b:443", "socks5://c:1080", "socks4://d:9", "direct"]
        );
        assert_eq!(said("QUIC x:1; PROXY a"), ["http://a:80"], "what is not known is left out");
        assert_eq!(ways("<html>"), Err("<html>".to_owned()), "and never taken for the direct way");
    }
}
