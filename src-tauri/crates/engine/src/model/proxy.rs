//! The address of a proxy as people write it.

use std::fmt;

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    Http,
    /// HTTP inside TLS.
    Https,
    Socks4,
    Socks5,
}

impl ProxyKind {
    /// As in an address, where names are resolved by the proxy.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks4 => "socks4a",
            Self::Socks5 => "socks5h",
        }
    }

    fn of_scheme(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "http" => Self::Http,
            "https" => Self::Https,
            "socks4" | "socks4a" => Self::Socks4,
            "socks" | "socks5" | "socks5h" => Self::Socks5,
            _ => return None,
        })
    }

    /// Where a script names no port. People have to say it: nobody means these.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks4 | Self::Socks5 => 1080,
        }
    }
}

/// `http://proxy.acme.com:3128`, without a login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProxyAddress {
    pub kind: ProxyKind,
    /// An IPv6 address stands in brackets.
    pub host: String,
    pub port: u16,
}

impl ProxyAddress {
    /// `host:port` means HTTP. A login has its own place, since an address is shown.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (kind, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (ProxyKind::of_scheme(scheme)?, rest),
            None => (ProxyKind::Http, text),
        };
        Self::of_host(kind, rest.strip_suffix('/').unwrap_or(rest), None)
    }

    /// `host:port`, or only `host` where there is a usual port.
    pub fn of_host(kind: ProxyKind, text: &str, usual_port: Option<u16>) -> Option<Self> {
        let after_brackets = text.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match text.get(after_brackets..)?.rfind(':') {
            Some(at) => {
                let (host, port) = text.split_at(after_brackets + at);
                (host, port.get(1..)?.parse().ok().filter(|port| *port != 0)?)
            }
            None => (text, usual_port?),
        };
        let host = url::Host::parse(host).ok()?.to_string();
        Some(Self { kind, host, port })
    }
}

impl fmt::Display for ProxyAddress {
    /// As people write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Socks4 => "socks4",
            ProxyKind::Socks5 => "socks5",
            ProxyKind::Http | ProxyKind::Https => self.kind.scheme(),
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (text, meant) in [
            ("proxy.acme.com:3128", "http://proxy.acme.com:3128"),
            (" HTTP://Proxy:8080/ ", "http://proxy:8080"),
            ("https://proxy:443", "https://proxy:443"),
            ("socks5h://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
            ("socks5://[::1]:1080", "socks5://[::1]:1080"),
            ("http://prüfung.example:80", "http://xn--prfung-4ya.example:80"),
        ] {
            assert_eq!(ProxyAddress::parse(text).map(|address| address.to_string()).as_deref(), Some(meant));
        }
    }

    #[test]
    fn a_login_a_path_or_no_port_is_none() {
        for text in [
            "",
            "proxy",
            "http://proxy",
            "user:word@proxy:80",
            "http://proxy:80/x",
            "ftp://p:21",
            "p:0",
            "p:x",
            "[::1]",
        ] {
            assert_eq!(ProxyAddress::parse(text), None, "{text}");
        }
    }
}
