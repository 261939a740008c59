//! What the system says of proxies: environment variables before everything else, as with any program on a command line,
//! then the desktop's settings.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use canto_api::Secret;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::ClientConfig;
use url::Url;

use super::desktop::{self, Desktop};
use super::resolver::Refusal;
use super::route::{Found, Hop, Login};
use super::script::Script;
use crate::model::{Excepted, Exceptions, ProxyAddress, ScriptPlace, WayReason};

const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

pub enum System {
    Environment(Matcher),
    /// Windows and macOS, as far as they name proxies.
    Settings(Matcher),
    Desktop {
        addresses: Vec<(&'static str, ProxyAddress)>,
        exceptions: Exceptions,
    },
    Script {
        script: Script,
        place: String,
    },
}

impl System {
    /// Asks the system, which may take a moment.
    pub fn read(tls: &ClientConfig) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if VARIABLES.iter().any(|name| is_set(name)) {
            return Self::Environment(Matcher::from_env());
        }
        match desktop::read() {
            Some(Desktop::Script(place)) => match ScriptPlace::parse(&place) {
                Some(parsed) => Self::Script { script: Script::start(parsed, tls.clone()), place },
                None => {
                    tracing::warn!(%place, "the system names a proxy script that is nowhere");
                    Self::Settings(Matcher::from_system())
                }
            },
            Some(Desktop::Manual { addresses, exceptions }) => Self::Desktop { addresses, exceptions },
            None => Self::Settings(Matcher::from_system()),
        }
    }

    /// A script decides, which takes a moment.
    pub fn is_script(&self) -> bool {
        matches!(self, Self::Script { .. })
    }

    pub fn find(&self, url: &Url, login: Option<&Login>) -> Result<Found, Refusal> {
        let direct = Ok(Found::direct(WayReason::NothingSet));
        let host = url.host_str().unwrap_or_default();
        match self {
            Self::Environment(matcher) => Ok(match intercepted(matcher, url, login) {
                Some(hop) => Found::through(hop, WayReason::Environment),
                None => Found::direct(WayReason::Environment),
            }),
            // Nobody means this computer, and it is not asked for.
            _ if Exceptions::default().find(host).is_some() => Ok(Found::direct(WayReason::Loopback)),
            Self::Settings(matcher) => match intercepted(matcher, url, login) {
                Some(hop) => Ok(Found::through(hop, WayReason::System)),
                None => direct,
            },
            Self::Desktop { addresses, exceptions } => {
                if let Some(Excepted::By(rule)) = exceptions.find(host) {
                    return Ok(Found::direct(WayReason::System).by(rule));
                }
                let meant = |scheme: &str| scheme == url.scheme() || scheme == desktop::EVERYTHING;
                let Some((_, address)) = addresses.iter().find(|(scheme, _)| meant(scheme)) else {
                    return direct;
                };
                let hop = Hop { address: address.clone(), login: login.cloned() };
                Ok(Found::through(hop, WayReason::System))
            }
            Self::Script { script, place } => match script.find(url) {
                Ok(address) => {
                    let hop = address.map(|address| Hop { address, login: login.cloned() });
                    Ok(Found { hop, reason: WayReason::SystemScript, rule: Some(place.clone()) })
                }
                Err(trouble) => {
                    Err(Refusal { trouble, place: place.clone(), reason: WayReason::SystemScript })
                }
            },
        }
    }

    pub fn doubt(&self) {
        if let Self::Script { script, .. } = self {
            script.doubt();
        }
    }
}

fn intercepted(matcher: &Matcher, url: &Url, login: Option<&Login>) -> Option<Hop> {
    let uri: http::Uri = url.as_str().parse().ok()?;
    let found = matcher.intercept(&uri)?;
    let scheme = found.uri().scheme_str().unwrap_or("http");
    let kind = ProxyAddress::parse(&format!("{scheme}://x:1"))?.kind;
    let place = found.uri().authority()?.as_str();
    let address = ProxyAddress::of_host(kind, place, Some(kind.usual_port()))?;
    Some(Hop { address, login: login_of(&found).or_else(|| login.cloned()) })
}

/// The one that stands in the address itself.
fn login_of(found: &Intercept) -> Option<Login> {
    if let Some((user, password)) = found.raw_auth() {
        return Some(Login { user: user.to_owned(), password: Secret::new(password) });
    }
    let basic = found.basic_auth()?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(basic).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Login { user: user.to_owned(), password: Secret::new(password) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_the_address_goes_before_the_one_that_is_kept() {
        let kept = Login { user: "kept".into(), password: Secret::new("k") };
        let url = Url::parse("https://acme.canto.com/").unwrap();
        let hop = |address: &str| {
            let matcher = Matcher::builder().all(address.to_owned()).no("intern.acme.com").build();
            assert_eq!(intercepted(&matcher, &Url::parse("https://intern.acme.com/").unwrap(), None), None);
            intercepted(&matcher, &url, Some(&kept)).unwrap()
        };
        for address in ["http://jo:w%2Ford@proxy:3128", "socks5h://jo:w%2Ford@proxy:3128"] {
            let hop = hop(address);
            assert_eq!(hop.login, Some(Login { user: "jo".into(), password: Secret::new("w/ord") }));
            assert_eq!(hop.address.port, 3128);
        }
        assert_eq!(hop("proxy:3128").login, Some(kept.clone()));
    }
}
