//! GNOME and the desktops that share its settings (Unity, Cinnamon, Budgie, Pantheon, MATE).

use std::collections::HashMap;
use std::process::{Command, Stdio};

use super::{Desktop, EVERYTHING};
use crate::model::{Exceptions, ProxyAddress, ProxyKind};

const SCHEMA: &str = "org.gnome.system.proxy";
/// In which the settings are in force; elsewhere they may be left over.
const DESKTOPS: [&str; 6] = ["gnome", "unity", "cinnamon", "budgie", "pantheon", "mate"];

pub fn read() -> Option<Desktop> {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").ok()?.to_ascii_lowercase();
    if !DESKTOPS.iter().any(|known| desktop.contains(known)) {
        return None;
    }
    let mut command = Command::new("gsettings");
    command.args(["list-recursively", SCHEMA]).stdin(Stdio::null()).stderr(Stdio::null());
    let said = command.output().ok().filter(|output| output.status.success())?;
    of_settings(&String::from_utf8_lossy(&said.stdout))
}

/// Lines like `org.gnome.system.proxy.http port 8080`.
fn of_settings(text: &str) -> Option<Desktop> {
    let lines = text.lines().filter_map(|line| {
        let (place, rest) = line.split_once(' ')?;
        let (key, value) = rest.split_once(' ')?;
        let room = place.strip_prefix(SCHEMA)?.trim_start_matches('.');
        Some(((room, key), value.trim().trim_matches('\'')))
    });
    let all: HashMap<(&str, &str), &str> = lines.collect();
    let get = |room: &'static str, key: &'static str| all.get(&(room, key)).copied().unwrap_or_default();
    match get("", "mode") {
        "auto" => {
            let place = get("", "autoconfig-url");
            // Without an address it means a search by name in the network (WPAD), which lets anyone there answer.
            (!place.is_empty()).then(|| Desktop::Script(place.to_owned()))
        }
        "manual" => {
            let of = |room: &'static str, kind: ProxyKind| {
                let text = format!("{}:{}", get(room, "host"), get(room, "port"));
                ProxyAddress::of_host(kind, &text, None)
            };
            let http = of("http", ProxyKind::Http);
            let https = of("https", ProxyKind::Http)
                .or_else(|| (get("", "use-same-proxy") == "true").then(|| http.clone()).flatten());
            let found = [("http", http), ("https", https), (EVERYTHING, of("socks", ProxyKind::Socks5))];
            let addresses: Vec<_> =
                found.into_iter().filter_map(|(scheme, address)| Some((scheme, address?))).collect();
            let words = get("", "ignore-hosts").replace(['[', ']', '\'', '"'], " ");
            // One rule that is not understood does not undo the others.
            let known: Vec<&str> =
                words.split([',', ' ']).filter(|word| Exceptions::parse(word).is_ok()).collect();
            let exceptions = Exceptions::parse(&known.join(" ")).unwrap_or_default();
            (!addresses.is_empty()).then_some(Desktop::Manual { addresses, exceptions })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_script_and_manual_are_told_apart() {
        assert_eq!(of_settings("org.gnome.system.proxy mode 'none'\n"), None);
        let script =
            "org.gnome.system.proxy autoconfig-url 'http://wpad/x.pac'\norg.gnome.system.proxy mode 'auto'\n";
        assert_eq!(of_settings(script), Some(Desktop::Script("http://wpad/x.pac".into())));
        assert_eq!(of_settings(&script.replace("http://wpad/x.pac", "")), None);
        let manual = "org.gnome.system.proxy autoconfig-url ''\n\
            org.gnome.system.proxy ignore-hosts ['localhost', '10.0.0.0/8', '::1', '*.lan', '!?']\n\
            org.gnome.system.proxy mode 'manual'\norg.gnome.system.proxy use-same-proxy true\n\
            org.gnome.system.proxy.http host 'proxy.acme.com'\norg.gnome.system.proxy.http port 8080\n\
            org.gnome.system.proxy.https host ''\norg.gnome.system.proxy.https port 0\n\
            org.gnome.system.proxy.socks host 'socks.acme.com'\norg.gnome.system.proxy.socks port 1080\n";
        let Some(Desktop::Manual { addresses, exceptions }) = of_settings(manual) else {
            panic!("not manual")
        };
        let said: Vec<String> = addresses.iter().map(|(scheme, at)| format!("{scheme} {at}")).collect();
        assert_eq!(
            said,
            [
                "http http://proxy.acme.com:8080",
                "https http://proxy.acme.com:8080",
                "* socks5://socks.acme.com:1080"
            ]
        );
        assert!(exceptions.find("10.1.2.3").is_some() && exceptions.find("nas.lan").is_some());
        assert!(exceptions.find("acme.canto.com").is_none());
    }
}
