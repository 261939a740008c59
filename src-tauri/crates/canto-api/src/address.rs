//! Where a tenant lives, made from what a person types or pastes.

use std::{fmt, net::IpAddr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use crate::error::{ApiError, ErrorKind};
use crate::typed;

/// The domains under which tenants are known to live ([T]/[C], canto-api §1). Longest first.
pub(crate) const DOMAINS: [&str; 5] =
    ["ca.canto.com", "au.canto.com", "canto.com", "canto.global", "canto.de"];
/// Labels that are Canto's own sites, not tenants [C].
const NOT_TENANTS: [&str; 7] = ["www", "oauth", "api", "support", "help", "ca", "au"];
/// Everything but the unreserved characters of RFC 3986 is encoded in a path part.
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The address of one tenant: scheme, host and port.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TenantAddress {
    origin: Url,
    typed: Url,
    kind: AddressKind,
}

/// Shows no more than the host: the path of an Upload Link may be all that is needed to upload.
impl fmt::Debug for TenantAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantAddress").field("host", &self.host()).finish_non_exhaustive()
    }
}

/// What the typed address pointed at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// The tenant itself.
    Tenant,
    /// A folder page (`/folder/{id}` [R]).
    Folder(String),
    /// An album page (`/album/{id}` [R]).
    Album(String),
    /// Looks like an upload link [I]: it has no public API.
    UploadLink,
    /// Looks like a workspace or portal [I]: it has no public API.
    Workspace,
    /// Some other page of the tenant.
    OtherPage,
}

/// Why a typed address is no tenant. `Display` gives a plain code for the UI to translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("address_empty")]
    Empty,
    /// A mail address.
    #[error("address_email")]
    Email,
    /// A file or folder of a computer.
    #[error("address_file")]
    FilePath,
    /// Neither `https` nor `http`.
    #[error("address_scheme")]
    OtherScheme,
    /// It can't be read as a host.
    #[error("address_unreadable")]
    Unreadable,
    /// Plain `http` is only for this computer.
    #[error("address_not_encrypted")]
    NotEncrypted,
    /// One of Canto's own sites (www, oauth, support …), or a bare domain.
    #[error("address_not_a_tenant")]
    NotATenant,
    /// It carries a name or password.
    #[error("address_with_password")]
    WithPassword,
}

impl TenantAddress {
    /// Reads `acme`, `acme.canto.de`, or a full address of any page. Plain `http` only for loopback hosts.
    ///
    /// # Errors
    /// [`AddressError`] with the reason.
    pub fn parse(typed: &str) -> Result<Self, AddressError> {
        let typed = typed.trim().trim_matches(|c| c == '<' || c == '>' || c == '"').trim();
        if typed.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(refused) = typed::refused(typed) {
            return Err(refused);
        }
        let url = Url::parse(&with_scheme(typed)?).map_err(|_| AddressError::Unreadable)?;
        let host = url.host().ok_or(AddressError::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(AddressError::NotEncrypted),
            _ => return Err(AddressError::Unreadable),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::WithPassword);
        }
        if !is_loopback(&host) {
            check_host(&host)?;
        }
        let kind = kind_of(&url);
        let mut origin = url.clone();
        origin.set_path("/");
        origin.set_query(None);
        origin.set_fragment(None);
        Ok(Self { origin, typed: url, kind })
    }

    /// What the typed address pointed at.
    pub fn kind(&self) -> &AddressKind {
        &self.kind
    }

    /// Whether it looks like an Upload Link or a Workspace.
    pub fn is_place(&self) -> bool {
        matches!(self.kind, AddressKind::UploadLink | AddressKind::Workspace)
    }

    /// The whole page that was typed. It may hold a code that opens it: for nobody's log.
    pub fn typed(&self) -> &Url {
        &self.typed
    }

    /// The origin, with a `/` behind it.
    pub fn origin(&self) -> &Url {
        &self.origin
    }

    /// The host, with the port where it is not the usual one, e.g. `acme.canto.de`.
    pub fn host(&self) -> String {
        let host = self.origin.host_str().unwrap_or_default();
        match self.origin.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The known Canto domain the tenant lives under, e.g. `canto.de`; none for other hosts.
    pub fn region(&self) -> Option<&'static str> {
        let host = self.origin.host_str()?;
        DOMAINS.into_iter().find(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
    }

    /// The host that was probably meant, where this one looks like a slip of the finger.
    pub fn probably_meant(&self) -> Option<String> {
        typed::probably_meant(&self.origin.host()?)
    }

    /// Whether it is on this computer: the demo library.
    pub fn is_loopback(&self) -> bool {
        self.origin.host().is_some_and(|host| is_loopback(&host))
    }

    /// An API address from an already encoded path, e.g. `api("upload/setting")` [C].
    pub fn api(&self, path: &str) -> Url {
        self.at("api/v1", path)
    }

    /// A binary address from an already encoded path [R].
    pub fn binary(&self, path: &str) -> Url {
        self.at("api_binary/v1", path)
    }

    fn at(&self, root: &str, path: &str) -> Url {
        let mut url = self.origin.clone();
        url.set_path(&format!("{root}/{path}"));
        url
    }
}

