//! The HTTP clients.

use std::path::Path;

use crate::error::{ErrorCode, Failure, Outcome};

/// One client for the tenants' API and one for object stores. The system's proxy is used by both.
#[derive(Clone, Debug)]
pub struct Network {
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
        let build = |builder: reqwest::ClientBuilder| {
            builder
                .tls_certs_merge(trusted.clone())
                .build()
                .map_err(|error| Failure::new(ErrorCode::TlsRefused).because(error))
        };
        Ok(Self {
            api: build(canto_api::http_builder())?,
            // Object stores speak HTTP/1.1; many connections are what makes small files fast.
            objects: build(canto_api::http_builder().http1_only().pool_max_idle_per_host(160))?,
        })
    }

    pub fn api(&self) -> &reqwest::Client {
        &self.api
    }

    pub fn objects(&self) -> &reqwest::Client {
        &self.objects
    }
}

fn certificates(path: &Path) -> Outcome<Vec<reqwest::Certificate>> {
    let failure = |error: &dyn std::fmt::Display| {
        Failure::new(ErrorCode::TlsRefused).with("path", path.display()).because(error)
    };
    let pem = std::fs::read(path).map_err(|error| failure(&error))?;
    reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| failure(&error))
}
