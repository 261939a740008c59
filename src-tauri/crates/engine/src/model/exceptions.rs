//! Hosts that are reached without the proxy.

use std::net::IpAddr;

use ipnet::IpNet;

/// What is said between the rules.
const BETWEEN: [char; 3] = [',', ';', ' '];
const LOCAL: &str = "<local>";
const NOT_EVEN_LOOPBACK: &str = "<-loopback>";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Everything,
    /// Names without a dot.
    Local,
    /// This host.
    Host(String),
    /// What ends in this, which begins with a dot.
    Below(String),
    Net(IpNet),
}

/// `intern.acme.com, *.lan, .acme.de, 10.0.0.0/8, <local>`. This computer is one too, unless `<-loopback>` is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Each with the text that it came from.
    rules: Vec<(String, Rule)>,
    loopback_too: bool,
}

/// Why a host is reached without the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excepted<'a> {
    By(&'a str),
    Loopback,
}

impl Exceptions {
    /// # Errors
    /// The first word that is no rule.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        for word in
            text.split(|c: char| BETWEEN.contains(&c) || c.is_whitespace()).filter(|word| !word.is_empty())
        {
            if word.eq_ignore_ascii_case(NOT_EVEN_LOOPBACK) {
                all.loopback_too = true;
                continue;
            }
            all.rules.push((word.to_owned(), rule(word).ok_or_else(|| word.to_owned())?));
        }
        Ok(all)
    }

    /// Whether `host`, as in an address, is reached without the proxy.
    pub fn find(&self, host: &str) -> Option<Excepted<'_>> {
        let host =
            host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        let met = self.rules.iter().find(|(_, rule)| match rule {
            Rule::Everything => true,
            Rule::Local => address.is_none() && !host.contains('.'),
            Rule::Host(name) => *name == host,
            Rule::Below(end) => address.is_none() && host.ends_with(end),
            Rule::Net(net) => address.is_some_and(|address| net.contains(&address)),
        });
        if let Some((word, _)) = met {
            return Some(Excepted::By(word));
        }
        let here = address.map_or_else(|| is_this_computer(&host), |address| address.is_loopback());
        (here && !self.loopback_too).then_some(Excepted::Loopback)
    }
}

fn is_this_computer(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn rule(word: &str) -> Option<Rule> {
    if word == "*" {
        return Some(Rule::Everything);
    }
    if word.eq_ignore_ascii_case(LOCAL) {
        return Some(Rule::Local);
    }
    if let Ok(net) = word.parse() {
        return Some(Rule::Net(net));
    }
    if let Ok(address) = word.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Some(Rule::Net(address.into()));
    }
    let name = word.trim_start_matches('*');
    let host = url::Host::parse(name.trim_start_matches('.')).ok()?.to_string();
    match (name.starts_with('.'), word.starts_with('*')) {
        (true, _) => Some(Rule::Below(format!(".{host}"))),
        (false, false) => Some(Rule::Host(host)),
        // "*x" is more than anyone means.
        (false, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_rule_meets_what_it_says() {
        let all =
            Exceptions::parse("intern.acme.com, *.lan;.acme.de 10.0.0.0/8\n<local> fd00::/8 192.168.1.7")
                .unwrap();
        for host in
            ["INTERN.acme.com", "nas.lan", "a.b.acme.de", "10.1.2.3", "nas", "[fd00::1]", "192.168.1.7"]
        {
            assert!(matches!(all.find(host), Some(Excepted::By(_))), "{host}");
        }
        for host in
            ["x.intern.acme.com", "lan.example.com", "acme.de", "11.0.0.1", "192.168.1.8", "acme.canto.com"]
        {
            assert_eq!(all.find(host), None, "{host}");
        }
        assert_eq!(all.find("nas.lan"), Some(Excepted::By("*.lan")));
        for nonsense in ["*lan", "a/b", "10.0.0.0/40", "http://x"] {
            assert_eq!(Exceptions::parse(nonsense), Err(nonsense.to_owned()));
        }
    }

    #[test]
    fn this_computer_is_excepted_unless_it_is_said_not_to_be() {
        let usual = Exceptions::default();
        for host in ["localhost", "127.0.0.1", "[::1]", "ferry.localhost"] {
            assert_eq!(usual.find(host), Some(Excepted::Loopback), "{host}");
            assert_eq!(Exceptions::parse("<-loopback>").unwrap().find(host), None, "{host}");
        }
    }
}