/// Joins path parts, each percent-encoded; a name may contain `/` [I].
///
/// # Errors
/// `BadRequest` for an empty part, `.` and `..`, which no address can carry.
pub(crate) fn join_parts(call: &'static str, parts: &[&str]) -> Result<String, ApiError> {
    let mut path = String::new();
    for part in parts {
        if part.is_empty() || *part == "." || *part == ".." {
            return Err(
                ApiError::new(call, ErrorKind::BadRequest).with_message("name can't be used in an address")
            );
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.extend(utf8_percent_encode(part, PATH_PART));
    }
    Ok(path)
}

/// A bare label means canto.com; a bare loopback host means the demo library.
fn with_scheme(typed: &str) -> Result<String, AddressError> {
    if typed.contains("://") {
        return Ok(typed.to_owned());
    }
    let host_end = typed.find(['/', '?', '#']).unwrap_or(typed.len());
    let (host, rest) = typed.split_at(host_end);
    if let Ok(url) = Url::parse(&format!("http://{host}"))
        && url.host().is_some_and(|host| is_loopback(&host))
    {
        return Ok(format!("http://{typed}"));
    }
    if host.contains(['.', ':']) {
        return Ok(format!("https://{typed}"));
    }
    let label = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !host.is_empty();
    if !label {
        return Err(AddressError::Unreadable);
    }
    Ok(format!("https://{host}.canto.com{rest}"))
}

fn check_host(host: &Host<&str>) -> Result<(), AddressError> {
    let Host::Domain(name) = host else { return Ok(()) };
    let name = &name.trim_end_matches('.');
    // RFC 1123, 2.1.
    let no_label =
        |label: &str| label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-');
    if !name.contains('.') || name.len() > 253 || name.split('.').any(no_label) {
        return Err(AddressError::Unreadable);
    }
    if DOMAINS.contains(name) {
        return Err(AddressError::NotATenant);
    }
    for domain in DOMAINS {
        if let Some(label) = name.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.')) {
            return if label.contains('.') || NOT_TENANTS.contains(&label) {
                Err(AddressError::NotATenant)
            } else {
                Ok(())
            };
        }
    }
    Ok(())
}

pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => IpAddr::from(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::from(*ip).is_loopback(),
    }
}

