//! HTTP clients for the whole engine, with the trust of the operating system.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use super::sockets::{EndAtOnce, end_those_of};
use crate::error::{ErrorCode, Failure, Outcome};

/// One client for the tenant's API and one for object stores. The system's proxy is used by both.
#[derive(Debug)]
pub struct Network {
    trusted: Vec<reqwest::Certificate>,
    clients: RwLock<Clients>,
}

#[derive(Debug)]
struct Clients {
    api: reqwest::Client,
    objects: reqwest::Client,
}

impl Network {
    /// `authorities`: a PEM file of certificate authorities trusted besides those of the system.
    ///
    /// # Errors
    /// `TlsRefused` when that file can't be read or the TLS set-up fails.
    pub fn new(authorities: Option<&Path>) -> Outcome<Self> {
        // A second call in one program finds it installed, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let trusted = match authorities {
            Some(path) => certificates(path)?,
            None => Vec::new(),
        };
        let clients = RwLock::new(Clients::new(&trusted)?);
        Ok(Self { trusted, clients })
    }

    pub fn api(&self) -> reqwest::Client {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).api.clone()
    }

    pub fn objects(&self) -> reqwest::Client {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).objects.clone()
    }

    /// Requests over connections from an address that is gone end now, since nothing answers there any more. New ones
    /// get new connections, and the system's proxy is asked for anew. Other requests that run are left alone.
    pub fn renew(&self, gone: &[IpAddr]) {
        end_those_of(gone);
        match Clients::new(&self.trusted) {
            Ok(clients) => *self.clients.write().unwrap_or_else(PoisonError::into_inner) = clients,
            Err(failure) => tracing::warn!(%failure, "the connections stay as they are"),
        }
    }
}

impl Clients {
    fn new(trusted: &[reqwest::Certificate]) -> Outcome<Self> {
        let build = |builder: reqwest::ClientBuilder| {
            builder
                .tls_certs_merge(trusted.to_vec())
                .build()
                .map_err(|error| Failure::new(ErrorCode::TlsRefused).because(error))
        };
        Ok(Self {
            api: build(canto_api::http_builder())?,
            // Object stores speak HTTP/1.1; many connections are what makes small files fast.
            objects: build(
                canto_api::http_builder().http1_only().pool_max_idle_per_host(160).connector_layer(EndAtOnce),
            )?,
        })
    }
}

fn certificates(path: &Path) -> Outcome<Vec<reqwest::Certificate>> {
    let failure = |error: &dyn std::fmt::Display| {
        Failure::new(ErrorCode::TlsRefused).with("path", path.display()).because(error)
    };
    let pem = std::fs::read(path).map_err(|error| failure(&error))?;
    reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| failure(&error))
}
