//! macOS: the proxy script of the network that is in use.

use super::Desktop;

#[cfg(target_os = "macos")]
pub fn read() -> Option<Desktop> {
    let output = std::process::Command::new("/usr/sbin/scutil").arg("--proxy").output().ok()?;
    of_dictionary(&String::from_utf8_lossy(&output.stdout))
}

/// Lines like `  ProxyAutoConfigEnable : 1`.
fn of_dictionary(text: &str) -> Option<Desktop> {
    let get = |key: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(" : "));
        lines.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim()).next()
    };
    (get("ProxyAutoConfigEnable") == Some("1"))
        .then(|| get("ProxyAutoConfigURLString"))
        .flatten()
        .map(|place| Desktop::Script(place.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_counts_where_it_is_switched_on() {
        let text = "<dictionary> {\n  HTTPEnable : 0\n  ProxyAutoConfigEnable : 1\n  \
                    ProxyAutoConfigURLString : http://wpad/x.pac?a=b\n}\n";
        assert_eq!(of_dictionary(text), Some(Desktop::Script("http://wpad/x.pac?a=b".into())));
        assert_eq!(of_dictionary(&text.replace("Enable : 1", "Enable : 0")), None);
    }
}