fn kind_of(url: &Url) -> AddressKind {
    let parts: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => AddressKind::Tenant,
        ["folder", id, ..] => AddressKind::Folder((*id).to_owned()),
        ["album", id, ..] => AddressKind::Album((*id).to_owned()),
        [first, ..] => {
            let first = first.to_ascii_lowercase();
            if first.contains("upload") {
                AddressKind::UploadLink
            } else if first == "v" || first.contains("workspace") || first.contains("portal") {
                AddressKind::Workspace
            } else {
                AddressKind::OtherPage
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(typed: &str) -> String {
        TenantAddress::parse(typed).unwrap().origin().to_string()
    }

    #[test]
    fn what_people_type() {
        assert_eq!(origin("acme"), "https://acme.canto.com/");
        assert_eq!(origin(" ACME.canto.de "), "https://acme.canto.de/");
        assert_eq!(origin("https://acme.ca.canto.com/library?x=1#y"), "https://acme.ca.canto.com/");
        assert_eq!(origin("dam.example.com"), "https://dam.example.com/");
        assert_eq!(origin("127.0.0.1:8080"), "http://127.0.0.1:8080/");
        assert_eq!(origin("http://localhost:3/x"), "http://localhost:3/");
        assert_eq!(origin("http://[::1]:3/"), "http://[::1]:3/");
        assert_eq!(TenantAddress::parse("acme.canto.de").unwrap().region(), Some("canto.de"));
        assert_eq!(TenantAddress::parse("acme.au.canto.com").unwrap().region(), Some("au.canto.com"));
        assert_eq!(TenantAddress::parse("localhost:9").unwrap().region(), None);
        assert_eq!(TenantAddress::parse("localhost:9").unwrap().host(), "localhost:9");
    }

    #[test]
    fn deep_links_keep_the_host_and_say_what_they_are() {
        let kind = |typed| TenantAddress::parse(typed).unwrap().kind().clone();
        assert_eq!(kind("acme.canto.global/album/LJ579"), AddressKind::Album("LJ579".into()));
        assert_eq!(kind("https://acme.canto.global/folder/F1A2B?x=1"), AddressKind::Folder("F1A2B".into()));
        assert_eq!(kind("https://acme.canto.com/uploadlink/abc"), AddressKind::UploadLink);
        assert_eq!(kind("https://acme.canto.com/v/Press/landing"), AddressKind::Workspace);
        assert_eq!(kind("https://acme.canto.com/smartalbum?column=image"), AddressKind::OtherPage);
        assert_eq!(kind("acme"), AddressKind::Tenant);
    }

    #[test]
    fn nonsense_has_a_reason() {
        let refused = |typed| TenantAddress::parse(typed).unwrap_err();
        assert_eq!(refused("  "), AddressError::Empty);
        assert_eq!(refused("jo@acme.com"), AddressError::Email);
        assert_eq!(refused("C:\\Users\\jo"), AddressError::FilePath);
        assert_eq!(refused("my company"), AddressError::Unreadable);
        assert_eq!(refused("ftp://acme.canto.com"), AddressError::OtherScheme);
        assert_eq!(refused("https://acme"), AddressError::Unreadable);
        assert_eq!(refused("-acme"), AddressError::Unreadable);
        assert_eq!(refused("http://acme.canto.com"), AddressError::NotEncrypted);
        assert_eq!(refused("www.canto.com"), AddressError::NotATenant);
        assert_eq!(refused("https://oauth.canto.de/oauth"), AddressError::NotATenant);
        assert_eq!(refused("canto.com"), AddressError::NotATenant);
        assert_eq!(refused("https://jo:pw@acme.canto.com"), AddressError::WithPassword);
        assert_eq!(refused("https://evil.acme.canto.com.").to_string(), "address_not_a_tenant");
    }

    #[test]
    fn names_are_encoded_as_one_part() {
        assert_eq!(join_parts("t", &["folder", "a/b %ä.."]).unwrap(), "folder/a%2Fb%20%25%C3%A4..");
        assert!(join_parts("t", &["folder", ".."]).is_err());
        let url = TenantAddress::parse("acme").unwrap().api("folder/a%2Fb");
        assert_eq!(url.as_str(), "https://acme.canto.com/api/v1/folder/a%2Fb");
    }
}
