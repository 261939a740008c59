//! Leads the connections of an HTTP client through the proxy that the resolver finds, and says what is wrong with the way:
//! the client's library tells a proxy that is away from a server that is away only now and then, and knows no scripts.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use canto_api::NoWay;
use tokio::runtime::{Handle, RuntimeFlavor};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use super::resolver::{Resolver, Ways};
use super::route::Found;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Nobody can listen there: a connection that has no way must not go directly instead.
const NOWHERE: &str = "http://127.0.0.1:0";

thread_local! {
    /// What was chosen last on this thread. The library chooses while it is asked for a connection and says nothing of it;
    /// whoever asks looks here right after.
    static CHOSEN: RefCell<Option<Chosen>> = const { RefCell::new(None) };
}

#[derive(Clone, Debug)]
enum Chosen {
    Direct,
    Through {
        /// Without the login.
        proxy: String,
        /// The server is spoken to through a tunnel, whose failures name the proxy themselves.
        tunnelled: bool,
    },
    Nowhere(NoWay),
}

/// Gives a client the way that is in force, in place of the one that it would find itself.
pub fn through(builder: reqwest::ClientBuilder, ways: &Arc<Ways>) -> reqwest::ClientBuilder {
    let finding = Arc::clone(ways);
    let proxy = reqwest::Proxy::custom(move |url| choose(&finding.current(), url));
    builder.proxy(proxy).connector_layer(Naming { ways: Arc::clone(ways) })
}

fn choose(resolver: &Resolver, url: &Url) -> Option<Url> {
    let found = if resolver.may_wait() { off_the_workers(|| resolver.find(url)) } else { resolver.find(url) };
    let (chosen, proxy) = match found {
        Ok(Found { hop: None, .. }) => (Chosen::Direct, None),
        Ok(Found { hop: Some(hop), .. }) => {
            let tunnelled = url.scheme() == "https" || hop.address.kind.scheme().starts_with("socks");
            // Whatever can be written in an address has been checked; if not, it must not go directly.
            let proxy = hop.url().or_else(|| Url::parse(NOWHERE).ok());
            (Chosen::Through { proxy: hop.address.to_string(), tunnelled }, proxy)
        }
        Err(refusal) => {
            let no_way = NoWay::ScriptUnusable(format!("{}: {}", refusal.place, refusal.trouble));
            (Chosen::Nowhere(no_way), Url::parse(NOWHERE).ok())
        }
    };
    CHOSEN.set(Some(chosen));
    proxy
}

/// Finding may wait for a script's thread: the runtime's other work is handed on meanwhile, where it can be. Only then: a
/// runtime whose work was handed on may still poll tasks while its timers are gone, when it is ended from outside.
fn off_the_workers<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(work)
        }
        _ => work(),
    }
}

#[derive(Clone)]
pub struct Naming {
    ways: Arc<Ways>,
}

impl<S> Layer<S> for Naming {
    type Service = Named<S>;

    fn layer(&self, inner: S) -> Named<S> {
        Named { inner, ways: Arc::clone(&self.ways) }
    }
}

#[derive(Clone)]
pub struct Named<S> {
    inner: S,
    ways: Arc<Ways>,
}

impl<S, R> Service<R> for Named<S>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
    S::Response: Send + 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        CHOSEN.set(None);
        let connecting = self.inner.call(request);
        let chosen = CHOSEN.take();
        let ways = Arc::clone(&self.ways);
        Box::pin(async move {
            connecting.await.map_err(|error| {
                let error = error.into();
                match chosen {
                    Some(Chosen::Nowhere(no_way)) => no_way.into(),
                    Some(Chosen::Through { proxy, tunnelled }) => of_proxy(error, proxy, tunnelled, &ways),
                    Some(Chosen::Direct) | None => error,
                }
            })
        })
    }
}

/// The connection to the proxy itself did not come about, or another failure as it is.
fn of_proxy(error: BoxError, proxy: String, tunnelled: bool, ways: &Ways) -> BoxError {
    let mut texts = Vec::new();
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(cause) = next {
        if cause.is::<rustls::Error>() {
            return error;
        }
        texts.push(cause.to_string());
        next = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    let to_proxy =
        !tunnelled || texts.iter().any(|text| text.ends_with("failed to create underlying connection"));
    if !to_proxy {
        return error;
    }
    ways.current().doubt();
    NoWay::ProxyUnreachable { proxy, cause: texts.pop().unwrap_or_default() }.into()
}
