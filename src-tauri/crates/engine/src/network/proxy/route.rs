//! A way through a proxy, or none.

use canto_api::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::model::{ProxyAddress, WayReason};

/// What a proxy is told about who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

/// A proxy, and how to log in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    pub address: ProxyAddress,
    pub login: Option<Login>,
}

impl Hop {
    /// As the HTTP client wants it. It holds the password: only for the client.
    pub fn url(&self) -> Option<Url> {
        let ProxyAddress { kind, host, port } = &self.address;
        let login = self.login.as_ref().map_or_else(String::new, |login| {
            let [user, password] = [&login.user, login.password.expose()]
                .map(|word| utf8_percent_encode(word, NON_ALPHANUMERIC).to_string());
            format!("{user}:{password}@")
        });
        Url::parse(&format!("{}://{login}{host}:{port}", kind.scheme())).ok()
    }
}

/// The way to an address, and why it is this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// `None`: directly.
    pub hop: Option<Hop>,
    pub reason: WayReason,
    /// What decided: an exception, a script's address.
    pub rule: Option<String>,
}

impl Found {
    pub fn direct(reason: WayReason) -> Self {
        Self { hop: None, reason, rule: None }
    }

    pub fn through(hop: Hop, reason: WayReason) -> Self {
        Self { hop: Some(hop), reason, rule: None }
    }

    #[must_use]
    pub fn by(mut self, rule: &str) -> Self {
        self.rule = Some(rule.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_may_hold_any_character_and_shows_nowhere() {
        let login = Login { user: "AC\\jo@x".into(), password: Secret::new("p:w/ö %") };
        let hop = Hop { address: ProxyAddress::parse("socks5://proxy:1080").unwrap(), login: Some(login) };
        let url = hop.url().unwrap();
        assert_eq!(url.as_str(), "socks5h://AC%5Cjo%40x:p%3Aw%2F%C3%B6%20%25@proxy:1080");
        assert!(!format!("{hop:?}").contains("p:w"), "{hop:?}");
    }
}
