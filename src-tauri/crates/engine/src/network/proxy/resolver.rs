//! Finds the way to an address. Asked for every new connection of every client.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustls::ClientConfig;
use url::Url;

use super::route::{Found, Hop, Login};
use super::script::{Script, Trouble};
use super::system::System;
use crate::error::Failure;
use crate::model::{Excepted, Exceptions, ProxyAddress, ScriptPlace, WayReason};

/// Which way is to be taken, before anything was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Way {
    #[default]
    System,
    Direct,
    Manual(ProxyAddress),
    /// With the text that people know it by.
    Script(ScriptPlace, String),
}

/// What is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub way: Way,
    pub exceptions: Exceptions,
    /// For proxies whose address holds none.
    pub login: Option<Login>,
}

/// No way is known, since the script that would say it can't be used. Going directly would be against what is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub trouble: Trouble,
    pub place: String,
    pub reason: WayReason,
}

impl Refusal {
    pub fn failure(&self) -> Failure {
        self.trouble.failure(&self.place)
    }
}

/// The rules, and what belongs to the network as it is: made anew when that is another one.
pub struct Resolver {
    rules: Rules,
    tls: ClientConfig,
    script: Option<Script>,
    system: Arc<OnceLock<System>>,
}

/// The resolver in force. Every client asks it for its next connection, also one that was made before.
#[derive(Debug)]
pub struct Ways(RwLock<Arc<Resolver>>);

impl Ways {
    pub fn new(resolver: Resolver) -> Self {
        Self(RwLock::new(Arc::new(resolver)))
    }

    pub fn current(&self) -> Arc<Resolver> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn replace(&self, resolver: Resolver) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(resolver);
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Resolver {
    /// `tls` is for fetching a script.
    pub fn new(rules: Rules, tls: ClientConfig) -> Self {
        let script = match &rules.way {
            Way::Script(place, _) => Some(Script::start(place.clone(), tls.clone())),
            Way::System | Way::Direct | Way::Manual(_) => None,
        };
        let system = Arc::<OnceLock<System>>::default();
        if rules.way == Way::System {
            let (asked, tls) = (Arc::clone(&system), tls.clone());
            let ask = move || {
                asked.get_or_init(|| System::read(&tls));
            };
            // Should the thread not start, the first connection asks.
            drop(std::thread::Builder::new().name("system proxy".into()).spawn(ask));
        }
        Self { rules, tls, script, system }
    }

    /// Whether finding a way may take longer than a look at what is known.
    pub fn may_wait(&self) -> bool {
        match self.rules.way {
            Way::Direct | Way::Manual(_) => false,
            Way::Script(..) => true,
            Way::System => self.system.get().is_none_or(System::is_script),
        }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// May wait, for seconds, where a script or the system is asked for the first time.
    ///
    /// # Errors
    /// A script that can't be used.
    pub fn find(&self, url: &Url) -> Result<Found, Refusal> {
        let login = self.rules.login.as_ref();
        let host = url.host_str().unwrap_or_default();
        let excepted = self.rules.exceptions.find(host);
        match (&self.rules.way, excepted) {
            (Way::Direct, _) => Ok(Found::direct(WayReason::Off)),
            (_, Some(Excepted::By(rule))) => Ok(Found::direct(WayReason::Exception).by(rule)),
            // What the environment says holds for this computer as well, so that comes later there.
            (Way::Manual(_) | Way::Script(..), Some(Excepted::Loopback)) => {
                Ok(Found::direct(WayReason::Loopback))
            }
            (Way::Manual(address), None) => {
                let hop = Hop { address: address.clone(), login: login.cloned() };
                Ok(Found::through(hop, WayReason::Manual))
            }
            (Way::Script(_, place), None) => {
                let found = self.script.as_ref().map_or(Err(Trouble::TooSlow), |script| script.find(url));
                match found {
                    Ok(address) => {
                        let hop = address.map(|address| Hop { address, login: login.cloned() });
                        Ok(Found { hop, reason: WayReason::Script, rule: Some(place.clone()) })
                    }
                    Err(trouble) => Err(Refusal { trouble, place: place.clone(), reason: WayReason::Script }),
                }
            }
            (Way::System, _) => self.system.get_or_init(|| System::read(&self.tls)).find(url, login),
        }
    }

    /// A proxy does not answer: where a script names several, another one may.
    pub fn doubt(&self) {
        if let Some(script) = &self.script {
            script.doubt();
        }
        if let Some(system) = self.system.get() {
            system.doubt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(way: Way, exceptions: &str) -> Resolver {
        let rules = Rules { way, exceptions: Exceptions::parse(exceptions).unwrap(), login: None };
        Resolver::new(rules, crate::network::trust::tls(&[]).unwrap())
    }

    fn found(resolver: &Resolver, url: &str) -> (Option<String>, WayReason) {
        let found = resolver.find(&Url::parse(url).unwrap()).unwrap();
        (found.hop.map(|hop| hop.address.to_string()), found.reason)
    }

    #[test]
    fn exceptions_and_this_computer_go_before_the_proxy() {
        let proxy = "http://proxy:3128".to_owned();
        let manual = resolver(Way::Manual(ProxyAddress::parse(&proxy).unwrap()), "*.acme.com");
        assert_eq!(found(&manual, "https://acme.canto.com/"), (Some(proxy), WayReason::Manual));
        assert_eq!(found(&manual, "https://nas.acme.com/"), (None, WayReason::Exception));
        assert_eq!(found(&manual, "http://127.0.0.1:1/"), (None, WayReason::Loopback));
        assert_eq!(found(&resolver(Way::Direct, ""), "https://acme.canto.com/"), (None, WayReason::Off));
    }

    #[test]
    fn a_script_that_is_not_there_never_means_the_direct_way() {
        let place = "/nowhere/proxy.pac";
        let script = resolver(Way::Script(ScriptPlace::File(place.into()), place.to_owned()), "");
        let refused = script.find(&Url::parse("https://acme.canto.com/").unwrap()).unwrap_err();
        assert_eq!(refused.failure().code, crate::error::ErrorCode::PacUnusable);
        assert_eq!(refused.failure().params["script"], place);
    }
}
