//! Clients for requests to object stores: one for each that is under way, so that its connection is known and can be
//! ended with it. They share their trust and TLS sessions, and are used again, the last one first, since its connection
//! still stands.

use std::sync::{Arc, Mutex, PoisonError};

use canto_api::{ApiError, ErrorKind};
use rustls::ClientConfig;

use super::proxy::{Ways, through};
use super::sockets::Connections;

type Idle = Arc<Mutex<Vec<(reqwest::Client, Connections)>>>;

/// Object stores speak HTTP/1.1; many connections are what makes small files fast.
fn builder(tls: &ClientConfig, ways: &Arc<Ways>) -> reqwest::ClientBuilder {
    through(canto_api::http_builder().http1_only().tls_backend_preconfigured(tls.clone()), ways)
}

#[derive(Clone, Debug)]
pub struct StoreClients {
    tls: ClientConfig,
    ways: Arc<Ways>,
    /// For requests that are not worth their own.
    any: reqwest::Client,
    idle: Idle,
}

impl StoreClients {
    /// # Errors
    /// When the TLS set-up fails.
    pub fn new(tls: ClientConfig, ways: Arc<Ways>) -> Result<Self, reqwest::Error> {
        Ok(Self { any: builder(&tls, &ways).build()?, tls, ways, idle: Arc::default() })
    }

    /// Not for files: its requests end the usual way.
    pub fn any(&self) -> reqwest::Client {
        self.any.clone()
    }

    /// For one file or part.
    pub fn take(&self) -> StoreClient {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (client, connections) = idle.unwrap_or_else(|| self.another());
        StoreClient { client, connections, idle: Arc::clone(&self.idle), is_free: false }
    }

    fn another(&self) -> (reqwest::Client, Connections) {
        let connections = Connections::default();
        let builder = builder(&self.tls, &self.ways);
        let builder = builder.pool_max_idle_per_host(1).connector_layer(connections.clone());
        let client = builder.build().unwrap_or_else(|error| {
            // With this set-up another one was made before.
            tracing::warn!(%error, "a connection ends the usual way");
            self.any()
        });
        (client, connections)
    }
}

/// Dropped in the middle of its request, its connection ends with what was not sent yet.
#[derive(Debug)]
pub struct StoreClient {
    client: reqwest::Client,
    connections: Connections,
    idle: Idle,
    is_free: bool,
}

impl StoreClient {
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The request came to its end, so that another one may follow.
    pub fn ended<T>(mut self, result: &Result<T, ApiError>) {
        let stands_still = result.as_ref().is_err_and(|error| *error.kind() == ErrorKind::TimedOut);
        self.is_free = !stands_still;
    }
}

impl Drop for StoreClient {
    fn drop(&mut self) {
        if self.is_free {
            let known = (self.client.clone(), self.connections.clone());
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(known);
        } else {
            self.connections.end();
        }
    }
}
