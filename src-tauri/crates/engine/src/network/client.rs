//! HTTP clients for the whole engine, with the trust of the operating system, through the proxy that is in force.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ClientConfig;
use url::Url;

use super::bandwidth::Pacer;
use super::proxy::{Resolver, Rules, Ways, through};
use super::sockets::end_those_of;
use super::store_clients::{StoreClient, StoreClients};
use super::trust;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::NetworkWay;

/// One client for the tenant's API, and those for object stores.
#[derive(Debug)]
pub struct Network {
    /// Trusted whatever is set.
    always: Vec<PathBuf>,
    ways: Arc<Ways>,
    clients: RwLock<Clients>,
    up: Pacer,
    down: Pacer,
}

#[derive(Clone, Debug)]
struct Clients {
    tls: ClientConfig,
    api: reqwest::Client,
    stores: StoreClients,
}

impl Network {
    /// `authorities`: a PEM file of certificate authorities trusted besides those of the system. The way is the system's
    /// until `set_up` says otherwise.
    ///
    /// # Errors
    /// `TlsRefused` when that file can't be read or the TLS set-up fails.
    pub fn new(authorities: Option<&Path>) -> Outcome<Self> {
        let always: Vec<PathBuf> = authorities.map(Path::to_owned).into_iter().collect();
        let tls = trust::tls(&always)?;
        let ways = Arc::new(Ways::new(Resolver::new(Rules::default(), tls.clone())));
        let clients = Clients::new(tls, &ways).map_err(refused)?;
        let clients = RwLock::new(clients);
        Ok(Self { always, ways, clients, up: Pacer::default(), down: Pacer::default() })
    }

    /// From now on: new connections go that way and trust these files as well. Requests that run are left alone.
    ///
    /// # Errors
    /// `TlsRefused` when a file can't be read; nothing changes then.
    pub fn set_up(&self, rules: Rules, authorities: &[PathBuf]) -> Outcome<()> {
        let tls = trust::tls(&[&self.always, authorities].concat())?;
        let clients = Clients::new(tls.clone(), &self.ways).map_err(refused)?;
        self.ways.replace(Resolver::new(rules, tls));
        self.replace(clients);
        Ok(())
    }

    pub fn api(&self) -> reqwest::Client {
        self.clients().api
    }

    /// For short requests to an object store.
    pub fn objects(&self) -> reqwest::Client {
        self.clients().stores.any()
    }

    /// For a file or a part of one.
    pub fn to_store(&self) -> StoreClient {
        self.clients().stores.take()
    }

    /// What files that are sent have to pass; the small calls to the tenant don't.
    pub fn up(&self) -> &Pacer {
        &self.up
    }

    /// What files that are fetched have to pass.
    pub fn down(&self) -> &Pacer {
        &self.down
    }

    /// Which way leads to a server, and why. May wait for a script or the system.
    pub fn way(&self, url: &Url) -> NetworkWay {
        let host = url.host_str().unwrap_or_default();
        let target = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        match self.ways.current().find(url) {
            Ok(found) => NetworkWay {
                target,
                with_login: found.hop.as_ref().is_some_and(|hop| hop.login.is_some()),
                proxy: found.hop.map(|hop| hop.address.to_string()),
                reason: Some(found.reason),
                rule: found.rule,
                failure: None,
            },
            Err(refusal) => NetworkWay {
                target,
                proxy: None,
                with_login: false,
                reason: Some(refusal.reason),
                rule: Some(refusal.place.clone()),
                failure: Some(refusal.failure()),
            },
        }
    }

    fn clients(&self) -> Clients {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, clients: Clients) {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = clients;
    }

    /// Requests over connections from an address that is gone end now, since nothing answers there any more. New ones
    /// get new connections, and the system or the script is asked for the way anew. Other requests that run are left alone.
    pub fn renew(&self, gone: &[IpAddr]) {
        end_those_of(gone);
        let tls = self.clients().tls;
        self.ways.replace(Resolver::new(self.ways.current().rules().clone(), tls.clone()));
        match Clients::new(tls, &self.ways) {
            Ok(clients) => self.replace(clients),
            Err(error) => tracing::warn!(%error, "the connections stay as they are"),
        }
    }
}

fn refused(error: reqwest::Error) -> Failure {
    Failure::new(ErrorCode::TlsRefused).because(error)
}

impl Clients {
    fn new(tls: ClientConfig, ways: &Arc<Ways>) -> Result<Self, reqwest::Error> {
        let mut for_api = tls.clone();
        for_api.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
        let api = canto_api::http_builder().tls_backend_preconfigured(for_api);
        let api = through(api, ways).build()?;
        let stores = StoreClients::new(tls.clone(), Arc::clone(ways))?;
        Ok(Self { tls, api, stores })
    }
}
