//! What people type where an address is due, and is none.

use url::Host;

use crate::address::{AddressError, DOMAINS};

/// Sorts what no reading as an address could make sense of. Looked at before anything is read as a host.
pub(crate) fn refused(typed: &str) -> Option<AddressError> {
    if is_path(typed) {
        return Some(AddressError::FilePath);
    }
    if is_mail(typed) {
        return Some(AddressError::Email);
    }
    match typed.split_once("://") {
        Some((scheme, _)) if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") => {
            Some(AddressError::OtherScheme)
        }
        _ => None,
    }
}

/// `/home/jo`, `C:\Users\jo`, `\\server\share`, `~/Pictures`, `file:///home/jo`.
fn is_path(typed: &str) -> bool {
    let lower = typed.to_ascii_lowercase();
    let drive = lower.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && matches!(lower.as_bytes().get(1..3), Some(b":\\" | b":/"))
        && !lower.get(1..).is_some_and(|rest| rest.starts_with("://"));
    drive
        || lower.starts_with("file:")
        || ["/", "\\", "~/", "~\\", "./", "../", ".\\"].iter().any(|start| lower.starts_with(start))
}

/// `jo@acme.com`, also with `mailto:` before it. A name and a password before a host are something else.
fn is_mail(typed: &str) -> bool {
    let typed = typed.strip_prefix("mailto:").unwrap_or(typed);
    match typed.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && !name.contains(['/', ':', ' '])
                && host.contains('.')
                && !host.contains(['/', ':', '@', ' '])
        }
        None => false,
    }
}

/// The host that was probably meant: a Canto domain with one letter missing, too much, wrong or swapped, or another end.
/// Only a guess, for when nothing of Canto's is at the host: `dam.cantor.com` may well be somebody's.
pub(crate) fn probably_meant(host: &Host<&str>) -> Option<String> {
    let Host::Domain(name) = host else { return None };
    let name = name.trim_end_matches('.');
    let known = |domain: &&str| name.strip_suffix(*domain).is_some_and(|rest| rest.ends_with('.'));
    if DOMAINS.iter().any(known) {
        return None;
    }
    if let Some(rest) = name.strip_suffix(".canto") {
        return Some(format!("{rest}.canto.com"));
    }
    let mut parts = name.rsplitn(3, '.');
    let (end, second, tenant) = (parts.next()?, parts.next()?, parts.next()?);
    let typed = format!("{second}.{end}");
    let near =
        ["canto.com", "canto.global", "canto.de"].into_iter().find(|domain| is_one_off(&typed, domain));
    let meant = near.or_else(|| (second == "canto").then_some("canto.com"))?;
    Some(format!("{tenant}.{meant}"))
}

/// One letter more, less, another one, or two neighbours swapped.
fn is_one_off(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    match (rest_a, rest_b) {
        ([x, y, a @ ..], [v, w, b @ ..]) if (x, y) == (w, v) && a == b => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(host: &str) -> Option<String> {
        probably_meant(&Host::Domain(host))
    }

    #[test]
    fn slips_of_the_finger_have_a_suggestion() {
        for typed in [
            "acme.cantoo.com",
            "acme.cato.com",
            "acme.camto.com",
            "acme.cnato.com",
            "acme.canto.co",
            "acme.canto",
        ] {
            assert_eq!(meant(typed).as_deref(), Some("acme.canto.com"), "{typed}");
        }
        assert_eq!(meant("acme.canto.globl").as_deref(), Some("acme.canto.global"));
        assert_eq!(meant("acme.canto.org").as_deref(), Some("acme.canto.com"));
        assert_eq!(meant("acme.au.cantoo.com").as_deref(), Some("acme.au.canto.com"));
    }

    #[test]
    fn other_hosts_have_none() {
        for typed in ["acme.canto.com", "acme.canto.de", "dam.example.com", "cantoo.com", "localhost"] {
            assert_eq!(meant(typed), None, "{typed}");
        }
    }

    #[test]
    fn paths_and_mail_addresses_are_told_apart() {
        for typed in
            ["/home/jo/x.jpg", r"C:\Users\jo", "d:/x", r"\\server\share", "~/x", "file:///home/jo", "../x"]
        {
            assert_eq!(refused(typed), Some(AddressError::FilePath), "{typed}");
        }
        for typed in ["jo@acme.com", "mailto:jo@acme.com"] {
            assert_eq!(refused(typed), Some(AddressError::Email), "{typed}");
        }
        assert_eq!(refused("ftp://acme.canto.com"), Some(AddressError::OtherScheme));
        for typed in
            ["acme", "acme.canto.com/a@b", "https://jo:pw@acme.canto.com", "jo:pw@acme.canto.com", "::1"]
        {
            assert_eq!(refused(typed), None, "{typed}");
        }
    }
}
