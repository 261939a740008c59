//! HTTP clients for the whole engine, with the trust of the operating system.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use rustls::ClientConfig;

use super::sockets::end_those_of;
use super::store_clients::{StoreClient, StoreClients};
use super::trust;
use crate::error::{ErrorCode, Failure, Outcome};

/// One client for the tenant's API, and those for object stores. The system's proxy is used by all.
#[derive(Debug)]
pub struct Network {
    tls: ClientConfig,
    clients: RwLock<Clients>,
}

#[derive(Clone, Debug)]
struct Clients {
    api: reqwest::Client,
    stores: StoreClients,
}

impl Network {
    /// `authorities`: a PEM file of certificate authorities trusted besides those of the system.
    ///
    /// # Errors
    /// `TlsRefused` when that file can't be read or the TLS set-up fails.
    pub fn new(authorities: Option<&Path>) -> Outcome<Self> {
        let tls = trust::tls(authorities)?;
        let clients =
            Clients::new(&tls).map_err(|error| Failure::new(ErrorCode::TlsRefused).because(error))?;
        Ok(Self { tls, clients: RwLock::new(clients) })
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

    fn clients(&self) -> Clients {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests over connections from an address that is gone end now, since nothing answers there any more. New ones
    /// get new connections, and the system's proxy is asked for anew. Other requests that run are left alone.
    pub fn renew(&self, gone: &[IpAddr]) {
        end_those_of(gone);
        match Clients::new(&self.tls) {
            Ok(clients) => *self.clients.write().unwrap_or_else(PoisonError::into_inner) = clients,
            Err(error) => tracing::warn!(%error, "the connections stay as they are"),
        }
    }
}

impl Clients {
    fn new(tls: &ClientConfig) -> Result<Self, reqwest::Error> {
        let mut for_api = tls.clone();
        for_api.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
        let api = canto_api::http_builder().tls_backend_preconfigured(for_api).build()?;
        Ok(Self { api, stores: StoreClients::new(tls.clone())? })
    }
}
