//! KDE's Plasma, whose System Settings keep proxies in a file of their own (as its programs and Chromium read it; KDE documents
//! it nowhere).

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Desktop, EVERYTHING};
use crate::model::{Exceptions, ProxyAddress, ProxyKind};

const FILE: &str = "kioslaverc";
const GROUP: &str = "[Proxy Settings]";

pub fn read() -> Option<Desktop> {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").ok()?;
    if !desktop.split(':').any(|name| name.eq_ignore_ascii_case("kde")) {
        return None;
    }
    let text = folders().find_map(|folder| std::fs::read_to_string(folder.join(FILE)).ok())?;
    of_settings(&text, |name| std::env::var(name).ok())
}

/// The person's own settings, then the computer's.
fn folders() -> impl Iterator<Item = PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let own = of("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| of("HOME").map(|home| PathBuf::from(home).join(".config")));
    let shared = of("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".into());
    let shared: Vec<PathBuf> = std::env::split_paths(&shared).collect();
    own.into_iter().chain(shared)
}

/// `variable`: what the environment has under a name.
fn of_settings(text: &str, variable: impl Fn(&str) -> Option<String>) -> Option<Desktop> {
    let lines = text.lines().skip_while(|line| line.trim() != GROUP).skip(1);
    let lines = lines.take_while(|line| !line.trim_start().starts_with('['));
    let all: HashMap<&str, &str> = lines
        .filter_map(|line| line.split_once('='))
        // An administrator's mark that a value is not to be changed, or that it is put together: `key[$i]`, `key[$e]`.
        .map(|(key, value)| (key.split('[').next().unwrap_or(key).trim(), value.trim()))
        .collect();
    let get = |key: &str| all.get(key).copied().unwrap_or_default();
    let by_name = match get("ProxyType") {
        "1" => false,
        "2" => {
            let place = get("Proxy Config Script");
            return (!place.is_empty()).then(|| Desktop::Script(place.to_owned()));
        }
        // 3 is a search by name in the network (WPAD), which lets anyone there answer. 4 names variables.
        "4" => true,
        _ => return None,
    };
    let value = |key: &str| match by_name {
        true => variable(get(key)).unwrap_or_default(),
        false => get(key).to_owned(),
    };
    let known = [("http", "httpProxy"), ("https", "httpsProxy"), (EVERYTHING, "socksProxy")];
    let addresses: Vec<(&'static str, ProxyAddress)> = known
        .into_iter()
        .filter_map(|(scheme, key)| Some((scheme, address(&value(key), scheme == EVERYTHING)?)))
        .collect();
    // Turned round, the list names what goes through the proxies, which no rule of ours says: then all goes through them.
    let reversed = get("ReversedException") == "true";
    let words = if reversed { String::new() } else { value("NoProxyFor") };
    // One rule that is not understood does not undo the others.
    let rules: Vec<&str> = words.split([',', ' ']).filter(|word| Exceptions::parse(word).is_ok()).collect();
    let exceptions = Exceptions::parse(&rules.join(" ")).unwrap_or_default();
    (!addresses.is_empty()).then_some(Desktop::Manual { addresses, exceptions })
}

/// `http://proxy.acme.com 8080`, or with a colon, as older ones wrote it.
fn address(text: &str, socks: bool) -> Option<ProxyAddress> {
    let text = text.trim().trim_end_matches('/');
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let place = match rest.rsplit_once(' ') {
        Some((host, port)) => format!("{}:{}", host.trim().trim_end_matches('/'), port.trim()),
        None => rest.to_owned(),
    };
    let kind = if socks { ProxyKind::Socks5 } else { ProxyKind::Http };
    ProxyAddress::of_host(kind, &place, Some(kind.usual_port())).filter(|_| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "[$Version]\nupdate_info=kioslave.upd\n\n[Proxy Settings]\nAuthMode=0\n\
        NoProxyFor=localhost,10.0.0.0/8, .lan,!?\nProxyType=1\nReversedException=false\n\
        httpProxy=http://proxy.acme.com 8080\nhttpsProxy=http://proxy.acme.com:8081/\n\
        socksProxy=socks://socks.acme.com 1080\n\n[Other]\nProxyType=0\n";

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn said(desktop: Option<Desktop>) -> (Vec<String>, Exceptions) {
        let Some(Desktop::Manual { addresses, exceptions }) = desktop else { panic!("not manual") };
        (addresses.iter().map(|(scheme, at)| format!("{scheme} {at}")).collect(), exceptions)
    }

    #[test]
    fn none_script_and_manual_are_told_apart() {
        assert_eq!(of_settings("[Proxy Settings]\nProxyType=0\n", nothing), None);
        assert_eq!(of_settings("", nothing), None);
        let script = "[Proxy Settings][$i]\n[Proxy Settings]\nProxy Config Script=http://acme.com/x.pac\nProxyType[$i]=2\n";
        assert_eq!(of_settings(script, nothing), Some(Desktop::Script("http://acme.com/x.pac".into())));
        let (addresses, exceptions) = said(of_settings(MANUAL, nothing));
        let expected = [
            "http http://proxy.acme.com:8080",
            "https http://proxy.acme.com:8081",
            "* socks5://socks.acme.com:1080",
        ];
        assert_eq!(addresses, expected);
        assert!(exceptions.find("10.1.2.3").is_some() && exceptions.find("nas.lan").is_some());
        assert!(exceptions.find("acme.canto.com").is_none());
    }

    #[test]
    fn variables_are_followed_by_their_names() {
        let text = "[Proxy Settings]\nProxyType=4\nhttpsProxy=OUR_PROXY\nNoProxyFor=OUR_EXCEPTIONS\n";
        let variable = |name: &str| match name {
            "OUR_PROXY" => Some("http://proxy.acme.com:3128".to_owned()),
            "OUR_EXCEPTIONS" => Some("nas.acme.com".to_owned()),
            _ => None,
        };
        let (addresses, exceptions) = said(of_settings(text, variable));
        assert_eq!(addresses, ["https http://proxy.acme.com:3128"]);
        assert!(exceptions.find("nas.acme.com").is_some());
    }

    #[test]
    fn a_list_that_is_turned_round_excepts_nothing() {
        let (addresses, exceptions) =
            said(of_settings(&MANUAL.replace("ReversedException=false", "ReversedException=true"), nothing));
        assert_eq!(addresses.len(), 3);
        assert!(exceptions.find("nas.lan").is_none());
    }
}
