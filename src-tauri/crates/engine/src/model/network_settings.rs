//! The settings of the way to servers as they are typed and kept.

use std::path::{Path, PathBuf};

use super::{Exceptions, ProxyAddress, ScriptPlace};

/// The address of a proxy as it is kept.
///
/// # Errors
/// `proxy_login` for one with a login, which has its own places; `proxy_address` for what is no address with a port.
pub fn kept_address(text: &str) -> Result<String, &'static str> {
    if text.contains('@') {
        return Err("proxy_login");
    }
    ProxyAddress::parse(text).map(|address| address.to_string()).ok_or("proxy_address")
}

/// # Errors
/// `proxy_user` for one that can't be sent.
pub fn kept_user(text: &str) -> Result<String, &'static str> {
    let fits = text.len() <= 255 && !text.contains(char::is_control);
    fits.then(|| text.to_owned()).ok_or("proxy_user")
}

/// # Errors
/// `proxy_script` for what is neither an address nor a path.
pub fn kept_script(text: &str) -> Result<String, &'static str> {
    ScriptPlace::parse(text).map(|_| text.to_owned()).ok_or("proxy_script")
}

/// # Errors
/// `proxy_exceptions`.
pub fn kept_exceptions(text: &str) -> Result<String, &'static str> {
    let words: Vec<&str> = text
        .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    let kept = words.join(", ");
    Exceptions::parse(&kept).map(|_| kept).map_err(|_| "proxy_exceptions")
}

/// Files of certificate authorities, with `;` or line ends between them.
///
/// # Errors
/// `authorities` for what is no absolute path.
pub fn kept_authorities(text: &str) -> Result<String, &'static str> {
    let paths = authorities(text);
    if paths.iter().all(|path| path.is_absolute()) {
        Ok(paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("; "))
    } else {
        Err("authorities")
    }
}

/// The files that are kept.
pub fn authorities(kept: &str) -> Vec<PathBuf> {
    let parts = kept.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Path::new(part).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_in_one_form() {
        assert_eq!(kept_address("Proxy:3128/").as_deref(), Ok("http://proxy:3128"));
        assert_eq!(kept_address("http://jo:word@proxy:3128"), Err("proxy_login"));
        assert_eq!(kept_address("proxy"), Err("proxy_address"));
        assert_eq!(kept_user("ACME\\jo").as_deref(), Ok("ACME\\jo"));
        assert_eq!(kept_exceptions("a.de;*.b.de\n10.0.0.0/8").as_deref(), Ok("a.de, *.b.de, 10.0.0.0/8"));
        assert_eq!(kept_exceptions("a.de, http://x"), Err("proxy_exceptions"));
        assert_eq!(kept_authorities("ca.pem"), Err("authorities"));
    }

    #[test]
    #[cfg(unix)]
    fn several_files_stay_several() {
        let kept = kept_authorities("/etc/a.pem ;\n/etc/b c.pem\n").unwrap();
        assert_eq!(kept, "/etc/a.pem; /etc/b c.pem");
        assert_eq!(authorities(&kept), [PathBuf::from("/etc/a.pem"), PathBuf::from("/etc/b c.pem")]);
    }
}
